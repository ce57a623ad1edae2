/* The listening socket: from "127.0.0.1:8080" to a file descriptor. */
#ifndef QIAO_API_LISTEN_H
#define QIAO_API_LISTEN_H

#include "qiao/status.h"
#include <stdbool.h>

#define QIAOI_ADDRESS_SIZE 116

typedef struct qiaoi_listener {
    int socket;                       /* non-blocking, closed on exec; the caller closes it */
    char address[QIAOI_ADDRESS_SIZE]; /* as bound, with the port that was given out for port 0: "127.0.0.1:43121",
                                         "[::1]:8080" */
    bool loopback;                    /* reachable from this machine only */
    bool unlink;                      /* its file is ours to remove: see qiaoi_listen_close */
} qiaoi_listener;

/*
 * address: "HOST:PORT", "[IPv6]:PORT", "PORT" alone, which is on loopback, or "unix:PATH" (the owner and the group of
 * the service may connect; the file of a service that is gone is replaced). QIAO_E_USAGE (cannot be read), QIAO_E_IO
 * (cannot be bound).
 */
qiao_status qiaoi_listen(const char *address, qiaoi_listener *out, qiao_error *err) QIAO_CHECK;
/* Could it be an address to listen on? QIAO_E_USAGE. */
qiao_status qiaoi_listen_check(const char *address, qiao_error *err) QIAO_CHECK;
/* A listening socket that was handed over by the service manager; the listener takes it over. */
qiao_status qiaoi_listen_inherit(int socket, qiaoi_listener *out, qiao_error *err) QIAO_CHECK;
/* Closes the socket, where it still has one, and removes its file. */
void qiaoi_listen_close(qiaoi_listener *listener);

#endif
