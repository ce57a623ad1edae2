/* See sweep.h. */
#include "sweep.h"

#include "import_seen.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
qiaoi_sweep_add(qiaoi_sweep *sweep, uint64_t hash)
{
    if (sweep->count == sweep->capacity) {
        size_t capacity = sweep->capacity == 0 ? 4096 : sweep->capacity * 2;
        uint64_t *grown = qiao_realloc_array(sweep->hashes, capacity, sizeof *grown);

        if (grown == NULL) {
            sweep->no_memory = true;
            return;
        }
        sweep->hashes = grown;
        sweep->capacity = capacity;
    }
    sweep->hashes[sweep->count++] = hash;
}

void
qiaoi_sweep_done(qiaoi_sweep *sweep)
{
    qiao_free(sweep->hashes);
    *sweep = (qiaoi_sweep){.hashes = NULL};
}

static int
compare(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

typedef struct walk {
    const qiaoi_sweep *sweep;
    const qiaoi_sweep_options *options;
    qiaoi_sweep_report *report;
    uint64_t owned;
    qiao_buffer ids;  /* of what vanished: kind, id, NUL */
    qiao_buffer mark; /* "source":"NAME" */
} walk;

/* The member source of a record, where it has one, against the name. */
static bool
says_source(const walk *w, const qiao_source_entry *entry, bool otherwise)
{
    cJSON *record = cJSON_ParseWithLength(entry->json, entry->length);
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(record, "source");
    bool own = cJSON_IsString(source) ? strcmp(source->valuestring, w->options->source) == 0 : otherwise;

    cJSON_Delete(record);
    return own;
}

static bool
holds(const char *text, size_t length, const char *piece, size_t piece_length)
{
    for (size_t i = 0; i + piece_length <= length; i++) {
        const char *found = memchr(text + i, piece[0], length - piece_length - i + 1);

        if (found == NULL)
            return false;
        i = (size_t)(found - text);
        if (memcmp(found, piece, piece_length) == 0)
            return true;
    }
    return false;
}

/* By its id, unless the record says that it comes from elsewhere. */
static bool
is_owned(const walk *w, const qiao_source_entry *entry)
{
    size_t n = strlen(w->options->source);
    bool prefix = strncmp(entry->id, w->options->source, n) == 0 && entry->id[n] == ':';

    if (prefix)
        return !holds(entry->json, entry->length, "\"source\":", 9) || says_source(w, entry, true);
    return holds(entry->json, entry->length, w->mark.data, w->mark.length) && says_source(w, entry, false);
}

static qiao_status
visit(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    walk *w = context;
    uint64_t hash = qiaoi_seen_hash(entry->kind, entry->id);

    (void)err;
    if (!is_owned(w, entry))
        return QIAO_OK;
    w->owned++;
    if (bsearch(&hash, w->sweep->hashes, w->sweep->count, sizeof hash, compare) != NULL)
        return QIAO_OK;
    w->report->vanished++;
    if (w->report->shown_count < QIAOI_SWEEP_SHOWN)
        snprintf(w->report->shown[w->report->shown_count++], sizeof w->report->shown[0], "%s", entry->id);
    qiao_buffer_char(&w->ids, (char)entry->kind);
    qiao_buffer_append(&w->ids, entry->id, strlen(entry->id) + 1);
    return QIAO_OK;
}

static qiao_status
find_vanished(walk *w, qiao_source_store *store, qiao_error *err)
{
    qiao_status status;

    if (w->sweep->no_memory)
        return qiao_fail_memory(err);
    if (w->sweep->count > 0)
        qsort(w->sweep->hashes, w->sweep->count, sizeof *w->sweep->hashes, compare);
    qiao_buffer_text(&w->mark, "\"source\":");
    qiao_buffer_json_string(&w->mark, w->options->source, strlen(w->options->source));
    status = qiao_buffer_check(&w->mark, err);
    if (status == QIAO_OK)
        status = qiao_source_store_each(store, false, visit, w, err);
    if (status == QIAO_OK)
        status = qiao_buffer_check(&w->ids, err);
    w->report->had = w->owned > w->options->fresh ? w->owned - w->options->fresh : 0;
    return status;
}

static qiao_status
remove_vanished(const walk *w, qiao_source_store *store, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    for (size_t at = 0; status == QIAO_OK && at < w->ids.length;) {
        qiao_kind kind = (qiao_kind)w->ids.data[at];
        const char *id = w->ids.data + at + 1;
        qiao_change change;

        status = qiao_source_store_remove(store, kind, id, &change, err);
        w->report->removed += status == QIAO_OK && change == QIAO_CHANGE_REMOVED ? 1 : 0;
        at += strlen(id) + 2;
    }
    return status;
}

qiao_status
qiaoi_sweep_finish(qiaoi_sweep *sweep, qiao_source_store *store, const qiaoi_sweep_options *options,
                   qiaoi_sweep_report *report, qiao_error *err)
{
    walk w = {.sweep = sweep, .options = options, .report = report};
    qiao_status status;

    *report = (qiaoi_sweep_report){.had = 0};
    status = find_vanished(&w, store, err);
    if (status == QIAO_OK && report->vanished * 100 > report->had * options->drop) {
        status = qiao_fail(err, QIAO_E_REFUSED,
                           "%s: %llu of its %llu records are not in the list any more, over the share of %u %%; none "
                           "was removed",
                           options->source, (unsigned long long)report->vanished, (unsigned long long)report->had,
                           options->drop);
        qiao_error_hint(err, "look whether the source is whole; if it is, say so with --max-drop 100");
    } else if (status == QIAO_OK && options->refused == 0) {
        status = remove_vanished(&w, store, err);
    }
    qiao_buffer_done(&w.ids);
    qiao_buffer_done(&w.mark);
    return status;
}
