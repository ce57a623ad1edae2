/* See adding.h. The loops keep what they need in variables of their own: a compiler must take it that storing a sum may
 * change any other number. */
#include "match/adding.h"

#include <string.h>

#define TABLE_FROM 96u  /* postings of a list from which a table of all impacts costs less */
#define DENSE_SHARE 14u /* a group with a posting for every so many documents is saturated over all documents */
#define LIST_AHEAD 128u /* postings of a list that are asked of memory ... */
#define LISTS_AHEAD 12u /* ... while so many lists before it are added */

struct qiaoi_adder {
    const uint32_t *units;
    const qiaoi_kernels *kernels;
    uint32_t *scores;
    uint32_t documents;
    const qiaoi_list_use *next, *end;      /* lists to be added */
    const qiaoi_list_use *ahead;           /* the next to be asked of memory */
    uint32_t sums[QIAOI_RANGE_SIZE];       /* of the group being added; else 0 */
    uint32_t values[256];                  /* of the list being added, by impact */
    uint16_t listed[QIAOI_RANGE_SIZE + 1]; /* documents of the group being added */
};

qiao_status
qiaoi_adder_new(const uint32_t units[256], qiaoi_adder **out, qiao_error *err)
{
    *out = qiao_calloc(1, sizeof **out);
    if (*out == NULL)
        return qiao_fail_memory(err);
    (*out)->units = units;
    return QIAO_OK;
}

void
qiaoi_adder_free(qiaoi_adder *adder)
{
    qiao_free(adder);
}

/* The processor foresees the rest of a list. */
static void
look_ahead(qiaoi_adder *a)
{
    const qiaoi_posting_list *list;

    if (a->ahead == a->end)
        return;
    list = &a->ahead->list;
    for (uint32_t k = 0; k < list->count && k < LIST_AHEAD; k += 64) {
        __builtin_prefetch(list->documents + k);
        __builtin_prefetch(list->documents + k + 32);
        __builtin_prefetch(list->impacts + k);
    }
    a->ahead++;
}

void
qiaoi_adder_begin(qiaoi_adder *adder, const qiaoi_kernels *kernels, uint32_t *scores, uint32_t documents,
                  const qiaoi_list_use *lists, uint32_t count)
{
    adder->kernels = kernels;
    adder->scores = scores;
    adder->documents = documents;
    adder->next = adder->ahead = lists;
    adder->end = lists + count;
    for (uint32_t i = 0; i < LISTS_AHEAD; i++)
        look_ahead(adder);
}

/* What each impact of a list is worth in a sum. */
static void
value(qiaoi_adder *a, const qiaoi_list_use *use)
{
    const uint32_t *units = a->units;
    uint32_t *values = a->values, share = use->share;

    for (uint32_t i = 0; i < 256; i++)
        values[i] = share * units[i];
}

static void
add_alone(qiaoi_adder *a, const qiaoi_list_use *use, float weight)
{
    const uint16_t *documents = use->list.documents;
    const uint8_t *impacts = use->list.impacts;
    uint32_t *scores = a->scores, count = use->list.count;
    const uint32_t *gains = a->values;

    if (count < TABLE_FROM) {
        for (uint32_t i = 0; i < count; i++)
            scores[documents[i]] += qiaoi_saturate(weight, use->share * a->units[impacts[i]]);
        return;
    }
    value(a, use);
    a->kernels->saturate(a->values, use->list.maximum + 1u, weight);
    for (uint32_t i = 0; i < count; i++)
        scores[documents[i]] += gains[impacts[i]];
}

static void
sum(qiaoi_adder *a, const qiaoi_list_use *use)
{
    const uint16_t *documents = use->list.documents;
    const uint8_t *impacts = use->list.impacts;
    uint32_t *sums = a->sums, count = use->list.count, share = use->share;
    const uint32_t *units = a->units, *values = a->values;

    if (count < TABLE_FROM) {
        for (uint32_t i = 0; i < count; i++)
            sums[documents[i]] += share * units[impacts[i]];
        return;
    }
    value(a, use);
    for (uint32_t i = 0; i < count; i++)
        sums[documents[i]] += values[impacts[i]];
}

/* Sums, and lists documents that had no sum; returns how many are listed. */
static uint32_t
sum_listing(qiaoi_adder *a, const qiaoi_list_use *use, uint32_t listed)
{
    const uint16_t *documents = use->list.documents;
    const uint8_t *impacts = use->list.impacts;
    uint32_t *sums = a->sums, count = use->list.count, share = use->share;
    const uint32_t *units = a->units;
    uint16_t *list = a->listed;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t document = documents[i], before = sums[document];

        list[listed] = (uint16_t)document;
        listed += before == 0;
        sums[document] = before + share * units[impacts[i]];
    }
    return listed;
}

void
qiaoi_adder_group(qiaoi_adder *a, uint32_t count, uint32_t postings, float weight)
{
    bool dense = postings >= a->documents / DENSE_SHARE;
    uint32_t listed = 0;

    for (const qiaoi_list_use *use = a->next; use < a->next + count; use++) {
        look_ahead(a);
        if (count == 1)
            add_alone(a, use, weight);
        else if (dense)
            sum(a, use);
        else
            listed = sum_listing(a, use, listed);
    }
    if (count > 1 && dense)
        a->kernels->saturate_all(a->scores, a->sums, a->documents, weight);
    else if (count > 1)
        a->kernels->saturate_listed(a->scores, a->sums, a->listed, listed, weight);
    a->next += count;
}
