/* The survey as the files of engine/report see it: see qiao/survey.h. */
#ifndef QIAO_REPORT_SURVEY_H
#define QIAO_REPORT_SURVEY_H

#include "qiao/generation.h"
#include "qiao/match.h"
#include "qiao/survey.h"
#include "report/codebook.h"

/* What a record may have several of is a mask: bit n of the code with number n + 1. */
typedef struct qiaoi_surveyed_project {
    uint64_t fields, groups, measures; /* fields: the upper level */
    uint16_t country, source;
    int32_t published_day; /* QIAO_UNKNOWN */
    bool open;             /* published, and not expired on the day the generation was made */
    bool wanted;           /* strong or possible for a need */
} qiaoi_surveyed_project;

typedef struct qiaoi_surveyed_need {
    uint64_t fields, measures;
    uint16_t park, source;
    int32_t published_day;
    bool open;
    uint32_t first, count; /* of its pairs; strong ones and possible ones as they stand in the list */
} qiaoi_surveyed_need;

typedef struct qiaoi_surveyed_pair {
    uint32_t need, project;
    qiao_band band; /* strong or possible */
} qiaoi_surveyed_pair;

struct qiao_survey {
    qiao_generation *generation;
    const qiao_vocabulary *vocabulary;
    int day; /* the generation was made on */
    qiaoi_codebook parks, countries, groups, fields, measures, sources;
    uint64_t *country_groups, *country_measures; /* masks, by number of the country */
    uint64_t *park_country_measures;             /* masks, by park * (countries + 1) + country */
    qiaoi_surveyed_project *projects;
    qiaoi_surveyed_need *needs;
    uint32_t project_count, need_count;
    qiaoi_surveyed_pair *pairs;
    size_t pair_count, pair_room;
};

/* Measures of the guideline that a pair rests on. */
uint64_t qiaoi_survey_pair_measures(const qiao_survey *survey, const qiaoi_surveyed_need *need,
                                    const qiaoi_surveyed_project *project);
/* The same of a record that is not in the generation: one posted by day. Sources it alone has are unknown. */
void qiaoi_survey_need_of(const qiao_survey *survey, const qiao_record *record, qiaoi_surveyed_need *out);
void qiaoi_survey_project_of(const qiao_survey *survey, const qiao_record *record, qiaoi_surveyed_project *out);

#endif
