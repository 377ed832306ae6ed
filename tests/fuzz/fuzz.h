/* What a fuzz target is: one function that takes any bytes.
 *
 * A target aborts where a promise of a header is broken (FUZZ_CHECK), and the sanitizers watch the
 * rest. Built by clang it is a libFuzzer program that searches by coverage; built by any other
 * compiler, standalone.c gives it a main() that mutates the corpus blindly, from a fixed seed. */
#ifndef COSTAGG_TESTS_FUZZ_FUZZ_H
#define COSTAGG_TESTS_FUZZ_FUZZ_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert(), and never compiled out. */
#define FUZZ_CHECK(promise) ((promise) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #promise))

_Noreturn void fuzz_broken(const char *file, int line, const char *promise);

/* What every failure must be: a kind, and one line of text without control characters. */
void fuzz_check_error(const struct error *error);

/* A folder of this process, in memory where there is such a thing, removed at its end. */
const char *fuzz_folder(void);

/* Writes a file into it, in place of an older one of that name. */
void fuzz_write_file(const char *name, const uint8_t *data, size_t size);

/* The bytes as a string that ends at the first NUL; freed by the caller. */
char *fuzz_string(const uint8_t *data, size_t size);

#endif
