/*
 * Review of a need or a project before it is published: what is missing, what is vague, what should not be public.
 *
 * Writes
 * {"kind":"need","completeness":0.45,"findings":[{"code":"no_indicator","level":"missing"|"vague"|"private","field":..,
 * "start":..,"end":..,"text":..,"zh":..,"en":..,"sharpens":37}],"candidates":50,"terms":[{"text":"固态电解质",
 * "translation":"solid electrolyte"}],"not_found":[..]}: start, end and text where a finding is a place in a text
 * (bytes of UTF-8); sharpens: of so many of the best candidates the missing fact is known, so that it would tell them
 * apart; terms: words of the title as the best candidates write them. candidates, sharpens, terms and not_found only
 * where a matcher is given.
 */
#ifndef QIAO_REVIEW_H
#define QIAO_REVIEW_H

#include "qiao/matcher.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * request: what is reviewed, as in qiao_match: record or text (a need). matcher NULL: only what the record itself
 * tells; tables is then read, and needed.
 * @return QIAO_OK; QIAO_E_USAGE (neither record nor text); as qiao_match.
 */
QIAO_EXPORT qiao_status qiao_review_json(const qiao_tables *tables, qiao_matcher *matcher,
                                         const qiao_match_request *request, qiao_buffer *out,
                                         qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
