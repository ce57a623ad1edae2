/* Derivation of a generation's lexicon: see derive.h. Pure arithmetic over arrays; the only I/O is the file written at
 * the end. */
#include "lexicon/derive_internal.h"

#include "qiao/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES_MAX 512u
#define LEARNED_POWER 0.75    /* of a share that bilingual records had a say in */
#define DICTIONARY_WEIGHT 5.0 /* how many observed translations the dictionary is worth */
#define RELATED_ALONE 0.2     /* share of a word of which only neighbouring concepts occur in the documents */

typedef struct candidate {
    uint32_t term;
    uint8_t source;
    double share;
} candidate;

/* ---- terms ---- */

static qiao_status
hash_terms(qiaoi_derivation *d, qiao_error *err)
{
    d->term_hash_size = qiaoi_hash_size(d->in->term_count);
    d->term_hash = qiao_calloc(d->term_hash_size, sizeof *d->term_hash);
    if (d->term_hash == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t < d->in->term_count; t++) {
        const char *form = d->in->term_bytes + d->in->term_offsets[t];
        uint64_t i = qiao_hash64(form, strlen(form), 0) & (d->term_hash_size - 1);

        while (d->term_hash[i] != 0)
            i = (i + 1) & (d->term_hash_size - 1);
        d->term_hash[i] = t + 1;
    }
    return QIAO_OK;
}

uint32_t
qiaoi_derive_term(const qiaoi_derivation *d, const char *form)
{
    uint64_t i = qiao_hash64(form, strlen(form), 0) & (d->term_hash_size - 1);

    for (; d->term_hash[i] != 0; i = (i + 1) & (d->term_hash_size - 1))
        if (strcmp(d->in->term_bytes + d->in->term_offsets[d->term_hash[i] - 1], form) == 0)
            return d->term_hash[i] - 1;
    return QIAOI_NO_TERM;
}

static void
map_part(void *context, unsigned part)
{
    const qiaoi_derivation *d = context;
    const char *strings = d->in->base->strings;

    for (uint64_t at = d->parts[part].map_begin; at < d->parts[part].map_end; at += strlen(strings + at) + 1)
        d->term_of_string[at] = qiaoi_derive_term(d, strings + at);
}

/* Each thread the strings that begin in its share of the bytes. */
static qiao_status
map_strings(qiaoi_derivation *d, uint64_t size, qiao_error *err)
{
    uint64_t at = 0;

    d->term_of_string = qiao_alloc((size + 1) * sizeof *d->term_of_string);
    if (d->term_of_string == NULL)
        return qiao_fail_memory(err);
    for (unsigned part = 0; part < d->threads; part++) {
        uint64_t end = qiaoi_part_begin(size, part + 1, d->threads);

        d->parts[part].map_begin = at;
        while (end < size && end > 0 && d->in->base->strings[end - 1] != '\0')
            end++;
        at = d->parts[part].map_end = end > at ? end : at;
    }
    qiaoi_in_parts(d->threads, map_part, d);
    return QIAO_OK;
}

static void
expect_entry(qiaoi_derivation *d, const qiaoi_entry *entry, float documents)
{
    for (uint32_t i = 0; i < entry->count; i++) {
        const qiaoi_sense *sense = &d->in->base->senses[entry->first + i];
        float share = documents / (float)entry->count / sqrtf((float)sense->stem_count);

        for (uint32_t k = 0; k < sense->stem_count; k++) {
            uint32_t term = d->term_of_string[d->in->base->sense_stems[sense->first_stem + k]];

            if (term != QIAOI_NO_TERM)
                d->frequency[term] += share;
        }
    }
}

/* Documents with each term among the projects (among the needs where there is no project): counted, and expected of
 * those that are translated. */
static qiao_status
count_frequencies(qiaoi_derivation *d, qiao_error *err)
{
    size_t side = d->in->statistics.documents[0] > 0 ? 0 : 1;
    const uint32_t *entry_df = d->in->entry_df + side * d->in->base->entry_count;

    d->frequency = qiao_alloc(((size_t)d->in->term_count + 1) * sizeof *d->frequency);
    d->root = qiao_alloc(((size_t)d->in->term_count + 1) * sizeof *d->root);
    if (d->frequency == NULL || d->root == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t < d->in->term_count; t++)
        d->frequency[t] = (float)d->in->term_df[side * d->in->term_count + t];
    for (uint32_t e = 0; e < d->in->base->entry_count; e++)
        if (entry_df[e] > 0)
            expect_entry(d, &d->in->base->entries[e], (float)entry_df[e]);
    for (uint32_t t = 0; t < d->in->term_count; t++)
        d->root[t] = sqrt(sqrt((double)d->frequency[t]));
    return QIAO_OK;
}

/* ---- shares of one entry ---- */

static size_t
add_candidate(candidate *list, size_t count, uint32_t term, double share, uint8_t source)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].term == term) {
            list[i].share += share;
            list[i].source |= source;
            return count;
        }
    if (count == CANDIDATES_MAX)
        return count;
    list[count] = (candidate){term, source, share};
    return count + 1;
}

/* Fourth root of the smallest document frequency of the sense's stems, 0 where one is missing: how much a translation's
 * frequency among the documents speaks for it. */
static double
sense_frequency(const qiaoi_derivation *d, const qiaoi_sense *sense)
{
    double least = 1e9;

    for (uint32_t k = 0; k < sense->stem_count; k++) {
        uint32_t term = d->term_of_string[d->in->base->sense_stems[sense->first_stem + k]];
        double root = term == QIAOI_NO_TERM ? 0 : d->root[term];

        if (root < least)
            least = root;
    }
    return least;
}

static size_t
dictionary_shares(const qiaoi_derivation *d, const qiaoi_entry *entry, candidate *list)
{
    const qiaoi_sense *senses = d->in->base->senses + entry->first;
    double sum = 0, related = 0;
    size_t count = 0;

    for (uint32_t i = 0; i < entry->count; i++)
        *(senses[i].source == QIAO_FROM_RELATED ? &related : &sum) += senses[i].weight * sense_frequency(d, &senses[i]);
    /* neighbouring concepts alone are no translation: they share a fifth of the word */
    sum = sum > 0 ? sum + related : related / RELATED_ALONE;
    if (sum <= 0)
        return 0;
    for (uint32_t i = 0; i < entry->count; i++) {
        double share = senses[i].weight * sense_frequency(d, &senses[i]) / sum;

        if (share <= 0)
            continue;
        for (uint32_t k = 0; k < senses[i].stem_count; k++)
            count = add_candidate(list, count, d->term_of_string[d->in->base->sense_stems[senses[i].first_stem + k]],
                                  share / sqrt((double)senses[i].stem_count), senses[i].source);
    }
    return count;
}

static bool
from_glossary(const candidate *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((list[i].source & QIAO_FROM_GLOSSARY) != 0)
            return true;
    return false;
}

/*
 * Adds what was learned for the entry; each part walks its share of the learned list once, in step with the entries.
 * The power makes up for what a term of several stems loses where its stems must share one: of three stems each gets
 * .44, in the dictionary .58. A platform's glossary is not argued with.
 */
static size_t
learned_shares(const qiaoi_derivation *d, qiaoi_entry_part *p, uint32_t entry_index, candidate *list, size_t count)
{
    const qiaoi_derive_input *in = d->in;
    double sum = 0;

    while (p->learned_at < in->learned_count && in->learned[p->learned_at].entry < entry_index)
        p->learned_at++;
    if (p->learned_at == in->learned_count || in->learned[p->learned_at].entry != entry_index ||
        from_glossary(list, count))
        return count;
    for (size_t i = 0; i < count; i++)
        list[i].share *= DICTIONARY_WEIGHT;
    for (; p->learned_at < in->learned_count && in->learned[p->learned_at].entry == entry_index; p->learned_at++) {
        uint32_t term = qiaoi_derive_term(d, in->learned[p->learned_at].stem);

        if (term != QIAOI_NO_TERM && d->frequency[term] > 0)
            count = add_candidate(list, count, term, in->learned[p->learned_at].count, QIAO_FROM_LEARNED);
    }
    for (size_t i = 0; i < count; i++)
        sum += list[i].share;
    for (size_t i = 0; i < count; i++)
        list[i].share = pow(list[i].share / sum, LEARNED_POWER);
    return count;
}

static int
compare_candidates(const void *a, const void *b)
{
    const candidate *x = a, *y = b;

    if (x->share > y->share || x->share < y->share)
        return x->share > y->share ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

static qiao_status
keep_translations(qiaoi_entry_part *p, qiaoi_entry *entry, candidate *list, size_t count)
{
    if (count > 1)
        qsort(list, count, sizeof *list, compare_candidates);
    if (count > QIAOI_TRANSLATIONS_MAX)
        count = QIAOI_TRANSLATIONS_MAX;
    if (p->count + count > p->capacity) {
        size_t capacity = p->capacity == 0 ? 1u << 16 : p->capacity * 2;
        qiaoi_translation *grown = qiao_realloc_array(p->translations, capacity, sizeof *grown);

        if (grown == NULL)
            return QIAO_E_NOMEM;
        p->translations = grown;
        p->capacity = capacity;
    }
    entry->first = (uint32_t)p->count;
    entry->count = 0;
    entry->sources = 0;
    for (size_t i = 0; i < count; i++) {
        double share = list[i].share > 1.0 ? 1.0 : list[i].share;
        uint16_t quantised = (uint16_t)lround(share * 65535.0);

        if (quantised == 0)
            break;
        p->translations[p->count++] = (qiaoi_translation){list[i].term, quantised, list[i].source, 0};
        entry->count++;
        entry->sources |= list[i].source;
    }
    return QIAO_OK;
}

static void
translate_part(void *context, unsigned part)
{
    qiaoi_derivation *d = context;
    const qiao_lexicon *base = d->in->base;
    qiaoi_entry_part *p = &d->parts[part];
    candidate *list = qiao_alloc(CANDIDATES_MAX * sizeof *list);
    uint32_t end = (uint32_t)qiaoi_part_begin(base->entry_count, part + 1, d->threads);

    p->status = list == NULL ? QIAO_E_NOMEM : QIAO_OK;
    for (uint32_t e = (uint32_t)qiaoi_part_begin(base->entry_count, part, d->threads); p->status == QIAO_OK && e < end;
         e++)
        p->status = keep_translations(p, &d->keys.entries[e], list,
                                      learned_shares(d, p, e, list, dictionary_shares(d, &base->entries[e], list)));
    qiao_free(list);
}

/* The parts' translations one after the other. */
static qiao_status
join_translations(qiaoi_derivation *d, qiao_error *err)
{
    size_t total = 0;

    for (unsigned part = 0; part < d->threads; part++) {
        if (d->parts[part].status != QIAO_OK)
            return qiao_fail_memory(err);
        total += d->parts[part].count;
    }
    d->translations = qiao_alloc((total + 1) * sizeof *d->translations);
    if (d->translations == NULL)
        return qiao_fail_memory(err);
    for (unsigned part = 0; part < d->threads; part++) {
        const qiaoi_entry_part *p = &d->parts[part];
        size_t end = qiaoi_part_begin(d->in->base->entry_count, part + 1, d->threads);

        for (size_t e = qiaoi_part_begin(d->in->base->entry_count, part, d->threads); e < end; e++)
            d->keys.entries[e].first += (uint32_t)d->translation_count;
        if (p->count > 0)
            memcpy(d->translations + d->translation_count, p->translations, p->count * sizeof *p->translations);
        d->translation_count += p->count;
    }
    return QIAO_OK;
}

static qiao_status
translate_entries(qiaoi_derivation *d, qiao_error *err)
{
    qiao_status st = qiaoi_key_set_copy(&d->keys, d->in->base, err);

    if (st != QIAO_OK)
        return st;
    qiaoi_in_parts(d->threads, translate_part, d);
    return join_translations(d, err);
}

/* ---- the file ---- */

static qiao_status
write_lexicon(const qiaoi_derivation *d, const char *path, qiao_error *err)
{
    const qiaoi_derive_input *in = d->in;
    const qiaoi_section_data sections[] = {
        {QIAOI_SECTION_META, 1, in->version, strlen(in->version) + 1},
        {QIAOI_SECTION_NORMAL, 2, in->base->normal, 65536},
        {QIAOI_SECTION_NORMAL_JA, 2, in->base->normal_ja, 65536},
        {QIAOI_SECTION_TRANSLATIONS, sizeof(qiaoi_translation), d->translations, d->translation_count},
        {QIAOI_SECTION_TERM_OFFSETS, 4, in->term_offsets, (uint64_t)in->term_count + 1},
        {QIAOI_SECTION_TERM_BYTES, 1, in->term_bytes, in->term_offsets[in->term_count]},
        {QIAOI_SECTION_TERM_HASH, 4, d->term_hash, d->term_hash_size},
        {QIAOI_SECTION_TERM_DF, 4, in->term_df, 2 * (uint64_t)in->term_count},
        {QIAOI_SECTION_PAIRS, sizeof(qiaoi_pair), in->pairs, in->pair_slots},
        {QIAOI_SECTION_ENTRY_DF, 4, in->entry_df, 2 * (uint64_t)in->base->entry_count},
        {QIAOI_SECTION_REVERSE_OFFSETS, 4, d->reverse_offsets, (uint64_t)in->term_count + 1},
        {QIAOI_SECTION_REVERSE, sizeof(qiaoi_reverse), d->reverse, d->reverse_count},
        {QIAOI_SECTION_STATISTICS, sizeof(qiaoi_statistics), &in->statistics, 1},
    };

    return qiaoi_lexicon_write(path, &d->keys, sections, sizeof sections / sizeof *sections, err);
}

qiao_status
qiaoi_lexicon_derive(const qiaoi_derive_input *input, const char *path, qiao_error *err)
{
    qiaoi_derivation d = {.in = input,
                          .threads = input->threads == 0                ? 1
                                     : input->threads > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX
                                                                        : input->threads};
    qiao_status st = hash_terms(&d, err);

    if (st == QIAO_OK)
        st = map_strings(&d, input->base->strings_size, err);
    if (st == QIAO_OK)
        st = count_frequencies(&d, err);
    if (st == QIAO_OK)
        st = translate_entries(&d, err);
    if (st == QIAO_OK)
        st = qiaoi_derive_reverse(&d, err);
    if (st == QIAO_OK)
        st = write_lexicon(&d, path, err);
    qiao_free(d.term_of_string);
    qiao_free(d.frequency);
    qiao_free(d.root);
    qiao_free(d.common);
    for (unsigned part = 0; part < d.threads; part++)
        qiao_free(d.parts[part].translations);
    qiao_free(d.term_hash);
    qiaoi_key_set_done(&d.keys);
    qiao_free(d.translations);
    qiao_free(d.reverse_offsets);
    qiao_free(d.reverse);
    return st;
}
