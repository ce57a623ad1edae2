/* GET /v1/zero-hits: what people looked for and nothing was there. */
#include "handlers.h"

#include "admin.h"
#include "desk_call.h"
#include "misses.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_DEFAULT 50u
#define LIMIT_MAX 1000u

/* One question over all its days. */
typedef struct question {
    const char *json; /* in the arena of the call */
    size_t length;
    uint64_t count;
    uint32_t first, last;
} question;

typedef struct gathering {
    qiaoi_call *call;
    question *questions; /* by length and bytes while they are gathered */
    size_t count, room;
} gathering;

static int
compare_question(const question *a, const char *json, size_t length)
{
    if (a->length != length)
        return a->length < length ? -1 : 1;
    return memcmp(a->json, json, length);
}

/* Its place, or the one where it belongs. */
static size_t
place_of(const gathering *g, const char *json, size_t length)
{
    size_t low = 0, high = g->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_question(&g->questions[middle], json, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool
make_room(gathering *g)
{
    size_t room = g->room == 0 ? 256 : g->room * 2;
    question *questions;

    if (g->count < g->room)
        return true;
    questions = qiao_realloc_array(g->questions, room, sizeof *questions);
    if (questions == NULL)
        return false;
    g->questions = questions;
    g->room = room;
    return true;
}

static qiao_status
gather(const qiao_desk_miss *miss, void *context, qiao_error *err)
{
    gathering *g = context;
    size_t at = place_of(g, miss->question, miss->length);
    question *here;

    if (at < g->count && compare_question(&g->questions[at], miss->question, miss->length) == 0) {
        g->questions[at].count += miss->count;
        g->questions[at].last = miss->day;
        return QIAO_OK;
    }
    if (!make_room(g))
        return qiao_fail_memory(err);
    here = &g->questions[at];
    memmove(here + 1, here, (g->count - at) * sizeof *here);
    *here = (question){.json = qiao_arena_strndup(g->call->arena, miss->question, miss->length),
                       .length = miss->length,
                       .count = miss->count,
                       .first = miss->day,
                       .last = miss->day};
    g->count++;
    return here->json == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

/* The most frequent first, then the latest, then by text. */
static int
compare_worth(const void *a, const void *b)
{
    const question *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->last != y->last)
        return x->last > y->last ? -1 : 1;
    return strcmp(x->json, y->json);
}

/* "2026-11-28" of days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static void
write_day(qiao_buffer *out, const char *name, uint32_t day)
{
    uint32_t z = day + 719468, era = z / 146097, doe = z - era * 146097;
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint32_t mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;

    qiao_buffer_printf(out, ",\"%s\":\"%04u-%02u-%02u\"", name, yoe + era * 400 + (month <= 2), month,
                       doy - (153 * mp + 2) / 5 + 1);
}

static void
write_page(gathering *g, uint32_t limit, uint32_t offset)
{
    qiao_buffer *out = &g->call->response->body;
    size_t end = g->count < (size_t)offset + limit ? g->count : (size_t)offset + limit;

    if (g->count > 0)
        qsort(g->questions, g->count, sizeof *g->questions, compare_worth);
    qiao_buffer_printf(out, "{\"total\":%zu,\"zero_hits\":[", g->count);
    for (size_t i = offset; i < end; i++) {
        const question *q = &g->questions[i];

        qiao_buffer_printf(out, "%s{%s,\"count\":%" PRIu64, i > offset ? "," : "", q->json, q->count);
        write_day(out, "first", q->first);
        write_day(out, "last", q->last);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_printf(out, "],\"more\":%s}", end < g->count ? "true" : "false");
}

void
qiaoi_answer_zero_hits(qiaoi_call *call)
{
    gathering g = {.call = call};
    qiao_desk *desk = qiaoi_desk_of(call);
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;

    if (desk == NULL || !qiaoi_admin_allowed(call) ||
        !qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_OFFSET), LIMIT_MAX, &given) ||
        !qiaoi_call_went_well(call, qiaoi_misses_flush(call->service->misses, &error), &error))
        return;
    if (qiaoi_call_went_well(call, qiao_desk_misses(desk, 0, gather, &g, &error), &error)) {
        write_page(&g, given.limit != 0 ? given.limit : LIMIT_DEFAULT, given.offset);
        qiaoi_http_set(call->response, "Cache-Control", "no-store");
        qiaoi_call_json(call);
    }
    qiao_free(g.questions);
}
