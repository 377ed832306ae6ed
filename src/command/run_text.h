/* What a run did, for the person who started it. */
#ifndef COSTAGG_COMMAND_RUN_TEXT_H
#define COSTAGG_COMMAND_RUN_TEXT_H

#include <stdio.h>

struct config;
struct reconciliation;
struct run_summary;

/* Money first where there is a bill, then hours by namespace, then what it took. */
void run_text_print(FILE *stream, const struct config *config, const struct run_summary *summary);

/* Where the money of the bills went, all four cost columns: for `costagg reconcile`. */
void run_text_print_reconciliation(FILE *stream, const struct reconciliation *sums);

/* The sums of all bills of a run as one; to be closed by the caller. */
void run_text_merge_bills(const struct run_summary *summary, struct reconciliation *sums);

#endif
