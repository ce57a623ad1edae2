/*
 * IBM Model 1 (Brown et al. 1993): every English word of a sentence comes from one of the Chinese words, or from none of them (the null word), with
 * probability P(english | chinese). Expectation maximisation over flat arrays.
 *
 * Each round has two passes, and each number is summed by one thread in one order, whatever the number of threads: first, by sentence, how much
 * probability all Chinese words together give each English word; then, by Chinese word, the expected counts, from which its new row follows.
 */
#include "lexicon/learn_internal.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 8u
#define COUNT_LEAST 0.5   /* expected count of a link that is kept */
#define SHARE_LEAST 0.005 /* its probability */

/* What a thread needs to look at one row: by English word. */
typedef struct row_scratch {
    float *shares;
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
    float *row_shares;           /* P(english | chinese) */
    float *null_shares;          /* [english_words] */
    float *weights;              /* by English word of the text: 1 / what all Chinese words of its sentence give it */
    uint32_t borders[QIAOI_LEARN_THREADS_MAX + 1]; /* Chinese words of each thread */
    row_scratch scratch[QIAOI_LEARN_THREADS_MAX];
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

        scratch->shares = qiao_calloc(words, sizeof *scratch->shares);
        scratch->sums = qiao_calloc(words, sizeof *scratch->sums);
        scratch->stamps = qiao_calloc(words, sizeof *scratch->stamps);
        if (scratch->shares == NULL || scratch->sums == NULL || scratch->stamps == NULL)
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

static qiao_status
make_rows(model *m, qiao_error *err)
{
    uint64_t total;

    m->row_starts = qiao_calloc((size_t)m->text->chinese_words + 1, sizeof *m->row_starts);
    if (m->row_starts == NULL)
        return qiao_fail_memory(err);
    qiaoi_learn_parts(m->threads, count_rows, m);
    for (uint32_t w = 0; w < m->text->chinese_words; w++)
        m->row_starts[w + 1] += m->row_starts[w];
    total = m->row_starts[m->text->chinese_words];
    m->row_words = qiao_alloc(total * sizeof *m->row_words);
    m->row_shares = qiao_alloc(total * sizeof *m->row_shares);
    m->null_shares = qiao_alloc(((size_t)m->text->english_words + 1) * sizeof *m->null_shares);
    m->weights = qiao_alloc(m->text->english_starts[m->text->count] * sizeof *m->weights);
    if (m->row_words == NULL || m->row_shares == NULL || m->null_shares == NULL || m->weights == NULL)
        return qiao_fail_memory(err);
    qiaoi_learn_parts(m->threads, fill_rows, m);
    for (uint64_t i = 0; i < total; i++)
        m->row_shares[i] = 1.0f;
    for (uint32_t e = 0; e < m->text->english_words; e++)
        m->null_shares[e] = 1.0f;
    return QIAO_OK;
}

static void
free_model(model *m)
{
    for (unsigned t = 0; t < m->threads; t++) {
        qiao_free(m->scratch[t].shares);
        qiao_free(m->scratch[t].sums);
        qiao_free(m->scratch[t].stamps);
        qiao_buffer_done(&m->scratch[t].links);
    }
    qiao_free(m->occurrence_starts);
    qiao_free(m->occurrences);
    qiao_free(m->row_starts);
    qiao_free(m->row_words);
    qiao_free(m->row_shares);
    qiao_free(m->null_shares);
    qiao_free(m->weights);
}

/* ---- passes ---- */

static void
load_row(const model *m, row_scratch *scratch, uint32_t word)
{
    for (uint64_t r = m->row_starts[word]; r < m->row_starts[word + 1]; r++)
        scratch->shares[m->row_words[r]] = m->row_shares[r];
}

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
    uint32_t begin = (uint32_t)((uint64_t)text->count * part / m->threads), end = (uint32_t)((uint64_t)text->count * (part + 1) / m->threads);
    const float *shares = m->scratch[part].shares;

    for (uint64_t i = text->english_starts[begin]; i < text->english_starts[end]; i++)
        m->weights[i] = m->null_shares[text->english[i]];
    for (uint32_t w = 0; w < text->chinese_words; w++) {
        uint64_t from = occurrence_from(m, w, begin), to = occurrence_from(m, w, end);

        if (from == to)
            continue;
        load_row(m, &m->scratch[part], w);
        for (; from < to; from++) {
            uint32_t s = m->occurrences[from];

            for (uint64_t i = text->english_starts[s]; i < text->english_starts[s + 1]; i++)
                m->weights[i] += shares[text->english[i]];
        }
    }
    for (uint64_t i = text->english_starts[begin]; i < text->english_starts[end]; i++)
        m->weights[i] = 1.0f / m->weights[i];
}

static void
keep_links(model *m, row_scratch *scratch, uint32_t word, double total)
{
    for (uint64_t r = m->row_starts[word]; r < m->row_starts[word + 1]; r++) {
        qiaoi_link link = {word, m->row_words[r], scratch->sums[m->row_words[r]]};

        if (link.count >= COUNT_LEAST && link.count >= SHARE_LEAST * total)
            qiao_buffer_append(&scratch->links, &link, sizeof link);
    }
}

static void
count_links(void *context, unsigned part)
{
    model *m = context;
    const qiaoi_parallel *text = m->text;
    row_scratch *scratch = &m->scratch[part];

    for (uint32_t w = m->borders[part]; w < m->borders[part + 1]; w++) {
        double total = 0;

        load_row(m, scratch, w);
        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++)
            scratch->sums[m->row_words[r]] = 0;
        for (uint64_t o = m->occurrence_starts[w]; o < m->occurrence_starts[w + 1]; o++) {
            uint32_t s = m->occurrences[o];

            for (uint64_t i = text->english_starts[s]; i < text->english_starts[s + 1]; i++)
                scratch->sums[text->english[i]] += (double)(scratch->shares[text->english[i]] * m->weights[i]);
        }
        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++)
            total += scratch->sums[m->row_words[r]];
        for (uint64_t r = m->row_starts[w]; r < m->row_starts[w + 1]; r++)
            m->row_shares[r] = (float)(scratch->sums[m->row_words[r]] / total);
        if (m->last)
            keep_links(m, scratch, w, total);
    }
}

static void
count_null(model *m)
{
    const qiaoi_parallel *text = m->text;
    double *sums = m->scratch[0].sums, total = 0;

    memset(sums, 0, text->english_words * sizeof *sums);
    for (uint64_t i = 0; i < text->english_starts[text->count]; i++)
        sums[text->english[i]] += (double)(m->null_shares[text->english[i]] * m->weights[i]);
    for (uint32_t e = 0; e < text->english_words; e++)
        total += sums[e];
    for (uint32_t e = 0; e < text->english_words; e++)
        m->null_shares[e] = (float)(sums[e] / total);
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
        qiaoi_learn_parts(threads, weigh_sentences, m);
        qiaoi_learn_parts(threads, count_links, m);
        count_null(m);
    }
    if (st == QIAO_OK)
        st = collect_links(m, links, err);
    free_model(m);
    qiao_free(m);
    return st;
}
