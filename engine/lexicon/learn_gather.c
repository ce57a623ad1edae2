/*
 * All texts to parallel sentences. Each thread reads and aligns consecutive texts and numbers the stems that the
 * dictionary lacks for itself; the parts are then joined in the order of the texts, so the result does not depend on
 * how many threads there were. Words that stand in Latin letters on both sides translate themselves and are left out.
 */
#include "lexicon/learn_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct gathered_pair {
    size_t chinese, english; /* first words, in the part's buffers */
    uint32_t chinese_count, english_count;
} gathered_pair;

typedef struct gather_part {
    qiaoi_reader reader;
    qiaoi_aligner *aligner;
    qiaoi_sentences chinese_text, english_text; /* of the text being read */
    qiao_buffer beads;
    qiao_buffer chinese, english, pairs; /* result: uint32_t, uint32_t, gathered_pair */
    qiao_status status;
    qiao_error error;
} gather_part;

typedef struct gathering {
    const qiaoi_learn_text *texts;
    size_t count;
    const qiao_lexicon *lexicon;
    qiaoi_stem_numbers numbers;
    gather_part *parts;
    unsigned part_count;
} gathering;

/* ---- one part ---- */

static bool
take_out(uint32_t *words, uint32_t *count, uint32_t word)
{
    for (uint32_t i = 0; i < *count; i++)
        if (words[i] == word) {
            memmove(words + i, words + i + 1, (--*count - i) * sizeof *words);
            return true;
        }
    return false;
}

/* The words of a bead on both sides, without gaps and without Latin words that stand on both. */
static void
keep_bead(gather_part *part, const qiaoi_bead *bead)
{
    uint32_t chinese[QIAOI_SENTENCE_WORDS_MAX], english[QIAOI_SENTENCE_WORDS_MAX], chinese_count = 0, english_count = 0;
    const qiaoi_sentence *c = qiaoi_sentence_items(&part->chinese_text) + bead->chinese,
                         *c_end = c + bead->chinese_count;
    const qiaoi_sentence *e = qiaoi_sentence_items(&part->english_text) + bead->english,
                         *e_end = e + bead->english_count;
    gathered_pair pair = {part->chinese.length / sizeof(uint32_t), part->english.length / sizeof(uint32_t), 0, 0};

    for (; e < e_end; e++) {
        if (e->count > QIAOI_SENTENCE_WORDS_MAX - english_count)
            return;
        memcpy(english + english_count, qiaoi_sentence_words(&part->english_text) + e->first,
               e->count * sizeof *english);
        english_count += e->count;
    }
    for (; c < c_end; c++)
        for (uint32_t i = 0; i < c->count; i++) {
            uint32_t word = qiaoi_sentence_words(&part->chinese_text)[c->first + i];

            if (word == 0)
                continue;
            if ((word & QIAOI_LATIN_WORD) != 0) {
                (void)take_out(english, &english_count, word & ~QIAOI_LATIN_WORD);
                continue;
            }
            if (chinese_count == QIAOI_SENTENCE_WORDS_MAX)
                return;
            chinese[chinese_count++] = word;
        }
    if (chinese_count == 0 || english_count == 0)
        return;
    pair.chinese_count = chinese_count;
    pair.english_count = english_count;
    qiao_buffer_append(&part->chinese, chinese, chinese_count * sizeof *chinese);
    qiao_buffer_append(&part->english, english, english_count * sizeof *english);
    qiao_buffer_append(&part->pairs, &pair, sizeof pair);
}

static qiao_status
gather_text(gather_part *part, const qiaoi_learn_text *text, qiao_error *err)
{
    const qiaoi_bead *beads;
    qiao_status st;

    qiao_buffer_clear(&part->chinese_text.words);
    qiao_buffer_clear(&part->chinese_text.items);
    qiao_buffer_clear(&part->english_text.words);
    qiao_buffer_clear(&part->english_text.items);
    qiao_buffer_clear(&part->beads);
    st = qiaoi_read_chinese(&part->reader, text->chinese, text->chinese_length, &part->chinese_text, err);
    if (st == QIAO_OK)
        st = qiaoi_read_english(&part->reader, text->english, text->english_length, &part->english_text, err);
    if (st == QIAO_OK)
        st = qiaoi_align(part->aligner, &part->chinese_text, &part->english_text, &part->beads, err);
    if (st != QIAO_OK)
        return st;
    beads = (const qiaoi_bead *)(const void *)part->beads.data;
    for (size_t i = 0; i < part->beads.length / sizeof *beads; i++)
        keep_bead(part, &beads[i]);
    return part->chinese.failed || part->english.failed || part->pairs.failed ? qiao_fail_memory(err) : QIAO_OK;
}

static void
gather_part_of(void *context, unsigned index)
{
    gathering *g = context;
    gather_part *part = &g->parts[index];
    size_t end = g->count * (index + 1) / g->part_count;
    qiao_status st = qiaoi_reader_init(&part->reader, g->lexicon, &g->numbers, &part->error);

    if (st == QIAO_OK)
        st = qiaoi_aligner_new(g->lexicon, &g->numbers, &part->aligner, &part->error);
    for (size_t t = g->count * index / g->part_count; t < end && st == QIAO_OK; t++)
        st = gather_text(part, &g->texts[t], &part->error);
    part->status = st;
}

static void
free_part(gather_part *part)
{
    qiaoi_reader_done(&part->reader);
    qiaoi_aligner_free(part->aligner);
    qiaoi_sentences_done(&part->chinese_text);
    qiaoi_sentences_done(&part->english_text);
    qiao_buffer_done(&part->beads);
    qiao_buffer_done(&part->chinese);
    qiao_buffer_done(&part->english);
    qiao_buffer_done(&part->pairs);
}

/* ---- joining ---- */

typedef struct used_stem {
    const char *text;
    uint32_t number; /* over all parts */
} used_stem;

static int
compare_stems(const void *a, const void *b)
{
    return strcmp(((const used_stem *)a)->text, ((const used_stem *)b)->text);
}

/* The stems of one part numbered as those of all: the dictionary's keep their number, the others get one in order of
 * parts. */
static qiao_status
number_over_parts(const gathering *g, qiaoi_key_set *all, uint32_t **maps, qiao_error *err)
{
    for (unsigned p = 0; p < g->part_count; p++) {
        const qiaoi_key_set *added = &g->parts[p].reader.added;

        maps[p] = qiao_alloc((added->count + 1) * sizeof **maps);
        if (maps[p] == NULL)
            return qiao_fail_memory(err);
        for (uint32_t i = 0; i < added->count; i++) {
            qiao_status st = qiaoi_key_set_add(all, QIAOI_ZH, added->keys.data + added->entries[i].key,
                                               added->entries[i].key_length, &maps[p][i], err);

            if (st != QIAO_OK)
                return st;
            maps[p][i] += g->numbers.known.count;
        }
    }
    return QIAO_OK;
}

static qiao_status
copy_words(const gathering *g, uint32_t *const *maps, qiaoi_parallel *out, qiao_error *err)
{
    uint32_t known = g->numbers.known.count;
    size_t chinese = 0, english = 0, pairs = 0;
    qiaoi_repeats repeats = {0};
    qiao_status st = QIAO_OK;

    for (unsigned p = 0; p < g->part_count; p++) {
        chinese += g->parts[p].chinese.length;
        english += g->parts[p].english.length;
        pairs += g->parts[p].pairs.length / sizeof(gathered_pair);
    }
    out->chinese = qiao_alloc(chinese);
    out->english = qiao_alloc(english);
    out->chinese_starts = qiao_alloc((pairs + 1) * sizeof *out->chinese_starts);
    out->english_starts = qiao_alloc((pairs + 1) * sizeof *out->english_starts);
    if (out->chinese == NULL || out->english == NULL || out->chinese_starts == NULL || out->english_starts == NULL)
        return qiao_fail_memory(err);
    if (pairs >= UINT32_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%zu sentence pairs are more than can be learned from", pairs);
    chinese = english = 0;
    for (unsigned p = 0; p < g->part_count && st == QIAO_OK; p++) {
        const gather_part *part = &g->parts[p];
        const gathered_pair *pair = (const gathered_pair *)(const void *)part->pairs.data;
        const uint32_t *c = (const uint32_t *)(const void *)part->chinese.data,
                       *e = (const uint32_t *)(const void *)part->english.data;

        for (size_t i = 0; i < part->pairs.length / sizeof *pair && st == QIAO_OK; i++, pair++) {
            uint64_t hash;
            bool fresh = false;

            memcpy(out->chinese + chinese, c + pair->chinese, pair->chinese_count * sizeof *c);
            for (uint32_t k = 0; k < pair->english_count; k++) {
                uint32_t word = e[pair->english + k];

                out->english[english + k] = word < known ? word : maps[p][word - known];
            }
            hash = qiao_hash64(out->chinese + chinese, pair->chinese_count * sizeof *c, pair->english_count);
            hash = qiao_hash64(out->english + english, pair->english_count * sizeof *e, hash);
            st = qiaoi_repeats_add(&repeats, hash, QIAOI_REPEATS_MAX, &fresh, err);
            if (st != QIAO_OK || !fresh)
                continue;
            out->chinese_starts[out->count] = chinese;
            out->english_starts[out->count++] = english;
            chinese += pair->chinese_count;
            english += pair->english_count;
        }
    }
    out->chinese_starts[out->count] = chinese;
    out->english_starts[out->count] = english;
    qiaoi_repeats_done(&repeats);
    return st;
}

/* Entries that occur, ascending, and the words as places in that list. */
static qiao_status
renumber_chinese(const qiao_lexicon *lexicon, qiaoi_parallel *out, qiao_error *err)
{
    uint64_t total = out->chinese_starts[out->count];
    uint32_t *place = qiao_calloc((size_t)lexicon->entry_count + 1, sizeof *place);

    if (place == NULL)
        return qiao_fail_memory(err);
    for (uint64_t i = 0; i < total; i++)
        if (place[out->chinese[i] - 1]++ == 0)
            out->chinese_words++;
    out->entries = qiao_alloc(((size_t)out->chinese_words + 1) * sizeof *out->entries);
    if (out->entries == NULL) {
        qiao_free(place);
        return qiao_fail_memory(err);
    }
    out->chinese_words = 0;
    for (uint32_t e = 0; e < lexicon->entry_count; e++)
        if (place[e] != 0) {
            out->entries[out->chinese_words] = e;
            place[e] = out->chinese_words++;
        }
    for (uint64_t i = 0; i < total; i++)
        out->chinese[i] = place[out->chinese[i] - 1];
    qiao_free(place);
    return QIAO_OK;
}

static const char *
stem_text(const gathering *g, const qiaoi_key_set *all, uint32_t number)
{
    uint32_t known = g->numbers.known.count;

    return number < known ? g->numbers.known.keys.data + g->numbers.known.entries[number].key
                          : all->keys.data + all->entries[number - known].key;
}

/* Stems that occur, ascending by text, and the words as places in that list. */
static qiao_status
renumber_english(const gathering *g, const qiaoi_key_set *all, qiaoi_parallel *out, qiao_error *err)
{
    size_t numbers = (size_t)g->numbers.known.count + all->count;
    uint64_t total = out->english_starts[out->count];
    uint32_t *place = qiao_calloc(numbers + 1, sizeof *place), used = 0;
    used_stem *stems = NULL;
    qiao_status st = QIAO_OK;

    out->arena = qiao_arena_new(1u << 16);
    if (place == NULL || out->arena == NULL) {
        st = qiao_fail_memory(err);
        goto out;
    }
    for (uint64_t i = 0; i < total; i++)
        used += place[out->english[i]]++ == 0;
    stems = qiao_alloc(((size_t)used + 1) * sizeof *stems);
    out->stems = qiao_alloc(((size_t)used + 1) * sizeof *out->stems);
    if (stems == NULL || out->stems == NULL) {
        st = qiao_fail_memory(err);
        goto out;
    }
    for (uint32_t n = 0; n < numbers; n++)
        if (place[n] != 0)
            stems[out->english_words++] = (used_stem){stem_text(g, all, n), n};
    qsort(stems, used, sizeof *stems, compare_stems);
    for (uint32_t i = 0; i < used; i++) {
        place[stems[i].number] = i;
        out->stems[i] = qiao_arena_strndup(out->arena, stems[i].text, strlen(stems[i].text));
        if (out->stems[i] == NULL) {
            st = qiao_fail_memory(err);
            goto out;
        }
    }
    for (uint64_t i = 0; i < total; i++)
        out->english[i] = place[out->english[i]];
out:
    qiao_free(stems);
    qiao_free(place);
    return st;
}

static qiao_status
join(const gathering *g, qiaoi_parallel *out, qiao_error *err)
{
    uint32_t *maps[QIAOI_PARTS_MAX] = {NULL};
    qiaoi_key_set all = {0};
    qiao_status st = number_over_parts(g, &all, maps, err);

    if (st == QIAO_OK)
        st = copy_words(g, maps, out, err);
    if (st == QIAO_OK)
        st = renumber_chinese(g->lexicon, out, err);
    if (st == QIAO_OK)
        st = renumber_english(g, &all, out, err);
    for (unsigned p = 0; p < g->part_count; p++)
        qiao_free(maps[p]);
    qiaoi_key_set_done(&all);
    return st;
}

/* ---- the whole ---- */

static qiao_status
gather_parts(gathering *g, unsigned threads, qiao_error *err)
{
    g->part_count = threads;
    g->parts = qiao_calloc(threads, sizeof *g->parts);
    if (g->parts == NULL)
        return qiao_fail_memory(err);
    qiaoi_in_parts(threads, gather_part_of, g);
    for (unsigned p = 0; p < threads; p++)
        if (g->parts[p].status != QIAO_OK) {
            if (err != NULL)
                *err = g->parts[p].error;
            return g->parts[p].status;
        }
    return QIAO_OK;
}

qiao_status
qiaoi_gather(const qiaoi_learn_text *texts, size_t count, const qiao_lexicon *lexicon, unsigned threads,
             qiaoi_parallel *out, qiao_error *err)
{
    gathering g = {.texts = texts, .count = count, .lexicon = lexicon};
    qiao_status st;

    memset(out, 0, sizeof *out);
    st = qiaoi_stem_numbers_init(&g.numbers, lexicon, err);
    if (st == QIAO_OK)
        st = gather_parts(&g, threads, err);
    if (st == QIAO_OK)
        st = join(&g, out, err);
    for (unsigned p = 0; g.parts != NULL && p < g.part_count; p++)
        free_part(&g.parts[p]);
    qiao_free(g.parts);
    qiaoi_stem_numbers_done(&g.numbers);
    if (st != QIAO_OK)
        qiaoi_parallel_done(out);
    return st;
}

void
qiaoi_parallel_done(qiaoi_parallel *parallel)
{
    qiao_free(parallel->chinese_starts);
    qiao_free(parallel->english_starts);
    qiao_free(parallel->chinese);
    qiao_free(parallel->english);
    qiao_free(parallel->entries);
    qiao_free(parallel->stems);
    qiao_arena_free(parallel->arena);
    memset(parallel, 0, sizeof *parallel);
}
