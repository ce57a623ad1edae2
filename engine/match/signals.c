/* The signals, one function each; the table in signals.h names them. */
#include "match/signals.h"

#include <string.h>

static bool
contains(const qiao_codes *codes, const char *code)
{
    for (size_t i = 0; i < codes->count; i++)
        if (strcmp(codes->items[i], code) == 0)
            return true;
    return false;
}

static int32_t
text_signal(const qiaoi_pair_context *pair)
{
    return pair->text;
}

/* Same code 1; same branch with another leaf .6; a branch against one of its leaves .8; else 0. The best pair of codes
 * counts. */
static int32_t
field_likeness(const char *a, const char *b)
{
    size_t top_a = strcspn(a, "."), top_b = strcspn(b, ".");

    if (strcmp(a, b) == 0)
        return QIAO_MICRO;
    if (top_a != top_b || memcmp(a, b, top_a) != 0)
        return 0;
    return a[top_a] == '\0' || b[top_b] == '\0' ? 800000 : 600000;
}

static int32_t
field_signal(const qiaoi_pair_context *pair)
{
    const qiao_codes *need = &pair->need->fields, *project = &pair->project->fields;
    int32_t best = 0;

    if (need->count == 0 || project->count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    for (size_t i = 0; i < need->count; i++)
        for (size_t k = 0; k < project->count; k++) {
            int32_t value = field_likeness(need->items[i], project->items[k]);

            best = value > best ? value : best;
        }
    return best;
}

static bool
named(const qiaoi_pair_context *pair, const qiao_codes *codes, const char *country)
{
    for (size_t i = 0; i < codes->count; i++)
        if (strcmp(codes->items[i], country) == 0 ||
            (pair->vocabulary != NULL &&
             qiao_vocabulary_in_group(pair->vocabulary, codes->items[i], country, pair->today)))
            return true;
    return false;
}

/* What the need says of partner countries and target regions; it often says nothing. */
static int32_t
country_signal(const qiaoi_pair_context *pair)
{
    const char *country = pair->project->country;
    const qiao_codes *allow = &pair->need->country_allow, *targets = &pair->need->target_regions;

    if (country == NULL)
        return QIAOI_SIGNAL_UNKNOWN;
    if (named(pair, &pair->need->country_deny, country))
        return 0;
    if (allow->count == 0 && targets->count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    return named(pair, allow, country) || named(pair, targets, country) ? QIAO_MICRO : 0;
}

/* Inside the wanted interval 1; each level below or above takes a quarter. A research need does not mind a low level.
 */
static int32_t
trl_signal(const qiaoi_pair_context *pair)
{
    int32_t low = pair->need->trl_min, high = pair->need->trl_max, trl = pair->project->trl, distance = 0;
    bool research = pair->need->record_kind != NULL && strcmp(pair->need->record_kind, "joint_rd") == 0;

    if (trl == QIAO_UNKNOWN || (low == QIAO_UNKNOWN && high == QIAO_UNKNOWN))
        return QIAOI_SIGNAL_UNKNOWN;
    if (low != QIAO_UNKNOWN && trl < low)
        distance = research ? 0 : low - trl;
    else if (high != QIAO_UNKNOWN && trl > high)
        distance = trl - high;
    return distance >= 4 ? 0 : QIAO_MICRO - distance * (QIAO_MICRO / 4);
}

static int32_t
mode_signal(const qiaoi_pair_context *pair)
{
    const qiao_codes *need = &pair->need->coop_modes, *project = &pair->project->coop_modes;

    if (need->count == 0 || project->count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    for (size_t i = 0; i < need->count; i++)
        if (contains(project, need->items[i]))
            return QIAO_MICRO;
    return 0;
}

void
qiaoi_signals(const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT])
{
    bool both = pair->need != NULL && pair->project != NULL;

    values[QIAOI_SIGNAL_TEXT] = text_signal(pair);
    values[QIAOI_SIGNAL_FIELD] = both ? field_signal(pair) : QIAOI_SIGNAL_UNKNOWN;
    values[QIAOI_SIGNAL_COUNTRY] = both ? country_signal(pair) : QIAOI_SIGNAL_UNKNOWN;
    values[QIAOI_SIGNAL_TRL] = both ? trl_signal(pair) : QIAOI_SIGNAL_UNKNOWN;
    values[QIAOI_SIGNAL_MODE] = both ? mode_signal(pair) : QIAOI_SIGNAL_UNKNOWN;
}

const char *
qiaoi_signal_code(qiaoi_signal signal)
{
    static const char *const codes[] = {
#define QIAOI_SIGNAL_CODE(name, code, enterprise, owner) code,
        QIAOI_SIGNALS(QIAOI_SIGNAL_CODE)
#undef QIAOI_SIGNAL_CODE
    };

    return signal < QIAOI_SIGNAL_COUNT ? codes[signal] : "";
}
