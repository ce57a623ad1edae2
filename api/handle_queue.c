/*
 * GET /v1/queue: needs that wait for a look of staff. The candidates of each come from the generation (qiao/queue.h);
 * those that have a verdict or a case by now are taken off, and with the last of them the need.
 *
 * What to do first: needs whose deadline is not more than 30 days away, by deadline; then the others, those with a
 * strong candidate first, then those with more candidates; last the needs whose deadline is over. Ties by id.
 */
#include "handlers.h"

#include "pair_set.h"
#include "qiao/file.h"
#include "qiao/queue.h"
#include "reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 200u
#define SOON_DAYS 30

typedef enum urgency { SOON, LATER, OVER } urgency;

typedef struct entry {
    const qiao_queue_need *need;
    urgency urgency;
    uint32_t count; /* candidates nobody has judged */
    qiao_band best;
} entry;

typedef struct listing {
    entry *entries;
    size_t count;
    qiaoi_desk_sets sets;
} listing;

static urgency
urgency_of(const qiao_queue_need *need, int32_t today)
{
    if (need->deadline_day == QIAO_UNKNOWN || need->deadline_day > today + SOON_DAYS)
        return LATER;
    return need->deadline_day < today ? OVER : SOON;
}

static bool
is_wanted(const qiaoi_call *call, const qiaoi_parameters *given, const listing *list, const qiao_queue_need *need)
{
    const char *park = call->caller.key.park;

    if (park[0] != '\0' && (need->park == NULL || strcmp(need->park, park) != 0))
        return false;
    return qiaoi_parameters_wants(given, QIAOI_P_PARK, need->park) &&
           qiaoi_parameters_wants(given, QIAOI_P_STATUS, need->status == NULL ? "published" : need->status) &&
           qiaoi_hash_set_count(&list->sets.withdrawn, need->id, NULL) == 0;
}

static entry
look_at(const listing *list, const qiao_queue_need *need, int32_t today)
{
    entry out = {.need = need, .urgency = urgency_of(need, today), .best = QIAO_BAND_NONE};

    for (uint32_t i = 0; i < need->count; i++) {
        const qiao_candidate *candidate = &need->candidates[i];

        if (qiaoi_hash_set_count(&list->sets.judged, need->id, candidate->project) > 0)
            continue;
        out.count++;
        if (candidate->band < out.best)
            out.best = candidate->band;
    }
    return out;
}

static int
compare(const void *a, const void *b)
{
    const entry *x = a, *y = b;

    if (x->urgency != y->urgency)
        return x->urgency < y->urgency ? -1 : 1;
    if (x->urgency == SOON && x->need->deadline_day != y->need->deadline_day)
        return x->need->deadline_day < y->need->deadline_day ? -1 : 1;
    if (x->best != y->best)
        return x->best < y->best ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->need->id, y->need->id);
}

static qiao_status
gather(const qiaoi_call *call, const qiaoi_parameters *given, const qiao_queue *queue, listing *out, qiao_error *err)
{
    int32_t today = (int32_t)qiaoi_answer_day();
    qiao_status st = qiaoi_desk_sets_read(call->service->access.desk, &out->sets, err);

    out->entries = qiao_alloc((qiao_queue_count(queue) + 1) * sizeof *out->entries);
    if (st == QIAO_OK && out->entries == NULL)
        st = qiao_fail_memory(err);
    for (size_t i = 0; st == QIAO_OK && i < qiao_queue_count(queue); i++) {
        const qiao_queue_need *need = qiao_queue_at(queue, i);

        if (!is_wanted(call, given, out, need))
            continue;
        out->entries[out->count] = look_at(out, need, today);
        out->count += out->entries[out->count].count > 0;
    }
    if (st == QIAO_OK)
        qsort(out->entries, out->count, sizeof *out->entries, compare);
    return st;
}

static void
write_text(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    if (text == NULL)
        qiao_buffer_text(out, "null");
    else
        qiao_buffer_json_string(out, text, strlen(text));
}

/* Titles as hits of a search have them. */
static qiao_status
write_title(qiaoi_call *call, const char *id, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer json = {0};
    qiao_record *record = NULL;
    bool first = true;
    qiao_status st = qiao_session_record_json(call->session, QIAO_NEED, id, &json, err);

    if (st == QIAO_OK)
        st = qiao_record_parse(json.data, json.length, NULL, &record, NULL, err);
    qiao_buffer_text(out, ",\"title\":{");
    for (size_t i = 0; st == QIAO_OK && i < record->text_count; i++)
        if (strcmp(record->texts[i].name, "title") == 0) {
            qiao_buffer_printf(out, "%s\"%s\":", first ? "" : ",", record->texts[i].language);
            qiao_buffer_json_string(out, record->texts[i].text, record->texts[i].length);
            first = false;
        }
    qiao_buffer_char(out, '}');
    qiao_record_free(record);
    qiao_buffer_done(&json);
    return st;
}

static qiao_status
write_entry(qiaoi_call *call, const listing *list, const entry *e, qiao_error *err)
{
    qiao_buffer *out = &call->response->body;
    char deadline[QIAO_DATE_SIZE];
    qiao_status st;

    qiao_buffer_text(out, "{\"id\":");
    qiao_buffer_json_string(out, e->need->id, strlen(e->need->id));
    st = write_title(call, e->need->id, out, err);
    write_text(out, "park", e->need->park);
    if (e->need->deadline_day != QIAO_UNKNOWN)
        qiao_date_text(e->need->deadline_day, deadline);
    write_text(out, "deadline", e->need->deadline_day != QIAO_UNKNOWN ? deadline : NULL);
    write_text(out, "status", e->need->status);
    qiao_buffer_printf(out, ",\"new\":%u,\"best_band\":\"%s\",\"open_cases\":%zu}", (unsigned)e->count,
                       qiao_band_code(e->best), qiaoi_hash_set_count(&list->sets.open_cases, e->need->id, NULL));
    return st;
}

static qiao_status
write_queue(qiaoi_call *call, const qiaoi_parameters *given, const qiao_queue *queue, const listing *list,
            qiao_error *err)
{
    qiao_buffer *out = &call->response->body;
    size_t first = given->offset < list->count ? given->offset : list->count,
           most = given->limit != 0 ? given->limit : 50;
    char previous[QIAO_GENERATION_NAME_SIZE];
    qiao_status st = QIAO_OK;

    qiaoi_name_generation(qiao_queue_previous(queue), previous);
    qiao_buffer_printf(out, "{\"generation\":\"%s\"", call->generation);
    write_text(out, "previous", previous[0] != '\0' ? previous : NULL);
    qiao_buffer_printf(out, ",\"total\":%zu,\"needs\":[", list->count);
    for (size_t i = first; st == QIAO_OK && i < list->count && i - first < most; i++) {
        if (i > first)
            qiao_buffer_char(out, ',');
        st = write_entry(call, list, &list->entries[i], err);
    }
    qiao_buffer_printf(out, "],\"more\":%s}", list->count - first > most ? "true" : "false");
    return st;
}

void
qiaoi_answer_queue(qiaoi_call *call)
{
    const uint64_t allowed =
        QIAOI_BIT(QIAOI_P_PARK) | QIAOI_BIT(QIAOI_P_STATUS) | QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_OFFSET);
    qiao_error error = QIAO_ERROR_INIT;
    listing list = {.count = 0};
    qiaoi_report *report;
    qiaoi_parameters given;
    qiao_status st;

    if (!qiaoi_call_parameters(call, allowed, LIST_MAX, &given))
        return;
    report = qiaoi_report_take(call, QIAOI_REPORT_QUEUE);
    if (report == NULL)
        return;
    st = gather(call, &given, qiaoi_report_queue(report), &list, &error);
    if (st == QIAO_OK)
        st = write_queue(call, &given, qiaoi_report_queue(report), &list, &error);
    qiaoi_report_release(call, report);
    qiaoi_desk_sets_done(&list.sets);
    qiao_free(list.entries);
    if (qiaoi_call_went_well(call, st, &error)) {
        qiaoi_http_set(call->response, "Cache-Control", "no-store");
        qiaoi_call_json(call);
    }
}
