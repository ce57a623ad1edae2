/* Flags, the measures of the guideline that a pair rests on, and what helps it to land. */
#include "match/explain_internal.h"
#include "match/landing.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- flags ---- */

static void
write_member(qiao_buffer *out, const char *name, const char *value)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    if (value == NULL)
        qiao_buffer_text(out, "null");
    else
        qiao_buffer_json_string(out, value, strlen(value));
}

/* The day the export control was looked up: only the record itself has it. */
static const char *
export_checked(qiaoi_explained *e)
{
    cJSON *root =
        e->project == NULL ? NULL : cJSON_ParseWithLength(e->project->canonical, e->project->canonical_length);
    const char *day = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(root, "export_control"), "checked_at"));

    if (e->project != NULL && root == NULL)
        e->failed = true; /* it was parsed before: memory */
    day = day == NULL ? NULL : qiaoi_say_kept(e, day, strlen(day));
    cJSON_Delete(root);
    return day;
}

static void
write_flag(qiaoi_explained *e, qiaoi_flag flag, qiaoi_phrase phrase, qiao_buffer *out)
{
    const qiaoi_facts *project = e->pair.project;
    bool import = flag == QIAOI_FLAG_IMPORT_RESTRICTED || flag == QIAOI_FLAG_IMPORT_UNKNOWN,
         export = flag == QIAOI_FLAG_EXPORT_LICENCE || flag == QIAOI_FLAG_EXPORT_UNKNOWN;
    const char *day = project->expires_day == QIAO_UNKNOWN ? NULL : qiaoi_say_day(e, project->expires_day);

    qiao_buffer_printf(out, "{\"code\":\"%s\"", qiaoi_flag_code(flag));
    write_member(out, "basis", export ? qiaoi_facts_text(project, project->export_basis) : NULL);
    write_member(out, "item", import ? qiaoi_facts_text(project, project->import_item) : NULL);
    write_member(out, "edition", import ? qiaoi_facts_text(project, project->import_edition) : NULL);
    write_member(out, "date", flag == QIAOI_FLAG_EXPIRES_SOON ? day : export ? export_checked(e) : NULL);
    write_member(out, "zh", qiaoi_tell(e, phrase, QIAO_LANGUAGE_ZH, &day, 1));
    write_member(out, "en", qiaoi_tell(e, phrase, QIAO_LANGUAGE_EN, &day, 1));
    qiao_buffer_char(out, '}');
}

void
qiaoi_explain_flags(qiaoi_explained *e, qiao_buffer *out)
{
    static const qiaoi_phrase phrases[] = {
#define ROW(name, code) QIAOI_PHRASE_FLAG_##name,
        QIAOI_FLAGS(ROW)
#undef ROW
    };
    bool first = true;

    qiao_buffer_char(out, '[');
    for (int flag = 0; flag < QIAOI_FLAG_COUNT && e->pair.project != NULL; flag++) {
        if ((e->candidate->flags >> flag & 1u) == 0)
            continue;
        qiao_buffer_text(out, first ? "" : ",");
        first = false;
        write_flag(e, (qiaoi_flag)flag, phrases[flag], out);
    }
    qiao_buffer_char(out, ']');
}

/* ---- policy ---- */

/* "19" as it stands in JSON; 0 for what has no number. */
static int
number_of(const char *code)
{
    return code == NULL ? 0 : (int)strtol(code, NULL, 10);
}

/* The measure that a rule rests on: its number, or NULL where it rests on something else than the guideline. */
static const qiao_code *
measure_of(const qiaoi_explained *e, const qiao_relation *rule)
{
    bool by_group = strcmp(rule->list, "group_measure") == 0 || strcmp(rule->list, "region_measure") == 0;

    return qiao_vocabulary_find(e->vocabulary, "measure", by_group ? rule->to : rule->basis);
}

static const char *
tell_rule(qiaoi_explained *e, const qiao_relation *rule, const qiao_code *measure, const char *groups,
          qiao_language language)
{
    const char *gist = language == QIAO_LANGUAGE_ZH ? measure->zh : measure->en;
    const char *park = qiaoi_named(e, "park", rule->from, language),
               *country =
                   qiaoi_named(e, "country", qiaoi_facts_text(e->pair.project, e->pair.project->country), language);

    if (strcmp(rule->list, "park_measure_field") == 0 || strcmp(rule->list, "park_field") == 0)
        return qiaoi_told(e, POLICY_PARK_FIELD, language, park, qiaoi_named(e, "field", rule->to, language),
                          measure->code, gist);
    if (strcmp(rule->list, "region_measure") == 0)
        return qiaoi_told(e, POLICY_REGION, language, qiaoi_named(e, "partner_region", rule->from, language),
                          measure->code, gist);
    if (strcmp(rule->list, "group_measure") == 0)
        return qiaoi_told(e, POLICY_GROUP, language, country, groups, measure->code, gist);
    return qiaoi_told(e, POLICY_PARK_COUNTRY, language, park,
                      qiaoi_named(e, "country|country_group", rule->to, language), measure->code, gist);
}

/* The groups of one measure are told in one sentence. */
static const char *
groups_of(qiaoi_explained *e, const qiao_relation *const *rules, size_t count, size_t from, qiao_language language)
{
    qiaoi_sayings names = {.count = 0};

    for (size_t i = from; i < count; i++)
        if (strcmp(rules[i]->list, "group_measure") == 0 && strcmp(rules[i]->to, rules[from]->to) == 0)
            qiaoi_sayings_add(&names, qiaoi_named(e, "country_group", rules[i]->from, language));
    return qiaoi_sayings_join(e, &names, language);
}

static bool
told_before(const qiao_relation *const *rules, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(rules[i]->list, rules[at]->list) == 0 &&
            (strcmp(rules[at]->list, "group_measure") == 0
                 ? strcmp(rules[i]->to, rules[at]->to) == 0
                 : strcmp(rules[i]->from, rules[at]->from) == 0 && strcmp(rules[i]->to, rules[at]->to) == 0))
            return true;
    return false;
}

void
qiaoi_explain_policy(qiaoi_explained *e, qiao_buffer *out)
{
    const qiao_relation *rules[QIAOI_POLICY_MAX];
    qiaoi_signal signals[QIAOI_POLICY_MAX];
    size_t count = e->vocabulary == NULL ? 0 : qiaoi_policy_rules(&e->pair, rules, signals);
    bool first = true;

    qiao_buffer_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        const qiao_code *measure = measure_of(e, rules[i]);
        const char *zh, *en;

        if (measure == NULL || told_before(rules, i))
            continue;
        zh = groups_of(e, rules, count, i, QIAO_LANGUAGE_ZH);
        en = groups_of(e, rules, count, i, QIAO_LANGUAGE_EN);
        qiao_buffer_printf(out, "%s{\"measure\":%d,\"signal\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"", first ? "" : ",",
                           number_of(measure->code), qiaoi_signal_code(signals[i]), rules[i]->from, rules[i]->to);
        first = false;
        write_member(out, "zh", tell_rule(e, rules[i], measure, zh, QIAO_LANGUAGE_ZH));
        write_member(out, "en", tell_rule(e, rules[i], measure, en, QIAO_LANGUAGE_EN));
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}

/* ---- landing ---- */

void
qiaoi_explain_landing(qiaoi_explained *e, qiao_buffer *out)
{
    const qiao_code *resources[QIAOI_LANDING_MAX];
    size_t count = qiaoi_landing(&e->pair, resources);

    qiao_buffer_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_printf(out, "%s{\"code\":\"%s\",\"measure\":%d", i > 0 ? "," : "", resources[i]->code,
                           number_of(resources[i]->parent));
        write_member(out, "zh", resources[i]->zh);
        write_member(out, "en", resources[i]->en);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}
