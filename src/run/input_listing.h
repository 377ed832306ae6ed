/* A cheap look at the input: has anything come, gone or been replaced since the last look?
 *
 * Lists the folders of all sources and months of the configuration, without opening a file, and
 * digests names, sizes and times together with the settings. A service that sees the same digest
 * twice need not look closer. Times of S3 have a resolution of a second, so an object that was
 * replaced by one of the same size within that second goes unseen: ask `is_settled` first. */
#ifndef COSTAGG_RUN_INPUT_LISTING_H
#define COSTAGG_RUN_INPUT_LISTING_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct config;

struct input_listing {
    char fingerprint[33];
    size_t files;
    bool is_settled; /* no file is so new that it could change again within the same time stamp */
};

MUST_CHECK bool input_listing_look(const struct config *config, struct input_listing *listing,
                                   struct error *error);

#endif
