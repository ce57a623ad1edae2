/* MinHash by one permutation: each word falls into one bin and competes there alone, so a record costs one hash a word.
 * An empty bin takes the value of the next filled one (Shrivastava and Li 2014), marked by the distance. */
#include "indexing/duplicates_sketch.h"

#include "qiao/file.h"
#include "store/generation_internal.h"

#include <string.h>

#define ROWS (QIAOI_DUPLICATE_BINS / QIAOI_DUPLICATE_BANDS)
#define SEED_TERM 0x71a0f3d2c4b59687u
#define SEED_ENTRY 0x3c6ef372fe94f82bu
#define SEED_BAND 0xa54ff53a5f1d36f1u
#define EMPTY UINT64_MAX

#define RARE_LEAST 20u
#define RARE_SHARE 64u /* one record of so many */

bool
qiaoi_sketch_words_init(qiaoi_sketch_words *words, const qiaoi_corpus *corpus, uint32_t entry_count, qiao_kind kind)
{
    uint32_t documents = corpus->statistics_kept
                             ? qiaoi_generation_statistics(corpus->parent->generation, kind)->documents
                             : corpus->count[kind];
    uint32_t share = documents / RARE_SHARE; /* of those that the numbers below were counted in */

    *words =
        (qiaoi_sketch_words){.term_hashes = qiao_alloc(((size_t)corpus->term_count + 1) * sizeof *words->term_hashes),
                             .term_df = corpus->term_df + (size_t)kind * corpus->term_count,
                             .entry_df = corpus->entry_df + (size_t)kind * entry_count,
                             .rare = share < RARE_LEAST ? RARE_LEAST : share};
    for (uint32_t t = 0; words->term_hashes != NULL && t < corpus->term_count; t++) {
        const char *text = corpus->term_bytes.data + corpus->term_offsets[t];

        words->term_hashes[t] = qiao_hash64(text, strlen(text), SEED_TERM);
    }
    return words->term_hashes != NULL;
}

void
qiaoi_sketch_words_done(qiaoi_sketch_words *words)
{
    qiao_free(words->term_hashes);
    words->term_hashes = NULL;
}

uint32_t
qiaoi_sketch_rare(const qiaoi_sketch_words *words, const qiaoi_document *document, uint64_t *out)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < document->term_count; i++)
        if (words->term_df[document->terms[i].id] <= words->rare)
            out[n++] = words->term_hashes[document->terms[i].id];
    for (uint32_t i = 0; i < document->entry_count; i++)
        if (words->entry_df[document->entries[i].id] <= words->rare)
            out[n++] = qiao_hash64(&document->entries[i].id, sizeof document->entries[i].id, SEED_ENTRY);
    return n;
}

bool
qiaoi_sketch_bands(const uint64_t *words, uint32_t count, uint64_t keys[QIAOI_DUPLICATE_BANDS])
{
    uint64_t bins[QIAOI_DUPLICATE_BINS], filled[QIAOI_DUPLICATE_BINS];

    if (count < QIAOI_DUPLICATE_WORDS)
        return false;
    for (uint32_t b = 0; b < QIAOI_DUPLICATE_BINS; b++)
        bins[b] = EMPTY;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t *bin = &bins[words[i] % QIAOI_DUPLICATE_BINS], value = words[i] / QIAOI_DUPLICATE_BINS;

        if (value < *bin)
            *bin = value;
    }
    for (uint32_t b = 0; b < QIAOI_DUPLICATE_BINS; b++) {
        uint32_t step = 0;

        while (bins[(b + step) % QIAOI_DUPLICATE_BINS] == EMPTY)
            step++;
        filled[b] = bins[(b + step) % QIAOI_DUPLICATE_BINS] + ((uint64_t)step << 58);
    }
    for (uint32_t band = 0; band < QIAOI_DUPLICATE_BANDS; band++) {
        uint64_t rows[ROWS]; /* far from each other: neighbours may have been filled by one word */

        for (uint32_t row = 0; row < ROWS; row++)
            rows[row] = filled[band + row * QIAOI_DUPLICATE_BANDS];
        keys[band] = qiao_hash64(rows, sizeof rows, SEED_BAND + band);
    }
    return true;
}

bool
qiaoi_sketch_marks_init(qiaoi_sketch_marks *marks, uint32_t terms, uint32_t entries)
{
    *marks = (qiaoi_sketch_marks){.terms = qiao_calloc((size_t)terms + 1, sizeof *marks->terms),
                                  .entries = qiao_calloc((size_t)entries + 1, sizeof *marks->entries)};
    return marks->terms != NULL && marks->entries != NULL;
}

void
qiaoi_sketch_marks_done(qiaoi_sketch_marks *marks)
{
    qiao_free(marks->terms);
    qiao_free(marks->entries);
}

void
qiaoi_sketch_mark(qiaoi_sketch_marks *marks, const qiaoi_document *document)
{
    marks->round++;
    for (uint32_t i = 0; i < document->term_count; i++)
        marks->terms[document->terms[i].id] = marks->round;
    for (uint32_t i = 0; i < document->entry_count; i++)
        marks->entries[document->entries[i].id] = marks->round;
    marks->count = document->term_count + document->entry_count;
}

qiaoi_likeness
qiaoi_sketch_likeness(const qiaoi_sketch_marks *marks, const qiaoi_document *document)
{
    uint32_t both = 0, count = document->term_count + document->entry_count;

    for (uint32_t i = 0; i < document->term_count; i++)
        both += marks->terms[document->terms[i].id] == marks->round;
    for (uint32_t i = 0; i < document->entry_count; i++)
        both += marks->entries[document->entries[i].id] == marks->round;
    if (count == 0 || marks->count == 0)
        return (qiaoi_likeness){0, 0};
    return (qiaoi_likeness){(int32_t)((uint64_t)both * 1000000 / (count + marks->count - both)),
                            (int32_t)((uint64_t)both * 1000000 / (count < marks->count ? count : marks->count))};
}
