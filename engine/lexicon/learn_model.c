/*
 * Translation model: IBM Model 1 (Brown et al. 1993) in both directions, trained to agree (after Liang, Taskar and
 * Klein 2006).
 *
 * Every English word of a sentence comes from one of the Chinese words, or from none of them, with probability
 * P(english | chinese), and every Chinese word likewise from an English one. A link counts with the geometric mean of
 * what the two directions make of it, so a rare word cannot gather the leftovers of its sentence, as it does where one
 * direction decides alone. Expectation maximisation over flat arrays.
 *
 * Each round has two passes, and each number is summed by one thread in one order, whatever the number of threads:
 * first, by sentence, how much probability all Chinese words together give each English word; then, by Chinese word,
 * the expected counts, from which the shares of both directions follow.
 */
#include "lexicon/learn_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 8u
#define COUNT_LEAST 0.25  /* expected count of a link that is kept */
#define SHARE_LEAST 0.005 /* its probability */
#define SHARE_FLOOR 1e-9f /* what is less is nothing: keeps the arithmetic away from denormal numbers */

/* What a thread needs to look at one row: by English word. */
typedef struct row_scratch {
    float *forward, *backward;
    double *sums;
    uint32_t *stamps;
    qiao_buffer links; /* last round: qiaoi_link[] */
} row_scratch;

typedef struct model {
    const qiaoi_parallel *text;
    unsigned threads;
    uint64_t *occurrence_starts; /* [chinese_words + 1] */
    uint32_t *occurrences;       /* sentences of each Chinese word, ascending, once for each time it stands there */
    uint64_t *row_starts;        /* [chinese_words + 1] */
    uint32_t *row_words;         /* English words that stand in a sentence with it, in order of appearance */
    float *forward, *backward;   /* beside row_words: P(english | chinese), P(chinese | english) */
    float *from_nothing;         /* [english_words]: P(english | no Chinese word) */
    float *to_nothing;           /* [chinese_words]: P(chinese | no English word) */
    double *row_totals;          /* [chinese_words]: expected counts */
    double *column_totals;       /* [english_words] */
    float *weights;              /* by English word of the text: 1 / what all Chinese words of its sentence give it */
    uint32_t borders[QIAOI_PARTS_MAX + 1]; /* Chinese words of each thread */
    row_scratch scratch[QIAOI_PARTS_MAX];
    bool last;
} model;

/* ---- arrays ---- */

static qiao_status
list_occurrences(model *m, qiao_error *err)
{
    const qiaoi_parallel *text = m->text;
    uint64_t total = text->chinese_starts[text->count], *fill;

    m->occurrence_starts = qiao_calloc((size_t)text->chinese_words + 2, sizeof *m->occurrence_starts);
    m->occurrences = qiao_alloc(total * sizeof *m->occurrences);
    if (m->occurrence_starts == NULL || m->occurrences == NULL)
        return qiao_fail_memory(err);
    fill = m->occurrence_starts + 1; /* counts one place ahead, so that filling turns them into starts */
    for (uint64_t i = 0; i < total; i++)
        fill[text->chinese[i] + 1]++;
    for (uint32_t w = 0; w < text->chinese_words; w++)
        fill[w + 1] += fill[w];
    for (uint32_t s = 0; s < text->count; s++)
        for (uint64_t i = text->chinese_starts[s]; i < text->chinese_starts[s + 1]; i++)
            m->occurrences[fill[text->chinese[i]]++] = s;
    return QIAO_OK;
}

static void
share_out(model *m)
{
    uint64_t total = m->occurrence_starts[m->text->chinese_words];
    uint32_t word = 0;

    for (unsigned t = 0; t <= m->threads; t++) {
        while (word < m->text->chinese_words && m->occurrence_starts[word] < total * t / m->threads)
            word++;
        m->borders[t] = word;
    }
    m->borders[m->threads] = m->text->chinese_words;
}

static qiao_status
make_scratch(model *m, qiao_error *err)
{
    size_t words = (size_t)m->text->english_words + 1;

    for (unsigned t = 0; t < m->threads; t++) {
        row_scratch *scratch = &m->scratch[t];

        scratch->forward = qiao_calloc(words, sizeof *scratch->forward);
        scratch->backward = qiao_calloc(words, sizeof *scratch->backward);
        scratch->sums = qiao_calloc(words, sizeof *scratch->sums);
        scratch->stamps = qiao_calloc(words, sizeof *scratch->stamps);
        if (scratch->forward == NULL || scratch->backward == NULL || scratch->sums == NULL || scratch->stamps == NULL)
            return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

/* English words of the row of one Chinese word: counted, and written where there is room for them. */
static uint64_t
visit_row(const model *m, row_scratch *scratch, uint32_t word, uint32_t stamp, uint32_t *row)
{
    const qiaoi_parallel *text = m->text;
    uint64_t count = 0;

    for (uint64_t o = m->occurrence_starts[word]; o < m->occurrence_starts[word + 1]; o++) {
        uint32_t s = m->occurrences[o];

        for (uint64_t i = text->english_starts[s]; i < text->english_starts[s + 1]; i++) {
            uint32_t e = text->english[i];

            if (scratch->stamps[e] == stamp)
                continue;
            scratch->stamps[e] = stamp;
            if (row != NULL)
                row[count] = e;
            count++;
        }
    }
    return count;
}

static void
count_rows(void *context, unsigned part)
{
    model *m = context;

    for (uint32_t w = m->borders[part]; w < m->borders[part + 1]; w++)
        m->row_starts[w + 1] = visit_row(m, &m->scratch[part], w, w + 1, NULL);
}

static void
fill_rows(void *context, unsigned part)
{
    model *m = context;

    memset(m->scratch[part].stamps, 0, m->text->english_words * sizeof *m->scratch[part].stamps);
    for (uint32_t w = m->borders[part]; w < m->borders[part + 1]; w++)
        (void)visit_row(m, &m->scratch[part], w, w + 1, m->row_words + m->row_starts[w]);
}

static void
fill_with_one(float *shares, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        shares[i] = 1.0f;
}

static qiao_status
make_shares(model *m, qiao_error *err)
{
    uint64_t total = m->row_starts[m->text->chinese_words];
    size_t chinese = m->text->chinese_words, english = m->text->english_words;

    m->row_words = qiao_alloc(total * sizeof *m->row_words);
    m->forward = qiao_alloc(total * sizeof *m->forward);
    m->backward = qiao_alloc(total * sizeof *m->backward);
    m->from_nothing = qiao_alloc(english * sizeof *m->from_nothing);
    m->to_nothing = qiao_alloc(chinese * sizeof *m->to_nothing);
    m->row_totals = qiao_calloc(chinese, sizeof *m->row_totals);
    m->column_totals = qiao_calloc(english, sizeof *m->column_totals);
    m->weights = qiao_alloc(m->text->english_starts[m->text->count] * sizeof *m->weights);
    if (m->row_words == NULL || m->forward == NULL || m->backward == NULL || m->from_nothing == NULL ||
        m->to_nothing == NULL || m->row_totals == NULL || m->column_totals == NULL || m->weights == NULL)
        return qiao_fail_memory(err);
    fill_with_one(m->forward, total);
    fill_with_one(m->backward, total);
    fill_with_one(m->from_nothing, english);
    fill_with_one(m->to_nothing, chinese);
    return QIAO_OK;
}

static qiao_status
make_rows(model *m, qiao_error *err)
{
    qiao_status st;

    m->row_starts = qiao_calloc((size_t)m->text->chinese_words + 1, sizeof *m->row_starts);
    if (m->row_starts == NULL)
        return qiao_fail_memory(err);
    qiaoi_in_parts(m->threads, count_rows, m);
    for (uint32_t w = 0; w < m->text->chinese_words; w++)
        m->row_starts[w + 1] += m->row_starts[w];
    st = make_shares(m, err);
    if (st == QIAO_OK)
        qiaoi_in_parts(m->threads, fill_rows, m);
    return st;
}

static void
free_model(model *m)
{
    for (unsigned t = 0; t < m->threads; t++) {
        qiao_free(m->scratch[t].forward);
        qiao_free(m->scratch[t].backward);
        qiao_free(m->scratch[t].sums);
        qiao_free(m->scratch[t].stamps);
        qiao_buffer_done(&m->scratch[t].links);
    }
    qiao_free(m->occurrence_starts);
    qiao_free(m->occurrences);
    qiao_free(m->row_starts);
    qiao_free(m->row_words);
    qiao_free(m->forward);
    qiao_free(m->backward);
    qiao_free(m->from_nothing);
    qiao_free(m->to_nothing);
    qiao_free(m->row_totals);
    qiao_free(m->column_totals);
    qiao_free(m->weights);
}

/* ---- passes ---- */

/* First occurrence of a word in sentence `sentence` or later */
static uint64_t
occurrence_from(const model *m, uint32_t word, uint32_t sentence)
{
    uint64_t low = m->occurrence_starts[word], high = m->occurrence_starts[word + 1];

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (m->occurrences[middle] < sentence)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
weigh_sentences(void *context, unsigned part)
{
    model *m = context;
    const qiaoi_parallel *text = m->text;
    uint32_t begin = (uint32_t)((uint64_t)text->count * part / m->threads),
             end = (uint32_t)((uint64_t)text->count * (part + 1) / m->threads);
    float *shares = m->scratch[part].forward;

    for (uint64_t i = text->english_starts[begin]; i < text->english_starts[end]; i++)
        m->weights[i] = m->from_nothing[text->english[i]];
    for (uint32_t w = 0; w < text->chinese_words; w++) {
        uint64_t from = occurrence_from(m, w, begin), to = occurrence_from(m, w, end);

        for (uint64_t r = m->row_starts[w]; from < to && r < m->row_starts[w + 1]; r++)
            shares[m->row_words[r]] = m->forward[r];
        for (; from < to; from++) {
            uint32_t s = m->occurrences[from];

            for (uint64_t i = text->english_starts[s]; i < text->english_starts[s + 1]; i++)
                m->weights[i] += shares[text->english[i]];
        }
    }
    for (uint64_t i = text->english_starts[begin]; i < text->english_starts[end]; i++)
        m->weights[i] = 1.0f / m->weights[i];
}

/* Adds what the links of one occurrence of a Chinese word count; returns how much of it comes from no English word. */
static float
count_occurrence(const model *m, row_scratch *scratch, uint32_t word, uint32_t sentence)
{
    const uint32_t *english = m->text->english;
    uint64_t begin = m->text->english_starts[sentence], end = m->text->english_starts[sentence + 1];
    float given = m->to_nothing[word];

    for (uint64_t i = begin; i < end; i++)
        given += scratch->backward[english[i]];
    for (uint64_t i = begin; i < end; i++)
        scratch->sums[english[i]] +=
            (double)sqrtf(scratch->forward[english[i]] * m->weights[i] * (scratch->backward[english[i]] / given));
    return m->to_nothing[word] / given;
}

static void
keep_links(model *m, row_scratch *scratch, uint32_t word)
{
    for (uint64_t r = m->row_starts[word]; r < m->row_starts[word + 1]; r++) {
        qiaoi_link link = {word, m->row_words[r], scratch->sums[m->row_words[r]]};

        if (link.count >= COUNT_LEAST && link.count >= SHARE_LEAST * m->row_totals[word])
            qiao_buffer_append(&scratch->links, &link, sizeof link);
    }
}

static float
share_of(double count, double total)
{
    float share = total > 0 ? (float)(count / total) : 0.0f;

    return share < SHARE_FLOOR ? 0.0f : share;
}

static void
count_links(void *context, unsigned part)
{
    model *m = context;
    row_scratch *scratch = &m->scratch[part];

    for (uint32_t w = m->borders[part]; w < m->borders[part + 1]; w++) {
        double total = 0, nothing = 0;

        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++) {
            scratch->forward[m->row_words[r]] = m->forward[r];
            scratch->backward[m->row_words[r]] = m->backward[r];
            scratch->sums[m->row_words[r]] = 0;
        }
        for (uint64_t o = m->occurrence_starts[w]; o < m->occurrence_starts[w + 1]; o++)
            nothing += (double)count_occurrence(m, scratch, w, m->occurrences[o]);
        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++)
            total += scratch->sums[m->row_words[r]];
        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++)
            m->forward[r] = share_of(scratch->sums[m->row_words[r]], total);
        m->row_totals[w] = total;
        m->to_nothing[w] = (float)nothing;
        if (m->last)
            keep_links(m, scratch, w);
    }
}

/* What comes from nothing on the other side, in both directions. */
static void
count_nothing(model *m)
{
    const qiaoi_parallel *text = m->text;
    double *sums = m->scratch[0].sums, total = 0;

    memset(sums, 0, text->english_words * sizeof *sums);
    for (uint64_t i = 0; i < text->english_starts[text->count]; i++)
        sums[text->english[i]] += (double)(m->from_nothing[text->english[i]] * m->weights[i]);
    for (uint32_t e = 0; e < text->english_words; e++)
        total += sums[e];
    for (uint32_t e = 0; e < text->english_words; e++)
        m->from_nothing[e] = fmaxf((float)(sums[e] / total), SHARE_FLOOR);
    total = 0;
    for (uint32_t w = 0; w < text->chinese_words; w++)
        total += (double)m->to_nothing[w];
    for (uint32_t w = 0; w < text->chinese_words; w++)
        m->to_nothing[w] = fmaxf((float)((double)m->to_nothing[w] / total), SHARE_FLOOR);
}

static void
add_columns(model *m)
{
    memset(m->column_totals, 0, m->text->english_words * sizeof *m->column_totals);
    for (uint32_t w = 0; w < m->text->chinese_words; w++)
        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++)
            m->column_totals[m->row_words[r]] += (double)m->forward[r] * m->row_totals[w];
}

static void
turn_round(void *context, unsigned part)
{
    model *m = context;

    for (uint32_t w = m->borders[part]; w < m->borders[part + 1]; w++)
        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++)
            m->backward[r] = share_of((double)m->forward[r] * m->row_totals[w], m->column_totals[m->row_words[r]]);
}

/* ---- the whole ---- */

static int
compare_links(const void *a, const void *b)
{
    const qiaoi_link *x = a, *y = b;

    if (x->chinese != y->chinese)
        return x->chinese < y->chinese ? -1 : 1;
    return x->english < y->english ? -1 : x->english > y->english;
}

static qiao_status
collect_links(model *m, qiao_buffer *links, qiao_error *err)
{
    for (unsigned t = 0; t < m->threads; t++) {
        if (m->scratch[t].links.failed)
            return qiao_fail_memory(err);
        qiao_buffer_append(links, m->scratch[t].links.data, m->scratch[t].links.length);
    }
    if (links->failed)
        return qiao_fail_memory(err);
    if (links->length > 0)
        qsort(links->data, links->length / sizeof(qiaoi_link), sizeof(qiaoi_link), compare_links);
    return QIAO_OK;
}

qiao_status
qiaoi_train(const qiaoi_parallel *parallel, unsigned threads, qiao_buffer *links, qiao_error *err)
{
    model *m = qiao_calloc(1, sizeof *m);
    qiao_status st;

    if (m == NULL)
        return qiao_fail_memory(err);
    m->text = parallel;
    m->threads = threads;
    st = list_occurrences(m, err);
    if (st == QIAO_OK)
        st = make_scratch(m, err);
    if (st == QIAO_OK) {
        share_out(m);
        st = make_rows(m, err);
    }
    for (unsigned round = 1; round <= ROUNDS && st == QIAO_OK; round++) {
        m->last = round == ROUNDS;
        qiaoi_in_parts(threads, weigh_sentences, m);
        qiaoi_in_parts(threads, count_links, m);
        count_nothing(m);
        add_columns(m);
        qiaoi_in_parts(threads, turn_round, m);
    }
    if (st == QIAO_OK)
        st = collect_links(m, links, err);
    free_model(m);
    qiao_free(m);
    return st;
}
