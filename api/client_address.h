/*
 * Whose request is it, by address? That of the other end of the connection; behind a proxy that is trusted the one
 * which that proxy names. What a client itself wrote into such a header stands before that, and is not looked at.
 */
#ifndef QIAO_API_CLIENT_ADDRESS_H
#define QIAO_API_CLIENT_ADDRESS_H

#include "http.h"

#define QIAOI_PROXIES_MAX 16

/* IPv4 addresses are kept as ::ffff:a.b.c.d. */
typedef struct qiaoi_network {
    unsigned char address[16];
    unsigned bits;
} qiaoi_network;

typedef struct qiaoi_proxies {
    qiaoi_network networks[QIAOI_PROXIES_MAX];
    size_t count;
    bool local;               /* who connects to a socket of this machine is one */
    qiaoi_http_header header; /* X_FORWARDED_FOR or FORWARDED */
} qiaoi_proxies;

/* list: NULL = nobody is trusted; header: "x-forwarded-for" or "forwarded". QIAO_E_USAGE. */
qiao_status qiaoi_proxies_read(const char *list, const char *header, qiaoi_proxies *out, qiao_error *err) QIAO_CHECK;

typedef struct qiaoi_client {
    unsigned char address[16]; /* of IPv6 the network of 64 bits */
    bool loopback;             /* of this machine */
} qiaoi_client;

void qiaoi_client_of(const qiaoi_proxies *proxies, const qiaoi_http_request *request, qiaoi_client *out);

#endif
