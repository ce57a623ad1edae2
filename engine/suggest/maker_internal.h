/* The maker as its files see it: maker.c gathers entries, maker_lists.c makes keys and their minima. */
#ifndef QIAO_SUGGEST_MAKER_INTERNAL_H
#define QIAO_SUGGEST_MAKER_INTERNAL_H

#include "suggest/keys.h"
#include "suggest/maker.h"

typedef struct qiaoi_maker_entry {
    qiaoi_suggest_entry entry; /* texts: offsets in the maker's text */
    uint32_t key, key_length;  /* in the maker's text */
    uint32_t preference;
} qiaoi_maker_entry;

struct qiaoi_suggest_maker {
    const qiao_lexicon *lexicon;
    const qiaoi_names *names;
    qiao_buffer text;      /* NUL-terminated strings */
    qiao_buffer entries;   /* qiaoi_maker_entry[] */
    qiao_buffer spellings; /* qiaoi_spelling[] */
    qiao_buffer key_bytes;
    qiao_buffer lists[QIAOI_SUGGEST_LISTS];  /* qiaoi_suggest_key[] */
    qiao_buffer minima[QIAOI_SUGGEST_LISTS]; /* u32[] */
    qiao_buffer chinese;                     /* qiaoi_chinese[] */
};

/* Of the entries in their final order: fills key_bytes, lists, minima, chinese. */
qiao_status qiaoi_maker_lists(qiaoi_suggest_maker *maker, qiao_error *err) QIAO_CHECK;

#endif
