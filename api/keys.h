/*
 * Keys of access: who may ask what. A key is "qiao_" + 8 digits that name it + "_" + 64 digits of secret (256 random
 * bits, hexadecimal). It is shown once, when it is made; the desk keeps its digest only.
 *
 * Threads: the functions here hold no state; the desk is shared.
 */
#ifndef QIAO_API_KEYS_H
#define QIAO_API_KEYS_H

#include "qiao/desk.h"

typedef enum qiaoi_role { QIAOI_ROLE_PUBLIC, QIAOI_ROLE_ENTERPRISE, QIAOI_ROLE_STAFF, QIAOI_ROLE_JOB } qiaoi_role;
#define QIAOI_ROLE_COUNT 4

#define QIAOI_KEY_NAME_SIZE 9
#define QIAOI_KEY_TEXT_SIZE (5 + 8 + 1 + 64 + 1)
#define QIAOI_KEY_LABEL_MAX 100u
#define QIAOI_PARK_SIZE 40

typedef struct qiaoi_key {
    char name[QIAOI_KEY_NAME_SIZE]; /* the part that may be shown */
    qiaoi_role role;
    char organisation[QIAO_DESK_OWNER_MAX + 1]; /* "" = none */
    char park[QIAOI_PARK_SIZE];                 /* of staff: this park only; "" = all */
    char label[QIAOI_KEY_LABEL_MAX + 1];
    char expires[21]; /* "2027-01-01T00:00:00Z"; "" = never */
    int64_t created_ms;
    bool revoked;
} qiaoi_key;

/* "staff", ...; static. */
const char *qiaoi_role_word(qiaoi_role role);
/* false: there is no such role. */
bool qiaoi_role_of(const char *word, qiaoi_role *out);

/*
 * Makes a key from given's role, organisation, park, label and expires, fills its name and writes the whole text to
 * text_out; actor: who, in the audit trail. On disk when it returns QIAO_OK. QIAO_E_INPUT (an enterprise without
 * organisation); as qiao_desk_write.
 */
qiao_status qiaoi_key_create(qiao_desk *desk, const char *actor, qiaoi_key *given, char text_out[QIAOI_KEY_TEXT_SIZE],
                             qiao_error *err) QIAO_CHECK;
/* Effective with the next request. QIAO_E_NOTFOUND. */
qiao_status qiaoi_key_revoke(qiao_desk *desk, const char *actor, const char *name, qiao_error *err) QIAO_CHECK;

typedef enum qiaoi_key_verdict {
    QIAOI_KEY_GOOD,
    QIAOI_KEY_UNKNOWN,
    QIAOI_KEY_REVOKED,
    QIAOI_KEY_EXPIRED
} qiaoi_key_verdict;

/*
 * Whose key is it? The comparison takes as long for a wrong secret as for the right one. Any text is taken.
 * @return QIAO_OK with *verdict_out (and *out where it is GOOD); QIAO_E_IO, QIAO_E_CORRUPT, QIAO_E_NOMEM.
 */
qiao_status qiaoi_key_check(qiao_desk *desk, const char *text, qiaoi_key *out, qiaoi_key_verdict *verdict_out,
                            qiao_error *err) QIAO_CHECK;

typedef qiao_status (*qiaoi_key_visit)(const qiaoi_key *key, void *context, qiao_error *err);
qiao_status qiaoi_key_each(qiao_desk *desk, qiaoi_key_visit visit, void *context, qiao_error *err) QIAO_CHECK;
/* Was any key ever made, revoked ones too? From then on the service asks for keys. */
qiao_status qiaoi_key_any(qiao_desk *desk, bool *any_out, qiao_error *err) QIAO_CHECK;

#endif
