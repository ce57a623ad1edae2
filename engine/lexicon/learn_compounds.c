/*
 * New terms: neighbouring words that stand together far more often than chance would have it (pointwise mutual
 * information) become one word of the working lexicon. Done twice, so that a term of three or four words is found
 * through its parts. A sentence that stands in many records counts a few times only.
 */
#include "lexicon/learn_internal.h"

#include "qiao/file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 2u
#define COUNT_LEAST 5u
#define INFORMATION_LEAST 6.0 /* nats */
#define COMPOUND_COST                                                                                                  \
    2534u /* -ln(3001 / 6e7) in 1/256 nat: a word seen 3,000 times in the frequency list's 60 million */

typedef struct compound_part {
    qiaoi_reader reader;
    qiaoi_sentences sentences;
    qiao_status status;
    qiao_error error;
} compound_part;

typedef struct pair_count {
    uint32_t first, second; /* entry + 1 */
    uint32_t count;
} pair_count;

typedef struct search {
    const qiaoi_learn_text *texts;
    size_t count;
    const qiao_lexicon *lexicon; /* base, later with the compounds of the rounds before */
    compound_part *parts;
    unsigned part_count;
    uint32_t *word_counts; /* by entry */
    uint64_t total;
    pair_count *pairs; /* hash table, count 0 = free */
    uint64_t pair_slots, pair_used;
    qiao_buffer *found; /* keys, NUL-terminated */
} search;

/* ---- reading ---- */

static void
read_part(void *context, unsigned index)
{
    search *s = context;
    compound_part *part = &s->parts[index];
    size_t end = s->count * (index + 1) / s->part_count;
    qiao_status st = qiaoi_reader_init(&part->reader, s->lexicon, NULL, &part->error);

    for (size_t t = s->count * index / s->part_count; t < end && st == QIAO_OK; t++)
        st = qiaoi_read_chinese(&part->reader, s->texts[t].chinese, s->texts[t].chinese_length, &part->sentences,
                                &part->error);
    qiaoi_reader_done(&part->reader);
    part->status = st;
}

static qiao_status
read_texts(search *s, qiao_error *err)
{
    s->parts = qiao_calloc(s->part_count, sizeof *s->parts);
    if (s->parts == NULL)
        return qiao_fail_memory(err);
    qiaoi_in_parts(s->part_count, read_part, s);
    for (unsigned p = 0; p < s->part_count; p++)
        if (s->parts[p].status != QIAO_OK) {
            if (err != NULL)
                *err = s->parts[p].error;
            return s->parts[p].status;
        }
    return QIAO_OK;
}

/* Sentences seen too often lose their words. */
static qiao_status
drop_repeats(search *s, qiao_error *err)
{
    qiaoi_repeats repeats = {0};
    qiao_status st = QIAO_OK;

    for (unsigned p = 0; p < s->part_count; p++) {
        qiaoi_sentences *sentences = &s->parts[p].sentences;
        qiaoi_sentence *items = (qiaoi_sentence *)(void *)sentences->items.data;

        for (size_t i = 0; i < qiaoi_sentence_count(sentences) && st == QIAO_OK; i++) {
            bool fresh = true;

            st = qiaoi_repeats_add(
                &repeats,
                qiao_hash64(qiaoi_sentence_words(sentences) + items[i].first, items[i].count * sizeof(uint32_t), 0),
                QIAOI_REPEATS_MAX, &fresh, err);
            if (!fresh)
                items[i].count = 0;
        }
    }
    qiaoi_repeats_done(&repeats);
    return st;
}

/* ---- counting ---- */

static void
count_words(search *s)
{
    for (unsigned p = 0; p < s->part_count; p++) {
        const qiaoi_sentences *sentences = &s->parts[p].sentences;
        const qiaoi_sentence *items = qiaoi_sentence_items(sentences);

        for (size_t i = 0; i < qiaoi_sentence_count(sentences); i++)
            for (uint32_t k = 0; k < items[i].count; k++) {
                uint32_t word = qiaoi_sentence_words(sentences)[items[i].first + k];

                if (word != 0) {
                    s->word_counts[word - 1]++;
                    s->total++;
                }
            }
    }
}

static uint64_t
pair_slot(const search *s, uint32_t first, uint32_t second)
{
    uint64_t key = (uint64_t)first << 32 | second;
    uint64_t i = qiao_hash64(&key, sizeof key, 0) & (s->pair_slots - 1);

    while (s->pairs[i].count != 0 && (s->pairs[i].first != first || s->pairs[i].second != second))
        i = (i + 1) & (s->pair_slots - 1);
    return i;
}

static qiao_status
grow_pairs(search *s, qiao_error *err)
{
    search larger = *s;

    larger.pair_slots = s->pair_slots == 0 ? 16384 : s->pair_slots * 2;
    larger.pairs = qiao_calloc(larger.pair_slots, sizeof *larger.pairs);
    if (larger.pairs == NULL)
        return qiao_fail_memory(err);
    for (uint64_t i = 0; i < s->pair_slots; i++)
        if (s->pairs[i].count != 0)
            larger.pairs[pair_slot(&larger, s->pairs[i].first, s->pairs[i].second)] = s->pairs[i];
    qiao_free(s->pairs);
    s->pairs = larger.pairs;
    s->pair_slots = larger.pair_slots;
    return QIAO_OK;
}

static qiao_status
count_pair(search *s, uint32_t first, uint32_t second, qiao_error *err)
{
    pair_count *pair;

    if (s->pair_used * 2 >= s->pair_slots) {
        qiao_status st = grow_pairs(s, err);

        if (st != QIAO_OK)
            return st;
    }
    pair = &s->pairs[pair_slot(s, first, second)];
    s->pair_used += pair->count == 0;
    *pair = (pair_count){first, second, pair->count + 1};
    return QIAO_OK;
}

static bool
may_join(const search *s, uint32_t word, uint32_t of)
{
    const qiaoi_entry *entry;

    if (word == 0 || s->word_counts[word - 1] < COUNT_LEAST)
        return false;
    entry = &s->lexicon->entries[word - 1];
    return entry->key_length != of || memcmp(s->lexicon->keys + entry->key, "\xE7\x9A\x84", of) != 0; /* 的 */
}

static qiao_status
count_pairs(search *s, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (unsigned p = 0; p < s->part_count; p++) {
        const qiaoi_sentences *sentences = &s->parts[p].sentences;
        const qiaoi_sentence *items = qiaoi_sentence_items(sentences);

        for (size_t i = 0; i < qiaoi_sentence_count(sentences); i++) {
            const uint32_t *words = qiaoi_sentence_words(sentences) + items[i].first;

            for (uint32_t k = 0; k + 1 < items[i].count && st == QIAO_OK; k++)
                if (may_join(s, words[k], 3) && may_join(s, words[k + 1], 3))
                    st = count_pair(s, words[k], words[k + 1], err);
        }
    }
    return st;
}

/* ---- choosing ---- */

static bool
is_compound(const search *s, const pair_count *pair)
{
    double expected = (double)s->word_counts[pair->first - 1] * (double)s->word_counts[pair->second - 1];

    return pair->count >= COUNT_LEAST && log((double)s->total * (double)pair->count / expected) > INFORMATION_LEAST;
}

static int
compare_pairs(const void *a, const void *b)
{
    const pair_count *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->second < y->second ? -1 : x->second > y->second;
}

static size_t
characters_of(const char *text, size_t length)
{
    size_t at = 0, count = 0;

    for (; at < length; count++)
        (void)qiao_utf8_next(text, length, &at);
    return count;
}

static qiao_status
keep_compounds(search *s, qiao_error *err)
{
    size_t count = 0;

    for (uint64_t i = 0; i < s->pair_slots; i++)
        if (s->pairs[i].count != 0 && is_compound(s, &s->pairs[i]))
            s->pairs[count++] = s->pairs[i];
    if (count > 0)
        qsort(s->pairs, count, sizeof *s->pairs, compare_pairs);
    for (size_t i = 0; i < count; i++) {
        const qiaoi_entry *first = &s->lexicon->entries[s->pairs[i].first - 1],
                          *second = &s->lexicon->entries[s->pairs[i].second - 1];
        const char *keys = s->lexicon->keys;

        if (characters_of(keys + first->key, first->key_length) +
                characters_of(keys + second->key, second->key_length) >
            QIAOI_KEY_CHARACTERS_MAX)
            continue;
        qiao_buffer_append(s->found, keys + first->key, first->key_length);
        qiao_buffer_append(s->found, keys + second->key, second->key_length + 1u);
    }
    return s->found->failed ? qiao_fail_memory(err) : QIAO_OK;
}

static void
forget_counts(search *s)
{
    for (unsigned p = 0; s->parts != NULL && p < s->part_count; p++)
        qiaoi_sentences_done(&s->parts[p].sentences);
    qiao_free(s->parts);
    qiao_free(s->word_counts);
    qiao_free(s->pairs);
    s->parts = NULL;
    s->word_counts = NULL;
    s->pairs = NULL;
    s->pair_slots = s->pair_used = s->total = 0;
}

/* One round; *more_out whether it found any. */
static qiao_status
search_once(search *s, bool *more_out, qiao_error *err)
{
    size_t before = s->found->length;
    qiao_status st = read_texts(s, err);

    s->word_counts = qiao_calloc((size_t)s->lexicon->entry_count + 1, sizeof *s->word_counts);
    if (st == QIAO_OK && s->word_counts == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = drop_repeats(s, err);
    if (st == QIAO_OK)
        count_words(s);
    if (st == QIAO_OK)
        st = count_pairs(s, err);
    if (st == QIAO_OK)
        st = keep_compounds(s, err);
    forget_counts(s);
    *more_out = s->found->length > before;
    return st;
}

/* ---- the working lexicon ---- */

static qiao_status
add_compounds(qiaoi_key_set *set, const qiao_buffer *found, uint64_t *added_out, qiao_error *err)
{
    uint32_t before = set->count;
    qiao_status st = QIAO_OK;

    for (size_t at = 0; st == QIAO_OK && at < found->length; at += strlen(found->data + at) + 1) {
        uint32_t index = 0, count = set->count;

        st = qiaoi_key_set_add(set, QIAOI_ZH, found->data + at, strlen(found->data + at), &index, err);
        if (st == QIAO_OK && set->count > count)
            set->entries[index].cost = COMPOUND_COST;
    }
    *added_out = set->count - before;
    return st;
}

static uint64_t
count_stems(const qiao_lexicon *base)
{
    uint64_t count = 0;

    for (uint64_t s = 0; s < base->sense_count; s++)
        if ((uint64_t)base->senses[s].first_stem + base->senses[s].stem_count > count)
            count = (uint64_t)base->senses[s].first_stem + base->senses[s].stem_count;
    return count;
}

qiao_status
qiaoi_write_compounds(const qiao_lexicon *base, const qiao_buffer *found, const char *path, uint64_t *added_out,
                      qiao_error *err)
{
    qiaoi_key_set set = {0};
    qiao_status st = qiaoi_key_set_copy(&set, base, err);

    if (st == QIAO_OK)
        st = add_compounds(&set, found, added_out, err);
    if (st == QIAO_OK)
        st = qiaoi_lexicon_write(
            path, &set,
            (const qiaoi_section_data[]){{QIAOI_SECTION_META, 1, base->version, strlen(base->version) + 1},
                                         {QIAOI_SECTION_NORMAL, 2, base->normal, 65536},
                                         {QIAOI_SECTION_NORMAL_JA, 2, base->normal_ja, 65536},
                                         {QIAOI_SECTION_SENSES, sizeof(qiaoi_sense), base->senses, base->sense_count},
                                         {QIAOI_SECTION_SENSE_STEMS, 4, base->sense_stems, count_stems(base)},
                                         {QIAOI_SECTION_STRINGS, 1, base->strings, base->strings_size}},
            6, err);
    qiaoi_key_set_done(&set);
    return st;
}

qiao_status
qiaoi_find_compounds(const qiaoi_learn_text *texts, size_t count, const qiao_lexicon *base, unsigned threads,
                     const char *path, qiao_buffer *found, qiao_lexicon **out, uint64_t *compounds_out, qiao_error *err)
{
    search s = {.texts = texts, .count = count, .lexicon = base, .part_count = threads, .found = found};
    qiao_lexicon *working = NULL;
    bool more = true;
    qiao_status st = QIAO_OK;

    *out = NULL;
    *compounds_out = 0;
    for (unsigned round = 0; round < ROUNDS && more && st == QIAO_OK; round++) {
        st = search_once(&s, &more, err);
        if (st != QIAO_OK || !more)
            break;
        qiao_lexicon_close(working); /* before its file is written anew */
        working = NULL;
        st = qiaoi_write_compounds(base, found, path, compounds_out, err);
        if (st == QIAO_OK)
            st = qiao_lexicon_open(path, &working, err);
        s.lexicon = working;
    }
    if (st != QIAO_OK) {
        qiao_lexicon_close(working);
        (void)unlink(path);
        return st;
    }
    *out = working;
    return QIAO_OK;
}
