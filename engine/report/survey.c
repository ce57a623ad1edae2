/* Fills a survey from the stored facts: no JSON is read. See qiao/survey.h. */
#include "report/survey.h"

#include "report/facts_of.h"
#include "store/generation_internal.h"

#include <stdlib.h>
#include <string.h>

#define RELATIONS_MAX 64u

static uint64_t
bit(uint16_t number)
{
    return number == 0 || number > 64 ? 0 : UINT64_C(1) << (number - 1);
}

static uint64_t
code_bit(const qiaoi_codebook *book, const char *code)
{
    return bit(qiaoi_codebook_find(book, code, strlen(code)));
}

/* The upper level of a field: what stands before the first dot. */
static uint64_t
field_bit(const qiao_survey *survey, const char *field)
{
    return bit(qiaoi_codebook_find(&survey->fields, field, strcspn(field, ".")));
}

/* ---- what the guideline says ---- */

static uint64_t
measures_of_country(const qiao_survey *survey, const char *country, uint64_t *groups_out)
{
    const char *groups[RELATIONS_MAX];
    const qiao_relation *relations[RELATIONS_MAX];
    size_t count = qiao_vocabulary_groups_of(survey->vocabulary, country, survey->day, groups, RELATIONS_MAX);
    uint64_t measures = 0;

    *groups_out = 0;
    for (size_t g = 0; g < count; g++) {
        size_t rows = qiao_vocabulary_relations(survey->vocabulary, "group_measure", groups[g], survey->day, relations,
                                                RELATIONS_MAX);

        *groups_out |= code_bit(&survey->groups, groups[g]);
        for (size_t r = 0; r < rows && r < RELATIONS_MAX; r++)
            measures |= code_bit(&survey->measures, relations[r]->to);
    }
    return measures;
}

/* Does a row of the relation lead from the park to the country, or to one of its groups? */
static uint64_t
measures_between(const qiao_survey *survey, const char *relation, const char *park, const char *country,
                 uint64_t groups)
{
    const qiao_relation *rows[RELATIONS_MAX];
    size_t count = qiao_vocabulary_relations(survey->vocabulary, relation, park, survey->day, rows, RELATIONS_MAX);
    uint64_t measures = 0;

    for (size_t r = 0; r < count && r < RELATIONS_MAX; r++)
        if (strcmp(rows[r]->to, country) == 0 || (code_bit(&survey->groups, rows[r]->to) & groups) != 0)
            measures |= code_bit(&survey->measures, rows[r]->basis);
    return measures;
}

static qiao_status
read_guideline(qiao_survey *survey, qiao_error *err)
{
    size_t countries = survey->countries.count + 1, parks = survey->parks.count + 1;

    survey->country_groups = qiao_calloc(countries, sizeof(uint64_t));
    survey->country_measures = qiao_calloc(countries, sizeof(uint64_t));
    survey->park_country_measures = qiao_calloc(countries * parks, sizeof(uint64_t));
    if (survey->country_groups == NULL || survey->country_measures == NULL || survey->park_country_measures == NULL)
        return qiao_fail_memory(err);
    for (size_t c = 1; c < countries; c++) {
        const char *country = survey->countries.entries[c - 1].code;
        uint64_t groups;

        survey->country_measures[c] = measures_of_country(survey, country, &groups);
        survey->country_groups[c] = groups;
        for (size_t p = 1; p < parks; p++) {
            const char *park = survey->parks.entries[p - 1].code;

            survey->park_country_measures[p * countries + c] =
                measures_between(survey, "park_country", park, country, 0) |
                measures_between(survey, "park_group", park, "", groups);
        }
    }
    return QIAO_OK;
}

/* Does the guideline give the park this field, or one that it belongs to? */
static uint64_t
measures_of_field(const qiao_survey *survey, uint16_t park, const char *field)
{
    const qiao_relation *rows[RELATIONS_MAX];
    uint64_t measures = 0;
    size_t count;

    if (park == 0)
        return 0;
    count = qiao_vocabulary_relations(survey->vocabulary, "park_measure_field", survey->parks.entries[park - 1].code,
                                      survey->day, rows, RELATIONS_MAX);
    for (size_t r = 0; r < count && r < RELATIONS_MAX; r++) {
        size_t length = strlen(rows[r]->to);

        if (strncmp(field, rows[r]->to, length) == 0 && (field[length] == '\0' || field[length] == '.'))
            measures |= code_bit(&survey->measures, rows[r]->basis);
    }
    return measures;
}

/* What a record itself says that it serves (source.policy_measures): "M20", or "20". */
static uint64_t
measure_stated(const qiao_survey *survey, const char *text)
{
    return code_bit(&survey->measures, *text == 'M' || *text == 'm' ? text + 1 : text);
}

uint64_t
qiaoi_survey_pair_measures(const qiao_survey *survey, const qiaoi_surveyed_need *need,
                           const qiaoi_surveyed_project *project)
{
    return need->measures | project->measures |
           survey->park_country_measures[need->park * (survey->countries.count + 1) + project->country];
}

/* ---- records ---- */

static bool
is_open(const char *status, int32_t expires_day, int day)
{
    return (status == NULL || strcmp(status, "published") == 0) && (expires_day == QIAO_UNKNOWN || expires_day >= day);
}

static void
set_country(const qiao_survey *survey, const char *country, qiaoi_surveyed_project *out)
{
    out->country = country == NULL ? 0 : qiaoi_codebook_find(&survey->countries, country, strlen(country));
    out->groups = survey->country_groups[out->country];
    out->measures = survey->country_measures[out->country];
}

void
qiaoi_survey_need_of(const qiao_survey *survey, const qiao_record *record, qiaoi_surveyed_need *out)
{
    *out = (qiaoi_surveyed_need){.published_day = record->published_day,
                                 .open = is_open(record->status, record->expires_day, survey->day)};
    if (record->park != NULL)
        out->park = qiaoi_codebook_find(&survey->parks, record->park, strlen(record->park));
    out->source = qiaoi_codebook_find(&survey->sources, record->id, strcspn(record->id, ":"));
    for (size_t i = 0; i < record->fields.count; i++) {
        out->fields |= field_bit(survey, record->fields.items[i]);
        out->measures |= measures_of_field(survey, out->park, record->fields.items[i]);
    }
    for (size_t i = 0; i < record->policy_measures.count; i++)
        out->measures |= measure_stated(survey, record->policy_measures.items[i]);
}

void
qiaoi_survey_project_of(const qiao_survey *survey, const qiao_record *record, qiaoi_surveyed_project *out)
{
    *out = (qiaoi_surveyed_project){.published_day = record->published_day,
                                    .open = is_open(record->status, record->expires_day, survey->day)};
    set_country(survey, record->country, out);
    out->source = qiaoi_codebook_find(&survey->sources, record->id, strcspn(record->id, ":"));
    for (size_t i = 0; i < record->fields.count; i++)
        out->fields |= field_bit(survey, record->fields.items[i]);
    for (size_t i = 0; i < record->policy_measures.count; i++)
        out->measures |= measure_stated(survey, record->policy_measures.items[i]);
}

static qiao_status
source_of(qiao_survey *survey, qiao_kind kind, uint32_t docid, uint16_t *out, qiao_error *err)
{
    const char *id = qiao_generation_id(survey->generation, kind, docid);

    return qiaoi_codebook_add(&survey->sources, id, strcspn(id, ":"), out, err);
}

static qiao_status
read_project(qiao_survey *survey, const qiaoi_facts *facts, uint32_t docid, qiao_error *err)
{
    qiaoi_surveyed_project *out = &survey->projects[docid];

    out->published_day = facts->published_day;
    out->open = is_open(qiaoi_facts_text(facts, facts->status), facts->expires_day, survey->day);
    set_country(survey, qiaoi_facts_text(facts, facts->country), out);
    for (uint32_t i = 0; i < facts->fields.count; i++)
        out->fields |= field_bit(survey, qiaoi_facts_code(facts, &facts->fields, i));
    for (uint32_t i = 0; i < facts->measures.count; i++)
        out->measures |= measure_stated(survey, qiaoi_facts_code(facts, &facts->measures, i));
    return source_of(survey, QIAO_PROJECT, docid, &out->source, err);
}

static qiao_status
read_need(qiao_survey *survey, const qiaoi_facts *facts, uint32_t docid, qiao_error *err)
{
    qiaoi_surveyed_need *out = &survey->needs[docid];
    const char *park = qiaoi_facts_text(facts, facts->park);

    out->published_day = facts->published_day;
    out->open = is_open(qiaoi_facts_text(facts, facts->status), facts->expires_day, survey->day);
    out->park = park == NULL ? 0 : qiaoi_codebook_find(&survey->parks, park, strlen(park));
    for (uint32_t i = 0; i < facts->fields.count; i++) {
        const char *field = qiaoi_facts_code(facts, &facts->fields, i);

        out->fields |= field_bit(survey, field);
        out->measures |= measures_of_field(survey, out->park, field);
    }
    for (uint32_t i = 0; i < facts->measures.count; i++)
        out->measures |= measure_stated(survey, qiaoi_facts_code(facts, &facts->measures, i));
    return source_of(survey, QIAO_NEED, docid, &out->source, err);
}

static qiao_status
read_records(qiao_survey *survey, qiao_error *err)
{
    const qiaoi_facts *facts;
    qiao_status st = QIAO_OK;

    for (uint32_t d = 0; st == QIAO_OK && d < survey->project_count; d++) {
        st = qiaoi_facts_of(survey->generation, QIAO_PROJECT, d, &facts, err);
        if (st == QIAO_OK)
            st = read_project(survey, facts, d, err);
    }
    for (uint32_t d = 0; st == QIAO_OK && d < survey->need_count; d++) {
        st = qiaoi_facts_of(survey->generation, QIAO_NEED, d, &facts, err);
        if (st == QIAO_OK)
            st = read_need(survey, facts, d, err);
    }
    return st;
}

/* ---- pairs ---- */

static qiao_status
add_pair(qiao_survey *survey, const qiaoi_surveyed_pair *pair, qiao_error *err)
{
    if (survey->pair_count == survey->pair_room) {
        size_t room = survey->pair_room == 0 ? 1024 : 2 * survey->pair_room;
        qiaoi_surveyed_pair *more = qiao_realloc_array(survey->pairs, room, sizeof *more);

        if (more == NULL)
            return qiao_fail_memory(err);
        survey->pairs = more;
        survey->pair_room = room;
    }
    survey->pairs[survey->pair_count++] = *pair;
    survey->needs[pair->need].count++;
    survey->projects[pair->project].wanted = true;
    return QIAO_OK;
}

static qiao_status
read_list(qiao_survey *survey, uint32_t need, qiao_error *err)
{
    const qiaoi_match_list *list = qiaoi_matches_list(qiaoi_generation_matches(survey->generation), QIAO_NEED, need);
    qiao_status st = QIAO_OK;

    if (list == NULL)
        return qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: a list of matches.bin is damaged",
                         (unsigned long long)qiao_survey_generation(survey));
    survey->needs[need].first = (uint32_t)survey->pair_count;
    for (uint32_t i = 0; st == QIAO_OK && i < list->count; i++)
        if (list->rows[i].band <= QIAO_BAND_POSSIBLE)
            st =
                add_pair(survey, &(qiaoi_surveyed_pair){need, list->rows[i].docid, (qiao_band)list->rows[i].band}, err);
    return st;
}

/* ---- opening ---- */

static qiao_status
open_generation(qiao_survey *survey, const qiao_survey_options *options, qiao_error *err)
{
    qiao_status st = qiao_generation_open(options->data_dir, options->generation, &survey->generation, err);

    if (st != QIAO_OK)
        return st;
    survey->day = qiaoi_generation_day(survey->generation);
    survey->project_count = qiao_generation_count(survey->generation, QIAO_PROJECT);
    survey->need_count = qiao_generation_count(survey->generation, QIAO_NEED);
    survey->projects = qiao_calloc((size_t)survey->project_count + 1, sizeof *survey->projects);
    survey->needs = qiao_calloc((size_t)survey->need_count + 1, sizeof *survey->needs);
    if (survey->projects == NULL || survey->needs == NULL)
        return qiao_fail_memory(err);
    if (qiaoi_generation_matches(survey->generation) != NULL)
        return QIAO_OK;
    st = qiao_fail(err, QIAO_E_NOTFOUND, "generation %llu holds no matches", (unsigned long long)options->generation);
    qiao_error_hint(err, "make them: qiao-indexer match --data %s --generation %llu", options->data_dir,
                    (unsigned long long)options->generation);
    return st;
}

static qiao_status
fill_books(qiao_survey *survey, qiao_error *err)
{
    const struct {
        qiaoi_codebook *book;
        const char *list;
    } books[] = {{&survey->parks, "park"},
                 {&survey->countries, "country"},
                 {&survey->groups, "country_group"},
                 {&survey->fields, "field"},
                 {&survey->measures, "measure"}};
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < sizeof books / sizeof *books; i++)
        st = qiaoi_codebook_fill(books[i].book, survey->vocabulary, books[i].list, books[i].book == &survey->fields,
                                 err);
    return st;
}

static qiao_status
fill(qiao_survey *survey, const qiao_survey_options *options, qiao_error *err)
{
    qiao_status st = open_generation(survey, options, err);

    if (st == QIAO_OK)
        st = fill_books(survey, err);
    if (st == QIAO_OK)
        st = read_guideline(survey, err);
    if (st == QIAO_OK)
        st = read_records(survey, err);
    for (uint32_t need = 0; st == QIAO_OK && need < survey->need_count; need++)
        st = read_list(survey, need, err);
    return st;
}

qiao_status
qiao_survey_open(const qiao_survey_options *options, qiao_survey **out, qiao_error *err)
{
    qiao_survey *survey = qiao_calloc(1, sizeof *survey);
    qiao_status st;

    *out = NULL;
    if (survey == NULL)
        return qiao_fail_memory(err);
    survey->vocabulary = options->vocabulary;
    st = fill(survey, options, err);
    if (st != QIAO_OK) {
        qiao_survey_close(survey);
        return st;
    }
    *out = survey;
    return QIAO_OK;
}

void
qiao_survey_close(qiao_survey *survey)
{
    if (survey == NULL)
        return;
    qiaoi_codebook_done(&survey->parks);
    qiaoi_codebook_done(&survey->countries);
    qiaoi_codebook_done(&survey->groups);
    qiaoi_codebook_done(&survey->fields);
    qiaoi_codebook_done(&survey->measures);
    qiaoi_codebook_done(&survey->sources);
    qiao_free(survey->country_groups);
    qiao_free(survey->country_measures);
    qiao_free(survey->park_country_measures);
    qiao_free(survey->projects);
    qiao_free(survey->needs);
    qiao_free(survey->pairs);
    qiao_generation_close(survey->generation);
    qiao_free(survey);
}

uint64_t
qiao_survey_generation(const qiao_survey *survey)
{
    return qiao_generation_manifest(survey->generation)->generation;
}
