#include "base/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_int requested; /* lock-free, so safe in a handler */

static void handle(int signal_number)
{
    if (requested != 0)
        _exit(128 + signal_number);
    requested = signal_number;
}

void interrupt_open(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
}

int interrupt_requested(void)
{
    return requested;
}

bool interrupt_check(struct error *error)
{
    if (requested == 0)
        return true;
    return error_set(error, ERROR_INTERRUPTED, "interrupted by %s: nothing was half-written",
                     requested == SIGTERM ? "SIGTERM" : "SIGINT");
}

int interrupt_exit_status(void)
{
    return 128 + (requested != 0 ? requested : SIGINT);
}
