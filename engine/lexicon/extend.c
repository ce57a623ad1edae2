/* See extend.h. */
#include "lexicon/extend.h"

#include "lexicon/lexicon_writer.h"
#include "qiao/memory.h"

#include <string.h>

typedef struct extension {
    const qiaoi_extend_input *in;
    qiaoi_key_set keys;
    qiaoi_translation *translations;
    uint32_t *term_hash;
    uint64_t term_hash_size;
    uint32_t *reverse_offsets;
} extension;

static qiao_status
rename_translations(extension *x, qiao_error *err)
{
    const qiao_lexicon *parent = x->in->parent;

    x->translations = qiao_alloc((parent->translation_count + 1) * sizeof *x->translations);
    if (x->translations == NULL)
        return qiao_fail_memory(err);
    for (uint64_t i = 0; i < parent->translation_count; i++) {
        x->translations[i] = parent->translations[i];
        x->translations[i].term = x->in->kept_terms[parent->translations[i].term];
    }
    return QIAO_OK;
}

static qiao_status
hash_terms(extension *x, qiao_error *err)
{
    x->term_hash_size = qiaoi_hash_size(x->in->term_count);
    x->term_hash = qiao_calloc(x->term_hash_size, sizeof *x->term_hash);
    if (x->term_hash == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t < x->in->term_count; t++) {
        uint32_t start = x->in->term_offsets[t];
        uint64_t i =
            qiao_hash64(x->in->term_bytes + start, x->in->term_offsets[t + 1] - start - 1, 0) & (x->term_hash_size - 1);

        while (x->term_hash[i] != 0)
            i = (i + 1) & (x->term_hash_size - 1);
        x->term_hash[i] = t + 1;
    }
    return QIAO_OK;
}

/* New terms lead back to no word. */
static qiao_status
spread_reverse(extension *x, qiao_error *err)
{
    const qiao_lexicon *parent = x->in->parent;
    uint32_t then = 0;

    x->reverse_offsets = qiao_alloc(((size_t)x->in->term_count + 1) * sizeof *x->reverse_offsets);
    if (x->reverse_offsets == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t <= x->in->term_count; t++) {
        x->reverse_offsets[t] = parent->reverse_offsets[then];
        then += then < parent->term_count && x->in->kept_terms[then] == t;
    }
    return QIAO_OK;
}

static qiao_status
write_lexicon(const extension *x, const char *path, qiao_error *err)
{
    const qiaoi_extend_input *in = x->in;
    const qiao_lexicon *parent = in->parent;
    qiaoi_statistics statistics = *parent->statistics;
    const qiaoi_section_data sections[] = {
        {QIAOI_SECTION_META, 1, parent->version, strlen(parent->version) + 1},
        {QIAOI_SECTION_NORMAL, 2, parent->normal, 65536},
        {QIAOI_SECTION_NORMAL_JA, 2, parent->normal_ja, 65536},
        {QIAOI_SECTION_TRANSLATIONS, sizeof(qiaoi_translation), x->translations, parent->translation_count},
        {QIAOI_SECTION_TERM_OFFSETS, 4, in->term_offsets, (uint64_t)in->term_count + 1},
        {QIAOI_SECTION_TERM_BYTES, 1, in->term_bytes, in->term_offsets[in->term_count]},
        {QIAOI_SECTION_TERM_HASH, 4, x->term_hash, x->term_hash_size},
        {QIAOI_SECTION_TERM_DF, 4, in->term_df, 2 * (uint64_t)in->term_count},
        {QIAOI_SECTION_PAIRS, sizeof(qiaoi_pair), in->pairs, in->pair_slots},
        {QIAOI_SECTION_ENTRY_DF, 4, parent->entry_df, 2 * (uint64_t)parent->entry_count},
        {QIAOI_SECTION_REVERSE_OFFSETS, 4, x->reverse_offsets, (uint64_t)in->term_count + 1},
        {QIAOI_SECTION_REVERSE, sizeof(qiaoi_reverse), parent->reverse, parent->reverse_offsets[parent->term_count]},
        {QIAOI_SECTION_STATISTICS, sizeof(qiaoi_statistics), &statistics, 1},
    };

    statistics.terms = in->term_count;
    return qiaoi_lexicon_write(path, &x->keys, sections, sizeof sections / sizeof *sections, err);
}

qiao_status
qiaoi_lexicon_extend(const qiaoi_extend_input *input, const char *path, qiao_error *err)
{
    extension x = {.in = input};
    qiao_status st = qiaoi_key_set_copy(&x.keys, input->parent, err);

    if (st == QIAO_OK)
        st = rename_translations(&x, err);
    if (st == QIAO_OK)
        st = hash_terms(&x, err);
    if (st == QIAO_OK)
        st = spread_reverse(&x, err);
    if (st == QIAO_OK)
        st = write_lexicon(&x, path, err);
    qiaoi_key_set_done(&x.keys);
    qiao_free(x.translations);
    qiao_free(x.term_hash);
    qiao_free(x.reverse_offsets);
    return st;
}
