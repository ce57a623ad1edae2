/*
 * qiao-bench analysis: how fast texts become words and pivot terms, by language, on all threads; and what the lexicon
 * costs in memory when it is mapped.
 */
#include "bench.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/analyzer.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/lexicon.h"
#include "qiao/record.h"
#include "qiao/source_store.h"

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64u
#define ROUNDS 3

static const char *const languages[] = {"zh", "en", "de", "fr", "ja"};
#define LANGUAGES (sizeof languages / sizeof *languages)

typedef struct texts {
    qiao_buffer bytes;   /* NUL-terminated, one behind the other */
    qiao_buffer offsets; /* size_t[count] */
    size_t count, total;
} texts;

typedef struct worker {
    const qiao_lexicon *lexicon;
    const texts *input;
    const char *language;
    size_t first, end;
    uint64_t tokens, terms;
    qiao_status status;
    qiao_error error;
    pthread_t thread;
} worker;

static qiao_status
take_record(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    texts *all = context;
    qiao_record *record = NULL;
    qiao_status st = qiao_record_parse(entry->json, entry->length, NULL, &record, NULL, err);

    for (size_t i = 0; st == QIAO_OK && i < record->text_count; i++)
        for (size_t l = 0; l < LANGUAGES; l++)
            if (strcmp(record->texts[i].language, languages[l]) == 0) {
                qiao_buffer_append(&all[l].offsets, &all[l].bytes.length, sizeof all[l].bytes.length);
                qiao_buffer_append(&all[l].bytes, record->texts[i].text, record->texts[i].length + 1);
                all[l].total += record->texts[i].length;
                all[l].count++;
            }
    qiao_record_free(record);
    return st;
}

/* Pivot terms of a word: itself where it is one, else its translations. */
static uint64_t
count_terms(const qiao_lexicon *lexicon, const qiao_token *token)
{
    if (token->stop_word)
        return 0;
    if (token->script == QIAO_SCRIPT_LATIN && token->language[0] == 'e')
        return qiaoi_lexicon_term(lexicon, token->form, token->form_length) != QIAOI_NO_TERM;
    return token->entry == 0 ? 0 : lexicon->entries[token->entry - 1].count;
}

static void *
run_worker(void *context)
{
    worker *w = context;
    const size_t *offsets = (const size_t *)(const void *)w->input->offsets.data;
    qiao_analyzer *analyzer = NULL;

    w->status = qiao_analyzer_new(w->lexicon, &analyzer, &w->error);
    for (size_t i = w->first; w->status == QIAO_OK && i < w->end; i++) {
        const char *text = w->input->bytes.data + offsets[i];
        const qiao_token *tokens;
        size_t count;

        w->status = qiao_analyze(analyzer, text, strlen(text), w->language, true, &tokens, &count, &w->error);
        for (size_t k = 0; w->status == QIAO_OK && k < count; k++)
            w->terms += count_terms(w->lexicon, &tokens[k]);
        w->tokens += w->status == QIAO_OK ? count : 0;
    }
    qiao_analyzer_free(analyzer);
    return NULL;
}

/* Of all threads of the process. */
static double
processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds of one round, by the clock; and of the processors, which a busy machine does not lengthen as much. */
static qiao_status
one_round(const qiao_lexicon *lexicon, const texts *input, const char *language, unsigned threads, double *seconds_out,
          double *processor_out, uint64_t *tokens_out, uint64_t *terms_out, qiao_error *err)
{
    worker workers[THREADS_MAX];
    uint64_t start = bench_now_ns();
    double processor = processor_seconds();
    qiao_status st = QIAO_OK;

    *tokens_out = *terms_out = 0;
    for (unsigned i = 0; i < threads; i++) {
        workers[i] = (worker){.lexicon = lexicon,
                              .input = input,
                              .language = language,
                              .first = input->count * i / threads,
                              .end = input->count * (i + 1) / threads,
                              .error = QIAO_ERROR_INIT};
        if (pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) != 0)
            return qiao_fail(err, QIAO_E_NOMEM, "cannot start a thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        *tokens_out += workers[i].tokens;
        *terms_out += workers[i].terms;
        if (workers[i].status != QIAO_OK && st == QIAO_OK) {
            st = workers[i].status;
            if (err != NULL)
                *err = workers[i].error;
        }
    }
    *seconds_out = (double)(bench_now_ns() - start) / 1e9;
    *processor_out = processor_seconds() - processor;
    return st;
}

static void
report_language(const char *language, const texts *input, double seconds, double processor, uint64_t tokens,
                uint64_t terms)
{
    char key[64];

    snprintf(key, sizeof key, "%s_mb", language);
    bench_number(key, (double)input->total / 1e6);
    snprintf(key, sizeof key, "%s_mb_per_s", language);
    bench_number(key, (double)input->total / 1e6 / seconds);
    snprintf(key, sizeof key, "%s_mb_per_processor_s", language);
    bench_number(key, (double)input->total / 1e6 / processor);
    snprintf(key, sizeof key, "%s_words_per_s", language);
    bench_number(key, (double)tokens / seconds);
    snprintf(key, sizeof key, "%s_terms", language);
    bench_number(key, (double)terms);
    fprintf(stderr, "%s: %.1f MB in %.2f s: %.1f MB/s, %.1f million words/s\n", language, (double)input->total / 1e6,
            seconds, (double)input->total / 1e6 / seconds, (double)tokens / seconds / 1e6);
}

/* The best of three rounds: the machine may be busy. */
static qiao_status
measure(const qiao_lexicon *lexicon, const texts *all, unsigned threads, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t l = 0; st == QIAO_OK && l < LANGUAGES; l++) {
        double best = 0, seconds = 0, least = 0, processor = 0;
        uint64_t tokens = 0, terms = 0;

        for (int round = 0; st == QIAO_OK && all[l].count > 0 && round < ROUNDS; round++) {
            st = one_round(lexicon, &all[l], languages[l], threads, &seconds, &processor, &tokens, &terms, err);
            least = round == 0 || processor < least ? processor : least;
            best = round == 0 || seconds < best ? seconds : best;
        }
        if (st == QIAO_OK && all[l].count > 0)
            report_language(languages[l], &all[l], best, least, tokens, terms);
    }
    return st;
}

/* Resident pages of the process, in MiB. */
static double
resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%lu %lu", &size, &pages) != 2)
        pages = 0;
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1024.0 * 1024.0);
}

static qiao_status
bench(const char *data_dir, unsigned threads, qiao_error *err)
{
    texts all[LANGUAGES] = {0};
    char path[QIAO_PATH_MAX + 32], folder[QIAO_PATH_MAX];
    qiao_source_store *store = NULL;
    qiao_lexicon *lexicon = NULL;
    uint64_t number, size = 0;
    double before = 0, opened = 0;
    qiao_status st = qiao_catalog_current(data_dir, &number, err);

    if (st == QIAO_OK)
        st = qiao_catalog_path(data_dir, number, folder, err);
    if (st == QIAO_OK)
        st = qiao_source_store_open(data_dir, false, &store, err);
    if (st == QIAO_OK)
        st = qiao_source_store_each(store, false, take_record, all, err);
    qiao_source_store_close(store);
    if (st == QIAO_OK) {
        snprintf(path, sizeof path, "%s/lexicon.bin", folder);
        before = resident();
        st = qiao_lexicon_open(path, &lexicon, err);
        opened = resident();
    }
    if (st == QIAO_OK)
        st = qiao_file_size(path, &size, err);
    bench_begin("analysis");
    if (st == QIAO_OK)
        st = measure(lexicon, all, threads, err);
    bench_number("threads", threads);
    bench_number("lexicon_mib", (double)size / (1024.0 * 1024.0));
    bench_number("lexicon_resident_when_opened_mib", opened - before);
    bench_number("resident_after_use_mib", resident() - before);
    bench_end();
    qiao_lexicon_close(lexicon);
    for (size_t l = 0; l < LANGUAGES; l++) {
        qiao_buffer_done(&all[l].bytes);
        qiao_buffer_done(&all[l].offsets);
    }
    return st;
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    static const struct option names[] = {
        {"data", required_argument, NULL, 'd'}, {"threads", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t threads = processors > 0 ? (uint64_t)processors : 1;
    const char *data_dir = NULL;
    qiao_status st = QIAO_OK;
    int option;

    optind = 1;
    while (st == QIAO_OK && (option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'd')
            data_dir = optarg;
        else if (option == 't')
            st = bench_whole("--threads", optarg, 1, THREADS_MAX, &threads, err);
        else
            st = qiao_fail(err, QIAO_E_USAGE, "see qiao-bench --help");
    }
    if (st == QIAO_OK && data_dir == NULL)
        st = qiao_fail(err, QIAO_E_USAGE, "name a data folder with a generation: --data DIR");
    return st == QIAO_OK ? bench(data_dir, (unsigned)(threads > THREADS_MAX ? THREADS_MAX : threads), err) : st;
}

const bench_command bench_analysis = {
    .name = "analysis",
    .help =
        "analysis --data DIR [--threads N]\n"
        "    MB of text a second into words and pivot terms, by language, over the records of DIR; size and resident\n"
        "    memory of its lexicon\n",
    .run = run};
