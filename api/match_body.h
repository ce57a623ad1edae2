/*
 * The body of POST /v1/match, and of what is posted to stay: a text, a need or project to be matched, or such a record
 * itself; and beside it the filters and the options.
 *
 * Lifetime: what is read belongs to the struct, until qiaoi_match_body_done.
 */
#ifndef QIAO_API_MATCH_BODY_H
#define QIAO_API_MATCH_BODY_H

#include "call.h"

typedef struct qiaoi_match_body {
    struct cJSON *tree;
    const char *text; /* NULL: a record is given */
    qiao_record *record;
    qiaoi_parameters options;
    qiao_record_issues issues;  /* what the record's reader has to say, where it took the record */
    const char *record_pointer; /* where the record stands in the body */
} qiaoi_match_body;

/* kind: of a record that does not say it. false: the problem of the call says what is wrong. Either way
 * qiaoi_match_body_done is due. */
bool qiaoi_match_body_read(qiaoi_call *call, qiao_kind kind, qiaoi_match_body *out);
/* What the record's reader took with reservations (an unknown code, an unknown field) is said in the answer: nothing is
 * passed over in silence. Appends ,"warnings":[..] where there is any. */
void qiaoi_match_body_warn(const qiaoi_match_body *body, qiao_language language, qiao_buffer *out);
void qiaoi_match_body_done(qiaoi_match_body *body);

#endif
