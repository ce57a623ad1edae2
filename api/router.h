/*
 * Routes: which address takes which method, and who answers.
 *
 * "{id}" in a pattern is the rest of the path up to the part of the pattern behind it: ids hold ':' and '/'. An id that
 * itself ends like such a part is written with its slash encoded (%2F). "{id}/{other}" are two ids, the first up to the
 * next '/': a '/' inside of it is encoded.
 */
#ifndef QIAO_API_ROUTER_H
#define QIAO_API_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct qiaoi_call qiaoi_call;

/* Does an answer come from the catalogue? REQUIRED: without a generation it is a problem. */
typedef enum qiaoi_session_use { QIAOI_SESSION_NONE, QIAOI_SESSION_OPTIONAL, QIAOI_SESSION_REQUIRED } qiaoi_session_use;

typedef struct qiaoi_route {
    const char *method; /* GET also answers HEAD */
    const char *pattern;
    void (*answer)(qiaoi_call *call);
    qiaoi_session_use session;
    unsigned roles; /* who may: QIAOI_MAY_... of access.h */
} qiaoi_route;

typedef struct qiaoi_routing {
    const qiaoi_route *route; /* NULL: see known */
    bool known;               /* the address is there, if not for this method */
    const char *id;           /* raw; NULL where the pattern has none */
    size_t id_length;
    const char *other; /* raw; NULL where the pattern has no second one */
    size_t other_length;
    char allow[64]; /* methods of the address, as in the Allow header */
} qiaoi_routing;

/* routes: ends with a row without pattern. An address that two patterns fit is the first one's. */
void qiaoi_route_find(const qiaoi_route *routes, const char *method, const char *path, size_t path_length,
                      qiaoi_routing *out);

#endif
