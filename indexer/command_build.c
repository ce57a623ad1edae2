/* qiao-indexer build: a generation from the source store, checked and published. The work is done by qiao/build.h; this
 * file reads options and reports. */
#include "commands.h"
#include "dense_report.h"

#include "qiao/build.h"
#include "qiao/catalog.h"

#include <stdio.h>
#include <string.h>

static const char *const stage_names[QIAO_BUILD_STAGES] = {"reading records",
                                                           "learning translations",
                                                           "analysing texts",
                                                           "deriving the lexicon",
                                                           "linking duplicates",
                                                           "writing postings",
                                                           "merging the full-text index",
                                                           "embedding texts",
                                                           "matching all pairs",
                                                           "checking and publishing",
                                                           "keeping what was found"};

typedef struct stage_display {
    qiao_progress progress;
    int stage;
    bool quiet;
} stage_display;

static void
show_progress(qiao_build_stage stage, uint64_t done, uint64_t total, void *context)
{
    stage_display *display = context;
    char rate[QIAO_PROGRESS_RATE_SIZE];

    if (display->stage != (int)stage) {
        if (display->stage >= 0)
            qiao_progress_end(&display->progress);
        qiao_progress_start(&display->progress, qiao_message(stage_names[stage], qiao_console_language()),
                            display->quiet);
        display->stage = (int)stage;
    }
    qiao_progress_show(&display->progress, done, total,
                       stage == QIAO_BUILD_MATCH ? qiao_progress_rate(&display->progress, done, total, rate) : NULL);
}

static double
total_seconds(const qiao_build_report *report)
{
    const double *seconds = report->seconds;
    double sum = 0,
           beside = seconds[QIAO_BUILD_LEXICON] + seconds[QIAO_BUILD_DUPLICATES] + seconds[QIAO_BUILD_POSTINGS];

    /* the full-text index is finished beside the lexicon and the postings: the longer of the two counts */
    for (int i = 0; i < QIAO_BUILD_STAGES; i++)
        if (i != QIAO_BUILD_TEXT)
            sum += seconds[i];
    if (seconds[QIAO_BUILD_TEXT] > beside)
        sum += seconds[QIAO_BUILD_TEXT] - beside;
    return sum;
}

static void
print_json(const qiao_build_report *r, bool dense)
{
    qiao_buffer vectors = {0};

    static const char *const keys[QIAO_BUILD_STAGES] = {"read", "learn", "analyse", "lexicon", "duplicates", "postings",
                                                        "text", "embed", "match",   "install", "keep"};
    static const char *const modes[QIAO_BUILD_MODES] = {"update",        "full: asked for",  "full: nothing kept",
                                                        "full: lexicon", "full: vocabulary", "full: much changed"};

    printf("{\"generation\":\"gen-%010llu\",\"nothing_changed\":%s,\"published\":%s,\"projects\":%llu,\"needs\":%llu,"
           "\"terms\":%llu,\"pairs\":%llu,\"mode\":\"%s\",\"analysed\":%llu,\"statistics\":\"gen-%010llu\",\"drift\":%"
           "llu,\"kept\":%s,"
           "\"postings\":%llu,\"bilingual\":%llu,\"sentence_pairs\":%llu,\"learned_words\":%llu,\"learned_compounds\":%"
           "llu,\"pruned\":%llu,\"duplicates\":{\"projects\":%llu,\"needs\":%llu,\"groups\":%llu},\"matched_lists\":%"
           "llu,\"searched_lists\":%llu,\"matched_pairs\":%llu,\"matches\":%llu,\"seconds\":{",
           (unsigned long long)r->generation, r->nothing_changed ? "true" : "false", r->published ? "true" : "false",
           (unsigned long long)r->projects, (unsigned long long)r->needs, (unsigned long long)r->terms,
           (unsigned long long)r->pairs, modes[r->mode], (unsigned long long)r->analysed,
           (unsigned long long)r->statistics, (unsigned long long)(r->drift[0] + r->drift[1]),
           r->kept ? "true" : "false", (unsigned long long)r->postings, (unsigned long long)r->bilingual,
           (unsigned long long)r->sentence_pairs, (unsigned long long)r->learned_words,
           (unsigned long long)r->learned_compounds, (unsigned long long)r->pruned,
           (unsigned long long)r->duplicates[0], (unsigned long long)r->duplicates[1],
           (unsigned long long)(r->duplicate_groups[0] + r->duplicate_groups[1]), (unsigned long long)r->matched_lists,
           (unsigned long long)r->searched_lists, (unsigned long long)r->matched_pairs, (unsigned long long)r->matches);
    for (int i = 0; i < QIAO_BUILD_STAGES; i++)
        printf("\"%s\":%.3f,", keys[i], r->seconds[i]);
    qiao_dense_report_json(r, dense, &vectors);
    printf("\"total\":%.3f},%s}\n", total_seconds(r), vectors.failed ? "\"dense\":null" : vectors.data);
    qiao_buffer_done(&vectors);
}

static void
print_mode(const qiao_build_report *r)
{
    static const char *const reasons[QIAO_BUILD_MODES] = {
        [QIAO_BUILD_FULL_LEXICON] = "every record was analysed, since the lexicon reads texts otherwise than before\n",
        [QIAO_BUILD_FULL_VOCABULARY] = "every record was analysed, since the vocabularies have changed\n",
        [QIAO_BUILD_FULL_MUCH_CHANGED] = "every record was analysed, since many have changed\n"};
    char analysed[32], changed[32];

    if (r->mode == QIAO_BUILD_UPDATED)
        printf(qiao_say("updated: %s records analysed, the others were as before\n"),
               qiao_console_number(r->analysed, analysed));
    else if (reasons[r->mode] != NULL)
        fputs(qiao_say(reasons[r->mode]), stdout);
    if (r->statistics != r->generation)
        printf(qiao_say("statistics are those of generation %llu, since which %s records changed\n"),
               (unsigned long long)r->statistics, qiao_console_number(r->drift[0] + r->drift[1], changed));
    if (!r->kept)
        fputs(qiao_say("the next build will analyse every record: what was found could not be kept\n"), stdout);
}

static void
print_text(const qiao_build_report *r)
{
    char projects[32], needs[32], postings[32], words[32];

    if (r->nothing_changed) {
        printf(qiao_say("nothing changed since generation %llu: it stays served (--full builds all the same)\n"),
               (unsigned long long)r->generation);
        return;
    }
    printf(qiao_say("generation %llu: %s projects, %s needs, %s postings, in %.1f s\n"),
           (unsigned long long)r->generation, qiao_console_number(r->projects, projects),
           qiao_console_number(r->needs, needs), qiao_console_number(r->postings, postings), total_seconds(r));
    print_mode(r);
    if (r->bilingual > 0)
        printf(qiao_say("learned from %llu bilingual records: translations of %s words, %llu new compounds\n"),
               (unsigned long long)r->bilingual, qiao_console_number(r->learned_words, words),
               (unsigned long long)r->learned_compounds);
    if (r->duplicates[0] + r->duplicates[1] > 0)
        printf(qiao_say("duplicates linked: %llu projects and %llu needs in %llu groups\n"),
               (unsigned long long)r->duplicates[0], (unsigned long long)r->duplicates[1],
               (unsigned long long)(r->duplicate_groups[0] + r->duplicate_groups[1]));
    if (r->published)
        fputs(qiao_say("published: it is served now\n"), stdout);
    else
        printf(qiao_say("not published; publish it with: qiao-indexer rollback --to %llu\n"),
               (unsigned long long)r->generation);
}

int
qiao_command_build(int argc, char **argv)
{
    qiao_build_options options = {0};
    uint64_t threads = 0, keep = 0;
    const char *embeddings = NULL;
    qiaoi_embeddings *service = NULL;
    bool json = false, keep_statistics = false, renew_statistics = false, dense;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &options.data_dir, "DIR", "data folder", true},
        {"full", QIAO_OPTION_FLAG, &options.full, NULL,
         "analyse every record and renew statistics, even if nothing changed", false},
        {"keep-statistics", QIAO_OPTION_FLAG, &keep_statistics, NULL,
         "go by the statistics of the generation before, however much changed", false},
        {"renew-statistics", QIAO_OPTION_FLAG, &renew_statistics, NULL,
         "count all records anew (default: once 5 per cent of a side changed, and with --full)", false},
        {"threads", QIAO_OPTION_NUMBER, &threads, "N", "threads (default: processors)", false},
        {"no-publish", QIAO_OPTION_FLAG, &options.no_publish, NULL, "leave the served generation as it is", false},
        {"no-match", QIAO_OPTION_FLAG, &options.no_match, NULL, "store no matches; lists are searched when asked for",
         false},
        {"keep", QIAO_OPTION_NUMBER, &keep, "N", "generations to keep (default 5)", false},
        {"embeddings", QIAO_OPTION_TEXT, &embeddings, "FILE",
         "embedding service (default: DIR/embeddings.json, if there)", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "report as JSON", false},
    };
    const qiao_usage usage = {"build",
                              "",
                              "Build a generation from all imported records, check it and publish it.\n"
                              "Where little changed this is an update: only what changed is analysed, and statistics\n"
                              "(how frequent words are, what bilingual records taught) stay those of an earlier\n"
                              "generation until 5 per cent of a side changed. New words are found meanwhile, but\n"
                              "translate nothing. The first build after an upgrade of the program is a full one.",
                              table,
                              sizeof table / sizeof *table,
                              0,
                              0};
    stage_display display = {.stage = -1};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    if (keep_statistics && renew_statistics) {
        fputs(qiao_say("qiao-indexer: --keep-statistics and --renew-statistics exclude each other\n"), stderr);
        return QIAO_EXIT_USAGE;
    }
    options.threads = threads > 64 ? 64u : (unsigned)threads;
    options.keep = keep > 1000 ? 1000u : (unsigned)keep;
    options.statistics = keep_statistics    ? QIAO_STATISTICS_KEPT
                         : renew_statistics ? QIAO_STATISTICS_RENEWED
                                            : QIAO_STATISTICS_AS_NEEDED;
    options.progress = show_progress;
    options.context = &display;
    st = qiao_dense_open(options.data_dir, embeddings, &service, &err);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    dense = service != NULL;
    options.embed = dense ? qiaoi_embeddings_embedder(service) : NULL;
    st = qiao_build(&options, &report, &err);
    if (display.stage >= 0)
        qiao_progress_end(&display.progress);
    qiaoi_embeddings_close(service);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    if (json)
        print_json(&report, dense);
    else
        print_text(&report);
    if (dense && !json && !report.nothing_changed)
        qiao_dense_report_text(&report);
    qiao_dense_warn(&report);
    return QIAO_EXIT_DONE;
}
