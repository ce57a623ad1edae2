/*
 * Access: who calls, and what that caller may see.
 *
 * While no key was ever made, the service is open: everybody is staff, as on the machine of whoever tries it out. From
 * the first key on a caller without one is the public, which may read public projects where that is switched on, and
 * nothing else.
 *
 * What an enterprise may not see is answered exactly as what is not there.
 */
#ifndef QIAO_API_ACCESS_H
#define QIAO_API_ACCESS_H

#include "keys.h"
#include "problem.h"
#include "qiao/record.h"

typedef struct qiaoi_access {
    qiao_desk *desk;           /* borrowed; NULL = there is none: the service is open, and writes nothing */
    _Atomic bool public_reads; /* may change while requests are answered */
} qiaoi_access;

typedef struct qiaoi_caller {
    qiaoi_role role;
    bool open; /* the service is: staff without a key */
    qiaoi_key key;
    char needs_filter[64];                                  /* the tag that needs must have; "" = all may be seen */
    char scope[16 + QIAO_DESK_OWNER_MAX + QIAOI_PARK_SIZE]; /* callers of one scope see the same */
} qiaoi_caller;

/* Roles as bits, for the table of routes. */
#define QIAOI_MAY(role) (1u << QIAOI_ROLE_##role)
#define QIAOI_MAY_READ (QIAOI_MAY(PUBLIC) | QIAOI_MAY(ENTERPRISE) | QIAOI_MAY(STAFF) | QIAOI_MAY(JOB))
#define QIAOI_MAY_KEY (QIAOI_MAY(ENTERPRISE) | QIAOI_MAY(STAFF) | QIAOI_MAY(JOB))
#define QIAOI_MAY_WRITE (QIAOI_MAY(ENTERPRISE) | QIAOI_MAY(STAFF))
#define QIAOI_MAY_INSIDE (QIAOI_MAY(STAFF) | QIAOI_MAY(JOB))
#define QIAOI_MAY_STAFF QIAOI_MAY(STAFF)
#define QIAOI_MAY_ANYBODY UINT32_MAX /* probes, the contract: not even a wrong key is refused */

/* Who calls, by the Authorization header (NULL = none). false: the problem says why not. */
bool qiaoi_access_identify(const qiaoi_access *access, const char *authorization, qiaoi_caller *out,
                           qiaoi_problem *problem);
/* May the caller use a route for those roles? false: the problem says. */
bool qiaoi_access_allows(const qiaoi_access *access, const qiaoi_caller *caller, unsigned roles,
                         qiaoi_problem *problem);

/* The word for the audit trail. */
const char *qiaoi_caller_name(const qiaoi_caller *caller);
/* The tag that records of a side must have for this caller to see them; NULL = all may be seen. Valid as long as
 * caller. */
const char *qiaoi_access_filter(const qiaoi_caller *caller, qiao_kind side);
/* Does the caller see records of that side as they are stored, every one of them? */
bool qiaoi_access_sees_all(const qiaoi_caller *caller, qiao_kind side);
/* May the caller see that there is such a record? */
bool qiaoi_access_sees(const qiaoi_caller *caller, const qiao_record *record);
/* Is it the caller's own? */
bool qiaoi_access_owns(const qiaoi_caller *caller, const qiao_record *record);
/* Callers of one scope get the same answers: what tells their ETags from others'. Valid as long as caller. */
const char *qiaoi_access_scope(const qiaoi_caller *caller);

#endif
