/* See gaps_matrix.h. */
#include "gaps_matrix.h"

#include "qiao/catalog.h"
#include "qiao/gaps.h"

#include <stdio.h>
#include <string.h>

static qiao_status
take_code(const qiao_vocabulary *vocabulary, const char *list, const char *given, const char **out, qiao_error *err)
{
    const qiao_code *code = given == NULL ? NULL : qiao_vocabulary_resolve(vocabulary, list, given);

    *out = code == NULL ? NULL : code->code;
    return given == NULL || code != NULL ? QIAO_OK : qiao_fail(err, QIAO_E_USAGE, "--%s: there is no %s", list, given);
}

static qiao_status
write(const qiao_gaps_asked *asked, const qiao_survey *survey, const qiao_vocabulary *vocabulary, qiao_error *err)
{
    qiao_gaps_options options = {.survey = survey, .csv = !asked->json};
    qiao_buffer text = {0};
    qiao_status st = take_code(vocabulary, "park", asked->park, &options.park, err);

    options.by_country = asked->rows != NULL && strcmp(asked->rows, "country") == 0;
    if (st == QIAO_OK)
        st = take_code(vocabulary, "country", asked->country, &options.country, err);
    if (st == QIAO_OK)
        st = asked->rows != NULL ? qiao_gaps_write(&options, &text, err) : qiao_scouting_write(&options, &text, err);
    if (st == QIAO_OK)
        fwrite(text.data, 1, text.length, stdout);
    if (st == QIAO_OK && asked->json)
        putchar('\n');
    qiao_buffer_done(&text);
    return st;
}

qiao_status
qiao_gaps_print(const qiao_gaps_asked *asked, qiao_error *err)
{
    qiao_vocabulary *vocabulary = NULL;
    qiao_survey *survey = NULL;
    uint64_t number = 0;
    qiao_status st;

    if (asked->rows != NULL && strcmp(asked->rows, "park") != 0 && strcmp(asked->rows, "country") != 0)
        return qiao_fail(err, QIAO_E_USAGE, "--rows takes park or country, not %s", asked->rows);
    st = qiao_catalog_current(asked->data_dir, &number, err);
    if (st == QIAO_OK)
        st = qiao_vocabulary_open(NULL, &vocabulary, err);
    if (st == QIAO_OK)
        st = qiao_survey_open(&(qiao_survey_options){asked->data_dir, vocabulary, number}, &survey, err);
    if (st == QIAO_OK)
        st = write(asked, survey, vocabulary, err);
    qiao_survey_close(survey);
    qiao_vocabulary_close(vocabulary);
    return st;
}
