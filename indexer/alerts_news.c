/* The file of a search's news: see alerts.h. */
#include "alerts.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 << 20)

/* Ids of searches are digits of the service's own making; anything else is no file name. */
static qiao_status
path_of(const char *data_dir, const char *id, char out[QIAO_PATH_MAX], qiao_error *err)
{
    int n = snprintf(out, QIAO_PATH_MAX, "%s/news/%s.json", data_dir, id);

    if (*id == '\0' || id[strspn(id, "0123456789abcdef")] != '\0')
        return qiao_fail(err, QIAO_E_INPUT, "%.40s is no id of a search", id);
    return n > 0 && n < QIAO_PATH_MAX
               ? QIAO_OK
               : qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", data_dir);
}

qiao_status
qiao_alerts_news_read(const char *data_dir, const char *id, cJSON **out, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    qiao_buffer text = {0};
    qiao_status st = path_of(data_dir, id, path, err);

    *out = NULL;
    if (st == QIAO_OK && qiao_file_exists(path)) {
        st = qiao_file_read(path, FILE_MAX, &text, err);
        if (st == QIAO_OK)
            *out = cJSON_ParseWithLength(text.data, text.length);
    }
    qiao_buffer_done(&text);
    if (st != QIAO_OK || cJSON_IsObject(*out))
        return st;
    /* a file that cannot be read is begun anew: it is derived */
    cJSON_Delete(*out);
    *out = cJSON_CreateObject();
    return *out != NULL && cJSON_AddStringToObject(*out, "search", id) != NULL &&
                   cJSON_AddArrayToObject(*out, "entries") != NULL
               ? QIAO_OK
               : qiao_fail_memory(err);
}

qiao_status
qiao_alerts_news_write(const char *data_dir, const char *id, const cJSON *news, qiao_error *err)
{
    char path[QIAO_PATH_MAX], folder[QIAO_PATH_MAX];
    char *text = cJSON_PrintUnformatted(news);
    qiao_status st = text != NULL ? path_of(data_dir, id, path, err) : qiao_fail_memory(err);

    snprintf(folder, sizeof folder, "%.4000s/news", data_dir);
    if (st == QIAO_OK)
        st = qiao_file_make_directories(folder, err);
    if (st == QIAO_OK)
        st = qiao_file_write_atomic(path, text, strlen(text), err);
    cJSON_free(text);
    return st;
}

qiao_status
qiao_alerts_news_remove(const char *data_dir, const char *id, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    qiao_status st = path_of(data_dir, id, path, err);

    if (st == QIAO_OK)
        (void)unlink(path);
    return st;
}

/* ---- entries ---- */

typedef struct kinds {
    cJSON *came, *left, *rose; /* lists of ids */
    uint64_t count[3];
    bool failed;
} kinds;

static void
tell(kinds *k, int kind, cJSON *list, const qiao_alerts_item *item, const qiao_alerts_item *was)
{
    cJSON *object;

    if (++k->count[kind] > QIAO_ALERTS_LISTED_MAX)
        return;
    object = cJSON_CreateObject();
    k->failed =
        k->failed || object == NULL || !cJSON_AddItemToArray(list, object) ||
        cJSON_AddStringToObject(object, "id", item->id) == NULL ||
        (item->band != QIAO_BAND_NONE && cJSON_AddStringToObject(object, "band", qiao_band_code(item->band)) == NULL) ||
        (was != NULL && cJSON_AddStringToObject(object, "was", qiao_band_code(was->band)) == NULL);
}

/* Both lists are in order of id. */
static void
compare(const qiao_alerts_list *before, const qiao_alerts_list *now, kinds *k)
{
    size_t i = 0, j = 0;

    while (i < before->count || j < now->count) {
        int order = i == before->count ? 1 : j == now->count ? -1 : strcmp(before->items[i].id, now->items[j].id);

        if (order < 0)
            tell(k, 1, k->left, &before->items[i++], NULL);
        else if (order > 0)
            tell(k, 0, k->came, &now->items[j++], NULL);
        else {
            if (now->items[j].band < before->items[i].band)
                tell(k, 2, k->rose, &now->items[j], &before->items[i]);
            i++;
            j++;
        }
    }
}

static bool
add_generation(cJSON *entry, const char *name, uint64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "gen-%010" PRIu64, number);
    return cJSON_AddStringToObject(entry, name, text) != NULL;
}

static bool
fill(cJSON *entry, uint64_t from, uint64_t to, const qiao_alerts_list *before, const qiao_alerts_list *now,
     bool deliver)
{
    bool blind = before->too_many || now->too_many || before->gone || now->gone;
    kinds k = {.failed = false};
    cJSON *counts, *delivery;
    char at[21];

    qiao_clock_utc(at);
    if (!add_generation(entry, "generation", to) || !add_generation(entry, "previous", from) ||
        cJSON_AddStringToObject(entry, "at", at) == NULL ||
        (now->too_many && cJSON_AddTrueToObject(entry, "too_many") == NULL) ||
        (now->gone && cJSON_AddTrueToObject(entry, "gone") == NULL) ||
        (counts = cJSON_AddObjectToObject(entry, "counts")) == NULL ||
        (k.came = cJSON_AddArrayToObject(entry, "came")) == NULL ||
        (k.left = cJSON_AddArrayToObject(entry, "left")) == NULL ||
        (k.rose = cJSON_AddArrayToObject(entry, "rose")) == NULL)
        return false;
    if (!blind)
        compare(before, now, &k);
    if (k.failed || cJSON_AddNumberToObject(counts, "came", (double)k.count[0]) == NULL ||
        cJSON_AddNumberToObject(counts, "left", (double)k.count[1]) == NULL ||
        cJSON_AddNumberToObject(counts, "rose", (double)k.count[2]) == NULL ||
        (!now->too_many && cJSON_AddNumberToObject(counts, "total", (double)now->count) == NULL))
        return false;
    if (!deliver || k.count[0] + k.count[1] + k.count[2] == 0)
        return true;
    delivery = cJSON_AddObjectToObject(entry, "delivery");
    return delivery != NULL && cJSON_AddStringToObject(delivery, "state", "waiting") != NULL &&
           cJSON_AddNumberToObject(delivery, "tries", 0) != NULL &&
           cJSON_AddNumberToObject(delivery, "nights", 0) != NULL && cJSON_AddArrayToObject(delivery, "log") != NULL;
}

qiao_status
qiao_alerts_news_add(cJSON *news, uint64_t from, uint64_t to, const qiao_alerts_list *before,
                     const qiao_alerts_list *now, bool deliver, qiao_error *err)
{
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(news, "entries"), *entry = cJSON_CreateObject();

    if (entry == NULL || !fill(entry, from, to, before, now, deliver) || !cJSON_IsArray(entries)) {
        cJSON_Delete(entry);
        return qiao_fail_memory(err);
    }
    cJSON_InsertItemInArray(entries, 0, entry);
    while (cJSON_GetArraySize(entries) > (int)QIAO_ALERTS_ENTRIES_MAX)
        cJSON_DeleteItemFromArray(entries, (int)QIAO_ALERTS_ENTRIES_MAX);
    return QIAO_OK;
}
