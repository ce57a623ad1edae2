/* What of a night has ended: see nightly.h. A small JSON file, written anew behind every stage. */
#include "nightly.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define STATE_BYTES_MAX ((size_t)64 << 20)
#define RESUME_SECONDS (12 * 3600)

static void
path_of(const char *data, char out[QIAO_NIGHTLY_PATH])
{
    snprintf(out, QIAO_NIGHTLY_PATH, "%.4000s/nightly.state.json", data);
}

static cJSON *
stages_of(const qiao_nightly_state *state)
{
    return cJSON_GetObjectItemCaseSensitive(state->tree, "stages");
}

/* NULL where there is none, or it is too old, or damaged: then the night begins anew, and nothing is lost by it. */
static cJSON *
left_behind(const char *data)
{
    char path[QIAO_NIGHTLY_PATH];
    qiao_buffer text = {0};
    qiao_error ignored = QIAO_ERROR_INIT;
    cJSON *tree = NULL;
    const cJSON *begun;

    path_of(data, path);
    if (qiao_file_read(path, STATE_BYTES_MAX, &text, &ignored) == QIAO_OK && text.length > 0)
        tree = cJSON_ParseWithLength(text.data, text.length);
    qiao_buffer_done(&text);
    begun = cJSON_GetObjectItemCaseSensitive(tree, "unix");
    if (cJSON_IsNumber(begun) && cJSON_IsString(cJSON_GetObjectItemCaseSensitive(tree, "started")) &&
        cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(tree, "from")) &&
        cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(tree, "stages")) &&
        (double)time(NULL) - begun->valuedouble < RESUME_SECONDS)
        return tree;
    cJSON_Delete(tree);
    return NULL;
}

static qiao_status
save(const qiao_nightly_state *state, qiao_error *err)
{
    char path[QIAO_NIGHTLY_PATH];
    char *text = cJSON_PrintUnformatted(state->tree);
    qiao_status st;

    if (text == NULL)
        return qiao_fail_memory(err);
    path_of(state->data, path);
    st = qiao_file_write_atomic(path, text, strlen(text), err);
    cJSON_free(text);
    return st;
}

static cJSON *
begin(uint64_t from)
{
    cJSON *tree = cJSON_CreateObject();
    char now[21];

    qiao_clock_utc(now);
    if (cJSON_AddStringToObject(tree, "started", now) == NULL ||
        cJSON_AddNumberToObject(tree, "unix", (double)time(NULL)) == NULL ||
        cJSON_AddNumberToObject(tree, "from", (double)from) == NULL ||
        cJSON_AddNumberToObject(tree, "resumed", 0) == NULL || cJSON_AddArrayToObject(tree, "stages") == NULL) {
        cJSON_Delete(tree);
        return NULL;
    }
    return tree;
}

qiao_status
qiao_nightly_state_open(const char *data, uint64_t from, bool restart, qiao_nightly_state *out, qiao_error *err)
{
    cJSON *resumed;
    qiao_status st;

    *out = (qiao_nightly_state){.data = data, .tree = restart ? NULL : left_behind(data)};
    resumed = cJSON_GetObjectItemCaseSensitive(out->tree, "resumed");
    if (out->tree == NULL)
        out->tree = begin(from);
    else if (cJSON_IsNumber(resumed))
        cJSON_SetNumberValue(resumed, resumed->valuedouble + 1);
    if (out->tree == NULL)
        return qiao_fail_memory(err);
    st = save(out, err);
    if (st != QIAO_OK)
        qiao_nightly_state_close(out);
    return st;
}

void
qiao_nightly_state_close(qiao_nightly_state *state)
{
    cJSON_Delete(state->tree);
    state->tree = NULL;
}

static bool
is_text(const cJSON *object, const char *key, const char *value)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, key);

    return value == NULL ? node == NULL : cJSON_IsString(node) && strcmp(node->valuestring, value) == 0;
}

bool
qiao_nightly_state_ended(const qiao_nightly_state *state, const char *stage, const char *name, int *exit_code)
{
    const cJSON *done;

    cJSON_ArrayForEach(done, stages_of(state))
    {
        const cJSON *code = cJSON_GetObjectItemCaseSensitive(done, "exit_code");

        if (!is_text(done, "stage", stage) || !is_text(done, "name", name) || !cJSON_IsNumber(code))
            continue;
        *exit_code = code->valueint;
        return true;
    }
    return false;
}

qiao_status
qiao_nightly_state_add(qiao_nightly_state *state, const char *stage, const char *name, int exit_code, double seconds,
                       const char *message, const char *result, qiao_error *err)
{
    cJSON *done = cJSON_CreateObject(), *parsed = result == NULL ? NULL : cJSON_Parse(result);
    bool whole = cJSON_AddStringToObject(done, "stage", stage) != NULL;

    if (parsed == NULL)
        parsed = cJSON_CreateNull();
    whole = whole && (name == NULL || cJSON_AddStringToObject(done, "name", name) != NULL);
    whole = whole && cJSON_AddNumberToObject(done, "exit_code", exit_code) != NULL;
    whole = whole && cJSON_AddNumberToObject(done, "seconds", (double)(int64_t)(seconds * 1000) / 1000) != NULL;
    whole = whole && (message == NULL || cJSON_AddStringToObject(done, "message", message) != NULL);
    whole = whole && cJSON_AddItemToObject(done, "result", parsed) != 0;
    if (!whole || !cJSON_AddItemToArray(stages_of(state), done)) {
        cJSON_Delete(done);
        return qiao_fail_memory(err);
    }
    return save(state, err);
}

void
qiao_nightly_state_forget(const qiao_nightly_state *state)
{
    char path[QIAO_NIGHTLY_PATH];

    path_of(state->data, path);
    (void)remove(path); /* where it stays, the next night finds every stage ended; it reports so */
}

const char *
qiao_nightly_state_started(const qiao_nightly_state *state)
{
    return cJSON_GetObjectItemCaseSensitive(state->tree, "started")->valuestring;
}

uint64_t
qiao_nightly_state_from(const qiao_nightly_state *state)
{
    return (uint64_t)cJSON_GetObjectItemCaseSensitive(state->tree, "from")->valuedouble;
}
