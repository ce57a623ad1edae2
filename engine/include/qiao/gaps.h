/*
 * Gaps: where needs and projects miss each other. A matrix of field by park or by country, and from it the list for
 * those who scout abroad: which country could have what is wanted, and on which measure of the guideline asking there
 * rests.
 *
 * A need without supply has no strong and no possible project (of the country in question, where one is); a project
 * without need is none such for any open need (of the park in question). Needs and projects count where they are open,
 * in each of their fields (upper level); what has no field, park or country stands under unknown.
 *
 * Texts are appended to out, JSON objects or CSV with a byte order mark. Threads: the survey is shared.
 */
#ifndef QIAO_GAPS_H
#define QIAO_GAPS_H

#include "qiao/survey.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_SCOUTING_FIELDS 10u /* of each country, the most wanting first */
#define QIAO_SCOUTING_NEEDS 5u   /* named of each field */

typedef struct qiao_gaps_options {
    const qiao_survey *survey; /* borrowed */
    bool by_country;           /* rows of the matrix: countries instead of parks */
    const char *park;          /* needs of this park only; NULL = all */
    const char *country;       /* projects of this country only; NULL = all */
    bool csv;
} qiao_gaps_options;

/* Rows by columns; cells of nothing are left out. QIAO_E_NOMEM. */
QIAO_EXPORT qiao_status qiao_gaps_write(const qiao_gaps_options *options, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/*
 * Countries that have projects in the catalogue, or that the guideline links with a park, and of each the fields in
 * which needs are without supply: first those most wanted by parks that the guideline links with the country, then
 * those most wanted at all, then those of which the country has less in the catalogue; unknown last. Countries come by
 * the needs without supply of parks linked with them, then by their projects, most first, then by code. by_country
 * does not count. The list as a whole rests on measure 20 (links of the parks abroad, liaison offices). QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_scouting_write(const qiao_gaps_options *options, qiao_buffer *out,
                                            qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
