/*
 * The phrases of explanations, in Chinese and English: one table (phrases.def), and how they are filled in. What is
 * said is decided in codes by explain*.c; how it is said stands here alone.
 *
 * Threads: the table is constant.
 */
#ifndef QIAO_MATCH_PHRASES_H
#define QIAO_MATCH_PHRASES_H

#include "qiao/memory.h"
#include "qiao/status.h"

typedef enum qiaoi_phrase {
#define QIAOI_PHRASE(name, zh, en) QIAOI_PHRASE_##name,
#include "match/phrases.def"
#undef QIAOI_PHRASE
    QIAOI_PHRASE_COUNT
} qiaoi_phrase;

#define QIAOI_PHRASE_ARGUMENTS 9u

/* The form with its {1}..{9}. Static. */
const char *qiaoi_phrase_form(qiaoi_phrase phrase, qiao_language language);

/* Appends the phrase with its places filled; a place without an argument stays empty. */
void qiaoi_phrase_write(qiao_buffer *out, qiaoi_phrase phrase, qiao_language language, const char *const *arguments,
                        size_t count);

/* qiaoi_say(out, MODE_SHARED, language, "licence", ...): at least one argument. */
#define qiaoi_say(out, name, language, ...)                                                                            \
    qiaoi_phrase_write(out, QIAOI_PHRASE_##name, language, (const char *const[]){__VA_ARGS__},                         \
                       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
