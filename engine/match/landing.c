/* See landing.h. */
#include "match/landing.h"

#include "match/signals_internal.h"

#include <string.h>

#define ROWS_MAX 32u

typedef enum sort { ORIGIN, FIELD, MODE, ORG_KIND, NEED_KIND, PARK, SORT_COUNT } sort;

static bool
is_code(const qiaoi_pair_context *pair, const char *list, const char *code)
{
    return qiao_vocabulary_find(pair->vocabulary, list, code) != NULL;
}

static sort
sort_of(const qiaoi_pair_context *pair, const char *code)
{
    if (is_code(pair, "country", code) || is_code(pair, "country_group", code) || is_code(pair, "partner_region", code))
        return ORIGIN;
    if (is_code(pair, "coop_mode", code))
        return MODE;
    if (is_code(pair, "org_kind", code))
        return ORG_KIND;
    if (is_code(pair, "need_kind", code))
        return NEED_KIND;
    return is_code(pair, "park", code) ? PARK : FIELD;
}

static bool
equals(const char *text, const char *code)
{
    return text != NULL && strcmp(text, code) == 0;
}

static bool
fits_origin(const qiaoi_pair_context *pair, const char *code)
{
    const char *country = qiaoi_facts_text(pair->project, pair->project->country);

    return equals(country, code) || equals(qiaoi_facts_text(pair->project, pair->project->region), code) ||
           (country != NULL && qiao_vocabulary_in_group(pair->vocabulary, code, country, pair->as_of));
}

static bool
fits_field(const qiaoi_pair_context *pair, const char *code)
{
    size_t length = strlen(code);

    for (uint32_t i = 0; i < pair->project->fields.count; i++) {
        const char *field = qiaoi_facts_code(pair->project, &pair->project->fields, i);

        if (strncmp(field, code, length) == 0 && (field[length] == '\0' || field[length] == '.'))
            return true;
    }
    return false;
}

/* Where the need names modes, both sides have to take it. */
static bool
fits_mode(const qiaoi_pair_context *pair, const char *code)
{
    return qiaoi_codes_contain(pair->project, &pair->project->modes, code) &&
           (pair->need->modes.count == 0 || qiaoi_codes_contain(pair->need, &pair->need->modes, code));
}

static bool
fits(const qiaoi_pair_context *pair, sort of, const char *code)
{
    switch (of) {
    case ORIGIN:
        return fits_origin(pair, code);
    case FIELD:
        return fits_field(pair, code);
    case MODE:
        return fits_mode(pair, code);
    case ORG_KIND:
        return equals(qiaoi_facts_text(pair->project, pair->project->org_kind), code);
    case NEED_KIND:
        return equals(qiaoi_facts_text(pair->need, pair->need->record_kind), code);
    case PARK:
        return equals(qiaoi_facts_text(pair->need, pair->need->park), code) ||
               qiaoi_codes_contain(pair->project, &pair->project->landing_pref, code);
    case SORT_COUNT:
        break;
    }
    return false;
}

/* Sum of the best weight of each sort; 0 where one of them does not hold. */
static int64_t
fitness(const qiaoi_pair_context *pair, const char *resource)
{
    const qiao_relation *rows[ROWS_MAX];
    size_t count = qiao_vocabulary_relations(pair->vocabulary, "resource_fit", resource, pair->as_of, rows, ROWS_MAX);
    int best[SORT_COUNT] = {0};
    bool named[SORT_COUNT] = {false};
    int64_t sum = 0;

    for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
        sort of = sort_of(pair, rows[i]->to);

        named[of] = true;
        if (fits(pair, of, rows[i]->to) && rows[i]->weight > best[of])
            best[of] = rows[i]->weight;
    }
    for (int of = 0; of < SORT_COUNT; of++) {
        if (named[of] && best[of] == 0 && of != PARK)
            return 0;
        sum += best[of];
    }
    return sum;
}

size_t
qiaoi_landing(const qiaoi_pair_context *pair, const qiao_code *out[QIAOI_LANDING_MAX])
{
    int64_t values[QIAOI_LANDING_MAX] = {0};
    const qiao_code *const *resources;
    size_t total = 0, count = 0;

    if (pair->need == NULL || pair->project == NULL || pair->vocabulary == NULL)
        return 0;
    resources = qiao_vocabulary_list(pair->vocabulary, "resource", &total);
    for (size_t i = 0; i < total; i++) {
        int64_t value = fitness(pair, resources[i]->code);
        size_t at = count;

        while (at > 0 && values[at - 1] < value)
            at--;
        if (value == 0 || at == QIAOI_LANDING_MAX)
            continue;
        count += count < QIAOI_LANDING_MAX ? 1 : 0;
        for (size_t k = count - 1; k > at; k--) {
            values[k] = values[k - 1];
            out[k] = out[k - 1];
        }
        values[at] = value;
        out[at] = resources[i];
    }
    return count;
}
