/*
 * qiao-eval: relevance of the product's own ranking on queries with known answers. Queries are id<TAB>text, each
 * treated as a posted need (or, with
 * --side needs, as a project); qrels are TREC lines. Without --queries the records that the qrels name are matched as
 * they are stored. The last line printed is one JSON object; --run writes a TREC run file.
 */
#include "judged.h"
#include "qiao/engine.h"
#include "qiao/file.h"
#include "qiao/match.h"
#include "qiao/memory.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_DEFAULT 100u

typedef struct judgement {
    const char *query, *document;
    int grade;
} judgement;

typedef struct query {
    const char *id, *text; /* text NULL: the stored record of that id */
} query;

typedef struct evaluation {
    query *queries;
    size_t query_count;
    judgement *judgements; /* ascending by query, then document */
    size_t judgement_count;
    double recall1, recall10, recall100, reciprocal, ndcg10, average_precision;
    size_t counted;
    double seconds;
    double *times_ms;
} evaluation;

static int
compare_judgements(const void *a, const void *b)
{
    const judgement *x = a, *y = b;
    int order = strcmp(x->query, y->query);

    return order != 0 ? order : strcmp(x->document, y->document);
}

static void *
grow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity == 0 ? 1024 : *capacity * 2;
    return qiao_realloc_array(items, *capacity, size);
}

static qiao_status
read_queries(const char *path, qiao_buffer *file, evaluation *e, qiao_error *err)
{
    size_t capacity = 0, number = 0;
    qiao_status st = qiao_file_read(path, 0, file, err);

    for (char *line = st == QIAO_OK ? file->data : NULL, *next; line != NULL && *line != '\0'; line = next) {
        char *tab = strchr(line, '\t');
        void *grown = grow(e->queries, e->query_count, &capacity, sizeof *e->queries);

        number++;
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (grown == NULL)
            return qiao_fail_memory(err);
        e->queries = grown;
        if (*line == '\0')
            continue;
        if (tab == NULL || (next != NULL && tab >= next))
            return qiao_fail(err, QIAO_E_INPUT, "%s, line %zu: id, tab, text are needed", path, number);
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\r")] = '\0';
        e->queries[e->query_count++] = (query){line, tab + 1};
    }
    return st;
}

static qiao_status
read_judgements(const char *path, qiao_buffer *file, evaluation *e, qiao_error *err)
{
    size_t capacity = 0, number = 0;
    qiao_status st = qiao_file_read(path, 0, file, err);

    for (char *line = st == QIAO_OK ? file->data : NULL, *next; line != NULL && *line != '\0'; line = next) {
        char *state = NULL, *fields[4];
        void *grown = grow(e->judgements, e->judgement_count, &capacity, sizeof *e->judgements);
        size_t n = 0;

        number++;
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (grown == NULL)
            return qiao_fail_memory(err);
        e->judgements = grown;
        for (char *word = strtok_r(line, " \t\r", &state); word != NULL && n < 4;
             word = strtok_r(NULL, " \t\r", &state))
            fields[n++] = word;
        if (n == 0)
            continue;
        if (n < 4)
            return qiao_fail(err, QIAO_E_INPUT, "%s, line %zu: query, 0, document, grade are needed", path, number);
        e->judgements[e->judgement_count++] = (judgement){fields[0], fields[2], (int)strtol(fields[3], NULL, 10)};
    }
    if (e->judgements != NULL)
        qsort(e->judgements, e->judgement_count, sizeof *e->judgements, compare_judgements);
    return st;
}

/* One query for each record that the judgements name. */
static qiao_status
query_stored(evaluation *e, qiao_error *err)
{
    size_t capacity = 0;

    for (size_t i = 0; i < e->judgement_count; i++) {
        void *grown = grow(e->queries, e->query_count, &capacity, sizeof *e->queries);

        if (grown == NULL)
            return qiao_fail_memory(err);
        e->queries = grown;
        if (i == 0 || strcmp(e->judgements[i - 1].query, e->judgements[i].query) != 0)
            e->queries[e->query_count++] = (query){e->judgements[i].query, NULL};
    }
    return QIAO_OK;
}

static int
grade_of(const evaluation *e, const char *query_id, const char *document)
{
    const judgement key = {query_id, document, 0};
    const judgement *found =
        e->judgements == NULL ? NULL : bsearch(&key, e->judgements, e->judgement_count, sizeof key, compare_judgements);

    return found == NULL ? 0 : found->grade;
}

static int
compare_grades(const void *a, const void *b)
{
    return *(const int *)b - *(const int *)a;
}

/* Ideal DCG@10 and the number of relevant documents of a query. */
static double
ideal_gain(const evaluation *e, const char *query_id, size_t *relevant_out)
{
    int grades[4096];
    size_t n = 0;
    double gain = 0;

    for (size_t i = 0; i < e->judgement_count; i++)
        if (strcmp(e->judgements[i].query, query_id) == 0 && e->judgements[i].grade > 0 && n < 4096)
            grades[n++] = e->judgements[i].grade;
    qsort(grades, n, sizeof *grades, compare_grades);
    for (size_t i = 0; i < n && i < 10; i++)
        gain += (pow(2.0, grades[i]) - 1.0) / log2((double)i + 2.0);
    *relevant_out = n;
    return gain;
}

static void
measure(evaluation *e, const query *q, const qiao_match_result *result)
{
    size_t relevant, hits = 0, first = 0, at10 = 0, at100 = 0, at1 = 0;
    double ideal = ideal_gain(e, q->id, &relevant), gain = 0, precision = 0;

    if (relevant == 0)
        return;
    for (size_t i = 0; i < result->count; i++) {
        int grade = grade_of(e, q->id, result->items[i].id);

        if (grade <= 0)
            continue;
        hits++;
        if (first == 0)
            first = i + 1;
        at1 += i < 1;
        at10 += i < 10;
        at100 += i < 100;
        precision += (double)hits / (double)(i + 1);
        if (i < 10)
            gain += (pow(2.0, grade) - 1.0) / log2((double)i + 2.0);
    }
    e->counted++;
    e->recall1 += (double)at1 / (double)relevant;
    e->recall10 += (double)at10 / (double)relevant;
    e->recall100 += (double)at100 / (double)relevant;
    e->reciprocal += first == 0 || first > 100 ? 0 : 1.0 / (double)first;
    e->ndcg10 += gain / ideal;
    e->average_precision += precision / (double)relevant;
}

/* Scores strictly decreasing by rank, as TREC tools expect: they sort by score. */
static void
write_run(FILE *run, const query *q, const qiao_match_result *result)
{
    for (size_t i = 0; i < result->count; i++)
        fprintf(run, "%s Q0 %s %zu %.6f qiao\n", q->id, result->items[i].id, i + 1,
                (double)(result->count - i) + result->items[i].text_score / 1e6);
}

typedef struct options {
    const char *data_dir, *queries, *qrels, *run, *profile;
    qiao_kind kind; /* of the queries */
    uint32_t depth;
    bool text_only, judged;
} options;

static qiao_status
run_queries(const options *o, evaluation *e, qiao_session *session, FILE *run, qiao_error *err)
{
    for (size_t i = 0; i < e->query_count; i++) {
        const query *q = &e->queries[i];
        const qiao_match_request request = {.kind = o->kind,
                                            .id = q->text == NULL ? q->id : NULL,
                                            .text = q->text,
                                            .text_length = q->text == NULL ? 0 : strlen(q->text),
                                            .limit = o->depth,
                                            .text_only = o->text_only,
                                            .profile = o->profile};
        const qiao_match_result *result;
        uint64_t start = qiao_clock_monotonic_us();
        qiao_status st = qiao_match(session, &request, &result, err);

        if (st != QIAO_OK)
            return st;
        e->times_ms[i] = (double)(qiao_clock_monotonic_us() - start) / 1e3;
        measure(e, &e->queries[i], result);
        if (run != NULL)
            write_run(run, &e->queries[i], result);
        if ((i + 1) % 500 == 0)
            fprintf(stderr, "%zu of %zu queries\n", i + 1, e->query_count);
    }
    return QIAO_OK;
}

static int
compare_times(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void
report(const evaluation *e)
{
    double n = e->counted == 0 ? 1.0 : (double)e->counted;

    if (e->query_count > 0) {
        qsort(e->times_ms, e->query_count, sizeof *e->times_ms, compare_times);
        fprintf(stderr, "match time: median %.3f ms, p99 %.3f ms\n", e->times_ms[e->query_count / 2],
                e->times_ms[e->query_count * 99 / 100]);
    }
    printf("{\"queries\":%zu,\"recall@1\":%.4f,\"recall@10\":%.4f,\"recall@100\":%.4f,\"mrr\":%.4f,\"ndcg@10\":%.4f,"
           "\"map\":%.4f}\n",
           e->counted, e->recall1 / n, e->recall10 / n, e->recall100 / n, e->reciprocal / n, e->ndcg10 / n,
           e->average_precision / n);
}

/* ---- judged pairs ---- */

static qiao_status
score_pairs(const evaluation *e, const options *o, size_t begin, size_t end, qiao_session *session, judged_pair *out,
            FILE *run, qiao_error *err)
{
    const qiao_match_request request = {.kind = QIAO_NEED, .id = e->judgements[begin].query, .profile = o->profile};
    const qiao_match_result *result;
    const char **ids = qiao_alloc((end - begin) * sizeof *ids);
    qiao_status st = ids == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (size_t i = begin; st == QIAO_OK && i < end; i++)
        ids[i - begin] = e->judgements[i].document;
    if (st == QIAO_OK)
        st = qiao_match_pairs(session, &request, ids, end - begin, &result, err);
    for (size_t i = begin; st == QIAO_OK && i < end; i++) {
        const judgement *j = &e->judgements[i];
        const qiao_match_item *item = &result->items[i - begin];

        out[i] = (judged_pair){j->query, j->document, j->grade, item->score, item->band};
        if (run != NULL)
            fprintf(run, "%s\t%s\t%d\t%d\t%s\t%d\n", j->query, j->document, j->grade, (int)item->score,
                    qiao_band_code(item->band), (int)item->fit);
    }
    qiao_free(ids);
    return st;
}

/* Needs of which no judged document is worth showing, yet whose own list has a strong match. */
static qiao_status
count_bold(const options *o, const judged_pair *pairs, size_t count, qiao_session *session, size_t *hopeless_out,
           size_t *bold_out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    *hopeless_out = *bold_out = 0;
    for (size_t begin = 0, end; st == QIAO_OK && begin < count; begin = end) {
        const qiao_match_request request = {
            .kind = QIAO_NEED, .id = pairs[begin].need, .limit = QIAO_MATCH_LOOKED_AT, .profile = o->profile};
        const qiao_match_result *result;
        bool positive = false, strong = false;

        for (end = begin; end < count && strcmp(pairs[end].need, pairs[begin].need) == 0; end++)
            positive = positive || pairs[end].grade > 0;
        if (positive)
            continue;
        st = qiao_match(session, &request, &result, err);
        for (size_t i = 0; st == QIAO_OK && i < result->count; i++)
            strong = strong || result->items[i].band == QIAO_BAND_STRONG;
        ++*hopeless_out;
        *bold_out += strong;
    }
    return st;
}

static void
print_bands(const judged_pair *pairs, size_t count)
{
    size_t table[2][QIAO_BAND_COUNT] = {{0}};

    for (size_t i = 0; i < count; i++)
        table[pairs[i].grade > 0][pairs[i].band]++;
    printf(",\"bands\":{");
    for (int b = 0; b < QIAO_BAND_COUNT; b++)
        printf("%s\"%s\":{\"positive\":%zu,\"other\":%zu}", b > 0 ? "," : "", qiao_band_code((qiao_band)b), table[1][b],
               table[0][b]);
    printf("}");
}

static qiao_status
judge(const evaluation *e, const options *o, qiao_session *session, FILE *run, qiao_error *err)
{
    judged_pair *pairs = qiao_alloc((e->judgement_count + 1) * sizeof *pairs);
    judged_figures figures;
    size_t hopeless = 0, bold = 0;
    qiao_status st = pairs == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (size_t begin = 0, end; st == QIAO_OK && begin < e->judgement_count; begin = end) {
        for (end = begin; end < e->judgement_count; end++)
            if (strcmp(e->judgements[end].query, e->judgements[begin].query) != 0)
                break;
        st = score_pairs(e, o, begin, end, session, pairs, run, err);
    }
    if (st == QIAO_OK)
        st = count_bold(o, pairs, e->judgement_count, session, &hopeless, &bold, err);
    if (st == QIAO_OK) {
        judged_measure(pairs, e->judgement_count, &figures);
        printf("{\"pairs\":%zu,\"positive\":%zu,\"needs\":%zu,\"needs_with_positive\":%zu,\"auc\":%.4f,\"within\":%.4f,"
               "\"ndcg@10\":%.4f,\"precision_at_half\":%.4f",
               figures.pairs, figures.positive, figures.needs, figures.needs_with_positive, figures.auc, figures.within,
               figures.ndcg10, figures.precision_half);
        print_bands(pairs, e->judgement_count);
        printf(",\"needs_without_positive\":%zu,\"of_them_with_a_strong_match\":%zu}\n", hopeless, bold);
    }
    qiao_free(pairs);
    return st;
}

static qiao_status
evaluate(const options *o, qiao_error *err)
{
    qiao_buffer queries = {0}, qrels = {0};
    evaluation e = {0};
    qiao_engine *engine = NULL;
    qiao_session *session = NULL;
    FILE *run = NULL;
    qiao_status st = o->queries == NULL ? QIAO_OK : read_queries(o->queries, &queries, &e, err);

    if (st == QIAO_OK)
        st = read_judgements(o->qrels, &qrels, &e, err);
    if (st == QIAO_OK && o->queries == NULL)
        st = query_stored(&e, err);
    e.times_ms = qiao_calloc(e.query_count + 1, sizeof *e.times_ms);
    if (st == QIAO_OK && e.times_ms == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = qiao_engine_open(&(qiao_engine_options){.data_dir = o->data_dir}, &engine, err);
    if (st == QIAO_OK)
        st = qiao_session_acquire(engine, &session, err);
    if (st == QIAO_OK && o->run != NULL && (run = fopen(o->run, "w")) == NULL)
        st = qiao_fail(err, QIAO_E_IO, "cannot write %s", o->run);
    if (st == QIAO_OK)
        st = o->judged ? judge(&e, o, session, run, err) : run_queries(o, &e, session, run, err);
    if (run != NULL && fclose(run) != 0 && st == QIAO_OK)
        st = qiao_fail(err, QIAO_E_IO, "cannot write %s", o->run);
    if (st == QIAO_OK && !o->judged)
        report(&e);
    qiao_session_release(session);
    qiao_engine_close(engine);
    qiao_free(e.queries);
    qiao_free(e.judgements);
    qiao_free(e.times_ms);
    qiao_buffer_done(&queries);
    qiao_buffer_done(&qrels);
    return st;
}

static const char usage[] = "usage: qiao-eval --data DIR [--queries Q.tsv] --qrels QRELS [--side projects|needs] "
                            "[--depth 100] [--text-only] [--profile NAME] [--run OUT]\n"
                            "       qiao-eval --data DIR --qrels QRELS --judged [--profile NAME] [--run OUT]\n";

static bool
read_options(int argc, char **argv, options *o)
{
    static const struct option names[] = {
        {"data", required_argument, NULL, 'd'},    {"queries", required_argument, NULL, 'q'},
        {"qrels", required_argument, NULL, 'r'},   {"side", required_argument, NULL, 's'},
        {"depth", required_argument, NULL, 'n'},   {"text-only", no_argument, NULL, 't'},
        {"run", required_argument, NULL, 'o'},     {"judged", no_argument, NULL, 'j'},
        {"profile", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'd':
            o->data_dir = optarg;
            break;
        case 'q':
            o->queries = optarg;
            break;
        case 'r':
            o->qrels = optarg;
            break;
        case 'o':
            o->run = optarg;
            break;
        case 'j':
            o->judged = true;
            break;
        case 'p':
            o->profile = optarg;
            break;
        case 't':
            o->text_only = true;
            break;
        case 'n':
            o->depth = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 's':
            if (strcmp(optarg, "projects") != 0 && strcmp(optarg, "needs") != 0)
                return false;
            o->kind = strcmp(optarg, "projects") == 0 ? QIAO_NEED : QIAO_PROJECT;
            break;
        default:
            return false;
        }
    }
    return optind == argc && o->data_dir != NULL && o->qrels != NULL && o->depth >= 1 && o->depth <= 1000;
}

int
main(int argc, char **argv)
{
    options o = {.kind = QIAO_NEED, .depth = DEPTH_DEFAULT};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status st;

    if (!read_options(argc, argv, &o)) {
        fputs(usage, stderr);
        return 2;
    }
    st = evaluate(&o, &err);
    if (st != QIAO_OK)
        fprintf(stderr, "qiao-eval: %s\n%s\n", err.message, err.hint);
    return st == QIAO_OK ? 0 : st == QIAO_E_USAGE ? 2 : 1;
}
