/* The documents of two generations: both sides are in order of id, and so are their postings, so one walk joins each.
 */
#include "batch/kept_internal.h"

#include <string.h>

typedef struct one_side {
    qiaoi_comparison *c;
    qiao_kind kind;
    qiaoi_kept_side *kept;
    const qiaoi_postings *now, *before;
    size_t now_count, before_count;
} one_side;

/* ---- records and facts ---- */

static bool
same_bytes(const one_side *s, uint32_t docid, uint32_t before,
           qiao_status (*get)(const qiao_generation *, qiao_kind, uint32_t, const void **, size_t *, qiao_error *))
{
    const void *x, *y;
    size_t x_length, y_length;

    return get(s->c->keeping->now, s->kind, docid, &x, &x_length, NULL) == QIAO_OK &&
           get(s->c->keeping->before, s->kind, before, &y, &y_length, NULL) == QIAO_OK && x_length == y_length &&
           memcmp(x, y, x_length) == 0;
}

static void
join(const one_side *s, uint32_t docid, uint32_t before)
{
    const uint64_t *changed = s->c->keeping->changed[s->kind];

    if ((changed != NULL && qiaoi_bit(changed, docid)) || !same_bytes(s, docid, before, qiaoi_generation_stored) ||
        !same_bytes(s, docid, before, qiaoi_generation_facts))
        return;
    s->kept->before[docid] = before;
    s->kept->now[before] = docid;
}

static void
join_records(const one_side *s)
{
    const qiao_generation *now = s->c->keeping->now, *before = s->c->keeping->before;
    uint32_t b = 0;

    for (uint32_t d = 0; d < s->kept->count; d++) {
        int order = 1;

        while (b < s->kept->count_before &&
               (order = strcmp(qiao_generation_id(before, s->kind, b), qiao_generation_id(now, s->kind, d))) < 0)
            b++;
        if (b < s->kept->count_before && order == 0)
            join(s, d, b);
    }
}

/* ---- postings ---- */

/* The postings of a slot in documents that did not change, by their number of now. */
typedef struct cursor {
    const qiaoi_postings *ranges;
    size_t count, range;
    const uint32_t *there, *renamed; /* by its own number: in the other generation; now. NULL: as it is */
    uint32_t slot, at;
    qiaoi_posting_list list;
    uint32_t docid; /* QIAOI_KEPT_NONE past the end */
    uint8_t impact;
} cursor;

static void
advance(cursor *c)
{
    for (; c->range < c->count; c->range++, c->at = 0) {
        if (c->at == 0)
            c->list = qiaoi_postings_list(&c->ranges[c->range], c->slot);
        for (; c->at < c->list.count; c->at++) {
            uint32_t own = c->ranges[c->range].header.first_document + c->list.documents[c->at];

            if (c->there[own] == QIAOI_KEPT_NONE)
                continue;
            c->docid = c->renamed == NULL ? own : c->renamed[own];
            c->impact = c->list.impacts[c->at++];
            return;
        }
    }
    c->docid = QIAOI_KEPT_NONE;
}

static void
forget(qiaoi_kept_side *kept, uint32_t docid)
{
    if (kept->before[docid] == QIAOI_KEPT_NONE)
        return;
    kept->now[kept->before[docid]] = QIAOI_KEPT_NONE;
    kept->before[docid] = QIAOI_KEPT_NONE;
}

static void
compare_slot(const one_side *s, uint32_t slot)
{
    uint32_t slot_before = s->c->slot_before[slot];
    cursor now = {.ranges = s->now, .count = s->now_count, .there = s->kept->before, .slot = slot},
           before = {.ranges = s->before,
                     .count = slot_before == QIAOI_KEPT_NONE ? 0 : s->before_count,
                     .there = s->kept->now,
                     .renamed = s->kept->now,
                     .slot = slot_before};

    advance(&now);
    advance(&before);
    while (now.docid != QIAOI_KEPT_NONE || before.docid != QIAOI_KEPT_NONE) {
        uint32_t docid = now.docid < before.docid ? now.docid : before.docid;

        bool same = now.docid == before.docid && now.impact == before.impact;

        if (now.docid == docid)
            advance(&now);
        if (before.docid == docid)
            advance(&before);
        if (!same)
            forget(s->kept, docid);
    }
}

static bool
same_frequency(const one_side *s, uint32_t slot)
{
    uint32_t before = s->c->slot_before[slot];

    return before != QIAOI_KEPT_NONE && qiaoi_generation_statistics(s->c->keeping->now, s->kind)->df[slot] ==
                                            qiaoi_generation_statistics(s->c->keeping->before, s->kind)->df[before];
}

/* Who has a term whose frequency is another one is another document beside any query: its words weigh otherwise. */
static void
forget_all(const one_side *s, uint32_t slot)
{
    for (size_t r = 0; r < s->now_count; r++) {
        qiaoi_posting_list list = qiaoi_postings_list(&s->now[r], slot);

        for (uint32_t i = 0; i < list.count; i++)
            forget(s->kept, s->now[r].header.first_document + list.documents[i]);
    }
}

/* A pair weighs nothing beside a query that does not ask for it, and whoever asks for one that is woken is searched. */
static void
compare_postings(const one_side *s)
{
    for (uint32_t slot = 0; slot < s->c->slot_count; slot++) {
        if (slot >= s->c->now->term_count && qiaoi_bit(s->c->slots, slot))
            continue;
        if (slot < s->c->now->term_count && !same_frequency(s, slot))
            forget_all(s, slot);
        compare_slot(s, slot);
    }
}

/* ---- a side ---- */

static qiao_status
compare_side(qiaoi_comparison *c, qiao_kind kind, qiao_error *err)
{
    qiaoi_kept_side *kept = &c->kept->sides[kind];
    one_side s = {.c = c, .kind = kind, .kept = kept};

    kept->count = qiao_generation_count(c->keeping->now, kind);
    kept->count_before = qiao_generation_count(c->keeping->before, kind);
    kept->before = qiao_alloc(((size_t)kept->count + 1) * sizeof *kept->before);
    kept->now = qiao_alloc(((size_t)kept->count_before + 1) * sizeof *kept->now);
    kept->flags = qiao_calloc((size_t)kept->count + 1, sizeof *kept->flags);
    if (kept->before == NULL || kept->now == NULL || kept->flags == NULL)
        return qiao_fail_memory(err);
    memset(kept->before, 0xFF, kept->count * sizeof *kept->before);
    memset(kept->now, 0xFF, kept->count_before * sizeof *kept->now);
    s.now = qiaoi_generation_postings(c->keeping->now, kind, &s.now_count);
    s.before = qiaoi_generation_postings(c->keeping->before, kind, &s.before_count);
    join_records(&s);
    compare_postings(&s);
    return QIAO_OK;
}

qiao_status
qiaoi_kept_documents(qiaoi_comparison *c, qiao_error *err)
{
    qiao_status st = compare_side(c, QIAO_PROJECT, err);

    return st == QIAO_OK ? compare_side(c, QIAO_NEED, err) : st;
}
