/* See shortlist.h. Bounds are rounded up, so that rounding never leaves out who would be in the list. */
#include "match/shortlist.h"

#include "match/assess.h"
#include "match/sort.h"

#define WEIGHED_FEW 16u /* candidates of which nothing is known, where something is known of the others */

/* ---- the most a pair can score ---- */

/* The share of a signal's weight that it may have where what is matched states nothing and only suggests it. */
static double
suggested_share(const qiao_matcher *matcher, bool suggested, int32_t sure)
{
    return suggested ? (double)matcher->profile->suggested_share / 1000.0 * sure / QIAO_MICRO : 0;
}

static double
share_of_field(const qiao_matcher *matcher, const qiaoi_facts *own)
{
    return own->fields.count > 0 ? 1
                                 : suggested_share(matcher, own->suggested_field != 0, own->suggested_field_confidence);
}

static double
share_of_trl(const qiao_matcher *matcher, const qiaoi_facts *own)
{
    if (own->kind == QIAO_NEED)
        return own->trl_min != QIAO_UNKNOWN || own->trl_max != QIAO_UNKNOWN ? 1 : 0;
    return own->trl != QIAO_UNKNOWN
               ? 1
               : suggested_share(matcher, own->suggested_trl != QIAO_UNKNOWN, own->suggested_trl_confidence);
}

static double
share_of_country(const qiao_matcher *matcher, const qiaoi_facts *own)
{
    if (own->kind == QIAO_NEED)
        return own->country_allow.count > 0 || own->target_regions.count > 0 ? 1 : 0;
    return own->country != 0 ? 1
                             : suggested_share(matcher, own->suggested_country != 0, own->suggested_country_confidence);
}

/* How much of its weight a signal can have beside some candidate, 0..1, by what is matched alone. */
static double
share_of(const qiao_matcher *matcher, const qiaoi_facts *own, qiaoi_signal signal)
{
    if (signal == QIAOI_SIGNAL_FIELD)
        return share_of_field(matcher, own);
    if (signal == QIAOI_SIGNAL_TRL)
        return share_of_trl(matcher, own);
    if (signal == QIAOI_SIGNAL_PARTNER_COUNTRY)
        return share_of_country(matcher, own);
    if (signal == QIAOI_SIGNAL_MODE)
        return own->modes.count > 0 ? 1 : 0;
    if (signal == QIAOI_SIGNAL_INDICATORS)
        return own->kind == QIAO_NEED && own->reading_count == 0 ? 0 : 1;
    if (signal == QIAOI_SIGNAL_FEEDBACK)
        return qiaoi_verdicts_count(qiaoi_generation_verdicts(matcher->generation)) > 0 ? 1 : 0;
    return 1;
}

void
qiaoi_most_set(const qiao_matcher *matcher, qiaoi_most *out)
{
    const qiaoi_profile *profile = matcher->profile;
    const qiaoi_facts *own = matcher->subject_facts;

    for (int side = 0; side < 2; side++) {
        double policy = 0, other = 0, most;

        for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
            double weight = s == QIAOI_SIGNAL_TEXT_BODY || (matcher->left_out >> s & 1u) != 0 ? 0
                            : own == NULL && s != QIAOI_SIGNAL_TEXT_TITLE                     ? 0
                                                                          : profile->weights[s][side];

            if (weight > 0 && own != NULL)
                weight *= share_of(matcher, own, (qiaoi_signal)s);
            *(qiaoi_signal_is_policy((qiaoi_signal)s) ? &policy : &other) += weight;
        }
        out->text[side] = profile->weights[QIAOI_SIGNAL_TEXT_BODY][side];
        most = (out->text[side] + other) * profile->policy_cap / 1000.0;
        out->others[side] = other + (policy < most ? policy : most);
    }
}

/* Everything else known, and all for the match: knowing less, or less good, lowers a weighted mean. */
int32_t
qiaoi_most_of(const qiaoi_most *most, int32_t text_value)
{
    double sides[2];

    for (int side = 0; side < 2; side++) {
        double sum = most->text[side] + most->others[side];

        sides[side] = sum > 0 ? (most->text[side] * text_value + most->others[side] * QIAO_MICRO) / sum : QIAO_MICRO;
        sides[side] += 1;
    }
    return (int32_t)(2 * sides[0] * sides[1] / (sides[0] + sides[1])) + 2;
}

/* ---- the list ---- */

typedef struct best {
    int32_t scores[QIAOI_RESCORE_BLOCK]; /* falling, of those that no gate shuts out */
    size_t count;
    size_t duplicates; /* of them, those that another one may stand for */
} best;

static void
insert(best *b, int32_t score)
{
    size_t at = b->count++;

    for (; at > 0 && b->scores[at - 1] < score; at--)
        b->scores[at] = b->scores[at - 1];
    b->scores[at] = score;
}

static void
note(const qiao_matcher *matcher, const qiaoi_candidate *candidate, best *b)
{
    uint32_t count;

    if (candidate->gate != QIAOI_GATE_NONE)
        return;
    insert(b, candidate->pair.score);
    b->duplicates +=
        qiao_generation_duplicates(matcher->generation, matcher->side, candidate->docid, &count) != NULL ? 1 : 0;
}

/* Are `wanted` sure to stand before a pair that scores no more than that? Duplicates may leave the list. */
static bool
enough(const best *b, size_t wanted, int32_t most)
{
    size_t last = wanted + b->duplicates;

    return last > 0 && b->count >= last && b->scores[last - 1] > most;
}

/* What the words say of a candidate, where it is not known. */
static qiao_status
look_at_text(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err)
{
    qiao_status st = candidate->known == QIAOI_KNOWN_TEXT ? QIAO_OK : qiaoi_matcher_weigh(matcher, WEIGHED_FEW, err);

    if (st == QIAO_OK && candidate->known != QIAOI_KNOWN_TEXT)
        qiaoi_assess_text(matcher, candidate);
    return st;
}

/* And all else; of the words only their value may be known yet. */
static qiao_status
look_at_all(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err)
{
    qiao_status st = qiaoi_matcher_weigh(matcher, WEIGHED_FEW, err);

    if (st == QIAO_OK)
        st = candidate->known == QIAOI_KNOWN_TEXT ? qiaoi_assess(matcher, candidate, err)
                                                  : qiaoi_assess_others(matcher, candidate, err);
    candidate->known = QIAOI_KNOWN_NOTHING;
    return st;
}

qiao_status
qiaoi_shortlist(qiao_matcher *matcher, size_t wanted, qiao_error *err)
{
    uint64_t order[QIAOI_RESCORE_BLOCK]; /* what the text's value lacks of the most, then place */
    size_t count = 0, i = 0;
    best b = {.count = 0};
    qiaoi_most most;
    qiao_status st = QIAO_OK;

    qiaoi_most_set(matcher, &most);
    for (size_t k = 0; st == QIAO_OK && k < matcher->candidate_count; k++) {
        qiaoi_candidate *candidate = &matcher->candidates[k];

        if (candidate->known == QIAOI_KNOWN_PAIR || candidate->known == QIAOI_KNOWN_SHUT) {
            note(matcher, candidate, &b);
            continue;
        }
        st = look_at_text(matcher, candidate, err);
        order[count++] = (uint64_t)(uint32_t)(QIAO_MICRO - candidate->values[QIAOI_SIGNAL_TEXT_BODY]) << 32 | k;
    }
    qiaoi_sort_numbers(order, count);
    for (; st == QIAO_OK && i < count &&
           !enough(&b, wanted, qiaoi_most_of(&most, QIAO_MICRO - (int32_t)(order[i] >> 32)));
         i++) {
        qiaoi_candidate *candidate = &matcher->candidates[(uint32_t)order[i]];

        st = look_at_all(matcher, candidate, err);
        if (st == QIAO_OK)
            note(matcher, candidate, &b);
    }
    for (; i < count; i++)
        matcher->candidates[(uint32_t)order[i]].gate = QIAOI_GATE_COUNT;
    return st;
}
