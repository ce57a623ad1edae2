/* What may be another one about a pair of documents that did not change. */
#include "batch/kept_internal.h"

#include "match/profile.h"
#include "match/stored.h"

#include <string.h>

typedef struct days {
    qiaoi_comparison *c;
    qiao_analyzer *analyzer;
    qiao_buffer block;
    int now, before;
} days;

/* ---- all pairs ---- */

static bool
weighs(const qiaoi_profile *profile, qiaoi_signal signal)
{
    return profile->weights[signal][0] != 0 || profile->weights[signal][1] != 0;
}

static bool
same_rules(const days *d)
{
    const qiao_tables *tables = d->c->keeping->tables;
    const qiaoi_profile *profile;

    if (d->now == d->before)
        return true;
    return qiaoi_profiles_find(tables->profiles, NULL, &profile, NULL) == QIAO_OK &&
           !weighs(profile, QIAOI_SIGNAL_TIME) && !weighs(profile, QIAOI_SIGNAL_FRESHNESS) &&
           (tables->vocabulary == NULL || qiao_vocabulary_same_on(tables->vocabulary, d->now, d->before));
}

/* ---- pairs of a document ---- */

static bool
expired(const qiaoi_facts *facts, int day)
{
    return facts->expires_day != QIAO_UNKNOWN && facts->expires_day < day;
}

static uint8_t
flags_of_day(const days *d, const qiaoi_facts *facts, qiao_kind kind)
{
    uint8_t flags = 0;

    if (expired(facts, d->now) != expired(facts, d->before))
        flags |= QIAOI_KEPT_LOOSE;
    if (kind == QIAO_NEED)
        return facts->needed_day != QIAO_UNKNOWN ? flags | QIAOI_KEPT_DATED : flags;
    if (facts->duration_months != QIAO_UNKNOWN || facts->available_day != QIAO_UNKNOWN)
        flags |= QIAOI_KEPT_DATED;
    if (qiaoi_stored_reason(qiaoi_freshness(facts, d->now)) != qiaoi_stored_reason(qiaoi_freshness(facts, d->before)))
        flags |= QIAOI_KEPT_MOVED;
    return flags;
}

static qiao_status
flag_document(days *d, qiao_kind kind, uint32_t docid, qiao_error *err)
{
    uint8_t *flags = &d->c->kept->sides[kind].flags[docid];
    const void *bytes;
    size_t length;
    const qiaoi_facts *facts;
    bool named = false;
    qiao_status st = qiaoi_generation_facts(d->c->keeping->now, kind, docid, &bytes, &length, NULL);

    qiao_buffer_clear(&d->block);
    if (st == QIAO_OK)
        qiao_buffer_append(&d->block, bytes, length);
    if (d->block.failed)
        return qiao_buffer_check(&d->block, err);
    *flags = QIAOI_KEPT_LOOSE;
    if (st != QIAO_OK || !qiaoi_facts_sound(d->block.data, d->block.length))
        return QIAO_OK; /* whoever reads it in earnest says so */
    facts = (const qiaoi_facts *)(const void *)d->block.data;
    *flags = flags_of_day(d, facts, kind);
    st = kind == QIAO_PROJECT ? QIAO_OK : qiaoi_indicators_name(facts, d->c->entries, d->analyzer, &named, err);
    *flags |= named ? QIAOI_KEPT_LOOSE : 0;
    return st;
}

static qiao_status
flag_side(days *d, qiao_kind kind, qiao_error *err)
{
    const qiaoi_kept_side *kept = &d->c->kept->sides[kind];
    qiao_status st = QIAO_OK;

    for (uint32_t docid = 0; st == QIAO_OK && docid < kept->count; docid++)
        if (kept->before[docid] != QIAOI_KEPT_NONE)
            st = flag_document(d, kind, docid, err);
    return st;
}

/* ---- verdicts ---- */

static bool
same_verdict(const qiaoi_verdict *x, const qiaoi_verdict *y)
{
    return y != NULL && x->accepts == y->accepts && x->rejects == y->rejects;
}

/* Verdicts of one generation that the other does not have so: their records, if both are there and did not change. */
static void
flag_verdicts(const qiaoi_kept *kept, const qiaoi_verdicts *these, const qiaoi_verdicts *others, bool of_now)
{
    const qiaoi_kept_side *needs = &kept->sides[QIAO_NEED], *projects = &kept->sides[QIAO_PROJECT];

    for (uint32_t i = 0; i < qiaoi_verdicts_count(these); i++) {
        const qiaoi_verdict *verdict = qiaoi_verdicts_at(these, i);
        uint32_t need = (of_now ? needs->before : needs->now)[verdict->need],
                 project = (of_now ? projects->before : projects->now)[verdict->project];

        if (need == QIAOI_KEPT_NONE || project == QIAOI_KEPT_NONE ||
            same_verdict(verdict, qiaoi_verdicts_find(others, need, project)))
            continue;
        needs->flags[of_now ? verdict->need : need] |= QIAOI_KEPT_LOOSE;
        projects->flags[of_now ? verdict->project : project] |= QIAOI_KEPT_LOOSE;
    }
}

qiao_status
qiaoi_kept_days(qiaoi_comparison *c, qiao_error *err)
{
    days d = {
        .c = c, .now = qiaoi_generation_day(c->keeping->now), .before = qiaoi_matches_about(c->kept->matches)->day};
    const qiaoi_verdicts *now = qiaoi_generation_verdicts(c->keeping->now),
                         *before = qiaoi_generation_verdicts(c->keeping->before);
    qiao_status st;

    c->kept->day_moved = d.now != d.before;
    c->different = !same_rules(&d);
    if (c->different)
        return QIAO_OK;
    st = qiao_analyzer_new(c->now, &d.analyzer, err);
    if (st == QIAO_OK)
        st = flag_side(&d, QIAO_PROJECT, err);
    if (st == QIAO_OK)
        st = flag_side(&d, QIAO_NEED, err);
    if (st == QIAO_OK) {
        flag_verdicts(c->kept, now, before, true);
        flag_verdicts(c->kept, before, now, false);
    }
    qiao_analyzer_free(d.analyzer);
    qiao_buffer_done(&d.block);
    return st;
}
