/*
 * A generation's suggest.bin, open: completions of what is being typed, and words near to one that is not known.
 *
 * Lifetime and threads: immutable, shared by threads; functions use the stack only. All work is bounded: no typed text
 * makes a call look at more than a fixed number of keys.
 */
#ifndef QIAO_SUGGEST_SUGGEST_H
#define QIAO_SUGGEST_SUGGEST_H

#include "suggest/keys.h"

typedef struct qiaoi_suggest {
    qiaoi_sections sections;
    qiaoi_readings readings;
    const char *text, *key_bytes;
    const qiaoi_suggest_entry *entries;
    const qiaoi_spelling *spellings;
    const qiaoi_chinese *chinese;
    const qiaoi_shared_title *shared; /* this and the next two: for the file of the next generation (update.h) */
    const uint8_t *preferences;
    const uint64_t *names;
    struct {
        const qiaoi_suggest_key *keys;
        const uint32_t *minima;
        uint32_t count;
    } lists[QIAOI_SUGGEST_LISTS];
    uint32_t entry_count, spelling_count, chinese_count, shared_count, preference_count, text_bytes, key_bytes_count;
} qiaoi_suggest;

/* As qiaoi_sections_open. */
qiao_status qiaoi_suggest_open(const char *path, qiaoi_suggest **out, qiao_error *err) QIAO_CHECK;
void qiaoi_suggest_close(qiaoi_suggest *suggest); /* NULL is fine */

/* ---- completions: find.c ---- */

#define QIAOI_SUGGESTIONS_MAX 20u

typedef enum qiaoi_suggest_by { QIAOI_BY_PREFIX, QIAOI_BY_PINYIN, QIAOI_BY_INITIALS } qiaoi_suggest_by;

typedef struct qiaoi_suggestion {
    const qiaoi_suggest_entry *entry;
    qiaoi_suggest_by by;
} qiaoi_suggestion;

/*
 * The best completions of a text as it is typed, at most limit (QIAOI_SUGGESTIONS_MAX); returns how many. What is the
 * whole of a name comes first, then what a name or its pinyin begins with, then initials, then what a further word of a
 * name begins with; inside each by the rank of the entry. Names of one thing, and equal texts, come once.
 * lexicon: of the generation. words_only: no titles and organisations.
 */
size_t qiaoi_suggest_find(const qiaoi_suggest *suggest, const qiao_lexicon *lexicon, const char *text, size_t length,
                          bool words_only, qiaoi_suggestion *out, size_t limit);

/* Keys of a list that begin with a key, or (whole) are equal to it: low..high. */
void qiaoi_suggest_range(const qiaoi_suggest *suggest, qiaoi_suggest_list list, const char *key, size_t length,
                         bool whole, uint32_t *low, uint32_t *high);
/* Place of the smallest entry among keys low..high, low < high. */
uint32_t qiaoi_suggest_minimum(const qiaoi_suggest *suggest, qiaoi_suggest_list list, uint32_t low, uint32_t high);

/* ---- words near to one: spelling.c, chinese.c ---- */

#define QIAOI_SPELLING_BYTES_MAX 32u

typedef struct qiaoi_near {
    const char *text;
    uint32_t length, frequency;
    unsigned distance;
} qiaoi_near;

/* Does the public catalogue have the word (in the form of keys)? */
bool qiaoi_spelling_known(const qiaoi_suggest *suggest, const char *word, size_t length);
/* Words at most that many edits away (one letter more, less or another, two neighbours exchanged), nearest first, then
 * the more frequent; at most capacity. Words over QIAOI_SPELLING_BYTES_MAX have none. */
size_t qiaoi_spelling_near(const qiaoi_suggest *suggest, const char *word, size_t length, unsigned most,
                           qiaoi_near *out, size_t capacity);

typedef struct qiaoi_chinese_near {
    uint32_t first, end; /* characters of the run that are replaced */
    const char *text;
    uint32_t frequency;
    bool same_sound;
} qiaoi_chinese_near;

#define QIAOI_CHINESE_RUN_MAX 24u

/*
 * What parts of a run of Chinese characters may have been meant to be: words of the same sound, and words of three and
 * more characters that differ in one. A part that is a word is left alone. Longest first, same sound before another
 * character, then the more frequent; at most capacity. Runs over QIAOI_CHINESE_RUN_MAX characters give none.
 */
size_t qiaoi_chinese_near_run(const qiaoi_suggest *suggest, const qiao_lexicon *lexicon, const char *run, size_t length,
                              qiaoi_chinese_near *out, size_t capacity);
/* The most frequent word of that pinyin, typed without tones; NULL where there is none. */
const qiaoi_suggest_entry *qiaoi_chinese_of_pinyin(const qiaoi_suggest *suggest, const char *letters, size_t length);

#endif
