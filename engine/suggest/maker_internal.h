/* The maker as its files see it: maker.c gathers entries, maker_lists.c makes keys and their minima. */
#ifndef QIAO_SUGGEST_MAKER_INTERNAL_H
#define QIAO_SUGGEST_MAKER_INTERNAL_H

#include "suggest/keys.h"
#include "suggest/maker.h"

typedef struct qiaoi_maker_entry {
    qiaoi_suggest_entry entry; /* texts: offsets in the maker's text */
    uint32_t key, key_length;  /* in the maker's text */
    uint32_t preference;
    uint32_t shared, shared_count; /* of a title that several have: who, in the maker's shared; else 0 */
} qiaoi_maker_entry;

struct qiaoi_suggest_maker {
    const qiao_lexicon *lexicon;
    const qiaoi_names *names;
    qiao_buffer text;      /* NUL-terminated strings */
    qiao_buffer entries;   /* qiaoi_maker_entry[] */
    qiao_buffer spellings; /* qiaoi_spelling[] */
    qiao_buffer shared;    /* qiaoi_shared_title[], entries not numbered yet */
    qiao_buffer key_bytes;
    qiao_buffer lists[QIAOI_SUGGEST_LISTS];  /* qiaoi_suggest_key[] */
    qiao_buffer minima[QIAOI_SUGGEST_LISTS]; /* u32[] */
    qiao_buffer chinese;                     /* qiaoi_chinese[] */
};

/* Puts the entries in order, equal ones joined. */
qiao_status qiaoi_maker_order(qiaoi_suggest_maker *maker, qiao_error *err) QIAO_CHECK;
/* Less than, equal to or greater than 0: which of two stands before the other. Texts: where theirs begin. */
int qiaoi_maker_compare(const qiaoi_maker_entry *a, const char *texts_of_a, const qiaoi_maker_entry *b,
                        const char *texts_of_b);
/* The keys of an entry that has its number, at the end of key_bytes and the lists. */
void qiaoi_maker_keys(qiaoi_suggest_maker *maker, const qiaoi_maker_entry *item, uint32_t number);
/* Puts all lists in order. */
qiao_status qiaoi_maker_sort(qiaoi_suggest_maker *maker, qiao_error *err) QIAO_CHECK;
bool qiaoi_maker_list_marked(int list);
/* Appends to out; list: qiaoi_suggest_key[], sorted. */
void qiaoi_maker_minima(const qiao_buffer *list, qiao_buffer *out);
/* Of the entries in their final order: fills key_bytes, lists, minima, chinese. */
qiao_status qiaoi_maker_lists(qiaoi_suggest_maker *maker, qiao_error *err) QIAO_CHECK;

/* What the sections are made of, besides key_bytes, lists, minima and chinese. */
typedef struct qiaoi_maker_laid {
    qiao_buffer text, entries, spellings; /* spellings: qiaoi_spelling[] */
    qiao_buffer shared, preferences;
} qiaoi_maker_laid;
/* An entry that has its number, at the end of them; memory that was short shows in writing. */
void qiaoi_maker_lay(const qiaoi_suggest_maker *maker, const qiaoi_maker_entry *item, uint32_t number,
                     qiaoi_maker_laid *laid);
void qiaoi_maker_laid_done(qiaoi_maker_laid *laid);
qiao_status qiaoi_maker_write(const qiaoi_suggest_maker *maker, const qiaoi_maker_laid *laid, const char *path,
                              qiao_error *err) QIAO_CHECK;

#endif
