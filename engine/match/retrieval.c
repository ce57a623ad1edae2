/* Ranges are dealt out to whoever helps; each helper keeps a list of its own, and the lists are joined. */
#include "match/range.h"

#include "match/completion.h"
#include "match/top.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define SHARE_MAX 8191.0f /* a group's shares times frequencies stay below 2^31 */
#define TOGETHER_FROM 2u  /* ranges from which helpers are asked */

qiao_status
qiaoi_retrieval_init(qiaoi_retrieval *retrieval, qiao_error *err)
{
    qiao_status st;

    memset(retrieval, 0, sizeof *retrieval);
    retrieval->kernels = qiaoi_kernels_choose();
    for (uint32_t i = 0; i < 256; i++)
        retrieval->units[i] = qiaoi_impact_units((uint8_t)i);
    retrieval->scores = qiao_calloc(QIAOI_RANGE_SIZE, sizeof *retrieval->scores);
    retrieval->sample = qiao_alloc(QIAOI_RANGE_SIZE * sizeof *retrieval->sample);
    retrieval->listed = qiao_alloc((QIAOI_RANGE_SIZE + 16) * sizeof *retrieval->listed);
    retrieval->waiting = qiao_alloc((QIAOI_RANGE_SIZE + 16) * sizeof *retrieval->waiting);
    st = qiaoi_adder_new(retrieval->units, &retrieval->adder, err);
    if (st == QIAO_OK)
        st = qiaoi_completion_new(&retrieval->completion, err);
    if (st == QIAO_OK && (retrieval->scores == NULL || retrieval->sample == NULL || retrieval->listed == NULL ||
                          retrieval->waiting == NULL))
        st = qiao_fail_memory(err);
    if (st != QIAO_OK)
        qiaoi_retrieval_done(retrieval);
    return st;
}

void
qiaoi_retrieval_done(qiaoi_retrieval *retrieval)
{
    qiao_free(retrieval->scores);
    qiao_free(retrieval->sample);
    qiao_free(retrieval->listed);
    qiao_free(retrieval->waiting);
    qiao_free(retrieval->heap);
    qiao_free(retrieval->work);
    qiao_free(retrieval->lists);
    qiao_free(retrieval->in_order);
    qiao_free(retrieval->numbers);
    qiao_free(retrieval->found);
    qiaoi_adder_free(retrieval->adder);
    qiaoi_completion_free(retrieval->completion);
    memset(retrieval, 0, sizeof *retrieval);
}

/* Room for the query's groups and terms. */
static qiao_status
make_room(qiaoi_retrieval *r, const qiaoi_query *query, qiao_error *err)
{
    uint32_t lists = 0;

    for (uint32_t g = 0; g < query->group_count; g++)
        lists += query->groups[g].count;
    if (query->group_count > r->work_capacity) {
        qiao_free(r->work);
        r->work = qiao_alloc(query->group_count * sizeof *r->work);
        r->work_capacity = r->work == NULL ? 0 : query->group_count;
    }
    if (lists > r->list_capacity) {
        qiao_free(r->lists);
        qiao_free(r->in_order);
        qiao_free(r->numbers);
        r->lists = qiao_alloc(lists * sizeof *r->lists);
        r->in_order = qiao_alloc(lists * sizeof *r->in_order);
        r->numbers = qiao_alloc(lists * sizeof *r->numbers);
        r->list_capacity = r->lists == NULL || r->in_order == NULL || r->numbers == NULL ? 0 : lists;
    }
    return query->group_count > r->work_capacity || lists > r->list_capacity ? qiao_fail_memory(err) : QIAO_OK;
}

uint32_t
qiaoi_group_share(float weight)
{
    float units = weight * QIAOI_SHARE_UNIT + 0.5f;

    return units < 1.0f ? 1u : units > SHARE_MAX ? (uint32_t)SHARE_MAX : (uint32_t)units;
}

uint64_t
qiaoi_retrieval_passing(const uint64_t *filter, uint32_t documents)
{
    uint32_t words = documents / 64;
    uint64_t count = 0;

    if (filter == NULL)
        return documents;
    for (uint32_t i = 0; i < words; i++)
        count += (uint64_t)__builtin_popcountll(filter[i]);
    if (documents % 64 > 0)
        count += (uint64_t)__builtin_popcountll(filter[words] & (((uint64_t)1 << documents % 64) - 1));
    return count;
}

/* ---- ranges dealt out ---- */

typedef struct deal {
    const qiaoi_range_view *view; /* but for the range */
    const qiaoi_retrieval *asker;
    const qiaoi_postings *postings;
    size_t ranges, limit;
    const uint64_t *filter;
    atomic_size_t next;   /* range to be dealt */
    atomic_uint least;    /* a full list's worst score: what is below cannot enter the joined list; 0 = none is full */
    pthread_mutex_t lock; /* the fields below */
    qiaoi_hit *found;     /* of helpers: [helpers * limit] */
    size_t found_count;
    bool skipped;
    qiao_status status; /* of helpers */
    qiao_error *error;
} deal;

static void
raise(atomic_uint *least, uint32_t score)
{
    unsigned known = atomic_load(least);

    while (known < score && !atomic_compare_exchange_weak(least, &known, score))
        ;
}

/* As long as there are any. The list has the best of the ranges that were taken. */
static qiao_status
take_ranges(qiaoi_retrieval *r, deal *d, qiao_error *err)
{
    qiao_status st = make_room(r, d->view->query, err);

    if (st == QIAO_OK)
        st = qiaoi_top_begin(r, d->limit, err);
    r->skipped = false;
    r->outside = &d->least;
    while (st == QIAO_OK) {
        size_t i = atomic_fetch_add(&d->next, 1);
        qiaoi_range_view view = *d->view;

        if (i >= d->ranges)
            break;
        view.postings = &d->postings[i];
        view.filter = d->filter == NULL ? NULL : d->filter + (view.postings->header.first_document >> 6);
        st = qiaoi_retrieve_range(r, &view, err);
        if (r->limit > 0 && r->heap_count == r->limit)
            raise(&d->least, r->heap[0].score);
    }
    r->outside = NULL;
    return st;
}

static void
help(void *context, qiaoi_retrieval *scratch)
{
    deal *d = context;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status st;

    scratch->kernels = d->asker->kernels;
    scratch->never_skip = d->asker->never_skip;
    scratch->floor = d->asker->floor;
    st = take_ranges(scratch, d, &error);
    pthread_mutex_lock(&d->lock);
    if (st == QIAO_OK) {
        if (scratch->heap_count > 0) /* who came late may have none */
            memcpy(d->found + d->found_count, scratch->heap, scratch->heap_count * sizeof *scratch->heap);
        d->found_count += scratch->heap_count;
        d->skipped = d->skipped || scratch->skipped;
    } else if (d->status == QIAO_OK) {
        d->status = st;
        if (d->error != NULL)
            *d->error = error;
    }
    pthread_mutex_unlock(&d->lock);
}

/* Room for what helpers find. */
static qiao_status
make_room_for_found(qiaoi_retrieval *r, size_t count, qiao_error *err)
{
    if (count <= r->found_capacity)
        return QIAO_OK;
    qiao_free(r->found);
    r->found = qiao_alloc(count * sizeof *r->found);
    r->found_capacity = r->found == NULL ? 0 : count;
    return r->found == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
retrieve_together(qiaoi_retrieval *r, deal *d, qiao_error *err)
{
    qiao_error of_helpers = QIAO_ERROR_INIT;
    qiaoi_crew_job job = {.help = help, .context = d};
    qiao_status st = make_room_for_found(r, qiaoi_crew_helpers(r->crew) * d->limit + 1, err);

    if (st != QIAO_OK)
        return st;
    d->found = r->found;
    d->error = &of_helpers;
    pthread_mutex_init(&d->lock, NULL);
    qiaoi_crew_begin(r->crew, &job);
    st = take_ranges(r, d, err);
    qiaoi_crew_end(r->crew, &job);
    pthread_mutex_destroy(&d->lock);
    if (st == QIAO_OK && d->status != QIAO_OK) {
        st = d->status;
        if (err != NULL)
            *err = of_helpers;
    }
    for (size_t i = 0; st == QIAO_OK && i < d->found_count; i++)
        qiaoi_top_offer(r, d->found[i]);
    r->skipped = r->skipped || d->skipped;
    return st;
}

static qiao_status
retrieve_ranges(qiaoi_retrieval *r, const qiaoi_range_view *view, const uint64_t *filter, size_t limit, qiao_error *err)
{
    deal d = {.view = view, .asker = r, .limit = limit, .filter = filter};

    d.postings = qiaoi_generation_postings(view->generation, view->side, &d.ranges);
    return r->crew != NULL && d.ranges >= (r->together_from > 0 ? r->together_from : TOGETHER_FROM)
               ? retrieve_together(r, &d, err)
               : take_ranges(r, &d, err);
}

qiao_status
qiaoi_retrieve(qiaoi_retrieval *retrieval, const qiaoi_query *query, const qiao_generation *generation, qiao_kind side,
               const uint64_t *filter, size_t limit, size_t *count_out, uint64_t *considered_out, qiao_error *err)
{
    qiaoi_range_view view = {.query = query,
                             .generation = generation,
                             .side = side,
                             .idf = qiaoi_generation_idf(generation, side),
                             .term_count = qiao_generation_lexicon(generation)->term_count};
    uint32_t floor = retrieval->floor;
    qiao_status st;

    if (view.term_count > QIAOI_ROWS_SLOTS)
        view.term_count = QIAOI_ROWS_SLOTS;
    *considered_out = qiaoi_retrieval_passing(filter, qiao_generation_count(generation, side));
    st = retrieve_ranges(retrieval, &view, filter, limit, err);
    retrieval->missed =
        st == QIAO_OK && floor > 0 && retrieval->heap_count < (retrieval->enough > 0 ? retrieval->enough : limit);
    if (retrieval->missed) {
        retrieval->floor = 0;
        st = retrieve_ranges(retrieval, &view, filter, limit, err);
        retrieval->floor = floor;
    }
    qiaoi_top_sort(retrieval);
    *count_out = st == QIAO_OK ? retrieval->heap_count : 0;
    return st;
}

/* By bisection. */
uint32_t
qiaoi_list_units(qiaoi_posting_list list, uint16_t document)
{
    uint32_t low = 0, high = list.count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (list.documents[middle] < document)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list.count && list.documents[low] == document ? qiaoi_impact_units(list.impacts[low]) : 0;
}

uint32_t
qiaoi_contributions(const qiaoi_query *query, const qiao_generation *generation, qiao_kind side, uint32_t docid,
                    uint32_t *contributions)
{
    size_t ranges;
    const qiaoi_postings *range = qiaoi_generation_postings(generation, side, &ranges) + (docid >> QIAOI_RANGE_BITS);
    uint32_t total = 0;

    for (uint32_t g = 0; g < query->group_count; g++) {
        const qiaoi_group *group = &query->groups[g];
        uint32_t sum = 0;

        for (uint32_t i = 0; i < group->count; i++) {
            const qiaoi_query_term *term = &query->terms[group->first + i];

            sum += qiaoi_group_share(term->weight) *
                   qiaoi_list_units(qiaoi_postings_list(range, term->slot), (uint16_t)(docid & (QIAOI_RANGE_SIZE - 1)));
        }
        contributions[g] = sum == 0 ? 0 : qiaoi_saturate(group->weight * QIAOI_SCORE_UNIT, sum);
        total += contributions[g];
    }
    return total;
}
