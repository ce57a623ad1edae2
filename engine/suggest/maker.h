/*
 * Makes a suggest.bin: what can be suggested is put in, in any order, and written at once. The same items give the same
 * bytes whatever their order. One thread.
 */
#ifndef QIAO_SUGGEST_MAKER_H
#define QIAO_SUGGEST_MAKER_H

#include "suggest/names.h"
#include "suggest/suggest_format.h"

typedef struct qiaoi_suggest_item {
    qiaoi_suggest_kind kind;
    const char *text;
    size_t length;           /* at most QIAOI_SUGGEST_TEXT_MAX; longer ones are passed over */
    const char *language;    /* "" = unknown */
    const char *translation; /* NULL = none; likewise id and field */
    size_t translation_length;
    const char *id, *field;
    uint32_t group;      /* names of one thing share it; 0 = none */
    uint32_t frequency;  /* public projects */
    uint32_t preference; /* among equally frequent ones the higher comes first */
} qiaoi_suggest_item;

#define QIAOI_SUGGEST_TEXT_MAX 512u

typedef struct qiaoi_suggest_maker qiaoi_suggest_maker;

/* lexicon and names are borrowed. */
qiao_status qiaoi_suggest_maker_new(const qiao_lexicon *lexicon, const qiaoi_names *names, qiaoi_suggest_maker **out,
                                    qiao_error *err) QIAO_CHECK;
void qiaoi_suggest_maker_free(qiaoi_suggest_maker *maker);
/* Titles and organisations of equal text become one, their frequencies added up; a term that a concept has as a name is
 * left out. Texts without a word are passed over. */
qiao_status qiaoi_suggest_maker_add(qiaoi_suggest_maker *maker, const qiaoi_suggest_item *item,
                                    qiao_error *err) QIAO_CHECK;
/* A Latin word in the form of keys, for the help with typing errors; of several frequencies of a word the highest
 * counts. */
qiao_status qiaoi_suggest_maker_spelling(qiaoi_suggest_maker *maker, const char *word, size_t length,
                                         uint32_t frequency, qiao_error *err) QIAO_CHECK;
/* Neither atomically nor synced: the caller stages. Once. */
qiao_status qiaoi_suggest_maker_write(qiaoi_suggest_maker *maker, const char *path, qiao_error *err) QIAO_CHECK;

#endif
