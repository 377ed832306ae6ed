/* A main() for fuzz targets without libFuzzer: replays the corpus, then mutates it.
 *
 *     fuzz.label_json [-runs=20000] [-seed=1] [-max_len=4096] CORPUS-FOLDER-OR-FILE…
 *
 * The same seed and corpus give the same inputs. The input under way is kept in ./crash-input
 * when the process dies, so that it can be replayed by name. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct input {
    uint8_t *bytes;
    size_t size;
};

static struct input *corpus;
static size_t corpus_count;
static uint64_t state = 1;
static struct input current;

static uint64_t random_number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t random_below(size_t bound)
{
    return bound == 0 ? 0 : (size_t)(random_number() % bound);
}

static void keep_input(void)
{
    int file = open("crash-input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file >= 0 && write(file, current.bytes, current.size) == (ssize_t)current.size)
        close(file);
}

static void on_abort(int signal_number)
{
    keep_input();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* AddressSanitizer calls this before it reports. */
void __asan_on_error(void);
void __asan_on_error(void)
{
    keep_input();
}

static void add_input(const uint8_t *bytes, size_t size)
{
    corpus = realloc(corpus, (corpus_count + 1) * sizeof *corpus);
    FUZZ_CHECK(corpus != NULL);
    struct input *input = &corpus[corpus_count++];
    input->bytes = malloc(size + 1);
    FUZZ_CHECK(input->bytes != NULL);
    if (size > 0)
        memcpy(input->bytes, bytes, size);
    input->size = size;
}

static void add_file(const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    static uint8_t bytes[1 << 20];
    add_input(bytes, fread(bytes, 1, sizeof bytes, file));
    fclose(file);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void add_place(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
        add_file(path);
        return;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort);
    for (int i = 0; i < count; i++) {
        char inside[4096];
        snprintf(inside, sizeof inside, "%s/%s", path, entries[i]->d_name);
        add_file(inside);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void mutate_once(uint8_t *bytes, size_t *size, size_t most)
{
    static const uint8_t telling[] = {0,   0xff, 0x7f, 0x80, '"',  '\\',
                                      '{', '}',  ':',  '%',  '\n', '-'};
    size_t at = random_below(*size + 1);
    switch (random_below(7)) {
    case 0: /* a bit */
        if (at < *size)
            bytes[at] ^= (uint8_t)(1u << random_below(8));
        break;
    case 1: /* a byte */
        if (at < *size)
            bytes[at] = (uint8_t)random_number();
        break;
    case 2: /* a telling byte */
        if (at < *size)
            bytes[at] = telling[random_below(sizeof telling)];
        break;
    case 3: /* shorter */
        *size = at;
        break;
    case 4: { /* some bytes out */
        size_t gone = random_below(*size - at + 1);
        memmove(bytes + at, bytes + at + gone, *size - at - gone);
        *size -= gone;
        break;
    }
    case 5: /* one more */
        if (*size < most) {
            memmove(bytes + at + 1, bytes + at, *size - at);
            bytes[at] = telling[random_below(sizeof telling)];
            (*size)++;
        }
        break;
    default: { /* a piece of another input in */
        const struct input *other = &corpus[random_below(corpus_count)];
        size_t from = random_below(other->size);
        size_t length = random_below(other->size - from + 1);
        if (length > most - *size)
            length = most - *size;
        memmove(bytes + at + length, bytes + at, *size - at);
        memcpy(bytes + at, other->bytes + from, length);
        *size += length;
    }
    }
}

static void mutate(uint8_t *bytes, size_t *size, size_t most)
{
    const struct input *start = &corpus[random_below(corpus_count)];
    *size = start->size < most ? start->size : most;
    memcpy(bytes, start->bytes, *size);
    for (size_t i = random_below(4) + 1; i > 0; i--)
        mutate_once(bytes, size, most);
}

static unsigned long number_of(const char *argument, const char *option, unsigned long otherwise)
{
    size_t length = strlen(option);
    return strncmp(argument, option, length) == 0 ? strtoul(argument + length, NULL, 10)
                                                  : otherwise;
}

static void run(const uint8_t *bytes, size_t size)
{
    /* A copy of exactly this size, so that reading past its end is seen. */
    current.bytes = malloc(size == 0 ? 1 : size);
    FUZZ_CHECK(current.bytes != NULL);
    if (size > 0)
        memcpy(current.bytes, bytes, size);
    current.size = size;
    LLVMFuzzerTestOneInput(current.bytes, size);
    free(current.bytes);
}

int main(int argc, char **argv)
{
    unsigned long runs = 20000, most = 4096;
    for (int i = 1; i < argc; i++) {
        runs = number_of(argv[i], "-runs=", runs);
        most = number_of(argv[i], "-max_len=", most);
        state = number_of(argv[i], "-seed=", state);
        if (argv[i][0] != '-')
            add_place(argv[i]);
    }
    state = state * 0x9e3779b97f4a7c15u | 1u;
    signal(SIGABRT, on_abort);
    for (size_t i = 0; i < corpus_count; i++)
        run(corpus[i].bytes, corpus[i].size);
    add_input((const uint8_t *)"", 0);

    uint8_t *bytes = malloc(most + 1);
    FUZZ_CHECK(bytes != NULL);
    for (unsigned long i = 0; i < runs; i++) {
        size_t size;
        mutate(bytes, &size, most);
        run(bytes, size);
    }
    free(bytes);
    printf("%zu inputs of the corpus, %lu mutated: no promise broken\n", corpus_count - 1, runs);
    for (size_t i = 0; i < corpus_count; i++)
        free(corpus[i].bytes);
    free(corpus);
    return 0;
}
