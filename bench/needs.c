/*
 * qiao-bench needs: the needs of a served generation against its projects, from the stored record to the list: the
 * whole path (reading, analysis, translation, retrieval, signals), retrieval alone, and other engines given the terms
 * and weights that each need was translated to, over the same postings. All needs are asked once to warm up.
 *
 * The peers know no groups of alternatives, so that lists differ and only times are compared.
 */
#include "bench.h"
#include "peers.h"

#include "match/matcher_internal.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/memory.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HITS 50u
#define NEEDS_MAX 5000u

typedef struct options {
    const char *data, *peers;
    uint64_t needs, threads;
} options;

typedef struct measurement {
    const options *o;
    char folder[QIAO_PATH_MAX];
    qiao_generation *generation;
    qiao_crew *crew; /* of more threads than one */
    qiao_matcher *matcher;
    uint32_t needs, asked; /* asked: those that have a term */
    double *whole, *retrieval, *terms;
    uint64_t found; /* hash of ids and scores of all lists */
    FILE *queries;  /* for the peers; NULL in the round that warms up */
} measurement;

/* ---- our side ---- */

static void
note_found(measurement *m, const qiao_match_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        m->found = qiao_hash64(result->items[i].id, strlen(result->items[i].id), m->found);
        m->found = qiao_hash64(&result->items[i].score, sizeof result->items[i].score, m->found);
    }
}

static void
write_query(const qiaoi_query *query, FILE *to)
{
    const char *before = "";

    for (uint32_t g = 0; g < query->group_count; g++)
        for (uint32_t i = 0; i < query->groups[g].count; i++) {
            const qiaoi_query_term *term = &query->terms[query->groups[g].first + i];

            fprintf(to, "%s%u:%.6g", before, term->slot, (double)(query->groups[g].weight * term->weight));
            before = " ";
        }
    fputc('\n', to);
}

static qiao_status
ask_one(measurement *m, uint32_t need, qiao_error *err)
{
    const qiao_match_request request = {
        .kind = QIAO_NEED, .id = qiao_generation_id(m->generation, QIAO_NEED, need), .limit = HITS, .search = true};
    const qiao_match_result *result;
    uint64_t start = bench_now_ns(), considered;
    size_t found;
    qiao_status st = qiao_matcher_match(m->matcher, &request, &result, err);
    double whole = (double)(bench_now_ns() - start) / 1e6;

    if (st != QIAO_OK || m->matcher->query.group_count == 0)
        return st;
    if (m->queries != NULL)
        note_found(m, result);
    start = bench_now_ns();
    st = qiaoi_retrieve(&m->matcher->retrieval, &m->matcher->query, m->generation, QIAO_PROJECT, NULL, HITS, &found,
                        &considered, err);
    if (m->queries == NULL || st != QIAO_OK)
        return st;
    m->whole[m->asked] = whole;
    m->retrieval[m->asked] = (double)(bench_now_ns() - start) / 1e6;
    m->terms[m->asked++] = m->matcher->query.term_count;
    write_query(&m->matcher->query, m->queries);
    return QIAO_OK;
}

static qiao_status
ask_all(measurement *m, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (uint32_t need = 0; st == QIAO_OK && need < m->needs; need++)
        st = ask_one(m, need, err);
    return st;
}

static qiao_status
measure_own(measurement *m, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 16];
    qiao_status st = ask_all(m, err);

    if (st != QIAO_OK)
        return st;
    snprintf(path, sizeof path, "%s/queries.tsv", m->folder);
    m->queries = fopen(path, "w");
    if (m->queries == NULL)
        return qiao_fail(err, QIAO_E_IO, "%s could not be written", path);
    st = ask_all(m, err);
    if (fclose(m->queries) != 0 && st == QIAO_OK)
        st = qiao_fail(err, QIAO_E_IO, "%s could not be written", path);
    return st;
}

/* ---- the peers ---- */

/* The lists of one range turned round: rows of slot << 8 | impact, one behind the other. */
static qiao_status
write_range(const qiaoi_postings *range, FILE *to, qiao_error *err)
{
    uint32_t documents = range->header.documents, *counts = qiao_calloc((size_t)documents + 1, sizeof *counts),
             *entries = qiao_alloc(((size_t)range->header.postings + 1) * sizeof *entries);
    uint32_t at = 0;
    bool written = true;

    if (counts == NULL || entries == NULL) {
        qiao_free(counts);
        qiao_free(entries);
        return qiao_fail_memory(err);
    }
    for (uint32_t i = 0; i < range->header.postings; i++)
        counts[range->documents[i] + 1u]++;
    for (uint32_t d = 0; d < documents; d++)
        counts[d + 1] += counts[d];
    for (uint32_t slot = 0; slot < range->header.slots; slot++) {
        qiaoi_posting_list list = qiaoi_postings_list(range, slot);

        for (uint32_t i = 0; i < list.count; i++)
            entries[counts[list.documents[i]]++] = slot << 8 | list.impacts[i];
    }
    for (uint32_t d = 0; written && d < documents; d++) { /* counts[d] is now where the next one begins */
        uint32_t count = counts[d] - at;

        written = fwrite(&count, sizeof count, 1, to) == 1 && fwrite(entries + at, sizeof *entries, count, to) == count;
        at = counts[d];
    }
    qiao_free(counts);
    qiao_free(entries);
    return written ? QIAO_OK : qiao_fail(err, QIAO_E_IO, "the records could not be written for the peers");
}

static qiao_status
write_corpus(const measurement *m, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 16];
    size_t ranges;
    const qiaoi_postings *postings = qiaoi_generation_postings(m->generation, QIAO_PROJECT, &ranges);
    uint32_t records = qiao_generation_count(m->generation, QIAO_PROJECT);
    qiao_status st = QIAO_OK;
    FILE *file;

    snprintf(path, sizeof path, "%s/corpus.bin", m->folder);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(&records, sizeof records, 1, file) != 1)
        st = qiao_fail(err, QIAO_E_IO, "%s could not be written", path);
    for (size_t r = 0; st == QIAO_OK && r < ranges; r++)
        st = write_range(&postings[r], file, err);
    if (file != NULL && fclose(file) != 0 && st == QIAO_OK)
        st = qiao_fail(err, QIAO_E_IO, "%s could not be written", path);
    return st;
}

static qiao_status
report_peer(const measurement *m, const char *name, double *median_out, qiao_error *err)
{
    bench_run run;
    bench_times times;
    char key[64];
    qiao_status st = bench_run_read(m->folder, name, m->asked, HITS, &run, err);

    if (st != QIAO_OK)
        return st;
    times = bench_summary(run.times_ms, run.queries);
    snprintf(key, sizeof key, "%s_", name);
    bench_times_of(key, times);
    *median_out = times.median;
    bench_run_done(&run);
    return QIAO_OK;
}

static qiao_status
run_peers(const measurement *m, double own, qiao_error *err)
{
    bool xapian = strstr(m->o->peers, "xapian") != NULL, lucene = strstr(m->o->peers, "lucene") != NULL;
    double by_default = 0, exact = 0, median = 0;
    qiao_status st = xapian || lucene ? write_corpus(m, err) : QIAO_OK;

    if (st == QIAO_OK && xapian)
        st = bench_peer_run("xapian", m->folder, HITS, err);
    if (st == QIAO_OK && lucene)
        st = bench_peer_run("lucene", m->folder, HITS, err);
    if (st == QIAO_OK && xapian) {
        st = report_peer(m, "xapian", &median, err);
        bench_number("vs_xapian", median / own);
    }
    if (st == QIAO_OK && lucene) {
        st = report_peer(m, "lucene-default", &by_default, err);
        if (st == QIAO_OK)
            st = report_peer(m, "lucene-exact", &exact, err);
        bench_number("vs_lucene", (by_default < exact ? by_default : exact) / own);
    }
    return st;
}

/* ---- the whole ---- */

static qiao_status
report(const measurement *m, qiao_error *err)
{
    bench_times retrieval = bench_summary(m->retrieval, m->asked);
    char found[17];
    qiao_status st;

    snprintf(found, sizeof found, "%016llx", (unsigned long long)m->found);
    bench_begin("needs");
    bench_number("records", qiao_generation_count(m->generation, QIAO_PROJECT));
    bench_number("n", m->asked);
    bench_number("hits", HITS);
    bench_number("threads", (double)m->o->threads);
    bench_text("found", found);
    bench_number("terms_median", bench_summary(m->terms, m->asked).median);
    bench_times_of("whole_", bench_summary(m->whole, m->asked));
    bench_times_of("retrieval_", retrieval);
    st = run_peers(m, retrieval.median, err);
    bench_end();
    return st;
}

static qiao_status
open_data(measurement *m, qiao_error *err)
{
    uint64_t number = 0;
    qiao_status st = qiao_catalog_current(m->o->data, &number, err);

    if (st == QIAO_OK)
        st = qiao_generation_open(m->o->data, number, &m->generation, err);
    if (st == QIAO_OK)
        st = qiao_matcher_new(m->generation, NULL, &m->matcher, err);
    if (st == QIAO_OK)
        st = qiao_crew_new((unsigned)m->o->threads - 1, &m->crew, err);
    if (st != QIAO_OK)
        return st;
    qiao_matcher_use_crew(m->matcher, m->crew);
    m->needs = qiao_generation_count(m->generation, QIAO_NEED);
    m->needs = m->needs < m->o->needs ? m->needs : (uint32_t)m->o->needs;
    m->whole = qiao_calloc((size_t)m->needs + 1, sizeof *m->whole);
    m->retrieval = qiao_calloc((size_t)m->needs + 1, sizeof *m->retrieval);
    m->terms = qiao_calloc((size_t)m->needs + 1, sizeof *m->terms);
    return m->whole == NULL || m->retrieval == NULL || m->terms == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
read_options(int argc, char **argv, options *o, qiao_error *err)
{
    static const struct option names[] = {{"data", required_argument, NULL, 'd'},
                                          {"needs", required_argument, NULL, 'n'},
                                          {"peers", required_argument, NULL, 'p'},
                                          {"threads", required_argument, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
    qiao_status st = QIAO_OK;

    *o = (options){.needs = 500, .threads = 1, .peers = ""};
    for (int c; st == QIAO_OK && (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (c == 'd')
            o->data = optarg;
        else if (c == 'p')
            o->peers = optarg;
        else if (c == 'n')
            st = bench_whole("needs", optarg, 1, NEEDS_MAX, &o->needs, err);
        else if (c == 't')
            st = bench_whole("threads", optarg, 1, 64, &o->threads, err);
        else
            st = qiao_fail(err, QIAO_E_USAGE, "see qiao-bench --help");
    }
    if (st == QIAO_OK && o->data == NULL)
        st = qiao_fail(err, QIAO_E_USAGE, "--data is missing");
    return st;
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    options o;
    measurement m = {.o = &o};
    qiao_status st = read_options(argc, argv, &o, err);

    if (st != QIAO_OK)
        return st;
    st = bench_folder_make(m.folder, err);
    if (st != QIAO_OK)
        return st;
    st = open_data(&m, err);
    if (st == QIAO_OK)
        st = measure_own(&m, err);
    if (st == QIAO_OK)
        st = report(&m, err);
    qiao_matcher_free(m.matcher);
    qiao_crew_free(m.crew);
    qiao_generation_close(m.generation);
    qiao_free(m.whole);
    qiao_free(m.retrieval);
    qiao_free(m.terms);
    bench_folder_remove(m.folder);
    return st;
}

const bench_command bench_needs = {
    "needs",
    "  needs --data DIR [--needs N] [--threads N] [--peers xapian,lucene]\n"
    "      the needs of the served generation (500) from stored record to list of 50: the whole path, retrieval\n"
    "      alone, and other engines given the same terms and weights over the same postings; --threads N (1): one "
    "that\n"
    "      asks and others that help\n",
    run};
