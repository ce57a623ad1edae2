/* What a saved search finds in a generation: see alerts.h. */
#include "alerts.h"

#include "qiao/tags.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE 200u
#define FILTERS_MAX 16u

static qiao_status
add(qiao_alerts_list *list, const char *id, qiao_band band, qiao_error *err)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 64 : 2 * list->room;
        qiao_alerts_item *items = qiao_realloc(list->items, room * sizeof *items);

        if (items == NULL)
            return qiao_fail_memory(err);
        list->items = items;
        list->room = room;
    }
    list->items[list->count].id = qiao_strdup(id);
    list->items[list->count].band = band;
    if (list->items[list->count].id == NULL)
        return qiao_fail_memory(err);
    list->count++;
    return QIAO_OK;
}

void
qiao_alerts_list_done(qiao_alerts_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        qiao_free(list->items[i].id);
    qiao_free(list->items);
    *list = (qiao_alerts_list){.items = NULL};
}

static int
by_id(const void *a, const void *b)
{
    return strcmp(((const qiao_alerts_item *)a)->id, ((const qiao_alerts_item *)b)->id);
}

static const char *
text_of(const cJSON *run, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(run, name);

    return cJSON_IsString(value) ? value->valuestring : NULL;
}

static size_t
filters_of(const cJSON *run, const char *out[FILTERS_MAX])
{
    const cJSON *filter;
    size_t count = 0;

    cJSON_ArrayForEach(filter, cJSON_GetObjectItemCaseSensitive(run, "filters"))
    {
        if (cJSON_IsString(filter) && count < FILTERS_MAX)
            out[count++] = filter->valuestring;
    }
    return count;
}

static int32_t
level_of(const cJSON *run, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(run, name);

    return cJSON_IsNumber(value) ? (int32_t)value->valuedouble : QIAO_UNKNOWN;
}

/* ---- searches ---- */

/* Records with every word are the answer; those with some of the words only fill a page. */
static uint64_t
whole_of(const cJSON *answer)
{
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(answer, "with_all_words"),
                *total = cJSON_GetObjectItemCaseSensitive(answer, "total"), *count = cJSON_IsNumber(all) ? all : total;

    return cJSON_IsNumber(count) && count->valuedouble > 0 ? (uint64_t)count->valuedouble : 0;
}

/* One page; *total: of the whole. */
static qiao_status
take_page(qiao_session *session, qiao_search_request *request, qiao_buffer *buffer, qiao_alerts_list *out,
          uint64_t *total, qiao_error *err)
{
    cJSON *answer = NULL;
    const cJSON *hit;
    qiao_status st;

    qiao_buffer_clear(buffer);
    st = qiao_search_json(session, request, buffer, err);
    if (st == QIAO_OK)
        answer = cJSON_ParseWithLength(buffer->data, buffer->length);
    if (st == QIAO_OK && answer == NULL)
        st = qiao_fail_memory(err);
    *total = answer != NULL ? whole_of(answer) : 0;
    cJSON_ArrayForEach(hit, cJSON_GetObjectItemCaseSensitive(answer, "hits"))
    {
        const char *id = text_of(hit, "id");

        if (st == QIAO_OK && id != NULL && out->count < *total && *total <= QIAO_ALERTS_FOUND_MAX)
            st = add(out, id, QIAO_BAND_NONE, err);
    }
    cJSON_Delete(answer);
    return st;
}

static qiao_status
find_search(qiao_session *session, const cJSON *run, qiao_alerts_list *out, qiao_error *err)
{
    const char *filters[FILTERS_MAX], *q = text_of(run, "q"), *side = text_of(run, "side");
    qiao_search_request request = {.side = side != NULL && strcmp(side, "needs") == 0 ? QIAO_NEED : QIAO_PROJECT,
                                   .query = q,
                                   .query_length = q != NULL ? strlen(q) : 0,
                                   .filters = filters,
                                   .filter_count = filters_of(run, filters),
                                   .trl_min = level_of(run, "trl_min"),
                                   .trl_max = level_of(run, "trl_max"),
                                   .limit = PAGE};
    qiao_buffer buffer = {0};
    uint64_t total = 0;
    size_t before;
    qiao_status st;

    do {
        before = out->count;
        st = take_page(session, &request, &buffer, out, &total, err);
        request.offset += PAGE;
        out->too_many = total > QIAO_ALERTS_FOUND_MAX;
    } while (st == QIAO_OK && !out->too_many && out->count < total && out->count > before &&
             request.offset + PAGE <= QIAO_ALERTS_FOUND_MAX);
    qiao_buffer_done(&buffer);
    return st;
}

/* ---- needs ---- */

/* Is the need still of those that its watcher sees? */
static bool
has_tag(const qiao_record *need, const qiao_vocabulary *vocabulary, const char *wanted, qiao_status *st,
        qiao_error *err)
{
    qiao_arena *arena = wanted != NULL ? qiao_arena_new(4096) : NULL;
    const char *tags[QIAO_TAGS_MAX];
    bool complete = true, has = wanted == NULL;
    size_t count = 0;

    if (wanted != NULL && arena == NULL)
        *st = qiao_fail_memory(err);
    else if (wanted != NULL)
        count = qiao_record_tags(need, vocabulary, (int)(time(NULL) / 86400), arena, tags, &complete);
    for (size_t i = 0; i < count && !has; i++)
        has = strcmp(tags[i], wanted) == 0;
    qiao_arena_free(arena);
    return has;
}

static qiao_status
match_need(qiao_session *session, const cJSON *run, const qiao_record *need, bool posted, qiao_alerts_list *out,
           qiao_error *err)
{
    const char *filters[FILTERS_MAX];
    qiao_match_request request = {.kind = QIAO_NEED,
                                  .id = posted ? NULL : need->id,
                                  .record = posted ? need : NULL,
                                  .filters = filters,
                                  .filter_count = filters_of(run, filters),
                                  .limit = QIAO_ALERTS_NEED_PROJECTS,
                                  .explain = QIAO_EXPLAIN_NONE};
    const qiao_match_result *result = NULL;
    qiao_status st = qiao_match(session, &request, &result, err);

    for (size_t i = 0; st == QIAO_OK && i < result->count; i++)
        if (result->items[i].band == QIAO_BAND_STRONG || result->items[i].band == QIAO_BAND_POSSIBLE)
            st = add(out, result->items[i].id, result->items[i].band, err);
    return st;
}

static qiao_status
find_need(qiao_session *session, const qiao_vocabulary *vocabulary, const cJSON *run, const qiao_record *posted,
          qiao_alerts_list *out, qiao_error *err)
{
    const qiao_record *need = posted;
    qiao_record *own = NULL;
    qiao_buffer json = {0};
    qiao_status st = QIAO_OK;

    if (posted == NULL) {
        st = qiao_session_record_json(session, QIAO_NEED, text_of(run, "need"), &json, err);
        if (st == QIAO_OK)
            st = qiao_record_parse(json.data, json.length, NULL, &own, NULL, err);
        need = own;
    }
    out->gone = st == QIAO_E_NOTFOUND;
    if (st == QIAO_OK)
        out->gone = !has_tag(need, vocabulary, text_of(run, "need_tag"), &st, err);
    if (st == QIAO_OK && !out->gone)
        st = match_need(session, run, need, posted != NULL, out, err);
    qiao_record_free(own);
    qiao_buffer_done(&json);
    return out->gone ? QIAO_OK : st;
}

qiao_status
qiao_alerts_find(qiao_session *session, const qiao_vocabulary *vocabulary, const cJSON *run, const qiao_record *need,
                 qiao_alerts_list *out, qiao_error *err)
{
    qiao_status st;

    *out = (qiao_alerts_list){.items = NULL};
    st = text_of(run, "need") != NULL ? find_need(session, vocabulary, run, need, out, err)
                                      : find_search(session, run, out, err);
    if (st != QIAO_OK)
        qiao_alerts_list_done(out);
    else if (out->count > 1)
        qsort(out->items, out->count, sizeof *out->items, by_id);
    return st;
}
