/*
 * The floor of the indicator reader on the labelled sentences of
 * fixtures/indicators: precision .95 and recall .85, for each language and
 * part. fixtures/indicators/evaluate prints the same figures through the
 * command.
 */
#include "support.h"

#include "qiao/file.h"
#include "qiao/indicator.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_PRECISION 0.95
#define LEAST_RECALL 0.85
#define LABELS_MAX 64u

typedef struct counts {
    size_t sentences, right, wrong, missed;
} counts;

static bool
same_number(const cJSON *label, const char *key, double got)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(label, key);
    double wanted;

    if (!cJSON_IsNumber(item))
        return isnan(got);
    wanted = item->valuedouble;
    return fabs(wanted - got) <= 1e-6 * fmax(fabs(wanted), fabs(got));
}

static bool
same_text(const cJSON *label, const char *key, const char *got)
{
    const char *wanted = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(label, key));

    while (wanted != NULL && (*wanted != '\0' || *got != '\0')) {
        if (*wanted == ' ')
            wanted++;
        else if (*got == ' ')
            got++;
        else if (*wanted++ != *got++)
            return false;
    }
    return wanted != NULL;
}

static bool
same(const cJSON *label, const qiao_reading *r)
{
    double start = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(label, "start"));
    double end = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(label, "end"));

    return (double)r->start < end && start < (double)r->end &&
           same_text(label, "op", qiao_indicator_operator_text(r->op)) && same_number(label, "value", r->value) &&
           same_number(label, "value2", r->value2) && same_number(label, "si_value", r->si_value) &&
           same_number(label, "si_value2", r->si_value2) && same_text(label, "unit", r->unit) &&
           same_text(label, "si_unit", r->si_unit);
}

static void
count_sentence(const cJSON *labels, const qiao_reading *readings, size_t n, counts *c)
{
    bool used[LABELS_MAX] = {false};
    size_t total = (size_t)cJSON_GetArraySize(labels), right = 0;

    assert_true(total <= LABELS_MAX);
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (k < total && (used[k] || !same(cJSON_GetArrayItem(labels, (int)k), &readings[i])))
            k++;
        if (k < total) {
            used[k] = true;
            right++;
        }
    }
    c->sentences++;
    c->right += right;
    c->wrong += n - right;
    c->missed += total - right;
}

static counts
count_file(const qiao_units *units, qiao_arena *arena, const char *path, qiao_language language)
{
    qiao_buffer bytes = {0};
    qiao_error err = QIAO_ERROR_INIT;
    counts c = {0};
    char *line;

    assert_ok(qiao_file_read(path, 0, &bytes, &err), &err);
    for (line = bytes.data; line != NULL && *line != '\0';) {
        char *stop = strchr(line, '\n');
        cJSON *row;
        const char *text;
        qiao_reading *readings;
        size_t n;

        if (stop != NULL)
            *stop = '\0';
        row = cJSON_Parse(line);
        text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "text"));
        assert_non_null(text);
        qiao_arena_reset(arena);
        assert_ok(qiao_indicators_read(units, text, strlen(text), language, arena, &readings, &n, &err), &err);
        count_sentence(cJSON_GetObjectItemCaseSensitive(row, "expect"), readings, n, &c);
        cJSON_Delete(row);
        line = stop != NULL ? stop + 1 : NULL;
    }
    qiao_buffer_done(&bytes);
    return c;
}

static void
precision_and_recall_hold_their_floor(void **state)
{
    static const char *const parts[] = {"develop", "apart", "fresh", "later"}, *const languages[] = {"zh", "en"};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_arena *arena = qiao_arena_new(1 << 16);
    qiao_units *units;
    size_t sentences = 0;

    (void)state;
    assert_non_null(arena);
    assert_ok(qiao_units_open(QIAO_SOURCE_DIR "/engine/vocab/data/units.tsv", &units, &err), &err);
    for (size_t i = 0; i < 8; i++) {
        const char *part = parts[i / 2], *language = languages[i % 2];
        char path[512];
        counts c;
        double precision, recall;

        snprintf(path, sizeof path, "%s/fixtures/indicators/%s.%s.jsonl", QIAO_SOURCE_DIR, language, part);
        c = count_file(units, arena, path, i % 2 == 0 ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN);
        sentences += c.sentences;
        assert_true(c.right > 0);
        precision = (double)c.right / (double)(c.right + c.wrong);
        recall = (double)c.right / (double)(c.right + c.missed);
        print_message("%-8s %s %4zu sentences  precision %.3f  recall %.3f\n", part, language, c.sentences, precision,
                      recall);
        assert_true(precision >= LEAST_PRECISION);
        assert_true(recall >= LEAST_RECALL);
    }
    assert_true(sentences >= 330);
    qiao_units_close(units);
    qiao_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(precision_and_recall_hold_their_floor)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
