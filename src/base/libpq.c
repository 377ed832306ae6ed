#include "base/libpq.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libpq.so.5"

struct libpq libpq;

static const struct {
    const char *name;
    size_t offset; /* of its pointer */
} functions[] = {
#define LIBPQ_FUNCTION(name) {"PQ" #name, offsetof(struct libpq, name)},
#include "base/libpq.def"
#undef LIBPQ_FUNCTION
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[300]; /* empty: it is loaded */

static void load(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library != NULL && i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL)
            library = NULL;
        memcpy((char *)&libpq + functions[i].offset, &function, sizeof function);
    }
    if (library == NULL)
        snprintf(failure, sizeof failure, "%s", dlerror());
}

bool libpq_load(struct error *error)
{
    pthread_once(&once, load);
    return failure[0] == '\0' ||
           error_set(error, ERROR_BAD_CONFIG,
                     "PostgreSQL needs the library " LIBRARY ", which cannot be loaded (%s): "
                     "install it (Debian: libpq5), or use another kind of place",
                     failure);
}
