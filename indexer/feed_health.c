/* See feed_health.h. */
#include "feed_health.h"

#include "commands.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define PATH_BYTES 4096
#define FILE_BYTES_MAX ((size_t)1 << 20)

/* When the source last went well, as far as the file knows; NULL = not told. Owned by *tree_out. */
static const char *
success_before(const char *path, cJSON **tree_out)
{
    qiao_buffer text = {0};
    qiao_error ignored = QIAO_ERROR_INIT;

    *tree_out = NULL;
    if (qiao_file_exists(path) && qiao_file_read(path, FILE_BYTES_MAX, &text, &ignored) == QIAO_OK && text.length > 0)
        *tree_out = cJSON_ParseWithLength(text.data, text.length);
    qiao_buffer_done(&text);
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(*tree_out, "last_success"));
}

static bool
add_text(cJSON *object, const char *name, const char *text)
{
    return text == NULL ? cJSON_AddNullToObject(object, name) != NULL
                        : cJSON_AddStringToObject(object, name, text) != NULL;
}

/* NULL without memory. */
static char *
write_tree(const char *started, const char *success, int exit_code, const char *message, const char *result)
{
    cJSON *tree = cJSON_CreateObject(), *feed = cJSON_Parse(result);
    char *text = NULL;

    if (feed != NULL && cJSON_AddNumberToObject(feed, "exit_code", exit_code) != NULL &&
        add_text(feed, "message", message) && add_text(tree, "started", started) &&
        add_text(tree, "last_success", success) && cJSON_AddItemToObject(tree, "feed", feed)) {
        feed = NULL; /* the tree's */
        text = cJSON_PrintUnformatted(tree);
    }
    cJSON_Delete(feed);
    cJSON_Delete(tree);
    return text;
}

qiao_status
qiaoi_feed_health_write(const char *data_dir, const char *source, const char *started, int exit_code,
                        const char *message, const char *result, qiao_error *err)
{
    char folder[PATH_BYTES], path[PATH_BYTES];
    bool well = exit_code == QIAO_EXIT_DONE || exit_code == QIAO_EXIT_REJECTED;
    cJSON *before;
    const char *success;
    char *text;
    qiao_status st;

    snprintf(folder, sizeof folder, "%.3900s/reports/feeds", data_dir);
    snprintf(path, sizeof path, "%.3950s/%.64s.json", folder, source);
    success = success_before(path, &before);
    text = write_tree(started, well ? started : success, exit_code, message, result);
    cJSON_Delete(before);
    if (text == NULL)
        return qiao_fail_memory(err);
    st = qiao_file_make_directories(folder, err);
    if (st == QIAO_OK)
        st = qiao_file_write_atomic(path, text, strlen(text), err);
    cJSON_free(text);
    return st;
}
