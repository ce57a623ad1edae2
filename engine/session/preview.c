/* See qiao/preview.h. A matcher of its own, with the changed profile, asks the same needs. */
#include "qiao/preview.h"

#include "match/profile_change.h"
#include "session/session_internal.h"

#include <stdio.h>
#include <string.h>

qiao_status
qiao_session_profile_json(qiao_session *session, const char *name, qiao_buffer *out, qiao_error *err)
{
    const qiaoi_profile *profile;
    qiao_status st = qiaoi_profiles_find(session->snapshot->tables.profiles, name, &profile, err);

    if (st != QIAO_OK)
        return st;
    qiaoi_profile_write(profile, NULL, NULL, out);
    return qiao_buffer_check(out, err);
}

const char *
qiao_session_profile_name(qiao_session *session, size_t index)
{
    return qiao_profiles_name(session->snapshot->tables.profiles, index);
}

void
qiao_session_profile_label(qiao_session *session, size_t index, qiao_buffer *out)
{
    const qiao_profiles *profiles = session->snapshot->tables.profiles;

    qiao_buffer_printf(out, ",\"version\":\"%s\",\"hash\":\"%s\"", qiao_profiles_version(profiles, index),
                       qiao_profiles_hash(profiles, index));
}

qiao_status
qiao_session_profile_changed(qiao_session *session, const char *change, size_t length, qiao_buffer *out,
                             qiao_error *err)
{
    const qiaoi_profile *profile;
    qiao_status st = qiaoi_profiles_find(session->snapshot->tables.profiles, NULL, &profile, err);

    return st == QIAO_OK ? qiaoi_profile_change(profile, change, length, out, err) : st;
}

/* ---- before and after ---- */

typedef struct preview {
    const qiao_generation *generation;
    qiao_tables tables; /* with the changed profile */
    qiao_matcher *matchers[2];
    const char *needs[QIAO_PREVIEW_NEEDS_MAX];
    size_t count, unchanged;
    qiao_buffer *out;
} preview;

/* Those evenly spaced among the needs that may be asked. */
static qiao_status
take_sample(preview *p, const qiao_preview_options *options, qiao_error *err)
{
    char tag[80];
    const char *filter = tag;
    uint64_t *words = NULL, passing = 0, seen = 0;
    uint32_t total = qiao_generation_count(p->generation, QIAO_NEED);
    qiao_status st;

    snprintf(tag, sizeof tag, "park:%.60s", options->park == NULL ? "" : options->park);
    st = qiao_generation_filter(p->generation, QIAO_NEED, &filter, options->park != NULL, &words, &passing, err);
    for (uint32_t d = 0; st == QIAO_OK && d < total && p->count < options->count; d++) {
        if ((words[d >> 6] >> (d & 63) & 1u) == 0)
            continue;
        if (seen * options->count >= p->count * passing)
            p->needs[p->count++] = qiao_generation_id(p->generation, QIAO_NEED, d);
        seen++;
    }
    qiao_free(words);
    return st;
}

static qiao_status
take_given(preview *p, const qiao_preview_options *options, qiao_error *err)
{
    uint32_t docid;

    for (; p->count < options->count; p->count++) {
        const char *id = options->needs[p->count];

        if (qiao_generation_find(p->generation, QIAO_NEED, id, &docid, NULL) != QIAO_OK)
            return qiao_fail(err, QIAO_E_NOTFOUND, "there is no need %s", id);
        p->needs[p->count] = id;
    }
    return QIAO_OK;
}

static void
write_list(const char *name, const qiao_match_result *result, qiao_buffer *out)
{
    qiao_buffer_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < result->count; i++) {
        qiao_buffer_text(out, i == 0 ? "{\"id\":" : ",{\"id\":");
        qiao_buffer_json_string(out, result->items[i].id, strlen(result->items[i].id));
        qiao_buffer_printf(out, ",\"score\":%d.%06d,\"band\":\"%s\"}", (int)(result->items[i].score / 1000000),
                           (int)(result->items[i].score % 1000000), qiao_band_code(result->items[i].band));
    }
    qiao_buffer_char(out, ']');
}

/* How many of one list stand in the other; *same where both are one. */
static unsigned
count_kept(const qiao_match_result *const lists[2], bool *same)
{
    unsigned kept = 0;

    *same = lists[0]->count == lists[1]->count;
    for (size_t i = 0; i < lists[0]->count; i++) {
        for (size_t k = 0; k < lists[1]->count; k++)
            kept += strcmp(lists[0]->items[i].id, lists[1]->items[k].id) == 0;
        *same = *same && strcmp(lists[0]->items[i].id, lists[1]->items[i].id) == 0;
    }
    return kept;
}

static qiao_status
show_need(preview *p, const char *id, qiao_error *err)
{
    const qiao_match_request request = {.kind = QIAO_NEED, .id = id, .limit = QIAO_PREVIEW_LIST};
    const qiao_match_result *lists[2];
    bool same;
    qiao_status st = QIAO_OK;

    for (int which = 0; st == QIAO_OK && which < 2; which++)
        st = qiao_matcher_match(p->matchers[which], &request, &lists[which], err);
    if (st != QIAO_OK)
        return st;
    qiao_buffer_text(p->out, "{\"id\":");
    qiao_buffer_json_string(p->out, id, strlen(id));
    write_list("before", lists[0], p->out);
    write_list("after", lists[1], p->out);
    qiao_buffer_printf(p->out, ",\"kept\":%u}", count_kept(lists, &same));
    p->unchanged += same;
    return QIAO_OK;
}

static qiao_status
show(preview *p, const qiao_profiles *before, qiao_error *err)
{
    const qiao_profiles *const profiles[2] = {before, p->tables.profiles};
    qiao_status st = QIAO_OK;

    qiao_buffer_text(p->out, "{\"profile\":{");
    for (int which = 0; which < 2; which++)
        qiao_buffer_printf(p->out, "%s\"%s\":\"default:%s:%s\"", which == 0 ? "" : ",", which == 0 ? "before" : "after",
                           qiao_profiles_version(profiles[which], 0), qiao_profiles_hash(profiles[which], 0));
    qiao_buffer_text(p->out, "},\"needs\":[");
    for (size_t i = 0; st == QIAO_OK && i < p->count; i++) {
        if (i > 0)
            qiao_buffer_char(p->out, ',');
        st = show_need(p, p->needs[i], err);
    }
    qiao_buffer_printf(p->out, "],\"unchanged\":%zu}", p->unchanged);
    return st == QIAO_OK ? qiao_buffer_check(p->out, err) : st;
}

qiao_status
qiao_session_preview_json(qiao_session *session, const qiao_preview_options *options, qiao_buffer *out, qiao_error *err)
{
    preview p = {.generation = session->snapshot->generation,
                 .tables = session->snapshot->tables,
                 .matchers = {session->matcher, NULL},
                 .out = out};
    qiao_buffer changed = {0};
    qiao_status st;

    p.tables.profiles = NULL;
    if (options->count == 0 || options->count > QIAO_PREVIEW_NEEDS_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "1 to %u needs can be asked for at once", QIAO_PREVIEW_NEEDS_MAX);
    st = qiao_session_profile_changed(session, options->change, options->length, &changed, err);
    if (st == QIAO_OK)
        st = qiaoi_profiles_of(changed.data, changed.length, &p.tables.profiles, err);
    if (st == QIAO_OK)
        st = options->needs == NULL ? take_sample(&p, options, err) : take_given(&p, options, err);
    if (st == QIAO_OK)
        st = qiao_matcher_new(p.generation, &p.tables, &p.matchers[1], err);
    if (st == QIAO_OK)
        st = show(&p, session->snapshot->tables.profiles, err);
    qiao_matcher_free(p.matchers[1]);
    qiao_profiles_close(p.tables.profiles);
    qiao_buffer_done(&changed);
    return st;
}
