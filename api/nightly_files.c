/* See nightly_files.h. */
#include "nightly_files.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)16 << 20)
#define FEED_MAX ((size_t)1 << 20)

bool
qiaoi_nightly_is_name(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:";
    size_t length = strlen(text);

    return length > 8 && length < QIAOI_NIGHTLY_NAME_SIZE && strncmp(text, "nightly-", 8) == 0 &&
           strspn(text, allowed) == length;
}

/* NAME.json, and NAME is one of ours. */
static int
is_report(const struct dirent *entry)
{
    char name[QIAOI_NIGHTLY_NAME_SIZE];
    size_t length = strlen(entry->d_name);

    if (length < 6 || length - 5 >= sizeof name || strcmp(entry->d_name + length - 5, ".json") != 0)
        return 0;
    memcpy(name, entry->d_name, length - 5);
    name[length - 5] = '\0';
    return qiaoi_nightly_is_name(name);
}

qiao_status
qiaoi_nightly_list(const char *data_dir, qiaoi_nightly_names *out, qiao_error *err)
{
    struct dirent **entries = NULL;
    char path[QIAO_PATH_MAX];
    int n;

    *out = (qiaoi_nightly_names){0};
    snprintf(path, sizeof path, "%.4000s/reports", data_dir);
    n = scandir(path, &entries, is_report, alphasort);
    out->items = qiao_calloc((size_t)(n > 0 ? n : 0) + 1, sizeof *out->items);
    for (int i = n - 1; i >= 0; i--) {
        if (out->items != NULL)
            snprintf(out->items[out->count++], sizeof *out->items, "%.*s", (int)strlen(entries[i]->d_name) - 5,
                     entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return out->items != NULL ? QIAO_OK : qiao_fail_memory(err);
}

void
qiaoi_nightly_names_done(qiaoi_nightly_names *names)
{
    qiao_free(names->items);
    *names = (qiaoi_nightly_names){0};
}

static bool
path_of(const char *data_dir, const char *name, const char *ending, char path[QIAO_PATH_MAX])
{
    return qiaoi_nightly_is_name(name) &&
           snprintf(path, QIAO_PATH_MAX, "%.3900s/reports/%s%s", data_dir, name, ending) < QIAO_PATH_MAX;
}

bool
qiaoi_nightly_has(const char *data_dir, const char *name, const char *ending)
{
    char path[QIAO_PATH_MAX];

    return path_of(data_dir, name, ending, path) && qiao_file_exists(path);
}

qiao_status
qiaoi_nightly_read(const char *data_dir, const char *name, const char *ending, qiao_buffer *out, qiao_error *err)
{
    char path[QIAO_PATH_MAX];

    if (!path_of(data_dir, name, ending, path) || !qiao_file_exists(path))
        return qiao_fail(err, QIAO_E_NOTFOUND, "there is no report %s%s", name, ending);
    return qiao_file_read(path, FILE_MAX, out, err);
}

static int
is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

void
qiaoi_feed_files(const char *data_dir, bool (*visit)(void *context, const qiao_buffer *text), void *context)
{
    struct dirent **entries = NULL;
    char folder[QIAO_PATH_MAX];
    bool more = true;
    int n;

    snprintf(folder, sizeof folder, "%.3800s/reports/feeds", data_dir);
    n = scandir(folder, &entries, is_json, alphasort);
    for (int i = 0; i < n; i++) {
        char path[QIAO_PATH_MAX];
        qiao_buffer text = {0};
        qiao_error ignored = QIAO_ERROR_INIT;

        snprintf(path, sizeof path, "%.3820s/%.255s", folder, entries[i]->d_name);
        if (more && qiao_file_read(path, FEED_MAX, &text, &ignored) == QIAO_OK)
            more = visit(context, &text);
        qiao_buffer_done(&text);
        free(entries[i]);
    }
    free(entries);
}
