#include "command/status_server.h"

#include "base/arena.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_ROOM = 4096, PATIENCE_MS = 2000, STUCK_SECONDS = 1800, BACKLOG = 16 };

struct status_server {
    int socket;
    int stop[2]; /* a pipe: closed on one side to end the thread */
    pthread_t thread;
    pthread_mutex_t lock; /* of the pages */
    char *metrics;
    char *health;
    _Atomic int64_t beat; /* seconds of the clock below */
};

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void status_server_beat(struct status_server *server)
{
    if (server != NULL)
        server->beat = clock_ms() / 1000;
}

void status_server_set(struct status_server *server, const char *metrics, const char *health)
{
    if (server == NULL)
        return;
    pthread_mutex_lock(&server->lock);
    server->metrics = memory_grow(server->metrics, strlen(metrics) + 1);
    server->health = memory_grow(server->health, strlen(health) + 1);
    memcpy(server->metrics, metrics, strlen(metrics) + 1);
    memcpy(server->health, health, strlen(health) + 1);
    pthread_mutex_unlock(&server->lock);
}

/* ---- answering ---- */

/* Waits for the client until `deadline`; false: too slow, or the server is to stop. */
static bool wait_for(const struct status_server *server, int client, short events, int64_t deadline)
{
    struct pollfd polled[2] = {{.fd = client, .events = events},
                               {.fd = server->stop[0], .events = POLLIN}};
    int64_t left = deadline - clock_ms();
    return left > 0 && poll(polled, 2, (int)left) > 0 && polled[1].revents == 0 &&
           (polled[0].revents & events) != 0;
}

/* Reads up to the blank line; what lies behind it does not matter. */
static bool read_request(const struct status_server *server, int client, char *request,
                         int64_t deadline)
{
    size_t length = 0;
    while (length + 1 < REQUEST_ROOM) {
        if (!wait_for(server, client, POLLIN, deadline))
            return false;
        ssize_t got = recv(client, request + length, REQUEST_ROOM - 1 - length, 0);
        if (got <= 0)
            return false;
        length += (size_t)got;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL || strstr(request, "\n\n") != NULL)
            return true;
    }
    return false;
}

static void send_all(const struct status_server *server, int client, const char *bytes,
                     size_t length, int64_t deadline)
{
    while (length > 0 && wait_for(server, client, POLLOUT, deadline)) {
        ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

static void reply(const struct status_server *server, int client, const char *status,
                  const char *type, const char *page, bool with_page, int64_t deadline)
{
    char head[256];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %s\r\nContent-Type: text/plain; %scharset=utf-8\r\n"
                          "Content-Length: %zu\r\nCache-Control: no-store\r\n"
                          "Connection: close\r\n\r\n",
                          status, type, strlen(page));
    send_all(server, client, head, (size_t)length, deadline);
    if (with_page)
        send_all(server, client, page, strlen(page), deadline);
}

/* Is the request for this path? A query behind it does not matter. */
static bool asks_for(const char *target, const char *path)
{
    size_t length = strlen(path);
    return strncmp(target, path, length) == 0 && strchr(" ?\r\n", target[length]) != NULL;
}

/* A copy, so that a slow client does not hold the lock; `early` before there is a page. */
static char *copy_page(struct status_server *server, char *const *page, const char *early)
{
    pthread_mutex_lock(&server->lock);
    char *copy = strdup(*page != NULL ? *page : early);
    pthread_mutex_unlock(&server->lock);
    return copy;
}

static void answer(struct status_server *server, int client)
{
    char request[REQUEST_ROOM];
    int64_t deadline = clock_ms() + PATIENCE_MS;
    if (!read_request(server, client, request, deadline))
        return;
    bool get = strncmp(request, "GET ", 4) == 0;
    const char *target = strchr(request, ' ');
    target = target != NULL ? target + 1 : "";
    if (!get && strncmp(request, "HEAD ", 5) != 0) {
        reply(server, client, "405 Method Not Allowed", "", "GET or HEAD\n", true, deadline);
    } else if (asks_for(target, "/healthz")) {
        bool stuck = clock_ms() / 1000 - server->beat > STUCK_SECONDS;
        char *page = stuck ? strdup("stuck: no progress for half an hour\n")
                           : copy_page(server, &server->health, "starting\n");
        reply(server, client, stuck ? "503 Service Unavailable" : "200 OK", "",
              page != NULL ? page : "", get, deadline);
        free(page);
    } else if (asks_for(target, "/metrics")) {
        char *page = copy_page(server, &server->metrics, "");
        reply(server, client, "200 OK", "version=0.0.4; ", page != NULL ? page : "", get, deadline);
        free(page);
    } else {
        reply(server, client, "404 Not Found", "", "/healthz or /metrics\n", get, deadline);
    }
}

static void *serve(void *argument)
{
    struct status_server *server = argument;
    for (;;) {
        struct pollfd polled[2] = {{.fd = server->socket, .events = POLLIN},
                                   {.fd = server->stop[0], .events = POLLIN}};
        if (poll(polled, 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (polled[1].revents != 0)
            return NULL;
        int client = accept4(server->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0)
            continue;
        answer(server, client);
        close(client);
    }
}

/* ---- opening ---- */

static bool refuse(const char *listen, const char *why, struct error *error)
{
    return error_set(error, ERROR_BAD_CONFIG,
                     "cannot listen at %s: %s: give --listen ADDRESS:PORT, a free port of this "
                     "machine",
                     listen, why);
}

/* Cuts "[::1]:9464" into its two parts; NULL for the host means all addresses. */
static bool split(const char *listen, struct arena *arena, const char **host, const char **port)
{
    const char *colon = strrchr(listen, ':');
    if (colon == NULL || colon[1] == '\0')
        return false;
    *port = colon + 1;
    size_t length = (size_t)(colon - listen);
    if (length >= 2 && listen[0] == '[' && colon[-1] == ']') {
        listen++;
        length -= 2;
    }
    *host = length > 0 ? arena_copy(arena, listen, length) : NULL;
    return true;
}

static int listen_at(const struct addrinfo *place)
{
    const int on = 1;
    int listener = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, place->ai_addr, place->ai_addrlen) == 0 && listen(listener, BACKLOG) == 0)
        return listener;
    int code = errno;
    close(listener);
    errno = code;
    return -1;
}

static void say_place(int listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[128], port[16];
    if (getsockname(listener, (struct sockaddr *)&address, &length) == 0 &&
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        log_event(LOG_INFO, "serving /healthz and /metrics", "address", host, "port", port, NULL);
}

static bool open_socket(const char *listen, struct arena *arena, int *listener, struct error *error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *places;
    const char *host, *port;
    if (!split(listen, arena, &host, &port))
        return refuse(listen, "a port is missing", error);
    int code = getaddrinfo(host, port, &hints, &places);
    if (code != 0)
        return refuse(listen, gai_strerror(code), error);
    *listener = -1;
    for (const struct addrinfo *place = places; place != NULL && *listener < 0;
         place = place->ai_next)
        *listener = listen_at(place);
    code = errno;
    freeaddrinfo(places);
    return *listener >= 0 || refuse(listen, strerror(code), error);
}

static void close_server(void *resource)
{
    struct status_server *server = resource;
    close(server->stop[1]);
    pthread_join(server->thread, NULL);
    close(server->stop[0]);
    close(server->socket);
    pthread_mutex_destroy(&server->lock);
    free(server->metrics);
    free(server->health);
}

bool status_server_open(const char *listen, struct arena *arena, struct status_server **server,
                        struct error *error)
{
    struct status_server *made = arena_alloc(arena, sizeof *made);
    TRY(open_socket(listen, arena, &made->socket, error));
    pthread_mutex_init(&made->lock, NULL);
    status_server_beat(made);
    if (pipe2(made->stop, O_CLOEXEC) != 0 ||
        pthread_create(&made->thread, NULL, serve, made) != 0) {
        close(made->socket);
        return error_set(error, ERROR_INTERNAL, "cannot serve /healthz and /metrics: %s",
                         strerror(errno));
    }
    say_place(made->socket);
    arena_on_close(arena, close_server, made);
    *server = made;
    return true;
}
