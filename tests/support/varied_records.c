#include "varied_records.h"

#include "records.h"
#include "support.h"

#include "qiao/source_store.h"

#include <stdio.h>
#include <string.h>

unsigned
qiao_test_roll(qiao_test_varied *v, unsigned sides)
{
    v->random = v->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(v->random >> 33) % sides;
}

static bool
is_need(int index)
{
    return index % 8 == 0;
}

static void
put_words(qiao_test_varied *v, bool need, unsigned most, char *at, size_t size)
{
    static const char *const english[] = {"battery", "cell",     "solid",   "state",    "lithium",  "electrolyte",
                                          "robot",   "surgical", "storage", "hydrogen", "bearings", "medical",
                                          "power",   "plant",    "stable",  "membrane", "crystal",  "sensor"};
    static const char *const chinese[] = {"电池", "固态电池", "锂",   "电解质", "机器人",
                                          "手术", "储氢",     "轴承", "氢电池", "手术机器人"};
    size_t used = 0;

    *at = '\0';
    for (unsigned n = 2 + qiao_test_roll(v, most), i = 0; i < n; i++)
        used += (size_t)snprintf(at + used, size - used, "%s%s", i == 0 || need ? "" : " ",
                                 need ? chinese[qiao_test_roll(v, sizeof chinese / sizeof *chinese)]
                                      : english[qiao_test_roll(v, sizeof english / sizeof *english)]);
    if (!need && qiao_test_roll(v, 40) == 0) /* a word that few or none have */
        snprintf(at + used, size - used, " alloy%u", qiao_test_roll(v, 1000));
}

static void
put_dates(qiao_test_varied *v, bool need, char *at, size_t size)
{
    size_t used = 0;

    *at = '\0';
    if (qiao_test_roll(v, 3) == 0)
        used += (size_t)snprintf(at + used, size - used, ",\"expires_at\":\"2026-0%u-%02u\"", 1 + qiao_test_roll(v, 9),
                                 1 + qiao_test_roll(v, 28));
    if (qiao_test_roll(v, 2) == 0)
        used += (size_t)snprintf(at + used, size - used, ",\"updated_at\":\"20%02u-0%u-11\"", 20 + qiao_test_roll(v, 6),
                                 1 + qiao_test_roll(v, 9));
    if (qiao_test_roll(v, 3) == 0)
        snprintf(at + used, size - used, ",\"%s\":\"202%u-05-0%u\"", need ? "needed_by" : "available_from",
                 6 + qiao_test_roll(v, 3), 1 + qiao_test_roll(v, 9));
}

static void
put_indicator(qiao_test_varied *v, bool need, char *at, size_t size)
{
    static const char *const english[] = {"battery", "solid state battery", "hydrogen storage", "bearings"};
    static const char *const chinese[] = {"电池", "固态电池", "储氢", "轴承"};

    *at = '\0';
    if (qiao_test_roll(v, 2) == 0)
        snprintf(at, size, ",\"indicators\":[{\"name\":{\"%s\":\"%s\"},\"op\":\">=\",\"value\":%u,\"unit\":\"mm\"}]",
                 need ? "zh" : "en", (need ? chinese : english)[qiao_test_roll(v, 4)], 1 + qiao_test_roll(v, 9));
}

static void
make_record(qiao_test_varied *v, int index)
{
    static const char *const fields[] = {"energy.battery", "energy", "energy.storage"};
    static const char *const own_fields[] = {"", "\"energy.battery\"", "\"energy\"", "\"energy.storage\""};
    static const char *const countries[] = {"DE", "JP", "US"};
    bool need = is_need(index);
    char title[200], text[400], dates[120], indicator[160];

    put_words(v, need, 5, title, sizeof title);
    put_words(v, need, 24, text, sizeof text);
    put_dates(v, need, dates, sizeof dates);
    put_indicator(v, need, indicator, sizeof indicator);
    if (need)
        snprintf(v->records[index], QIAO_TEST_VARIED_JSON,
                 "{\"kind\":\"need\",\"id\":\"t:%03d\",\"title\":{\"zh\":\"%s\"},\"problem\":{\"zh\":\"%s\"},"
                 "\"fields\":[\"%s\"],\"trl_min\":%u,\"status\":\"published\"%s%s}",
                 index, title, text, fields[qiao_test_roll(v, 3)], 3 + qiao_test_roll(v, 5), dates, indicator);
    else
        snprintf(v->records[index], QIAO_TEST_VARIED_JSON,
                 "{\"kind\":\"project\",\"id\":\"t:%03d\",\"title\":{\"en\":\"%s\"},\"summary\":{\"en\":\"%s\"},"
                 "\"country\":\"%s\",\"fields\":[%s],\"trl\":%u,\"status\":\"%s\",\"org_name\":\"House %u\"%s%s}",
                 index, title, text, countries[qiao_test_roll(v, 3)], own_fields[qiao_test_roll(v, 4)],
                 1 + qiao_test_roll(v, 9), qiao_test_roll(v, 12) == 0 ? "expired" : "published", qiao_test_roll(v, 5),
                 dates, indicator);
}

/* The same words under another id. */
static void
repeat_record(qiao_test_varied *v, int index, int other)
{
    char *id;

    if (is_need(index) || is_need(other) || v->records[other][0] == '\0')
        return;
    memcpy(v->records[index], v->records[other], QIAO_TEST_VARIED_JSON);
    id = strstr(v->records[index], "\"id\":\"t:") + strlen("\"id\":\"t:");
    id[0] = (char)('0' + index / 100);
    id[1] = (char)('0' + index / 10 % 10);
    id[2] = (char)('0' + index % 10);
}

void
qiao_test_varied_fill(qiao_test_varied *v, const char *data_dir, int count)
{
    const char *records[QIAO_TEST_VARIED_MAX];

    snprintf(v->data_dir, sizeof v->data_dir, "%s", data_dir);
    v->count = count;
    for (int i = 0; i < count; i++) {
        make_record(v, i);
        if (i % 9 == 1 && i > 9)
            repeat_record(v, i, i - 6);
        records[i] = v->records[i];
    }
    qiao_test_put_records(data_dir, records, (size_t)count);
}

static void
remove_record(qiao_test_varied *v, int index)
{
    qiao_source_store *store;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;
    char id[16];

    snprintf(id, sizeof id, "t:%03d", index);
    v->records[index][0] = '\0';
    assert_ok(qiao_source_store_open(v->data_dir, true, &store, &err), &err);
    assert_ok(qiao_source_store_remove(store, is_need(index) ? QIAO_NEED : QIAO_PROJECT, id, &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}

void
qiao_test_varied_change(qiao_test_varied *v)
{
    int index = (int)qiao_test_roll(v, (unsigned)v->count);
    const char *record = v->records[index];

    if (record[0] != '\0' && qiao_test_roll(v, 3) == 0) {
        remove_record(v, index);
        return;
    }
    make_record(v, index);
    if (qiao_test_roll(v, 3) == 0)
        repeat_record(v, index, (int)qiao_test_roll(v, (unsigned)v->count));
    qiao_test_put_records(v->data_dir, &record, 1);
}

void
qiao_test_varied_judge(qiao_test_varied *v)
{
    char json[300];
    qiao_source_store *store;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;
    unsigned eighth = (unsigned)v->count / 8, need = qiao_test_roll(v, eighth) * 8,
             project = 1 + qiao_test_roll(v, 7) + 8 * qiao_test_roll(v, eighth);

    if (v->verdict_count == sizeof v->verdicts / sizeof *v->verdicts)
        return;
    snprintf(json, sizeof json,
             "{\"need\":\"t:%03u\",\"project\":\"t:%03u\",\"verdict\":\"accept\",\"by\":\"w%zu\","
             "\"at\":\"2025-03-01T00:00:00Z\"}",
             need, project, v->verdict_count);
    assert_ok(qiao_feedback_parse(json, strlen(json), &v->verdicts[v->verdict_count], &err), &err);
    assert_ok(qiao_source_store_open(v->data_dir, true, &store, &err), &err);
    assert_ok(qiao_source_store_put_feedback(store, &v->verdicts[v->verdict_count++], &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}
