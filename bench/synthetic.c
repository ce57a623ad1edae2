/* The corpus of synthetic.h. Integer arithmetic apart from exp and log: the hash tells whether two machines agree. */
#include "synthetic.h"

#include "qiao/file.h"
#include "qiao/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPIC_TERMS 2000u
#define WORDS_OFFSET 10.0
#define TOPIC_OFFSET 5.0
#define LENGTH_MEAN 120.0
#define LENGTH_SPREAD 0.5

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t
next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double
uniform(uint64_t *state)
{
    return (double)(next(state) >> 11) / 9007199254740992.0;
}

/* A rank below count with probability in proportion to 1 / (rank + offset). */
static uint32_t
zipf(uint64_t *state, double count, double offset)
{
    uint32_t rank = (uint32_t)(offset * (exp(uniform(state) * log((count + offset) / offset)) - 1.0));

    return rank < (uint32_t)count ? rank : (uint32_t)count - 1;
}

static uint32_t
draw(uint64_t *state, uint32_t topic)
{
    if ((next(state) & 1u) == 0)
        return zipf(state, SYNTHETIC_TERMS, WORDS_OFFSET);
    /* a topic's words lie all over the vocabulary, most of them among the rarer ones */
    uint64_t mixed = (uint64_t)topic << 32 | zipf(state, TOPIC_TERMS, TOPIC_OFFSET);

    return (uint32_t)(next(&mixed) % SYNTHETIC_TERMS);
}

static uint32_t
draw_length(uint64_t *state)
{
    double gauss = 0, length;

    for (int i = 0; i < 12; i++)
        gauss += uniform(state);
    length = LENGTH_MEAN * exp((gauss - 6.0) * LENGTH_SPREAD - LENGTH_SPREAD * LENGTH_SPREAD / 2.0);
    return length < 8 ? 8u : length > SYNTHETIC_LENGTH_MAX ? SYNTHETIC_LENGTH_MAX : (uint32_t)length;
}

static int
compare_terms(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* Words to distinct terms with their times, into corpus->entries from `at` on. */
static uint64_t
add_record(synthetic *corpus, uint32_t record, uint32_t *words, uint64_t at)
{
    uint32_t length = corpus->lengths[record];

    qsort(words, length, sizeof *words, compare_terms);
    for (uint32_t i = 0; i < length;) {
        uint32_t times = 0, term = words[i];

        for (; i < length && words[i] == term; i++)
            times++;
        corpus->entries[at++] = term << 8 | (times > 255u ? 255u : times);
        corpus->df[term]++;
    }
    return at;
}

static uint32_t
topic_of(const synthetic_options *options, uint32_t record, uint64_t *state)
{
    uint32_t drawn = (uint32_t)(next(state) % SYNTHETIC_TOPICS);

    return options->by_topic ? (uint32_t)((uint64_t)record * SYNTHETIC_TOPICS / options->records) : drawn;
}

static qiao_status
make_records(const synthetic_options *options, synthetic *corpus, qiao_error *err)
{
    uint64_t state = options->seed, total = 0, at = 0;
    uint32_t words[SYNTHETIC_LENGTH_MAX];

    for (uint32_t r = 0; r < options->records; r++)
        total += corpus->lengths[r] = draw_length(&state);
    corpus->mean_length = (double)total / options->records;
    corpus->entries = qiao_alloc((total + 1) * sizeof *corpus->entries);
    if (corpus->entries == NULL)
        return qiao_fail_memory(err);
    for (uint32_t r = 0; r < options->records; r++) {
        uint32_t topic = topic_of(options, r, &state);

        for (uint32_t i = 0; i < corpus->lengths[r]; i++)
            words[i] = draw(&state, topic);
        corpus->starts[r] = at;
        at = add_record(corpus, r, words, at);
    }
    corpus->starts[options->records] = at;
    return QIAO_OK;
}

static bool
has_term(const synthetic_term *terms, uint32_t count, uint32_t term)
{
    for (uint32_t i = 0; i < count; i++)
        if (terms[i].term == term)
            return true;
    return false;
}

static void
make_queries(const synthetic_options *options, synthetic *corpus)
{
    uint64_t state = options->seed ^ 0x5155455259u;

    for (uint32_t q = 0; q < options->queries; q++) {
        synthetic_term *terms = corpus->queries + (size_t)q * options->query_terms;
        uint32_t topic = (uint32_t)(next(&state) % SYNTHETIC_TOPICS), count = 0;

        while (count < options->query_terms) {
            uint32_t term = draw(&state, topic);

            if (corpus->df[term] > 0 && !has_term(terms, count, term))
                terms[count++] = (synthetic_term){term, (float)(0.5 + 1.5 * uniform(&state))};
        }
        qsort(terms, count, sizeof *terms, compare_terms);
    }
}

qiao_status
synthetic_make(const synthetic_options *options, synthetic *out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    memset(out, 0, sizeof *out);
    out->records = options->records;
    out->query_count = options->queries;
    out->query_terms = options->query_terms;
    out->starts = qiao_alloc(((size_t)options->records + 1) * sizeof *out->starts);
    out->lengths = qiao_alloc(((size_t)options->records + 1) * sizeof *out->lengths);
    out->df = qiao_calloc(SYNTHETIC_TERMS, sizeof *out->df);
    out->queries = qiao_alloc(((size_t)options->queries * options->query_terms + 1) * sizeof *out->queries);
    if (out->starts == NULL || out->lengths == NULL || out->df == NULL || out->queries == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = make_records(options, out, err);
    if (st == QIAO_OK)
        make_queries(options, out);
    else
        synthetic_done(out);
    return st;
}

void
synthetic_done(synthetic *corpus)
{
    qiao_free(corpus->starts);
    qiao_free(corpus->entries);
    qiao_free(corpus->lengths);
    qiao_free(corpus->df);
    qiao_free(corpus->queries);
    memset(corpus, 0, sizeof *corpus);
}

void
synthetic_hash(const synthetic *corpus, char hex_out[33])
{
    uint64_t parts[2] = {
        qiao_hash64(corpus->entries, corpus->starts[corpus->records] * sizeof *corpus->entries, corpus->records),
        qiao_hash64(corpus->queries, (size_t)corpus->query_count * corpus->query_terms * sizeof *corpus->queries, 0)};

    qiao_hash128_hex(parts, sizeof parts, hex_out);
}

static bool
write_corpus(const synthetic *corpus, FILE *file)
{
    bool written = fwrite(&corpus->records, 4, 1, file) == 1;

    for (uint32_t r = 0; written && r < corpus->records; r++) {
        uint32_t count = (uint32_t)(corpus->starts[r + 1] - corpus->starts[r]);

        written =
            fwrite(&count, 4, 1, file) == 1 && fwrite(corpus->entries + corpus->starts[r], 4, count, file) == count;
    }
    return written;
}

static bool
write_queries(const synthetic *corpus, FILE *file)
{
    for (uint32_t q = 0; q < corpus->query_count; q++)
        for (uint32_t i = 0; i < corpus->query_terms; i++) {
            const synthetic_term *term = &corpus->queries[(size_t)q * corpus->query_terms + i];

            fprintf(file, "%u:%.9g%c", term->term, (double)term->weight, i + 1 == corpus->query_terms ? '\n' : ' ');
        }
    return ferror(file) == 0;
}

qiao_status
synthetic_export(const synthetic *corpus, const char *folder, qiao_error *err)
{
    static const struct {
        const char *name;
        bool (*write)(const synthetic *, FILE *);
    } files[] = {{"corpus.bin", write_corpus}, {"queries.tsv", write_queries}};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[4200];
        FILE *file;
        bool written;

        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        file = fopen(path, "wb");
        written = file != NULL && files[i].write(corpus, file);
        if (file != NULL)
            written = fclose(file) == 0 && written;
        if (!written)
            return qiao_fail(err, QIAO_E_IO, "%s could not be written", path);
    }
    return QIAO_OK;
}
