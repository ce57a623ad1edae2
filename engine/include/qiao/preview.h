/*
 * Scoring profiles tried out: what other weights would do to the lists of needs, before anybody has to live with them;
 * and the profile that the next build takes.
 *
 * A change is a JSON object with any of the members of a profile (qiao/profiles.h): "version", "about", "weights"
 * (of the signals named, [enterprise, owner] in thousandths; the others stay), "policy_cap", "suggested_share", "gates", "text", "bands".
 */
#ifndef QIAO_PREVIEW_H
#define QIAO_PREVIEW_H

#include "qiao/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_PREVIEW_NEEDS_MAX 20u
#define QIAO_PREVIEW_LIST 10u

/* The profile with that name (NULL: the default) as the session's generation is matched by, as JSON, appended to out.
 * QIAO_E_QUERY names the known ones. */
QIAO_EXPORT qiao_status qiao_session_profile_json(qiao_session *session, const char *name, qiao_buffer *out,
                                                  qiao_error *err) QIAO_CHECK;
/* Names of the session's profiles; NULL past the end. Valid while the session is held. */
QIAO_EXPORT const char *qiao_session_profile_name(qiao_session *session, size_t index);
/* ,"version":..,"hash":.. of it. */
QIAO_EXPORT void qiao_session_profile_label(qiao_session *session, size_t index, qiao_buffer *out);

/*
 * The default profile with a change, appended to out as a profile file.
 * @return QIAO_OK; QIAO_E_INPUT (an unknown member, or a value that cannot be: named by its JSON pointer);
 * QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_session_profile_changed(qiao_session *session, const char *change, size_t length,
                                                     qiao_buffer *out, qiao_error *err) QIAO_CHECK;

typedef struct qiao_preview_options {
    const char *change; /* JSON */
    size_t length;
    const char *const *needs; /* ids; NULL: a sample, evenly spaced in the order of ids, the same for a generation */
    size_t count;             /* of them, or of the sample; at most QIAO_PREVIEW_NEEDS_MAX */
    const char *park;         /* NULL = any: the sample is taken from its needs */
} qiao_preview_options;

/*
 * Appends {"profile":{"before":..,"after":..},"needs":[{"id":..,"before":[{"id":..,"score":..,"band":..}],"after":[..],
 * "kept":N}],"unchanged":N}: the first ten of each need by either; kept: how many stand in both, whatever their place;
 * unchanged: needs whose ten are the same in the same order.
 * @return as above; QIAO_E_NOTFOUND names a need; QIAO_E_LIMIT.
 */
QIAO_EXPORT qiao_status qiao_session_preview_json(qiao_session *session, const qiao_preview_options *options,
                                                  qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* Keeps a profile for the next build: DIR/profiles/next/default.json. The build puts it into DIR/profiles. */
QIAO_EXPORT qiao_status qiao_profile_keep_next(const char *data_dir, const char *json, size_t length,
                                               qiao_error *err) QIAO_CHECK;
/* The one that is kept, appended to out. QIAO_E_NOTFOUND: none is, err untouched. */
QIAO_EXPORT qiao_status qiao_profile_next(const char *data_dir, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
