/*
 * The course of a case: suggested, contacted, negotiating, signed, landed; dropped from any of them. One table says
 * what follows what, and what people read.
 */
#ifndef QIAO_API_CASES_H
#define QIAO_API_CASES_H

#include <stdbool.h>
#include <stddef.h>

/* X(NAME, code, Chinese, English, what may follow: codes separated by "|") */
#define QIAOI_CASE_STATUSES(X)                                                                                         \
    X(SUGGESTED, "suggested", "已推荐", "suggested", "contacted|dropped")                                              \
    X(CONTACTED, "contacted", "已联系", "contacted", "negotiating|dropped")                                            \
    X(NEGOTIATING, "negotiating", "洽谈中", "negotiating", "signed|dropped")                                           \
    X(SIGNED, "signed", "已签约", "signed", "landed|dropped")                                                          \
    X(LANDED, "landed", "已落地", "landed", "dropped")                                                                 \
    X(DROPPED, "dropped", "已终止", "dropped", "")

typedef enum qiaoi_case_status {
#define QIAOI_CASE_ENUM(name, code, zh, en, next) QIAOI_CASE_##name,
    QIAOI_CASE_STATUSES(QIAOI_CASE_ENUM)
#undef QIAOI_CASE_ENUM
        QIAOI_CASE_COUNT
} qiaoi_case_status;

typedef struct qiaoi_case_word {
    const char *code, *zh, *en, *next;
} qiaoi_case_word;

extern const qiaoi_case_word qiaoi_case_words[QIAOI_CASE_COUNT];

/* What a case that is not there yet may begin as. */
#define QIAOI_CASE_BEGINS "suggested|contacted"

/* false: there is no such status. */
bool qiaoi_case_status_of(const char *code, qiaoi_case_status *out);
/* Is the word one of those of a list, separated by "|"? */
bool qiaoi_word_in(const char *list, const char *word);
/* The list as JSON: ["a","b"]. */
void qiaoi_words_json(const char *list, char *out, size_t size);

/* ---- reasons ---- */

/* Of verdicts (all of qiao/feedback.h) and of cases that were dropped: code, what people read, what it may be said of.
 */
typedef struct qiaoi_reason {
    const char *code, *zh, *en;
    bool verdict, drop;
} qiaoi_reason;

extern const qiaoi_reason qiaoi_reasons[];
extern const size_t qiaoi_reason_count;

/* NULL: there is none. */
const qiaoi_reason *qiaoi_reason_of(const char *code);

#endif
