/*
 * Matcher: everything one thread needs to match against one generation. qiao_session (engine.h) holds one; qiao/match.h
 * describes the requests.
 *
 * Lifetime and threads: used by one thread at a time; keeps the generation given, which must outlive it. After warm-up
 * retrieval allocates nothing.
 */
#ifndef QIAO_MATCHER_H
#define QIAO_MATCHER_H

#include "qiao/analyzer.h"
#include "qiao/generation.h"
#include "qiao/match.h"
#include "qiao/tables.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_matcher qiao_matcher;
typedef struct qiao_crew qiao_crew; /* threads that help matchers while processors are idle */

/* generation and tables are borrowed; tables NULL: those of the share folder, opened for this matcher. */
QIAO_EXPORT qiao_status qiao_matcher_new(const qiao_generation *generation, const qiao_tables *tables,
                                         qiao_matcher **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_matcher_free(qiao_matcher *matcher);
/* So many threads, 1.5 MiB each; 0 gives NULL, which is none. QIAO_E_NOMEM. */
QIAO_EXPORT qiao_status qiao_crew_new(unsigned helpers, qiao_crew **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_crew_free(qiao_crew *crew); /* after the matchers that use it */
/* Searches of large catalogues by this matcher are shared with the crew (borrowed; NULL = none). Answers are the same.
 */
QIAO_EXPORT void qiao_matcher_use_crew(qiao_matcher *matcher, qiao_crew *crew);
/* The analyzer of this matcher (for the search box of the same session). */
QIAO_EXPORT qiao_analyzer *qiao_matcher_analyzer(qiao_matcher *matcher);

/* As qiao_match, qiao_match_pairs and qiao_match_json of qiao/match.h. The result lives until the next call on this
 * matcher. */
QIAO_EXPORT qiao_status qiao_matcher_match(qiao_matcher *matcher, const qiao_match_request *request,
                                           const qiao_match_result **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_matcher_pairs(qiao_matcher *matcher, const qiao_match_request *request,
                                           const char *const *ids, size_t count, const qiao_match_result **out,
                                           qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_matcher_match_json(qiao_matcher *matcher, const qiao_match_request *request,
                                                qiao_buffer *out, qiao_error *err) QIAO_CHECK;
/* As qiao_pair_json and qiao_excluded_json. */
QIAO_EXPORT qiao_status qiao_matcher_pair_json(qiao_matcher *matcher, const qiao_match_request *request,
                                               const char *project, uint32_t rank, qiao_buffer *out,
                                               qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_matcher_excluded_json(qiao_matcher *matcher, const qiao_match_request *request,
                                                   uint32_t rank, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
