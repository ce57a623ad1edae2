/*
 * Suggestions while something is being typed: names of concepts, words and phrases of the public catalogue, titles and
 * organisations of public projects. What is suggested is made of what the public may see, so it is for every caller.
 * Threads: as the session.
 */
#ifndef QIAO_SUGGEST_H
#define QIAO_SUGGEST_H

#include "qiao/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_SUGGEST_LIMIT_DEFAULT 10u
#define QIAO_SUGGEST_LIMIT_MAX 20u

typedef struct qiao_suggest_request {
    qiao_kind side; /* what is going to be searched: titles and organisations are those of projects */
    const char
        *query; /* as typed: Chinese, English, pinyin with or without spaces and tones, initials of pinyin, mixed */
    size_t query_length;
    uint32_t limit; /* 0 = the default */
} qiao_suggest_request;

/*
 * Writes {"generation":..,"q":..,"suggestions":[{"text":..,"kind":"concept"|"term"|"title"|"organisation",
 * "language":..,"by":"prefix"|"pinyin"|"initials","projects":N,"id":..,"translation":..,"field":..}]}, best first.
 * projects: how many public ones use it. id: of a concept, or of the one project with a title; translation: of a
 * concept, its Chinese name, of a Chinese one the English; what is not there is left out. Nothing typed, or a
 * generation built before there were suggestions: an empty list.
 *
 * @return QIAO_OK; QIAO_E_LIMIT (query over 8 KiB, limit over 20); QIAO_E_NOMEM. On failure out is as it was.
 */
QIAO_EXPORT qiao_status qiao_suggest_json(qiao_session *session, const qiao_suggest_request *request, qiao_buffer *out,
                                          qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
