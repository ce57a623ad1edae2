/*
 * The stage of the build that makes suggest.bin: what can be suggested to anybody, from the projects that anybody may
 * see, and the thesaurus. Nothing of a need, and nothing of a project that is not public, goes in or is counted.
 *
 *   suggest_public.c   titles and organisations of the public projects, from their canonical JSON
 *   suggest_words.c    words and phrases of their titles
 *   suggest_count.c    in how many public projects a word or a phrase stands
 *   suggest_kept.c     instead of all that, where the parent's statistics are kept: its file, brought up to date
 *   suggest.c          concepts, terms, and the file
 *
 * In two steps: titles and organisations ask for records and tags only, and may be read beside the merge; the rest asks
 * for what the merge gives, changes nothing of it, and may run beside the postings.
 */
#ifndef QIAO_INDEXING_SUGGEST_H
#define QIAO_INDEXING_SUGGEST_H

#include "indexing/corpus.h"
#include "qiao/text.h"
#include "suggest/maker.h"

#include <string.h>

/* The term that a word's stem is. */
#define QIAOI_KNOWN_WORDS 16384u
typedef struct qiaoi_known_word {
    uint64_t hash; /* of the word; 0 = none */
    uint32_t term;
} qiaoi_known_word;

typedef struct qiaoi_suggest_stage {
    const qiaoi_corpus *corpus;
    const qiao_lexicon *lexicon; /* working lexicon: words, normal form */
    const qiaoi_names *names;
    qiaoi_suggest_maker *maker;
    bool *visible; /* by project: may anybody see it? */
    uint32_t visible_count;
    uint32_t *df; /* by term: public projects with it */
    qiao_stemmer *english;
    qiaoi_known_word *known; /* [QIAOI_KNOWN_WORDS]: asked for lately */
} qiaoi_suggest_stage;

/* The first step. Readings and concepts come from names.bin: the program's, or, where a lexicon was named, the one
 * beside it; without one there are titles, organisations and words only. corpus and lexicon are borrowed to the end. */
typedef struct qiaoi_suggesting qiaoi_suggesting;
qiao_status qiaoi_suggest_begin(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const char *lexicon_path,
                                qiaoi_suggesting **out, qiao_error *err) QIAO_CHECK;
/* The second: makes FOLDER/suggest.bin. */
qiao_status qiaoi_suggest_finish(qiaoi_suggesting *suggesting, const char *folder, qiao_error *err) QIAO_CHECK;
void qiaoi_suggesting_free(qiaoi_suggesting *suggesting);

/* ---- suggest_public.c ---- */

typedef struct qiaoi_public_title {
    const char *text;
    size_t length, offset; /* offset: of text in scratch */
    char language[QIAO_LANG_MAX];
} qiaoi_public_title;

static inline const char *
qiaoi_public_title_language(const qiaoi_public_title *title)
{
    return strcmp(title->language, "und") == 0 ? qiao_language_of(title->text, title->length) : title->language;
}

#define QIAOI_PUBLIC_TITLES_MAX 8u
typedef struct qiaoi_public_names {
    qiaoi_public_title titles[QIAOI_PUBLIC_TITLES_MAX];
    size_t title_count;
    const char *organisation; /* NULL = unknown, or kept back */
    size_t organisation_length;
} qiaoi_public_names;

/* Titles and organisation of a project in canonical JSON; strings in scratch, which is cleared first. */
qiao_status qiaoi_public_names_read(const char *json, size_t length, qiao_buffer *scratch, qiaoi_public_names *out,
                                    qiao_error *err) QIAO_CHECK;

/* ---- suggest_count.c ---- */

/* Fills visible; later, when terms are merged, df. */
qiao_status qiaoi_suggest_visible(qiaoi_suggest_stage *stage, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_suggest_count(qiaoi_suggest_stage *stage, qiao_error *err) QIAO_CHECK;
/* Number of a term of the corpus, QIAOI_NO_TERM. */
uint32_t qiaoi_suggest_term(const qiaoi_corpus *corpus, const char *text, size_t length);

/* Phrases whose public projects are counted together: a stem, or two stems beside each other. Zero-initialise. */
typedef struct qiaoi_phrase_counts {
    qiao_buffer keys; /* u64: (first + 1) << 32 | second + 1; sorted by qiaoi_phrases_count */
    uint32_t *counts; /* by key */
    size_t count;
} qiaoi_phrase_counts;

/* Notes the neighbouring stems of an English phrase, to be counted; stems of one word need not be. */
qiao_status qiaoi_phrases_note(qiaoi_suggest_stage *stage, qiaoi_phrase_counts *phrases, const char *text,
                               size_t length, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_phrases_count(const qiaoi_suggest_stage *stage, qiaoi_phrase_counts *phrases,
                                qiao_error *err) QIAO_CHECK;
/* Public projects with the phrase: of its neighbouring stems those of the rarest. An estimate from above. group_out
 * (may be NULL): phrases of the same stems share it; 0 where there are none. */
qiao_status qiaoi_phrases_frequency(qiaoi_suggest_stage *stage, const qiaoi_phrase_counts *phrases, const char *text,
                                    size_t length, uint32_t *out, uint32_t *group_out, qiao_error *err) QIAO_CHECK;
void qiaoi_phrases_done(qiaoi_phrase_counts *phrases);

/* ---- suggest_kept.c ---- */

typedef struct qiaoi_suggest_kept qiaoi_suggest_kept;
/* After visible: reads what left the parent and what came. *out is NULL where the parent has no file that can be
 * brought up to date. The thread that reads the parent's records. */
qiao_status qiaoi_suggest_kept_new(const qiaoi_suggest_stage *stage, qiaoi_suggest_kept **out,
                                   qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_suggest_kept_write(qiaoi_suggest_kept *kept, const qiaoi_suggest_stage *stage, const char *path,
                                     qiao_error *err) QIAO_CHECK;
void qiaoi_suggest_kept_free(qiaoi_suggest_kept *kept); /* NULL is fine */

/* ---- suggest_words.c ---- */

/* Words of titles as numbers, and the phrases that occur often enough. Zero-initialise. */
typedef struct qiaoi_title_words {
    qiaoi_term_table words;  /* in the form of keys */
    qiao_buffer titles;      /* u32[]: words of one title after the other; UINT32_MAX ends a title or a passage */
    qiao_buffer phrases;     /* NUL-terminated, ascending by their words' numbers, made by qiaoi_title_phrases */
    qiao_buffer phrase_uses; /* u32[phrase_count]: places where each stands */
    size_t phrase_count;
} qiaoi_title_words;

qiao_status qiaoi_title_words_add(qiaoi_title_words *words, const uint16_t *normal, const char *title, size_t length,
                                  qiao_error *err) QIAO_CHECK;
/* Phrases of one to three words in at least that many places. */
qiao_status qiaoi_title_phrases(qiaoi_title_words *words, uint32_t least, qiao_error *err) QIAO_CHECK;
void qiaoi_title_words_done(qiaoi_title_words *words);

#endif
