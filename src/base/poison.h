/* String calls that overrun buffers or hide errors do not compile.
 *
 * The build includes this header before every C file. The system headers that declare the calls
 * come first: after the pragma their names may not even be mentioned. Use snprintf, memcpy with a
 * known length, strtol and friends with a checked end. */
#ifndef COSTAGG_BASE_POISON_H
#define COSTAGG_BASE_POISON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets strtok
#pragma GCC poison atoi atol atoll atof
#endif

#endif
