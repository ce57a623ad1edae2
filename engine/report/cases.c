/* See qiao/cases.h. Verdicts and cases are read one after the other, sorted by pair, and joined. */
#include "qiao/cases.h"

#include "qiao/file.h"

#include <stdlib.h>
#include <string.h>

struct qiao_cases {
    qiao_case *items;
    size_t count, room;
    qiao_arena *arena;
    qiao_desk *desk; /* while it is read */
};

/* ---- reading ---- */

static qiao_case *
add(qiao_cases *cases, const char *pair_id, qiao_error *err)
{
    char copy[QIAO_DESK_ID_MAX + 1];
    const char *need, *project;
    qiao_case *out;

    if (!qiao_desk_pair_split(pair_id, copy, &need, &project)) {
        (void)!qiao_fail(err, QIAO_E_CORRUPT, "the desk is damaged: %s cannot be read", "a pair");
        return NULL;
    }
    if (cases->count == cases->room) {
        size_t room = cases->room == 0 ? 256 : 2 * cases->room;
        qiao_case *more = qiao_realloc_array(cases->items, room, sizeof *more);

        if (more == NULL)
            return (void)!qiao_fail_memory(err), NULL;
        cases->items = more;
        cases->room = room;
    }
    out = &cases->items[cases->count];
    out->need = qiao_arena_strndup(cases->arena, need, strlen(need));
    out->project = qiao_arena_strndup(cases->arena, project, strlen(project));
    if (out->need == NULL || out->project == NULL)
        return (void)!qiao_fail_memory(err), NULL;
    for (int stage = 0; stage < QIAO_STAGE_COUNT; stage++)
        out->reached_ms[stage] = QIAO_NEVER;
    cases->count++;
    return out;
}

static qiao_status
take_verdict(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    qiao_case *out;

    (void)more;
    if (row->withdrawn || strstr(row->json, "\"verdict\":\"accept\"") == NULL)
        return QIAO_OK;
    out = add(context, row->id, err);
    if (out == NULL)
        return err->status;
    out->reached_ms[QIAO_STAGE_ACCEPTED] = row->changed_ms;
    return QIAO_OK;
}

/* QIAO_STAGE_COUNT: none that we know. A quotation mark inside of a note is escaped, so this finds the member alone. */
static qiao_stage
stage_of(const char *json)
{
    static const char *const members[QIAO_STAGE_COUNT] = {
#define STAGE_MEMBER(name, code, zh, en) "\"status\":\"" code "\"",
        QIAO_STAGES(STAGE_MEMBER)
#undef STAGE_MEMBER
    };
    int stage = 0;

    while (stage < QIAO_STAGE_COUNT && strstr(json, members[stage]) == NULL)
        stage++;
    return (qiao_stage)stage;
}

/* The case stands at a stage from that moment on. */
static void
move(qiao_case *out, qiao_stage stage, int64_t at_ms)
{
    if (stage == QIAO_STAGE_DROPPED) {
        if (out->reached_ms[QIAO_STAGE_DROPPED] == QIAO_NEVER)
            out->reached_ms[QIAO_STAGE_DROPPED] = at_ms;
        return;
    }
    out->reached_ms[QIAO_STAGE_DROPPED] = QIAO_NEVER;
    for (int other = 0; other < QIAO_STAGE_DROPPED; other++) {
        if (other == QIAO_STAGE_ACCEPTED)
            continue; /* what verdicts say */
        if (other > (int)stage)
            out->reached_ms[other] = QIAO_NEVER;
        else if (out->reached_ms[other] == QIAO_NEVER)
            out->reached_ms[other] = at_ms;
    }
}

static qiao_status
take_case(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    qiao_cases *cases = context;
    qiao_buffer buffer = {0};
    qiao_desk_row former;
    qiao_status st = QIAO_OK;
    qiao_case *out;

    (void)more;
    if (row->withdrawn)
        return QIAO_OK;
    out = add(cases, row->id, err);
    if (out == NULL)
        return err->status;
    for (uint64_t revision = 1; st == QIAO_OK && revision < row->revision; revision++) {
        st = qiao_desk_get_revision(cases->desk, QIAO_DESK_CASE, row->id, revision, &buffer, &former, err);
        if (st == QIAO_OK && stage_of(former.json) < QIAO_STAGE_COUNT)
            move(out, stage_of(former.json), former.changed_ms);
    }
    qiao_buffer_done(&buffer);
    if (st == QIAO_OK && stage_of(row->json) < QIAO_STAGE_COUNT)
        move(out, stage_of(row->json), row->changed_ms);
    return st;
}

/* ---- joining ---- */

static int
compare(const void *a, const void *b)
{
    const qiao_case *x = a, *y = b;
    int order = strcmp(x->need, y->need);

    return order != 0 ? order : strcmp(x->project, y->project);
}

/* One case for each pair: of two moments the earlier. */
static void
join(qiao_cases *cases)
{
    size_t kept = 0;

    if (cases->count > 0)
        qsort(cases->items, cases->count, sizeof *cases->items, compare);
    for (size_t i = 0; i < cases->count; i++) {
        if (kept == 0 || compare(&cases->items[kept - 1], &cases->items[i]) != 0) {
            cases->items[kept++] = cases->items[i];
            continue;
        }
        for (int stage = 0; stage < QIAO_STAGE_COUNT; stage++) {
            int64_t *mine = &cases->items[kept - 1].reached_ms[stage], other = cases->items[i].reached_ms[stage];

            if (other != QIAO_NEVER && (*mine == QIAO_NEVER || other < *mine))
                *mine = other;
        }
    }
    cases->count = kept;
}

qiao_status
qiao_cases_read(qiao_desk *desk, qiao_cases **out, qiao_error *err)
{
    qiao_cases *cases = qiao_calloc(1, sizeof *cases);
    qiao_error own = QIAO_ERROR_INIT;
    qiao_status st = QIAO_OK;

    *out = NULL;
    if (cases != NULL)
        cases->arena = qiao_arena_new(16384);
    if (cases == NULL || cases->arena == NULL)
        st = qiao_fail_memory(&own);
    if (st == QIAO_OK && desk != NULL) {
        cases->desk = desk;
        st = qiao_desk_each(desk, QIAO_DESK_FEEDBACK, NULL, NULL, take_verdict, cases, &own);
        if (st == QIAO_OK)
            st = qiao_desk_each(desk, QIAO_DESK_CASE, NULL, NULL, take_case, cases, &own);
    }
    if (st != QIAO_OK) {
        if (err != NULL)
            *err = own;
        qiao_cases_free(cases);
        return st;
    }
    join(cases);
    *out = cases;
    return QIAO_OK;
}

void
qiao_cases_free(qiao_cases *cases)
{
    if (cases == NULL)
        return;
    qiao_free(cases->items);
    qiao_arena_free(cases->arena);
    qiao_free(cases);
}

size_t
qiao_cases_count(const qiao_cases *cases)
{
    return cases->count;
}

const qiao_case *
qiao_cases_at(const qiao_cases *cases, size_t index)
{
    return index < cases->count ? &cases->items[index] : NULL;
}
