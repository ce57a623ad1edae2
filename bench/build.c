/*
 * qiao-bench build and update: from imported records to a generation, stage by stage, and the same again after a share
 * of the records changed. Both work on a copy of the source store in a folder of their own, which is removed.
 */
#include "bench.h"

#include "qiao/build.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/source_store.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ROUNDS_MAX 100u
#define JSON_ROOM 64u
#define WORD_ROOM 32u

typedef struct options {
    const char *data, *folder;
    uint64_t threads, rounds, permille;
    bool match, spare_bilingual;
} options;

typedef struct measurement {
    const options *o;
    char folder[QIAO_PATH_MAX];
    uint64_t records, corpus_hash;
    uint64_t words; /* added so far */
} measurement;

static qiao_status
copy_if_there(const char *data, const char *folder, const char *name, qiao_error *err)
{
    char from[QIAO_PATH_MAX + 32], to[QIAO_PATH_MAX + 32];

    snprintf(from, sizeof from, "%s/%s", data, name);
    snprintf(to, sizeof to, "%s/%s", folder, name);
    return qiao_file_exists(from) ? qiao_file_copy(from, to, err) : QIAO_OK;
}

static qiao_status
prepare(measurement *m, qiao_error *err)
{
    const char *parent = m->o->folder != NULL ? m->o->folder : "/tmp";
    char store[QIAO_PATH_MAX + 32];
    qiao_status st;

    snprintf(store, sizeof store, "%s/source.mdb", m->o->data);
    if (!qiao_file_exists(store))
        return qiao_fail(err, QIAO_E_NOTFOUND, "nothing has been imported into %s yet", m->o->data);
    snprintf(m->folder, sizeof m->folder, "%.4000s/qiao-bench-XXXXXX", parent);
    if (mkdtemp(m->folder) == NULL)
        return qiao_fail_errno(err, errno, "cannot create %s", m->folder);
    st = copy_if_there(m->o->data, m->folder, "source.mdb", err);
    return st == QIAO_OK ? copy_if_there(m->o->data, m->folder, "glossary.tsv", err) : st;
}

static qiao_status
count_record(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    measurement *m = context;

    (void)err;
    m->records++;
    m->corpus_hash = qiao_hash64(&entry->content_hash, sizeof entry->content_hash, m->corpus_hash);
    return QIAO_OK;
}

/* ---- changing records ---- */

typedef struct change {
    measurement *m;
    uint64_t every, at, changed;
    qiao_buffer json;    /* scratch */
    qiao_buffer records; /* length, then JSON */
} change;

static bool
is_bilingual(const char *json)
{
    return strstr(json, "\"zh\":") != NULL && strstr(json, "\"en\":") != NULL;
}

/* A word that no record had: "renewed" and the number in letters. */
static size_t
make_word(uint64_t number, char out[WORD_ROOM])
{
    size_t n = (size_t)snprintf(out, WORD_ROOM, "renewed");

    for (; n < WORD_ROOM - 3 && (number > 0 || n == 7); number /= 26)
        out[n++] = (char)('a' + number % 26);
    out[n++] = ' ';
    out[n] = '\0';
    return n;
}

/* Every so many-th record gets another word at the beginning of its title. */
static qiao_status
gather_change(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    char word[WORD_ROOM];
    change *c = context;
    const char *title, *text;
    uint64_t length;
    size_t head, added;

    if (c->at++ % c->every != 0)
        return QIAO_OK;
    qiao_buffer_clear(&c->json);
    qiao_buffer_append(&c->json, entry->json, entry->length);
    qiao_buffer_append(&c->json, "", 1);
    if (c->m->o->spare_bilingual && !c->json.failed && is_bilingual(c->json.data))
        return QIAO_OK;
    title = c->json.failed ? NULL : strstr(c->json.data, "\"title\":{");
    text = title == NULL ? NULL : strstr(title, "\":\"");
    if (text == NULL)
        return qiao_buffer_check(&c->json, err);
    head = (size_t)(text + 3 - c->json.data);
    added = make_word(c->changed + c->m->words, word);
    length = entry->length + added;
    qiao_buffer_append(&c->records, &length, sizeof length);
    qiao_buffer_append(&c->records, entry->json, head);
    qiao_buffer_append(&c->records, word, added);
    qiao_buffer_append(&c->records, entry->json + head, entry->length - head);
    c->changed++;
    return qiao_buffer_check(&c->records, err);
}

static qiao_status
put_changes(change *c, qiao_source_store *store, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t at = 0; st == QIAO_OK && at < c->records.length;) {
        qiao_record *record = NULL;
        qiao_change what;
        uint64_t length;

        memcpy(&length, c->records.data + at, sizeof length);
        st = qiao_record_parse(c->records.data + at + sizeof length, (size_t)length, NULL, &record, NULL, err);
        if (st == QIAO_OK)
            st = qiao_source_store_put(store, record, &what, err);
        qiao_record_free(record);
        at += sizeof length + (size_t)length;
    }
    return st == QIAO_OK ? qiao_source_store_commit(store, err) : st;
}

static qiao_status
change_records(measurement *m, uint64_t *changed_out, qiao_error *err)
{
    change c = {.m = m, .every = 1000 / m->o->permille};
    qiao_source_store *store = NULL;
    qiao_status st = qiao_source_store_open(m->folder, true, &store, err);

    if (st == QIAO_OK)
        st = qiao_source_store_each(store, false, gather_change, &c, err);
    if (st == QIAO_OK)
        st = put_changes(&c, store, err);
    qiao_source_store_close(store);
    qiao_buffer_done(&c.records);
    qiao_buffer_done(&c.json);
    *changed_out = c.changed;
    m->words += c.changed;
    return st;
}

/* ---- building ---- */

static double processor_seconds(void);

/* Of the matching stage: what the processors did from its first report to its last. */
typedef struct stage_clock {
    double from, to;
} stage_clock;

static void
show_stage(qiao_build_stage stage, uint64_t done, uint64_t total, void *context)
{
    stage_clock *matching = context;

    if (stage == QIAO_BUILD_MATCH && total == 0)
        matching->from = processor_seconds();
    if (stage == QIAO_BUILD_MATCH && total > 0 && done == total)
        matching->to = processor_seconds();
    if (total == 0)
        fprintf(stderr, "  stage %d\n", (int)stage);
    else if (done % 16384 == 0)
        fprintf(stderr, "  stage %d: %llu of %llu\n", (int)stage, (unsigned long long)done, (unsigned long long)total);
}

/* What all threads of the process computed so far: tells more than the clock where others use the machine too. */
static double
processor_seconds(void)
{
    struct rusage used;

    if (getrusage(RUSAGE_SELF, &used) != 0)
        return 0;
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* How busy the machine is: of more than its processors, times by the clock say little. */
static void
print_load(void)
{
    FILE *file = fopen("/proc/loadavg", "r");
    double load = 0;

    if (file == NULL)
        return;
    if (fscanf(file, "%lf", &load) == 1)
        bench_number("load_after", load);
    fclose(file);
}

static qiao_status
build(const measurement *m, bool full, bool keep, qiao_build_report *report, double *seconds_out, double *cpu_out,
      double *matching_out, qiao_error *err)
{
    stage_clock matching = {0};
    const qiao_build_options build_options = {.data_dir = m->folder,
                                              .threads = (unsigned)m->o->threads,
                                              .full = full,
                                              .statistics = keep ? QIAO_STATISTICS_KEPT : QIAO_STATISTICS_AS_NEEDED,
                                              .no_match = !m->o->match,
                                              .keep = 2,
                                              .progress = show_stage,
                                              .context = &matching};
    uint64_t start = bench_now_ns();
    double cpu = processor_seconds();
    qiao_status st = qiao_build(&build_options, report, err);

    *seconds_out = (double)(bench_now_ns() - start) / 1e9;
    *cpu_out = processor_seconds() - cpu;
    *matching_out = matching.to - matching.from;
    fprintf(stderr, "%s: %.2f s\n", full ? "full build" : "update", *seconds_out);
    return st;
}

static void
print_stages(const char *prefix, const qiao_build_report *report)
{
    static const char *const names[QIAO_BUILD_STAGES] = {
        "read", "learn", "analyse", "lexicon", "duplicates", "postings", "text", "embed", "match", "install", "keep"};
    char key[JSON_ROOM];

    for (int i = 0; i < QIAO_BUILD_STAGES; i++) {
        snprintf(key, sizeof key, "%s%s_s", prefix, names[i]);
        bench_number(key, report->seconds[i]);
    }
}

static void
print_corpus(const measurement *m, const qiao_build_report *report)
{
    char hash[24];

    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)m->corpus_hash);
    bench_text("corpus", hash);
    bench_number("records", (double)m->records);
    bench_number("threads", (double)m->o->threads);
    bench_text("matching", m->o->match ? "yes" : "no");
    bench_number("postings", (double)report->postings);
}

static qiao_status
open_measurement(measurement *m, qiao_error *err)
{
    qiao_source_store *store = NULL;
    qiao_status st = prepare(m, err);

    if (st == QIAO_OK)
        st = qiao_source_store_open(m->folder, true, &store, err);
    if (st == QIAO_OK)
        st = qiao_source_store_each(store, false, count_record, m, err);
    qiao_source_store_close(store);
    return st;
}

static qiao_status
measure_build(measurement *m, qiao_error *err)
{
    double seconds[ROUNDS_MAX], cpu[ROUNDS_MAX], matching[ROUNDS_MAX];
    qiao_build_report report = {0};
    qiao_status st = open_measurement(m, err);
    bench_times times;

    for (uint64_t i = 0; st == QIAO_OK && i < m->o->rounds; i++)
        st = build(m, true, false, &report, &seconds[i], &cpu[i], &matching[i], err);
    if (st != QIAO_OK)
        return st;
    times = bench_summary(seconds, (size_t)m->o->rounds);
    bench_begin("build");
    print_corpus(m, &report);
    bench_number("rounds", (double)m->o->rounds);
    bench_number("median_s", times.median);
    bench_number("records_per_second", (double)m->records / times.median);
    bench_number("cpu_s", bench_summary(cpu, (size_t)m->o->rounds).median);
    bench_number("match_cpu_s", bench_summary(matching, (size_t)m->o->rounds).median);
    print_load();
    print_stages("", &report);
    bench_end();
    return QIAO_OK;
}

/* The parts that hold neither numbers of the full-text index nor places in files that generations share must be the
 * same, byte by byte; the postings are compared by the tests. */
static qiao_status
same_files(const measurement *m, uint64_t first, uint64_t second, bool *same_out, qiao_error *err)
{
    const uint64_t numbers[2] = {first, second};
    char sums[2][33], path[QIAO_PATH_MAX], file[QIAO_PATH_MAX + 16];
    qiao_status st = QIAO_OK;

    *same_out = true;
    for (const char *const *name =
             (const char *const[]){"lexicon.bin", "suggest.bin", m->o->match ? "matches.bin" : NULL, NULL};
         st == QIAO_OK && *name != NULL; name++) {
        for (int i = 0; st == QIAO_OK && i < 2; i++) {
            st = qiao_catalog_path(m->folder, numbers[i], path, err);
            snprintf(file, sizeof file, "%s/%s", path, *name);
            if (st == QIAO_OK)
                st = qiao_file_checksum(file, sums[i], err);
        }
        *same_out = *same_out && strcmp(sums[0], sums[1]) == 0;
    }
    return st;
}

/* As a build that analyses everything, by the same statistics. */
static qiao_status
same_as_full(const measurement *m, uint64_t update, bool *same_out, qiao_error *err)
{
    qiao_build_report full = {0};
    double ignored[3];
    qiao_status st = build(m, true, true, &full, &ignored[0], &ignored[1], &ignored[2], err);

    return st == QIAO_OK ? same_files(m, update, full.generation, same_out, err) : st;
}

static qiao_status
measure_update(measurement *m, qiao_error *err)
{
    double updates[ROUNDS_MAX], fulls[ROUNDS_MAX], update_cpu[ROUNDS_MAX], full_cpu[ROUNDS_MAX];
    double update_matching[ROUNDS_MAX], full_matching[ROUNDS_MAX];
    qiao_build_report update = {0}, full = {0};
    uint64_t changed = 0;
    bool same = false;
    qiao_status st = open_measurement(m, err);
    bench_times update_times, full_times;

    if (st == QIAO_OK)
        st = build(m, true, false, &full, &fulls[0], &full_cpu[0], &full_matching[0], err);
    for (uint64_t i = 0; st == QIAO_OK && i < m->o->rounds; i++) {
        st = change_records(m, &changed, err);
        if (st == QIAO_OK)
            st = build(m, false, false, &update, &updates[i], &update_cpu[i], &update_matching[i], err);
        if (st == QIAO_OK && i + 1 == m->o->rounds)
            st = same_as_full(m, update.generation, &same, err);
        if (st == QIAO_OK)
            st = build(m, true, false, &full, &fulls[i], &full_cpu[i], &full_matching[i], err);
    }
    if (st == QIAO_OK && update.mode != QIAO_BUILD_UPDATED)
        st = qiao_fail(err, QIAO_E_INTERNAL, "the second build was no update (mode %d)", (int)update.mode);
    if (st != QIAO_OK)
        return st;
    update_times = bench_summary(updates, (size_t)m->o->rounds);
    full_times = bench_summary(fulls, (size_t)m->o->rounds);
    bench_begin("update");
    print_corpus(m, &full);
    bench_number("rounds", (double)m->o->rounds);
    bench_number("changed", (double)changed);
    bench_number("analysed", (double)update.analysed);
    bench_number("full_s", full_times.median);
    bench_number("update_s", update_times.median);
    bench_number("times_faster", full_times.median / update_times.median);
    bench_number("full_cpu_s", bench_summary(full_cpu, (size_t)m->o->rounds).median);
    bench_number("update_cpu_s", bench_summary(update_cpu, (size_t)m->o->rounds).median);
    bench_number("full_match_cpu_s", bench_summary(full_matching, (size_t)m->o->rounds).median);
    bench_number("update_match_cpu_s", bench_summary(update_matching, (size_t)m->o->rounds).median);
    bench_number("update_lists", (double)update.matched_lists);
    bench_number("update_lists_searched", (double)update.searched_lists);
    bench_text("bilingual_changed", m->o->spare_bilingual ? "no" : "yes");
    print_load();
    bench_text("identical", same ? "yes" : "no");
    bench_text("statistics", update.statistics == update.generation ? "renewed" : "kept");
    bench_number("terms", (double)update.terms);
    print_stages("update_", &update);
    print_stages("full_", &full);
    bench_end();
    return QIAO_OK;
}

/* ---- options ---- */

static qiao_status
read_options(int argc, char **argv, options *o, qiao_error *err)
{
    static const struct option names[] = {
        {"data", required_argument, NULL, 'd'},      {"folder", required_argument, NULL, 'f'},
        {"threads", required_argument, NULL, 't'},   {"rounds", required_argument, NULL, 'r'},
        {"permille", required_argument, NULL, 'p'},  {"match", no_argument, NULL, 'm'},
        {"spare-bilingual", no_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
    qiao_status st = QIAO_OK;
    int option;

    *o = (options){.rounds = 1, .permille = 10};
    optind = 1;
    while (st == QIAO_OK && (option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'd')
            o->data = optarg;
        else if (option == 'f')
            o->folder = optarg;
        else if (option == 'm')
            o->match = true;
        else if (option == 's')
            o->spare_bilingual = true;
        else if (option == 't')
            st = bench_whole("threads", optarg, 1, 64, &o->threads, err);
        else if (option == 'r')
            st = bench_whole("rounds", optarg, 1, ROUNDS_MAX, &o->rounds, err);
        else if (option == 'p')
            st = bench_whole("permille", optarg, 1, 200, &o->permille, err);
        else
            st = qiao_fail(err, QIAO_E_USAGE, "unknown option; see qiao-bench --help");
    }
    if (st == QIAO_OK && o->data == NULL)
        st = qiao_fail(err, QIAO_E_USAGE, "--data DIR is needed: a folder with imported records");
    return st;
}

static qiao_status
run(int argc, char **argv, qiao_status (*measure)(measurement *m, qiao_error *err), qiao_error *err)
{
    options o;
    measurement m = {.o = &o};
    qiao_status st = read_options(argc, argv, &o, err);

    if (st == QIAO_OK)
        st = measure(&m, err);
    if (m.folder[0] != '\0' && qiao_file_remove_tree(m.folder, NULL) != QIAO_OK)
        fprintf(stderr, "qiao-bench: %s could not be removed\n", m.folder);
    return st;
}

static qiao_status
run_build(int argc, char **argv, qiao_error *err)
{
    return run(argc, argv, measure_build, err);
}

static qiao_status
run_update(int argc, char **argv, qiao_error *err)
{
    return run(argc, argv, measure_update, err);
}

const bench_command bench_build = {
    "build",
    "  build --data DIR [--threads N] [--rounds N] [--folder DIR] [--match]\n"
    "      full builds of the records imported into DIR, in a copy under --folder (/tmp); --match: all pairs too\n",
    run_build};
const bench_command bench_update = {
    "update",
    "  update --data DIR [--permille N] [--spare-bilingual] [--threads N] [--rounds N] [--folder DIR] [--match]\n"
    "      changes N of a thousand records (10), times the update and a full build, and compares what they wrote;\n"
    "      --spare-bilingual: none with a Chinese and an English side, so nothing is to be learned again\n",
    run_update};
