/* The way back, from a term to the words that mean it: see derive.h. */
#include "lexicon/derive_internal.h"

#include "qiao/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REVERSE_MAX 12u /* words kept for each term */

/* spare holds what the word is worth as a translation back */
static int
compare_reverse(const void *a, const void *b)
{
    const qiaoi_reverse *x = a, *y = b;

    if (x->spare != y->spare)
        return x->spare > y->spare ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Chinese words of two and more characters that mean the term in good part. */
static bool
worth_keeping(const qiaoi_entry *entry, const qiaoi_translation *translation)
{
    return entry->language == QIAOI_ZH && entry->key_length >= 6 && translation->share >= 6553;
}

/*
 * A share says how much of the word is the term; how much of the term is the word depends on how common the word is as
 * well. Words that the generation uses come first, the common ones before the rare ones; the dictionary's rare synonyms
 * last.
 */
static uint16_t
worth_of(const qiaoi_derivation *d, uint32_t entry, uint16_t share)
{
    return (uint16_t)(share * (0.05 + 0.95 * d->common[entry]));
}

static void
weigh_part(void *context, unsigned part)
{
    const qiaoi_derivation *d = context;
    size_t end = qiaoi_part_begin(d->keys.count, part + 1, d->threads);

    for (size_t e = qiaoi_part_begin(d->keys.count, part, d->threads); e < end; e++) {
        const qiaoi_entry *entry = &d->keys.entries[e];
        double documents = 0, common;
        uint32_t term = QIAOI_NO_TERM;

        if (entry->language == QIAOI_ZH && entry->key_length >= 6 && entry->count > 0)
            term = qiaoi_derive_term(d, d->keys.keys.data + entry->key);
        if (term != QIAOI_NO_TERM)
            documents = (double)d->in->term_df[term] + d->in->term_df[d->in->term_count + term];
        common = log2(1.0 + documents) / 16.0;
        d->common[e] = common > 1.0 ? 1.0 : common;
    }
}

static void
sort_reverse_part(void *context, unsigned part)
{
    const qiaoi_derivation *d = context;
    size_t end = qiaoi_part_begin(d->in->term_count, part + 1, d->threads);

    for (size_t t = qiaoi_part_begin(d->in->term_count, part, d->threads); t < end; t++) {
        size_t begin = d->reverse_offsets[t], n = d->reverse_offsets[t + 1] - begin;

        if (n > 1)
            qsort(d->reverse + begin, n, sizeof *d->reverse, compare_reverse);
    }
}

qiao_status
qiaoi_derive_reverse(qiaoi_derivation *d, qiao_error *err)
{
    uint32_t terms = d->in->term_count;
    uint32_t *fill = NULL;
    size_t total = 0, kept = 0;

    d->reverse_offsets = qiao_calloc((size_t)terms + 2, sizeof *d->reverse_offsets);
    d->common = qiao_alloc(((size_t)d->keys.count + 1) * sizeof *d->common);
    if (d->reverse_offsets == NULL || d->common == NULL)
        return qiao_fail_memory(err);
    qiaoi_in_parts(d->threads, weigh_part, d);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t e = 0; e < d->keys.count; e++) {
            const qiaoi_entry *entry = &d->keys.entries[e];

            for (uint32_t i = 0; i < entry->count; i++) {
                const qiaoi_translation *translation = &d->translations[entry->first + i];

                if (!worth_keeping(entry, translation))
                    continue;
                if (pass == 0)
                    d->reverse_offsets[translation->term + 1]++;
                else
                    d->reverse[fill[translation->term]++] =
                        (qiaoi_reverse){e, translation->share, worth_of(d, e, translation->share)};
            }
        }
        if (pass == 1)
            break;
        for (uint32_t t = 0; t < terms; t++)
            d->reverse_offsets[t + 1] += d->reverse_offsets[t];
        total = d->reverse_offsets[terms];
        d->reverse = qiao_alloc((total + 1) * sizeof *d->reverse);
        fill = qiao_alloc(((size_t)terms + 1) * sizeof *fill);
        if (d->reverse == NULL || fill == NULL) {
            qiao_free(fill);
            return qiao_fail_memory(err);
        }
        memcpy(fill, d->reverse_offsets, (size_t)terms * sizeof *fill);
    }
    qiao_free(fill);
    qiaoi_in_parts(d->threads, sort_reverse_part, d);
    for (uint32_t t = 0; t < terms; t++) {
        size_t begin = d->reverse_offsets[t], n = d->reverse_offsets[t + 1] - begin;

        if (n > REVERSE_MAX)
            n = REVERSE_MAX;
        memmove(d->reverse + kept, d->reverse + begin, n * sizeof *d->reverse);
        d->reverse_offsets[t] = (uint32_t)kept;
        kept += n;
    }
    d->reverse_offsets[terms] = (uint32_t)kept;
    d->reverse_count = kept;
    return QIAO_OK;
}
