/* A list under one lock, and chains by address. */
#include "connections.h"

#include "qiao/file.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define CHAINS 1024u

typedef struct address_key {
    unsigned char bytes[16]; /* of IPv6 the network of 64 bits: who has one address has them all */
} address_key;

struct qiaoi_connection {
    qiaoi_connections *all;
    qiaoi_connection *previous, *next; /* of all */
    qiaoi_connection *before, *after;  /* of the chain */
    address_key key;
    int fd;
    bool counted, cut;
    qiaoi_connection_stage stage;
    uint64_t since_us;
    char peer[INET6_ADDRSTRLEN + 20];
};

struct qiaoi_connections {
    pthread_mutex_t lock;
    qiaoi_connection_limits limits;
    qiaoi_connection *first, *chains[CHAINS];
    unsigned open;
    uint64_t cut, turned_away;
};

static const char too_slow[] = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

qiaoi_connections *
qiaoi_connections_new(const qiaoi_connection_limits *limits)
{
    qiaoi_connections *all = qiao_calloc(1, sizeof *all);

    if (all == NULL)
        return NULL;
    pthread_mutex_init(&all->lock, NULL);
    all->limits = *limits;
    return all;
}

void
qiaoi_connections_free(qiaoi_connections *all)
{
    if (all == NULL)
        return;
    pthread_mutex_destroy(&all->lock);
    qiao_free(all);
}

/* false: it has no address that could be counted. */
static bool
key_of(const struct sockaddr *from, address_key *out)
{
    memset(out, 0, sizeof *out);
    if (from == NULL)
        return false;
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)from;

        memcpy(out->bytes + 12, &four->sin_addr, 4);
        out->bytes[10] = out->bytes[11] = 0xFF;
        return true;
    }
    if (from->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;

        memcpy(out->bytes, six, IN6_IS_ADDR_V4MAPPED(six) ? 16 : 8);
        return true;
    }
    return false;
}

static qiaoi_connection **
chain_of(qiaoi_connections *all, const address_key *key)
{
    return &all->chains[qiao_hash64(key, sizeof *key, 0) % CHAINS];
}

bool
qiaoi_connections_admit(qiaoi_connections *all, const struct sockaddr *from)
{
    address_key key;
    unsigned count = 0;
    bool room;

    if (all->limits.per_address == 0 || !key_of(from, &key))
        return true;
    pthread_mutex_lock(&all->lock);
    for (const qiaoi_connection *at = *chain_of(all, &key); at != NULL; at = at->after)
        count += memcmp(&at->key, &key, sizeof key) == 0;
    room = count < all->limits.per_address;
    all->turned_away += !room;
    pthread_mutex_unlock(&all->lock);
    return room;
}

static void
name_peer(const struct sockaddr *from, char *out, size_t size)
{
    socklen_t length =
        from != NULL && from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

    out[0] = '\0';
    if (from == NULL || (from->sa_family != AF_INET && from->sa_family != AF_INET6))
        return;
    if (getnameinfo(from, length, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
        out[0] = '\0';
}

qiaoi_connection *
qiaoi_connection_open(qiaoi_connections *all, int fd, const struct sockaddr *from)
{
    qiaoi_connection *connection = qiao_calloc(1, sizeof *connection), **chain;

    if (connection == NULL)
        return NULL;
    connection->all = all;
    connection->fd = fd;
    connection->counted = key_of(from, &connection->key);
    connection->since_us = qiao_clock_monotonic_us();
    name_peer(from, connection->peer, sizeof connection->peer);
    pthread_mutex_lock(&all->lock);
    connection->next = all->first;
    if (all->first != NULL)
        all->first->previous = connection;
    all->first = connection;
    if (connection->counted) {
        chain = chain_of(all, &connection->key);
        connection->after = *chain;
        if (*chain != NULL)
            (*chain)->before = connection;
        *chain = connection;
    }
    all->open++;
    pthread_mutex_unlock(&all->lock);
    return connection;
}

static void
unlink_from_chain(qiaoi_connections *all, qiaoi_connection *connection)
{
    if (connection->after != NULL)
        connection->after->before = connection->before;
    if (connection->before != NULL)
        connection->before->after = connection->after;
    else
        *chain_of(all, &connection->key) = connection->after;
}

void
qiaoi_connection_close(qiaoi_connection *connection)
{
    qiaoi_connections *all;

    if (connection == NULL)
        return;
    all = connection->all;
    pthread_mutex_lock(&all->lock);
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        all->first = connection->next;
    if (connection->counted)
        unlink_from_chain(all, connection);
    all->open--;
    pthread_mutex_unlock(&all->lock);
    qiao_free(connection);
}

const char *
qiaoi_connection_peer(const qiaoi_connection *connection)
{
    return connection != NULL ? connection->peer : "";
}

bool
qiaoi_connection_at(qiaoi_connection *connection, qiaoi_connection_stage stage)
{
    uint64_t now = qiao_clock_monotonic_us();
    bool fine;

    if (connection == NULL)
        return true;
    pthread_mutex_lock(&connection->all->lock);
    connection->stage = stage;
    connection->since_us = now;
    fine = !connection->cut;
    pthread_mutex_unlock(&connection->all->lock);
    return fine;
}

/* How long a connection may be at that; 0 = as long as it takes. */
static uint64_t
allowance(const qiaoi_connections *all, qiaoi_connection_stage stage)
{
    switch (stage) {
    case QIAOI_IDLE:
        return all->limits.head_us;
    case QIAOI_READING:
    case QIAOI_SENDING:
        return all->limits.request_us;
    case QIAOI_ANSWERING:
        break;
    }
    return 0;
}

/* The library sees the end of the connection and lets it go. */
static void
cut(qiaoi_connections *all, qiaoi_connection *connection)
{
    if (connection->stage != QIAOI_SENDING &&
        send(connection->fd, too_slow, sizeof too_slow - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        connection->stage = QIAOI_SENDING; /* gone, or not reading: it is not told */
    shutdown(connection->fd, SHUT_RDWR);
    connection->cut = true;
    all->cut++;
}

void
qiaoi_connections_sweep(qiaoi_connections *all)
{
    uint64_t now = qiao_clock_monotonic_us();

    pthread_mutex_lock(&all->lock);
    for (qiaoi_connection *at = all->first; at != NULL; at = at->next) {
        uint64_t allowed = allowance(all, at->stage);

        if (allowed != 0 && !at->cut && now > at->since_us && now - at->since_us > allowed)
            cut(all, at);
    }
    pthread_mutex_unlock(&all->lock);
}

void
qiaoi_connections_count(qiaoi_connections *all, unsigned *open_out, uint64_t *cut_out, uint64_t *turned_away_out)
{
    pthread_mutex_lock(&all->lock);
    *open_out = all->open;
    *cut_out = all->cut;
    *turned_away_out = all->turned_away;
    pthread_mutex_unlock(&all->lock);
}
