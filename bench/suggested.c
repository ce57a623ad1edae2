/*
 * qiao-bench suggested: how often what words suggest (qiao/suggested.h) is what records say. Known values are hidden
 * and asked for: field, readiness, country of the projects and needs of record files.
 */
#include "bench.h"

#include "qiao/suggested.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct counts {
    uint64_t known, suggested, right, near; /* near: a readiness one level off, a field of the same branch */
} counts;

typedef struct measured {
    qiao_concepts *concepts;
    qiao_vocabulary *vocabulary;
    counts fields, trl, country;
    uint64_t records;
    bool list; /* a line for each suggestion */
} measured;

static size_t
branch_length(const char *code)
{
    return strcspn(code, ".");
}

static bool
same_branch(const char *a, const char *b)
{
    return branch_length(a) == branch_length(b) && strncmp(a, b, branch_length(a)) == 0;
}

static void
judge_field(const qiao_record *record, const char *value, counts *c)
{
    bool right = false, near = false;

    for (size_t i = 0; i < record->fields.count; i++) {
        right = right || strcmp(record->fields.items[i], value) == 0;
        near = near || same_branch(record->fields.items[i], value);
    }
    c->right += right;
    c->near += !right && near;
}

static void
judge_level(const qiao_record *record, const char *value, counts *c)
{
    int difference = abs(record->trl - (int)strtol(value, NULL, 10));

    c->right += difference == 0;
    c->near += difference == 1;
}

/* id, field, what is suggested, what is known, how sure, words: for whoever reads them. */
static void
show(const qiao_record *record, const qiao_suggestion *s)
{
    char level[16];
    const char *known = "";

    snprintf(level, sizeof level, "%d", (int)record->trl);
    if (strcmp(s->field, "country") == 0)
        known = record->country != NULL ? record->country : "";
    else if (strcmp(s->field, "trl") == 0)
        known = record->trl != QIAO_UNKNOWN ? level : "";
    else if (record->fields.count > 0)
        known = record->fields.items[0];
    printf("%s\t%s\t%s\t%s\t%.2f\t%s\n", record->id, s->field, s->value, known, (double)s->confidence / 1e6, s->words);
}

static void
judge(measured *m, const qiao_record *record)
{
    qiao_record hidden = *record;
    qiao_suggestion found[QIAO_SUGGESTIONS_MAX];
    size_t count;

    hidden.fields.count = 0;
    hidden.trl = QIAO_UNKNOWN;
    hidden.country = hidden.region = NULL; /* the code of a region names its country */
    count = qiao_suggest(&hidden, m->concepts, m->vocabulary, found);
    m->records++;
    m->fields.known += record->fields.count > 0;
    m->trl.known += record->trl != QIAO_UNKNOWN;
    m->country.known += record->kind == QIAO_PROJECT && record->country != NULL;
    for (size_t i = 0; i < count; i++) {
        const char *field = found[i].field, *value = found[i].value;

        if (m->list)
            show(record, &found[i]);
        if (strcmp(field, "fields") == 0 && record->fields.count > 0) {
            m->fields.suggested++;
            judge_field(record, value, &m->fields);
        } else if (strcmp(field, "trl") == 0 && record->trl != QIAO_UNKNOWN) {
            m->trl.suggested++;
            judge_level(record, value, &m->trl);
        } else if (strcmp(field, "country") == 0 && record->country != NULL) {
            m->country.suggested++;
            m->country.right += strcmp(record->country, value) == 0;
        }
    }
}

static qiao_status
judge_file(measured *m, const char *path, qiao_error *err)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    qiao_status st = QIAO_OK;

    if (file == NULL)
        return qiao_fail(err, QIAO_E_NOTFOUND, "cannot open %s", path);
    while (st == QIAO_OK && (length = getline(&line, &room, file)) > 0) {
        qiao_record *record = NULL;

        st = qiao_record_parse(line, (size_t)length, m->vocabulary, &record, NULL, err);
        if (st == QIAO_OK)
            judge(m, record);
        qiao_record_free(record);
    }
    free(line);
    fclose(file);
    return st;
}

static void
report(const char *name, const counts *c)
{
    const struct {
        const char *key;
        double value;
    } rows[] = {
        {"known", (double)c->known},
        {"suggested", (double)c->suggested},
        {"right", (double)c->right},
        {"near", (double)c->near},
        {"precision", c->suggested == 0 ? (double)NAN : (double)c->right / (double)c->suggested},
        {"precision_near", c->suggested == 0 ? (double)NAN : (double)(c->right + c->near) / (double)c->suggested}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char key[48];

        snprintf(key, sizeof key, "%s_%s", name, rows[i].key);
        bench_number(key, rows[i].value);
    }
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    measured m = {.records = 0};
    int first = argc > 1 && strcmp(argv[1], "--list") == 0 ? 2 : 1;
    qiao_status st = argc <= first ? qiao_fail(err, QIAO_E_USAGE, "give record files (NDJSON)") : QIAO_OK;

    m.list = first == 2;
    if (st == QIAO_OK)
        st = qiao_vocabulary_open(NULL, &m.vocabulary, err);
    if (st == QIAO_OK)
        st = qiao_concepts_open(NULL, &m.concepts, err);
    for (int i = first; st == QIAO_OK && i < argc; i++)
        st = judge_file(&m, argv[i], err);
    if (st == QIAO_OK) {
        bench_begin("suggested");
        bench_number("records", (double)m.records);
        report("field", &m.fields);
        report("trl", &m.trl);
        report("country", &m.country);
        bench_end();
    }
    qiao_concepts_close(m.concepts);
    qiao_vocabulary_close(m.vocabulary);
    return st;
}

const bench_command bench_suggested = {"suggested",
                                       "suggested [--list] FILE.ndjson...\n"
                                       "    how often suggested fields, readiness and countries are the known ones;\n"
                                       "    --list: each suggestion as a line, beside what is known",
                                       run};
