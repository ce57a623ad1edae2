/*
 * What people decided about pairs: accepted or rejected, with a reason. Kept in the source store beside the records,
 * one verdict for each pair and person, the latest; the build puts the counts of each pair into the generation, and
 * qiao-indexer tune learns weights from the verdicts (qiao/tune.h).
 */
#ifndef QIAO_FEEDBACK_H
#define QIAO_FEEDBACK_H

#include "qiao/record.h"
#include "qiao/source_store.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * X(name, code, about_fit). Reasons of a rejection (the first five are those that buyers of technology give most often)
 * and whether it says that the two do not fit: one who has something already, or no time now, does not say so, and
 * nothing is learned from it.
 */
#define QIAO_FEEDBACK_REASONS(X)                                                                                       \
    X(TOO_EARLY, "too_early", true)                                                                                    \
    X(NO_CLEAR_BENEFIT, "no_clear_benefit", true)                                                                      \
    X(NO_COMMERCIAL_ROUTE, "no_commercial_route", true)                                                                \
    X(DESCRIPTION_UNCLEAR, "description_unclear", false)                                                               \
    X(SCIENTIFIC_DOUBT, "scientific_doubt", false)                                                                     \
    X(OFF_FIELD, "off_field", true)                                                                                    \
    X(PRICE, "price", true)                                                                                            \
    X(IP_TERMS, "ip_terms", true)                                                                                      \
    X(TIMING, "timing", true)                                                                                          \
    X(COMPLIANCE, "compliance", true)                                                                                  \
    X(ALREADY_HAVE, "already_have", false)                                                                             \
    X(WRONG_PARTNER_KIND, "wrong_partner_kind", true)                                                                  \
    X(NOT_INTERESTED_NOW, "not_interested_now", false)

typedef enum qiao_feedback_reason {
    QIAO_FEEDBACK_NO_REASON, /* an acceptance needs none */
#define QIAO_FEEDBACK_ENUM(name, code, about_fit) QIAO_FEEDBACK_##name,
    QIAO_FEEDBACK_REASONS(QIAO_FEEDBACK_ENUM)
#undef QIAO_FEEDBACK_ENUM
        QIAO_FEEDBACK_REASON_COUNT
} qiao_feedback_reason;

#define QIAO_FEEDBACK_BY_MAX 64u

typedef struct qiao_feedback {
    char need[QIAO_ID_MAX + 1], project[QIAO_ID_MAX + 1];
    bool accepted;
    qiao_feedback_reason reason;
    char by[QIAO_FEEDBACK_BY_MAX + 1]; /* a name or number of the person's; "" = nobody in particular */
    char at[36];                       /* RFC 3339, or a date; "" = unknown, older than any */
} qiao_feedback;

QIAO_EXPORT const char *qiao_feedback_reason_code(qiao_feedback_reason reason); /* static; "" without a reason */
/* Does the verdict say whether need and project fit? */
QIAO_EXPORT bool qiao_feedback_about_fit(const qiao_feedback *feedback);

/*
 * One JSON object: need, project, verdict ("accept" or "reject"), reason (of a rejection, required), by, at. Other
 * members are an error: a verdict is short, and a misspelt name would change its meaning.
 * @return QIAO_OK; QIAO_E_INPUT (err names the member and what it should be); QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_feedback_parse(const char *json, size_t length, qiao_feedback *out,
                                            qiao_error *err) QIAO_CHECK;
/* As JSON, members in a fixed order, appended to out. */
QIAO_EXPORT void qiao_feedback_write(const qiao_feedback *feedback, qiao_buffer *out);

/* Part of the store's batch, as qiao_source_store_put. Older than what is there: UNCHANGED. */
QIAO_EXPORT qiao_status qiao_source_store_put_feedback(qiao_source_store *store, const qiao_feedback *feedback,
                                                       qiao_change *change_out, qiao_error *err) QIAO_CHECK;

/* Takes back what that person said of that pair; verdict, reason and at do not count. REMOVED, or UNCHANGED where there
 * is nothing. */
QIAO_EXPORT qiao_status qiao_source_store_remove_feedback(qiao_source_store *store, const qiao_feedback *feedback,
                                                          qiao_change *change_out, qiao_error *err) QIAO_CHECK;

/* All verdicts that were committed, in an order that depends on nothing but them. sequence: see qiao_source_entry. */
typedef qiao_status (*qiao_feedback_visit)(const qiao_feedback *feedback, uint64_t sequence, void *context,
                                           qiao_error *err);
QIAO_EXPORT qiao_status qiao_source_store_each_feedback(qiao_source_store *store, qiao_feedback_visit visit,
                                                        void *context, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
