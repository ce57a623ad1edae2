/*
 * The open connections: how many there are from an address, and which of them take too long. A library's time-out
 * starts anew with each byte; whoever sends a byte now and then would stay for ever.
 *
 * Threads: any. A connection is closed by its owner after qiaoi_connection_close, so that none is cut that is already
 * another's.
 */
#ifndef QIAO_API_CONNECTIONS_H
#define QIAO_API_CONNECTIONS_H

#include "qiao/memory.h"
#include <stdint.h>
#include <sys/socket.h>

typedef struct qiaoi_connections qiaoi_connections;
typedef struct qiaoi_connection qiaoi_connection;

typedef struct qiaoi_connection_limits {
    unsigned per_address; /* 0 = none */
    uint64_t head_us;     /* from the opening, or the last answer, to the end of the next request's headers */
    uint64_t request_us;  /* from there to the end of its body; and for the answer to be taken */
} qiaoi_connection_limits;

qiaoi_connections *qiaoi_connections_new(const qiaoi_connection_limits *limits); /* NULL: out of memory */
void qiaoi_connections_free(qiaoi_connections *all);                             /* NULL is fine; none is open */

/* Is there room for one more from there? Counts those that are turned away. */
bool qiaoi_connections_admit(qiaoi_connections *all, const struct sockaddr *from);
/* NULL: out of memory. fd stays the caller's. */
qiaoi_connection *qiaoi_connection_open(qiaoi_connections *all, int fd, const struct sockaddr *from);
void qiaoi_connection_close(qiaoi_connection *connection); /* NULL is fine */
/* Numeric; "" of a socket of this machine. */
const char *qiaoi_connection_peer(const qiaoi_connection *connection);

/* What a connection is at: waiting for a request, reading one, having it answered (which takes as long as it takes),
 * sending the answer. NULL is fine. False: it was cut meanwhile. */
typedef enum qiaoi_connection_stage {
    QIAOI_IDLE,
    QIAOI_READING,
    QIAOI_ANSWERING,
    QIAOI_SENDING
} qiaoi_connection_stage;
bool qiaoi_connection_at(qiaoi_connection *connection, qiaoi_connection_stage stage);

/* Cuts those that are late; who was still sending is told 408. */
void qiaoi_connections_sweep(qiaoi_connections *all);
void qiaoi_connections_count(qiaoi_connections *all, unsigned *open_out, uint64_t *cut_out, uint64_t *turned_away_out);

#endif
