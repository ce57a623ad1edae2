/* See range.h. */
#include "match/range.h"

#include "match/completion.h"
#include "match/sort.h"
#include "match/top.h"

#include <stdlib.h>
#include <string.h>

/* Decisions between ways that give the same list; costs in postings, as measured. */
#define SKIP_FROM 32768u /* postings of a range below which all are added */
#define COMPLETION 400u  /* of one document by its row, which memory was asked for ahead */
#define APART_SHARE 2u   /* so many postings that are only looked through cost one that is added */
#define SAMPLED 32u      /* a score is guessed from one document of so many, ... */
#define SAMPLE_RUN 16u   /* ... so many that stand together each time */
#define ROWS_AHEAD 8u    /* rounds between asking for the start of a row and for the row ... */
#define STARTS_AHEAD 16u /* ... and between asking for the start and reading the row */

/* ---- what there is to add ---- */

/* Where the lists are: nothing but the look-ups, none of which waits for another, so that many wait for memory at once.
 */
static void
look_up(qiaoi_retrieval *r, const qiaoi_range_view *v)
{
    const qiaoi_query *query = v->query;
    uint32_t at = 0;

    for (uint32_t g = 0; g < query->group_count; g++)
        for (uint32_t i = 0; i < query->groups[g].count; i++)
            qiaoi_postings_ahead(v->postings, query->terms[query->groups[g].first + i].slot);
    for (uint32_t g = 0; g < query->group_count; g++)
        for (uint32_t i = 0; i < query->groups[g].count; i++)
            r->numbers[at++] = qiaoi_postings_number(v->postings, query->terms[query->groups[g].first + i].slot);
    for (uint32_t i = 0; i < at; i++)
        qiaoi_postings_list_ahead(v->postings, r->numbers[i]);
}

/* The lists of the range, group by group. */
static void
find_lists(qiaoi_retrieval *r, const qiaoi_range_view *v)
{
    const uint32_t *number = r->numbers;

    look_up(r, v);
    r->work_count = r->list_count = 0;
    for (uint32_t g = 0; g < v->query->group_count; g++) {
        const qiaoi_group *group = &v->query->groups[g];
        uint32_t first = r->list_count;

        for (uint32_t i = 0; i < group->count; i++, number++) {
            const qiaoi_query_term *term = &v->query->terms[group->first + i];

            if (*number != QIAOI_NO_LIST)
                r->lists[r->list_count++] = (qiaoi_list_use){.list = qiaoi_postings_list_at(v->postings, *number),
                                                             .slot = term->slot,
                                                             .share = qiaoi_group_share(term->weight)};
        }
        r->work[r->work_count] = (qiaoi_work){.group = g, .first = first, .count = r->list_count - first};
        r->work_count += r->list_count > first;
    }
}

static void
measure_work(qiaoi_retrieval *r, const qiaoi_range_view *v, qiaoi_work *work)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < work->count; i++) {
        qiaoi_list_use *use = &r->lists[work->first + i];

        work->postings += use->list.count;
        most += use->share * r->units[use->list.maximum];
        use->in_rows = use->slot < v->term_count && v->idf[use->slot] > 0;
        work->apart += use->in_rows ? 0 : use->list.count;
    }
    /* one more: rounding may order neighbouring sums the other way round */
    work->bound = qiaoi_saturate(v->query->groups[work->group].weight * QIAOI_SCORE_UNIT, most) + 1;
}

/* By what a posting can give, falling. */
static int
compare_work(const void *a, const void *b)
{
    const qiaoi_work *x = a, *y = b;
    uint64_t left = (uint64_t)x->bound * y->postings, right = (uint64_t)y->bound * x->postings;

    if (left != right)
        return left > right ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

/* Fills work with what has postings, in the order in which it is added; returns how many. */
static uint64_t
plan(qiaoi_retrieval *r, const qiaoi_range_view *v)
{
    uint64_t postings = 0;
    uint32_t at = 0;

    find_lists(r, v);
    for (uint32_t i = 0; i < r->work_count; i++) {
        measure_work(r, v, &r->work[i]);
        postings += r->work[i].postings;
    }
    if (r->work_count > 0)
        qsort(r->work, r->work_count, sizeof *r->work, compare_work);
    for (uint32_t i = 0; i < r->work_count; i++) {
        qiaoi_work *work = &r->work[i];

        memcpy(r->in_order + at, r->lists + work->first, work->count * sizeof *r->lists);
        work->first = at;
        at += work->count;
    }
    qiaoi_adder_begin(r->adder, r->kernels, r->scores, v->postings->header.documents, r->in_order, r->list_count);
    return postings;
}

static void
add_work(qiaoi_retrieval *r, const qiaoi_query *query, const qiaoi_work *work)
{
    qiaoi_adder_group(r->adder, work->count, work->postings, query->groups[work->group].weight * QIAOI_SCORE_UNIT);
}

/* ---- ending a range ---- */

static uint32_t
collect(qiaoi_retrieval *r, const qiaoi_range_view *v, uint32_t least)
{
    return r->kernels->collect(r->scores, v->postings->header.documents, least, v->filter, r->listed);
}

/* A score that about `wanted` documents have reached, by a sample of them; 0 where it holds too few. */
static uint32_t
guess_score(qiaoi_retrieval *r, const qiaoi_range_view *v, size_t wanted)
{
    uint32_t documents = v->postings->header.documents, count = 0;
    size_t place = wanted / SAMPLED + 1;

    for (uint32_t first = 0; first < documents; first += SAMPLE_RUN * SAMPLED)
        for (uint32_t d = first; d < documents && d < first + SAMPLE_RUN; d++) {
            r->sample[count] = r->scores[d];
            count += v->filter == NULL || (v->filter[d >> 6] >> (d & 63u) & 1u) != 0;
        }
    return place > count ? 0 : qiaoi_nth_largest(r->sample, count, place);
}

/* The score of the last of the best `limit`, if it is above `low`; else low. */
static uint32_t
score_of_last(qiaoi_retrieval *r, const qiaoi_range_view *v, uint32_t low)
{
    uint32_t guess, found;
    size_t wanted = r->limit + r->limit / 4 + SAMPLED;

    do {
        guess = guess_score(r, v, wanted);
        guess = guess > low ? guess : low;
        found = collect(r, v, guess);
        wanted *= 2;
    } while (found < r->limit && guess > low);
    if (found < r->limit)
        return low;
    for (uint32_t i = 0; i < found; i++)
        r->sample[i] = r->scores[r->listed[i]];
    return qiaoi_nth_largest(r->sample, found, r->limit);
}

/*
 * A score that at least `limit` documents have reached, so that nothing below it can enter the list: the worst of the
 * list where it is full, or the floor; or else that of the last by the scores so far. What is not above `bound` need
 * not be found: `known` then stays.
 */
static uint32_t
entry_score(qiaoi_retrieval *r, const qiaoi_range_view *v, uint32_t known, uint64_t bound)
{
    uint32_t low = qiaoi_top_least(r) > known ? qiaoi_top_least(r) : known;

    if (r->limit == 0 || qiaoi_top_least(r) > 1)
        return low;
    if (bound >= low) {
        if (bound >= UINT32_MAX / 4 ||
            r->kernels->count(r->scores, v->postings->header.documents, (uint32_t)bound + 1, v->filter) < r->limit)
            return low;
        low = (uint32_t)bound + 1;
    }
    return score_of_last(r, v, low);
}

static void
take_all(qiaoi_retrieval *r, const qiaoi_range_view *v)
{
    uint32_t first = v->postings->header.first_document, found = collect(r, v, entry_score(r, v, 1, 0));

    for (uint32_t i = 0; i < found; i++)
        qiaoi_top_offer(r, (qiaoi_hit){first + r->listed[i], r->scores[r->listed[i]]});
}

/*
 * Rows are read in a scattered order, a few hundred bytes each: without asking for them ahead of use, first for where a
 * row begins and then for itself, waiting for memory is most of the work.
 */
static void
prefetch_row(const qiaoi_range_view *v, uint32_t document)
{
    qiaoi_row row = qiaoi_generation_row(v->generation, v->side, v->postings->header.first_document + document);

    for (uint32_t i = 0; i < row.count; i += 16)
        __builtin_prefetch(row.entries + i);
}

static void
prefetch_start(const qiaoi_range_view *v, uint32_t document)
{
    qiaoi_generation_row_ahead(v->generation, v->side, v->postings->header.first_document + document);
}

/* What completing a range needs to know. */
typedef struct cut {
    uint32_t done;  /* groups that were added; the others are not */
    uint32_t known; /* so much is sure to be needed to enter the list */
    uint32_t bound; /* so much can the others add at most */
    uint32_t found; /* documents in listed that may reach known */
} cut;

/* Those of the documents listed with a score so far from `least` on and below `below`, and not out of reach, into
 * waiting. */
static uint32_t
list_waiting(qiaoi_retrieval *r, const cut *c, uint32_t least, uint32_t below)
{
    uint32_t count = 0, reach = qiaoi_top_least(r) > c->bound ? qiaoi_top_least(r) - c->bound : 0;

    least = least > reach ? least : reach;
    for (uint32_t i = 0; i < c->found; i++) {
        uint32_t score = r->scores[r->listed[i]];

        r->waiting[count] = r->listed[i];
        count += score >= least && score < below;
    }
    return count;
}

/* Those get from their rows what is missing, and are offered. */
static void
complete_from(qiaoi_retrieval *r, const qiaoi_range_view *v, const cut *c, uint32_t least, uint32_t below)
{
    uint32_t first = v->postings->header.first_document, count = list_waiting(r, c, least, below);

    for (uint32_t i = 0; i < count + STARTS_AHEAD; i++) {
        if (i < count)
            prefetch_start(v, r->waiting[i]);
        if (i >= ROWS_AHEAD && i - ROWS_AHEAD < count)
            prefetch_row(v, r->waiting[i - ROWS_AHEAD]);
        if (i < STARTS_AHEAD)
            continue;
        uint32_t document = r->waiting[i - STARTS_AHEAD], score = r->scores[document];

        if (score + c->bound < qiaoi_top_least(r))
            continue;
        score += qiaoi_completion_add(r->completion, (uint16_t)document,
                                      qiaoi_generation_row(v->generation, v->side, first + document));
        qiaoi_top_offer(r, (qiaoi_hit){first + document, score});
    }
}

/* First the documents that are in the list as things stand, which makes the list demanding; then the others that it
 * leaves in reach. */
static qiao_status
complete(qiaoi_retrieval *r, const qiaoi_range_view *v, const cut *c, qiao_error *err)
{
    qiao_status st = qiaoi_completion_set(r->completion, v->query, r->work + c->done, r->work_count - c->done,
                                          r->in_order, r->units, err);

    if (st == QIAO_OK)
        st = qiaoi_completion_meet(r->completion, r->work + c->done, r->work_count - c->done, r->in_order, r->listed,
                                   c->found, err);
    if (st != QIAO_OK)
        return st;
    complete_from(r, v, c, c->known, UINT32_MAX);
    complete_from(r, v, c, 0, c->known);
    r->skipped = true;
    return QIAO_OK;
}

/* Adds work in order; completes as soon as that is cheaper than what is left, and sets *completed_out. */
static qiao_status
add_until_few(qiaoi_retrieval *r, const qiaoi_range_view *v, uint64_t postings, bool *completed_out, qiao_error *err)
{
    uint64_t left = postings, look_at = postings - postings / 8, bound = 0, apart = 0;
    cut c = {.known = 1};

    *completed_out = false;
    for (uint32_t i = 0; i < r->work_count; i++) {
        bound += r->work[i].bound;
        apart += r->work[i].apart;
    }
    for (uint32_t i = 0; i < r->work_count; i++) {
        if (left <= look_at && left >= SKIP_FROM / 4) {
            look_at = left - left / 4;
            c.known = entry_score(r, v, c.known, bound);
            if (bound < c.known) {
                c.bound = (uint32_t)bound;
                c.done = i;
                c.found = collect(r, v, c.known - c.bound);
                *completed_out = (uint64_t)c.found * COMPLETION + apart / APART_SHARE < left;
                if (*completed_out)
                    return complete(r, v, &c, err);
            }
        }
        add_work(r, v->query, &r->work[i]);
        left -= r->work[i].postings;
        bound -= r->work[i].bound;
        apart -= r->work[i].apart;
    }
    return QIAO_OK;
}

qiao_status
qiaoi_retrieve_range(qiaoi_retrieval *r, const qiaoi_range_view *v, qiao_error *err)
{
    uint64_t postings = plan(r, v);
    bool completed = false;
    qiao_status st = QIAO_OK;

    if (postings == 0)
        return QIAO_OK;
    if (postings >= SKIP_FROM && !r->never_skip)
        st = add_until_few(r, v, postings, &completed, err);
    else
        for (uint32_t i = 0; i < r->work_count; i++)
            add_work(r, v->query, &r->work[i]);
    if (st == QIAO_OK && !completed)
        take_all(r, v);
    memset(r->scores, 0, v->postings->header.documents * sizeof *r->scores);
    return st;
}
