/* qiao-indexer match: all pairs of a generation, whole, in slices, or put together from slices. The work is done by
 * qiao/all_pairs.h. */
#include "commands.h"

#include "qiao/all_pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "2/8" */
static bool
read_slice(const char *text, qiao_all_pairs_options *options)
{
    char *end;
    unsigned long slice, slices;

    if (*text < '0' || *text > '9')
        return false;
    slice = strtoul(text, &end, 10);
    if (*end != '/' || end[1] < '0' || end[1] > '9')
        return false;
    slices = strtoul(end + 1, &end, 10);
    if (*end != '\0' || slice < 1 || slice > slices || slices > QIAO_ALL_PAIRS_SLICES_MAX)
        return false;
    options->slice = (uint32_t)slice;
    options->slices = (uint32_t)slices;
    return true;
}

static void
show_progress(uint64_t done, uint64_t total, void *context)
{
    qiao_progress *progress = context;
    char rate[QIAO_PROGRESS_RATE_SIZE];

    qiao_progress_show(progress, done, total, qiao_progress_rate(progress, done, total, rate));
}

static void
print_json(const qiao_all_pairs_report *r)
{
    printf("{\"generation\":%llu,\"from\":%llu,\"published\":%s,\"lists\":%llu,\"pairs\":%llu,\"considered\":%llu,"
           "\"matches\":%llu,\"seconds\":%.3f,\"pairs_per_second\":%.0f}\n",
           (unsigned long long)r->generation, (unsigned long long)r->from, r->published ? "true" : "false",
           (unsigned long long)r->lists, (unsigned long long)r->pairs, (unsigned long long)r->considered,
           (unsigned long long)r->matches, r->seconds, r->seconds > 0 ? (double)r->pairs / r->seconds : 0);
}

static void
print_text(const qiao_all_pairs_options *options, const qiao_all_pairs_report *r)
{
    char lists[32], matches[32];

    printf(qiao_say("%s lists with %s matches in %.1f s\n"), qiao_console_number(r->lists, lists),
           qiao_console_number(r->matches, matches), r->seconds);
    if (options->out != NULL)
        printf(qiao_say("written to %s\n"), options->out);
    else if (r->published)
        printf(qiao_say("generation %llu holds them and is served now\n"), (unsigned long long)r->generation);
    else
        printf(qiao_say("not published; publish it with: qiao-indexer rollback --to %llu\n"),
               (unsigned long long)r->generation);
}

static int
misused(const char *message)
{
    fprintf(stderr, "qiao-indexer match: %s\n", qiao_say(message));
    return QIAO_EXIT_USAGE;
}

int
qiao_command_match(int argc, char **argv)
{
    qiao_all_pairs_options options = {0};
    uint64_t threads = 0, keep = 0;
    const char *slice = NULL;
    bool json = false, merge = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &options.data_dir, "DIR", "data folder", true},
        {"generation", QIAO_OPTION_NUMBER, &options.generation, "N", "generation to match (default: the served one)",
         false},
        {"slice", QIAO_OPTION_TEXT, &slice, "I/N", "only part I of N; needs --out", false},
        {"out", QIAO_OPTION_TEXT, &options.out, "FILE", "write the lists to a file, not into a new generation", false},
        {"merge", QIAO_OPTION_FLAG, &merge, NULL, "put the files of all slices together", false},
        {"threads", QIAO_OPTION_NUMBER, &threads, "N", "threads (default: processors)", false},
        {"no-publish", QIAO_OPTION_FLAG, &options.no_publish, NULL, "leave the served generation as it is", false},
        {"keep", QIAO_OPTION_NUMBER, &keep, "N", "generations to keep (default 5)", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "report as JSON", false},
    };
    const qiao_usage usage = {"match",
                              "[FILE...]",
                              "Match every need with every project and keep the best of each in a new generation.\n"
                              "Slices may run on many machines; merged, they are what one run gives.",
                              table,
                              sizeof table / sizeof *table,
                              0,
                              QIAO_ALL_PAIRS_SLICES_MAX};
    qiao_progress progress;
    qiao_all_pairs_report report;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    if (slice != NULL && (merge || !read_slice(slice, &options)))
        return misused("--slice is I/N, such as 2/8, and does not go with --merge");
    if (merge != (first < argc))
        return misused("files are named with --merge, and only there");
    options.threads = threads > 64 ? 64u : (unsigned)threads;
    options.keep = keep > 1000 ? 1000u : (unsigned)keep;
    options.progress = show_progress;
    options.context = &progress;
    qiao_progress_start(&progress, qiao_say("matching all pairs"), false);
    st = merge ? qiao_all_pairs_merge(&options, (const char *const *)(argv + first), (size_t)(argc - first), &report,
                                      &err)
               : qiao_all_pairs(&options, &report, &err);
    qiao_progress_end(&progress);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    if (json)
        print_json(&report);
    else
        print_text(&options, &report);
    return QIAO_EXIT_DONE;
}
