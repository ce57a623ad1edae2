/*
 * What a record does not say but its words suggest: field of technology, readiness, country. Suggestions are for people
 * to confirm: they are told apart from facts, with a confidence and the words they rest on. Nothing gates by them,
 * and filters only who asks for it (tags suggested_country, suggested_group, suggested_field, suggested_trl); they
 * count in the score by the profile's suggested_share, times the confidence, of what a fact would weigh. What the
 * guideline links (policy) rests on facts alone.
 *
 * Field: the concepts of the thesaurus that the record names, by their fields. Readiness (projects): phrases such as
 * "pilot plant" or 中试. Country (projects): the subdivision code, a country's name in the organisation's, a legal form
 * or an organisation that one country has, the beginning of a text ("A Finnish company", 芬兰某企业), who developed it,
 * the programme that paid for it.
 *
 * Threads: qiao_concepts is immutable once open; qiao_suggest is a pure function.
 */
#ifndef QIAO_SUGGESTED_H
#define QIAO_SUGGESTED_H

#include "qiao/memory.h"
#include "qiao/record.h"
#include "qiao/vocabulary.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Names of concepts and the fields they belong to. */
typedef struct qiao_concepts qiao_concepts;

/* folder: of the thesaurus's *.tsv files; NULL = in the share folder. QIAO_E_NOTFOUND; QIAO_E_INPUT; QIAO_E_NOMEM. */
QIAO_EXPORT qiao_status qiao_concepts_open(const char *folder, qiao_concepts **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_concepts_close(qiao_concepts *concepts);
/* A checksum of the names and their fields; 0 for NULL. */
QIAO_EXPORT uint64_t qiao_concepts_checksum(const qiao_concepts *concepts);

#define QIAO_SUGGESTIONS_MAX 3u

typedef struct qiao_suggestion {
    const char *field;  /* "fields", "trl", "country" */
    char value[24];     /* a code, or a number */
    int32_t confidence; /* micro-units */
    char words[96];     /* of the record, that it rests on; UTF-8, NUL-terminated */
} qiao_suggestion;

/* For each of the three that the record leaves unknown, where its words say enough; returns how many. concepts and
 * vocabulary may be NULL: nothing that rests on them. */
QIAO_EXPORT size_t qiao_suggest(const qiao_record *record, const qiao_concepts *concepts,
                                const qiao_vocabulary *vocabulary, qiao_suggestion out[QIAO_SUGGESTIONS_MAX]);
/* [{"field","value","confidence","words"}] appended to out. */
QIAO_EXPORT void qiao_suggestions_json(const qiao_suggestion *suggestions, size_t count, qiao_buffer *out);

#ifdef __cplusplus
}
#endif
#endif
