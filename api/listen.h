/* The listening socket: from "127.0.0.1:8080" to a file descriptor. */
#ifndef QIAO_API_LISTEN_H
#define QIAO_API_LISTEN_H

#include "qiao/status.h"
#include <stdbool.h>

#define QIAOI_ADDRESS_SIZE 80

typedef struct qiaoi_listener {
    int socket;                       /* non-blocking, closed on exec; the caller closes it */
    char address[QIAOI_ADDRESS_SIZE]; /* as bound, with the port that was given out for port 0: "127.0.0.1:43121",
                                         "[::1]:8080" */
    bool loopback;                    /* reachable from this machine only */
} qiaoi_listener;

/* address: "HOST:PORT", "[IPv6]:PORT" or "PORT" alone, which is on loopback. QIAO_E_USAGE (cannot be read), QIAO_E_IO
 * (cannot be bound). */
qiao_status qiaoi_listen(const char *address, qiaoi_listener *out, qiao_error *err) QIAO_CHECK;

#endif
