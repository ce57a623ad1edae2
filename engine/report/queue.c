/* See qiao/queue.h. Candidates are gathered as pairs of docids, then laid out need by need. */
#include "qiao/queue.h"

#include "qiao/diff.h"
#include "report/facts_of.h"
#include "store/generation_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct new_pair {
    uint32_t need, project, rank;
    qiao_band band;
} new_pair;

struct qiao_queue {
    qiao_generation *generation;
    uint64_t previous;
    new_pair *pairs;
    size_t pair_count, pair_room;
    qiao_candidate *candidates;
    qiao_queue_need *needs;
    size_t need_count;
    qiao_arena *arena; /* parks and states */
};

static qiao_status
add_pair(qiao_queue *queue, const new_pair *pair, qiao_error *err)
{
    if (queue->pair_count == queue->pair_room) {
        size_t room = queue->pair_room == 0 ? 1024 : 2 * queue->pair_room;
        new_pair *more = qiao_realloc_array(queue->pairs, room, sizeof *more);

        if (more == NULL)
            return qiao_fail_memory(err);
        queue->pairs = more;
        queue->pair_room = room;
    }
    queue->pairs[queue->pair_count++] = *pair;
    return QIAO_OK;
}

/* ---- what is new ---- */

static qiao_status
take_change(const qiao_match_change *change, void *context, qiao_error *err)
{
    qiao_queue *queue = context;
    new_pair pair = {.rank = change->after.rank, .band = change->after.band};
    qiao_status st;

    if (!change->told)
        return QIAO_OK;
    st = qiao_generation_find(queue->generation, QIAO_NEED, change->need, &pair.need, err);
    if (st == QIAO_OK)
        st = qiao_generation_find(queue->generation, QIAO_PROJECT, change->project, &pair.project, err);
    return st == QIAO_OK ? add_pair(queue, &pair, err) : st;
}

static qiao_status
take_list(qiao_queue *queue, uint32_t need, qiao_error *err)
{
    const qiaoi_match_list *list = qiaoi_matches_list(qiaoi_generation_matches(queue->generation), QIAO_NEED, need);
    qiao_status st = QIAO_OK;

    if (list == NULL)
        return qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: a list of matches.bin is damaged",
                         (unsigned long long)qiao_generation_manifest(queue->generation)->generation);
    for (uint32_t i = 0; st == QIAO_OK && i < list->count; i++)
        if (list->rows[i].band <= QIAO_BAND_POSSIBLE) {
            const new_pair pair = {need, list->rows[i].docid, i + 1, (qiao_band)list->rows[i].band};

            st = add_pair(queue, &pair, err);
        }
    return st;
}

/* Without a generation before: whatever is good enough. */
static qiao_status
take_lists(qiao_queue *queue, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (uint32_t need = 0; st == QIAO_OK && need < qiao_generation_count(queue->generation, QIAO_NEED); need++)
        st = take_list(queue, need, err);
    return st;
}

static qiao_status
find_new(qiao_queue *queue, const qiao_queue_options *options, qiao_error *err)
{
    qiao_error gone = QIAO_ERROR_INIT;
    qiao_diff_report report;
    qiao_diff_options diff = {.data_dir = options->data_dir,
                              .vocabulary_dir = options->vocabulary_dir,
                              .from = qiao_generation_manifest(queue->generation)->parent,
                              .to = options->generation,
                              .sink = take_change,
                              .context = queue};
    qiao_status st;

    if (diff.from == 0)
        return take_lists(queue, err);
    st = qiao_diff(&diff, &report, &gone);
    if (st == QIAO_OK) {
        queue->previous = diff.from;
        return QIAO_OK;
    }
    if (st == QIAO_E_NOMEM) {
        *err = gone;
        return st;
    }
    queue->pair_count = 0; /* pruned, damaged, or without lists: it cannot be compared with */
    return take_lists(queue, err);
}

/* ---- need by need ---- */

static int
compare_pairs(const void *a, const void *b)
{
    const new_pair *x = a, *y = b;

    if (x->need != y->need)
        return x->need < y->need ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static const char *
keep_text(qiao_queue *queue, const qiaoi_facts *facts, uint32_t offset, bool *fine)
{
    const char *text = qiaoi_facts_text(facts, offset), *kept;

    if (text == NULL)
        return NULL;
    kept = qiao_arena_strndup(queue->arena, text, strlen(text));
    *fine = *fine && kept != NULL;
    return kept;
}

static qiao_status
describe(qiao_queue *queue, uint32_t docid, qiao_queue_need *out, qiao_error *err)
{
    const qiaoi_facts *facts;
    qiao_status st = qiaoi_facts_of(queue->generation, QIAO_NEED, docid, &facts, err);
    bool fine = true;

    if (st != QIAO_OK)
        return st;
    out->id = qiao_generation_id(queue->generation, QIAO_NEED, docid);
    out->park = keep_text(queue, facts, facts->park, &fine);
    out->status = keep_text(queue, facts, facts->status, &fine);
    out->deadline_day = facts->respond_day != QIAO_UNKNOWN ? facts->respond_day : facts->expires_day;
    return fine ? QIAO_OK : qiao_fail_memory(err);
}

static qiao_status
lay_out(qiao_queue *queue, qiao_error *err)
{
    size_t needs = 0;
    qiao_status st = QIAO_OK;

    if (queue->pair_count > 0)
        qsort(queue->pairs, queue->pair_count, sizeof *queue->pairs, compare_pairs);
    for (size_t i = 0; i < queue->pair_count; i++)
        needs += i == 0 || queue->pairs[i].need != queue->pairs[i - 1].need;
    queue->candidates = qiao_calloc(queue->pair_count + 1, sizeof *queue->candidates);
    queue->needs = qiao_calloc(needs + 1, sizeof *queue->needs);
    if (queue->candidates == NULL || queue->needs == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; st == QIAO_OK && i < queue->pair_count; i++) {
        const new_pair *pair = &queue->pairs[i];

        if (i == 0 || pair->need != queue->pairs[i - 1].need) {
            qiao_queue_need *need = &queue->needs[queue->need_count++];

            need->candidates = &queue->candidates[i];
            st = describe(queue, pair->need, need, err);
        }
        queue->candidates[i] =
            (qiao_candidate){qiao_generation_id(queue->generation, QIAO_PROJECT, pair->project), pair->band};
        queue->needs[queue->need_count - 1].count++;
    }
    qiao_free(queue->pairs);
    queue->pairs = NULL;
    return st;
}

static qiao_status
fill(qiao_queue *queue, const qiao_queue_options *options, qiao_error *err)
{
    qiao_status st;

    queue->arena = qiao_arena_new(4096);
    if (queue->arena == NULL)
        return qiao_fail_memory(err);
    st = qiao_generation_open(options->data_dir, options->generation, &queue->generation, err);
    if (st == QIAO_OK && qiaoi_generation_matches(queue->generation) == NULL) {
        st = qiao_fail(err, QIAO_E_NOTFOUND, "generation %llu holds no matches",
                       (unsigned long long)options->generation);
        qiao_error_hint(err, "make them: qiao-indexer match --data %s --generation %llu", options->data_dir,
                        (unsigned long long)options->generation);
    }
    if (st == QIAO_OK)
        st = find_new(queue, options, err);
    return st == QIAO_OK ? lay_out(queue, err) : st;
}

qiao_status
qiao_queue_open(const qiao_queue_options *options, qiao_queue **out, qiao_error *err)
{
    qiao_queue *queue = qiao_calloc(1, sizeof *queue);
    qiao_status st;

    *out = NULL;
    if (queue == NULL)
        return qiao_fail_memory(err);
    st = fill(queue, options, err);
    if (st != QIAO_OK) {
        qiao_queue_close(queue);
        return st;
    }
    *out = queue;
    return QIAO_OK;
}

void
qiao_queue_close(qiao_queue *queue)
{
    if (queue == NULL)
        return;
    qiao_free(queue->pairs);
    qiao_free(queue->candidates);
    qiao_free(queue->needs);
    qiao_arena_free(queue->arena);
    qiao_generation_close(queue->generation);
    qiao_free(queue);
}

uint64_t
qiao_queue_previous(const qiao_queue *queue)
{
    return queue->previous;
}

size_t
qiao_queue_count(const qiao_queue *queue)
{
    return queue->need_count;
}

const qiao_queue_need *
qiao_queue_at(const qiao_queue *queue, size_t index)
{
    return index < queue->need_count ? &queue->needs[index] : NULL;
}
