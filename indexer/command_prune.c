/* qiao-indexer prune: removes generations, reports, archived pages and rejects that a policy no longer keeps. */
#include "commands.h"

#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/source_store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define KEEP_DEFAULT 5u
#define DAYS_MAX 36500u
#define PATH_BYTES 4096
#define DAY_SECONDS 86400

typedef struct pruning {
    const char *data;
    uint64_t keep, keep_days, report_days, archive_days, reject_days;
    size_t generations, reports, pages, rejects;
} pruning;

static int
is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Of a name, as far as the last '-': what belongs to one night, or to one list of a source. */
static size_t
stem_length(const char *name)
{
    const char *dash = strrchr(name, '-');

    return dash == NULL ? strlen(name) : (size_t)(dash - name);
}

static bool
is_old(const char *path, uint64_t days, bool *folder_out)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return false;
    *folder_out = S_ISDIR(status.st_mode);
    return (int64_t)time(NULL) - (int64_t)status.st_mtime > (int64_t)days * DAY_SECONDS;
}

/* Files of a folder whose name begins with prefix, older than that; never those of the newest night or list. */
static size_t
remove_old(const char *folder, const char *prefix, uint64_t days, bool keep_newest)
{
    struct dirent **entries = NULL;
    int count = days == 0 ? 0 : scandir(folder, &entries, is_visible, alphasort);
    const char *newest = "";
    size_t removed = 0;

    for (int i = 0; i < count; i++)
        if (strncmp(entries[i]->d_name, prefix, strlen(prefix)) == 0)
            newest = entries[i]->d_name;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        bool same = stem_length(name) == stem_length(newest) && strncmp(name, newest, stem_length(newest)) == 0;
        char path[PATH_BYTES];
        bool is_folder = false;

        snprintf(path, sizeof path, "%.3800s/%.255s", folder, name);
        if (strncmp(name, prefix, strlen(prefix)) == 0 && !(keep_newest && same) && is_old(path, days, &is_folder) &&
            !is_folder && remove(path) == 0)
            removed++;
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return removed;
}

static size_t
remove_pages(const pruning *p)
{
    char folder[PATH_BYTES];
    struct dirent **entries = NULL;
    size_t removed = 0;
    int count;

    snprintf(folder, sizeof folder, "%.3500s/archive", p->data);
    count = p->archive_days == 0 ? 0 : scandir(folder, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        char source[PATH_BYTES];

        snprintf(source, sizeof source, "%.3600s/%.255s", folder, entries[i]->d_name);
        removed += remove_old(source, "", p->archive_days, true);
        free(entries[i]);
    }
    free(entries);
    return removed;
}

/* Under the indexer's lock: no build may publish meanwhile. */
static qiao_status
prune(pruning *p, qiao_error *err)
{
    const qiao_catalog_policy policy = {.keep = (size_t)p->keep, .days = (uint32_t)p->keep_days};
    qiao_source_store *store = NULL;
    char folder[PATH_BYTES];
    qiao_status status = qiao_source_store_open(p->data, true, &store, err);

    if (status == QIAO_OK)
        status = qiao_catalog_retire(p->data, &policy, &p->generations, err);
    if (status == QIAO_OK) {
        snprintf(folder, sizeof folder, "%.3500s/reports", p->data);
        p->reports = remove_old(folder, "nightly-", p->report_days, true);
        snprintf(folder, sizeof folder, "%.3500s/rejects", p->data);
        p->rejects = remove_old(folder, "", p->reject_days, false);
        p->pages = remove_pages(p);
    }
    qiao_source_store_close(store);
    return status;
}

int
qiao_command_prune(int argc, char **argv)
{
    pruning p = {.keep = KEEP_DEFAULT};
    bool json = false;
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &p.data, "DIR", "data folder", true},
        {"keep", QIAO_OPTION_NUMBER, &p.keep, "N", "generations to keep (default 5, at least 2)", false},
        {"keep-days", QIAO_OPTION_NUMBER, &p.keep_days, "DAYS", "younger generations are kept too", false},
        {"report-days", QIAO_OPTION_NUMBER, &p.report_days, "DAYS", "remove older reports of nights", false},
        {"archive-days", QIAO_OPTION_NUMBER, &p.archive_days, "DAYS",
         "remove older archived pages; those of each source's last list stay", false},
        {"reject-days", QIAO_OPTION_NUMBER, &p.reject_days, "DAYS", "remove older files of refused records", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {.command = "prune",
                              .operands = "",
                              .help = "Removes what a policy no longer keeps: old generations, and, where days are "
                                      "given, reports, archived pages\n"
                                      "and refused records. The served generation and the one to go back to always "
                                      "stay.",
                              .options = options,
                              .option_count = sizeof options / sizeof options[0]};
    qiao_error err = QIAO_ERROR_INIT;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    if (p.keep_days > DAYS_MAX || p.report_days > DAYS_MAX || p.archive_days > DAYS_MAX || p.reject_days > DAYS_MAX) {
        fprintf(stderr, qiao_say("qiao-indexer: at most %u days\n"), DAYS_MAX);
        return QIAO_EXIT_USAGE;
    }
    if (prune(&p, &err) != QIAO_OK)
        return qiao_console_fail(&err);
    printf(json ? "{\"generations\":%zu,\"reports\":%zu,\"pages\":%zu,\"rejects\":%zu}\n"
                : qiao_say("removed: %zu generations, %zu files of reports, %zu archived pages, %zu files of refused "
                           "records\n"),
           p.generations, p.reports, p.pages, p.rejects);
    return QIAO_EXIT_DONE;
}
