/* Where a source is in its list, kept in the source store. */
#include "harvest/harvest_internal.h"

#include <stdio.h>
#include <string.h>

const char *
qiaoi_harvester_position(const qiaoi_harvester *h)
{
    return h->position.length > 0 ? h->position.data : "";
}

bool
qiaoi_harvester_set_position(qiaoi_harvester *h, const char *text)
{
    qiao_buffer copy = {.limit = 0};

    qiao_buffer_text(&copy, text);
    qiao_buffer_char(&copy, '\0');
    if (copy.failed) {
        qiao_buffer_done(&copy);
        return false;
    }
    copy.length--;
    qiao_buffer_done(&h->position);
    h->position = copy;
    return true;
}

void
qiaoi_harvester_path(const qiaoi_harvester *h, const char *ending, char out[QIAOI_ARCHIVE_PATH])
{
    qiaoi_archive_path(h->common->data_dir, h->options->source, h->run, h->page, ending, out);
}

void
qiaoi_harvester_begin_list(qiaoi_harvester *h, const char *since)
{
    char now[21], path[QIAOI_ARCHIVE_PATH];
    size_t n = 0;

    qiao_clock_utc(now);
    for (const char *at = now; *at != '\0'; at++) { /* 2026-03-01T10:00:00Z to 20260301T100000Z */
        if (*at != '-' && *at != ':')
            h->run[n++] = *at;
    }
    h->run[n] = '\0';
    h->page = 1;
    qiaoi_harvester_path(h, ".zst", path);
    for (unsigned i = 2; qiao_file_exists(path); i++) { /* a list that was begun in the same second */
        snprintf(h->run + n, sizeof h->run - n, "-%u", i);
        qiaoi_harvester_path(h, ".zst", path);
    }
    snprintf(h->since, sizeof h->since, "%s", since);
    h->date[0] = '\0';
    if (qiaoi_plan_incremental(h->options->plan)) /* OAI-PMH says its own time later */
        snprintf(h->date, sizeof h->date, "%.10s", now);
    h->done = false;
    h->refused = 0;
    qiao_buffer_clear(&h->position);
}

static void
copy_member(const cJSON *state, const char *key, char *out, size_t size)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(state, key));

    snprintf(out, size, "%s", text != NULL && strlen(text) < size ? text : "");
}

static bool
take_state(qiaoi_harvester *h, const cJSON *state)
{
    const cJSON *page = cJSON_GetObjectItemCaseSensitive(state, "page");
    const cJSON *position = cJSON_GetObjectItemCaseSensitive(state, "position");
    const cJSON *refused = cJSON_GetObjectItemCaseSensitive(state, "refused");
    char date[QIAOI_TIME_SIZE];

    copy_member(state, "etag", h->etag, sizeof h->etag);
    copy_member(state, "modified", h->modified, sizeof h->modified);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(state, "done"))) { /* a new list, of what changed since */
        copy_member(state, "date", date, sizeof date);
        date[strcspn(date, "T")] = '\0'; /* every repository knows days, not every one seconds */
        qiaoi_harvester_begin_list(h, h->common->full ? "" : date);
        return true;
    }
    copy_member(state, "run", h->run, sizeof h->run);
    copy_member(state, "since", h->since, sizeof h->since);
    copy_member(state, "date", h->date, sizeof h->date);
    h->refused = cJSON_IsNumber(refused) ? (uint64_t)refused->valuedouble : 0;
    h->page = cJSON_IsNumber(page) ? (uint64_t)page->valuedouble : 1;
    return qiaoi_harvester_set_position(h, cJSON_IsString(position) ? position->valuestring : "");
}

static void
state_key(const qiaoi_harvester *h, char out[128])
{
    snprintf(out, 128, "harvest/%.64s", h->options->source);
}

qiao_status
qiaoi_harvester_read_state(qiaoi_harvester *h, qiao_error *err)
{
    qiao_buffer text = {.limit = QIAOI_STATE_LIMIT};
    qiao_error absent = QIAO_ERROR_INIT;
    char key[128];
    qiao_status status;

    state_key(h, key);
    qiaoi_harvester_begin_list(h, "");
    status = qiao_source_store_get_state(qiaoi_importer_store(h->importer), key, &text, &absent);
    if (status == QIAO_E_NOTFOUND) {
        status = QIAO_OK;
    } else if (status == QIAO_OK) {
        cJSON *state = cJSON_ParseWithLength(text.data, text.length);

        if (state != NULL && (!h->common->full || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(state, "done"))) &&
            !take_state(h, state))
            status = qiao_fail_memory(err);
        cJSON_Delete(state);
    } else {
        *err = absent;
    }
    qiao_buffer_done(&text);
    return status;
}

static void
write_text(qiao_buffer *out, const char *key, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", key);
    qiao_buffer_json_string(out, text, strlen(text));
}

qiao_status
qiaoi_harvester_commit(qiaoi_harvester *h, qiao_error *err)
{
    qiao_source_store *store = qiaoi_importer_store(h->importer);
    qiao_buffer text = {.limit = QIAOI_STATE_LIMIT};
    char key[128];
    qiao_status status;

    state_key(h, key);
    qiao_buffer_printf(
        &text, "{\"run\":\"%s\",\"page\":%llu,\"since\":\"%s\",\"date\":\"%s\",\"done\":%s,\"refused\":%llu", h->run,
        (unsigned long long)h->page, h->since, h->date, h->done ? "true" : "false", (unsigned long long)h->refused);
    write_text(&text, "etag", h->etag);
    write_text(&text, "modified", h->modified);
    qiao_buffer_text(&text, ",\"position\":");
    qiao_buffer_json_string(&text, qiaoi_harvester_position(h), strlen(qiaoi_harvester_position(h)));
    qiao_buffer_char(&text, '}');
    status = qiao_buffer_check(&text, err);
    if (status == QIAO_OK)
        status = qiao_source_store_set_state(store, key, text.data, text.length, err);
    if (status == QIAO_OK)
        status = qiao_source_store_commit(store, err);
    qiao_buffer_done(&text);
    return status;
}
