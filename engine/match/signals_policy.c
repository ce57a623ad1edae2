/*
 * Policy affinity from the tables park_field, park_measure_field, park_country, park_group, group_measure and
 * region_measure. A row that applies gives .5 and half its weight; none applies: unknown, so policy never counts
 * against a pair.
 */
#include "match/signals_internal.h"

#include <string.h>

#define ROWS_MAX 48u
#define LEAST_LIKENESS 800000 /* the field itself, or one above or below it */

typedef struct rule_list {
    const qiao_relation *rules[QIAOI_POLICY_MAX];
    qiaoi_signal signals[QIAOI_POLICY_MAX];
    size_t count;
} rule_list;

/* Behind the rules of its signal that weigh as much, before those that weigh less. */
static void
add(rule_list *list, const qiao_relation *rule, qiaoi_signal signal)
{
    size_t at = list->count;

    for (size_t i = 0; i < list->count; i++)
        if (list->signals[i] == signal && list->rules[i]->weight < rule->weight) {
            at = i;
            break;
        }
    if (at >= QIAOI_POLICY_MAX)
        return;
    if (list->count < QIAOI_POLICY_MAX)
        list->count++;
    for (size_t i = list->count - 1; i > at; i--) {
        list->rules[i] = list->rules[i - 1];
        list->signals[i] = list->signals[i - 1];
    }
    list->rules[at] = rule;
    list->signals[at] = signal;
}

static size_t
rows_of(const qiaoi_pair_context *pair, const char *table, const char *from, const qiao_relation *rows[ROWS_MAX])
{
    size_t n = qiao_vocabulary_relations(pair->vocabulary, table, from, pair->as_of, rows, ROWS_MAX);

    return n < ROWS_MAX ? n : ROWS_MAX;
}

static void
add_fields(const qiaoi_pair_context *pair, const char *table, const char *park, rule_list *list)
{
    const qiao_relation *rows[ROWS_MAX];
    size_t n = rows_of(pair, table, park, rows);

    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < pair->project->fields.count; k++)
            if (qiaoi_field_likeness(rows[i]->to, qiaoi_facts_code(pair->project, &pair->project->fields, k)) >=
                LEAST_LIKENESS) {
                add(list, rows[i], QIAOI_SIGNAL_PARK_FIELD);
                break;
            }
}

static void
add_countries(const qiaoi_pair_context *pair, const char *park, const char *country, rule_list *list)
{
    const qiao_relation *rows[ROWS_MAX];
    size_t n = rows_of(pair, "park_country", park, rows);

    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i]->to, country) == 0)
            add(list, rows[i], QIAOI_SIGNAL_PARK_COUNTRY);
    n = rows_of(pair, "park_group", park, rows);
    for (size_t i = 0; i < n; i++)
        if (qiao_vocabulary_in_group(pair->vocabulary, rows[i]->to, country, pair->as_of))
            add(list, rows[i], QIAOI_SIGNAL_PARK_COUNTRY);
}

static void
add_groups(const qiaoi_pair_context *pair, const char *country, rule_list *list)
{
    const qiao_relation *rows[ROWS_MAX];
    const char *groups[32];
    size_t n = qiao_vocabulary_groups_of(pair->vocabulary, country, pair->as_of, groups, 32);

    for (size_t i = 0; i < n && i < 32; i++) {
        size_t count = rows_of(pair, "group_measure", groups[i], rows);

        for (size_t k = 0; k < count; k++)
            add(list, rows[k], QIAOI_SIGNAL_COUNTRY_GROUP);
    }
}

static void
gather(const qiaoi_pair_context *pair, rule_list *list)
{
    const char *park = qiaoi_facts_text(pair->need, pair->need->park),
               *country = qiaoi_facts_text(pair->project, pair->project->country),
               *region = qiaoi_facts_text(pair->project, pair->project->region);
    const qiao_relation *rows[ROWS_MAX];

    list->count = 0;
    if (pair->vocabulary == NULL)
        return;
    if (park != NULL) {
        add_fields(pair, "park_measure_field", park, list);
        add_fields(pair, "park_field", park, list);
        if (country != NULL)
            add_countries(pair, park, country, list);
    }
    if (region != NULL)
        for (size_t i = 0, n = rows_of(pair, "region_measure", region, rows); i < n; i++)
            add(list, rows[i], QIAOI_SIGNAL_PARK_COUNTRY);
    if (country != NULL)
        add_groups(pair, country, list);
}

size_t
qiaoi_policy_rules(const qiaoi_pair_context *pair, const qiao_relation *rules[QIAOI_POLICY_MAX],
                   qiaoi_signal signals[QIAOI_POLICY_MAX])
{
    rule_list list;

    if (pair->need == NULL || pair->project == NULL)
        return 0;
    gather(pair, &list);
    memcpy(rules, list.rules, list.count * sizeof *rules);
    memcpy(signals, list.signals, list.count * sizeof *signals);
    return list.count;
}

void
qiaoi_policy_signals(const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT])
{
    rule_list list;

    gather(pair, &list);
    for (size_t i = 0; i < list.count; i++) {
        int weight = list.rules[i]->weight > QIAO_MICRO ? QIAO_MICRO : list.rules[i]->weight;
        int32_t value = QIAO_MICRO / 2 + weight / 2;

        if (value > values[list.signals[i]])
            values[list.signals[i]] = value;
    }
}
