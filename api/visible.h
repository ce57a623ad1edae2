/*
 * One record as its caller may see it: from the desk where it was posted, else from the generation.
 *
 * What the caller may not see is a 404 that reads as what is not there. What it may see in part is written with the
 * rest left out: the table in visible.c says which field is for whom.
 *
 * Lifetime: qiaoi_visible_done is due for every qiaoi_visible that was opened, successfully or not.
 */
#ifndef QIAO_API_VISIBLE_H
#define QIAO_API_VISIBLE_H

#include "call.h"

typedef struct qiaoi_visible {
    qiao_buffer json;    /* canonical */
    qiao_record *record; /* NULL where nobody had to look into it: a record of the generation, for staff */
    uint64_t revision;   /* of the desk; 0 = it is the generation's */
    int64_t changed_ms;
} qiaoi_visible;

/* false: the problem of the call says what is wrong. */
bool qiaoi_visible_open(qiaoi_call *call, qiao_kind kind, const char *id, qiaoi_visible *out);
void qiaoi_visible_done(qiaoi_visible *visible);

/* Is there such a record for the caller? Only a fault is a problem of the call. */
bool qiaoi_visible_is(qiaoi_call *call, qiao_kind kind, const char *id);
/* Does the record have the tags that the filters of given ask for? One that is not there has none. */
bool qiaoi_visible_fits(qiaoi_call *call, qiao_kind kind, const char *id, const qiaoi_parameters *given);
bool qiaoi_record_fits(const qiaoi_call *call, const qiao_record *record, const qiaoi_parameters *given);

/* ETag and 304, as qiaoi_call_unchanged. The tag of a record of the desk is its revision: what If-Match takes. */
bool qiaoi_visible_unchanged(qiaoi_call *call, const qiaoi_visible *visible);
/* Writes the record with "generation", and "revision" where it is the desk's, to the response. */
bool qiaoi_visible_write(qiaoi_call *call, qiaoi_visible *visible);
/* The record as a tree with the rest left out, for the caller to delete. NULL: a problem of the call. */
struct cJSON *qiaoi_visible_tree(qiaoi_call *call, const qiaoi_visible *visible);
/* What is matched: by its id where the generation holds it, else itself. */
void qiaoi_visible_to_match(const qiaoi_visible *visible, const char *id, qiao_match_request *request);

/* qiao_match_json, qiao_match_review_json */
typedef qiao_status (*qiaoi_match_writer)(qiao_session *session, const qiao_match_request *request, qiao_buffer *out,
                                          qiao_error *err);

/*
 * Matches what the caller may see of the other side, and writes the answer to the response. Words that no need has
 * would tell of the needs of others: they are told to those who see all needs.
 */
bool qiaoi_visible_match(qiaoi_call *call, qiaoi_parameters *given, qiao_match_request *request,
                         qiaoi_match_writer write);

/* What staff note on a case for themselves. */
#define QIAOI_FIELD_INTERNAL_NOTE "case.internal_note"

/* Writes a case with its revision to out, less what the table keeps from the caller. false: a problem of the call. */
bool qiaoi_visible_case(qiaoi_call *call, const qiao_desk_row *row, qiao_buffer *out);

/* May the caller read this field, as the owner of the record or as another? Fields of cases begin with "case.". */
bool qiaoi_visible_field(qiaoi_role role, bool owner, bool confidential, const char *path);

#endif
