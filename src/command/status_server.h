/* Two small pages for those who look after a service: /healthz and /metrics over HTTP/1.1.
 *
 * One thread answers one request after the other and gives no client more than two seconds, so that
 * nobody can hold it up for long. GET and HEAD only, no keep-alive, no TLS: it is meant for a
 * probe and a scraper inside a cluster, and shows nothing secret.
 *
 * /healthz is 200 as long as the work moves: somebody has called status_server_beat() within the
 * last half hour; else 503. A run that fails is no reason to restart a process that will try
 * again, so failures show in /metrics and in the text of the page only. */
#ifndef COSTAGG_COMMAND_STATUS_SERVER_H
#define COSTAGG_COMMAND_STATUS_SERVER_H

#include "base/error.h"

#include <stddef.h>

struct arena;
struct status_server;

/* Listens at "ADDRESS:PORT", ":PORT" (all addresses) or "[ADDRESS]:PORT"; port 0 takes a free one.
 * The place is logged. Stopped by the arena. */
MUST_CHECK bool status_server_open(const char *listen, struct arena *arena,
                                   struct status_server **server, struct error *error);

/* Replaces the pages; both are copied. `server` may be NULL in this and the next. */
void status_server_set(struct status_server *server, const char *metrics, const char *health);

/* The work moves. Cheap, from any thread. */
void status_server_beat(struct status_server *server);

#endif
