/* qiao-indexer stats: what the source store holds, by kind, source, language and field, and what the catalogue serves.
 */
#include "commands.h"

#include "qiao/catalog.h"
#include "qiao/source_store.h"
#include "qiao/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 4096
#define SHOWN 12

/* How often each of a set of names was met. Names beyond the table are counted together. */
typedef struct tally {
    struct tally_name {
        char name[72];
        uint64_t count;
    } * names;
    size_t count;
    uint64_t others;
} tally;

enum { SOURCES, LANGUAGES, COUNTRIES, FIELDS, PARKS, TALLIES };
static const char *const tally_keys[TALLIES] = {"sources", "languages", "countries", "fields", "parks"};
static const char *const tally_titles[TALLIES] = {"sources", "languages of texts", "countries of projects", "fields",
                                                  "parks of needs"};

typedef struct survey {
    qiao_source_counts counts;
    tally tallies[TALLIES];
    uint64_t completeness[2], seen[2], unreadable; /* sums in millionths, by kind */
    const qiao_vocabulary *vocabulary;
} survey;

static void
count_name(tally *t, const char *name)
{
    size_t i = 0;

    if (name == NULL)
        return;
    while (i < t->count && strcmp(t->names[i].name, name) != 0)
        i++;
    if (i == NAMES_MAX || strlen(name) >= sizeof t->names[0].name) {
        t->others++;
        return;
    }
    if (i == t->count)
        snprintf(t->names[t->count++].name, sizeof t->names[0].name, "%s", name);
    t->names[i].count++;
}

/* Every language once a record. */
static void
count_languages(tally *t, const qiao_record *r)
{
    for (size_t i = 0; i < r->text_count; i++) {
        size_t j = 0;

        while (j < i && strcmp(r->texts[j].language, r->texts[i].language) != 0)
            j++;
        if (j == i)
            count_name(t, r->texts[i].language);
    }
}

static qiao_status
visit(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    survey *s = context;
    qiao_record *r;
    qiao_status status = qiao_record_parse(entry->json, entry->length, s->vocabulary, &r, NULL, err);

    if (status == QIAO_E_NOMEM)
        return status;
    if (status != QIAO_OK) {
        s->unreadable++; /* written by another version, or with another vocabulary */
        return QIAO_OK;
    }
    count_name(&s->tallies[SOURCES], r->source);
    count_languages(&s->tallies[LANGUAGES], r);
    count_name(&s->tallies[COUNTRIES], r->country);
    count_name(&s->tallies[PARKS], r->park);
    for (size_t i = 0; i < r->fields.count; i++)
        count_name(&s->tallies[FIELDS], r->fields.items[i]);
    s->completeness[r->kind] += (uint64_t)qiao_record_completeness(r, NULL, 0, NULL);
    s->seen[r->kind]++;
    qiao_record_free(r);
    return QIAO_OK;
}

static int
compare_counts(const void *a, const void *b)
{
    const struct tally_name *left = a, *right = b;

    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return strcmp(left->name, right->name);
}

static void
print_json(const survey *s, uint64_t generation)
{
    qiao_buffer out = {.limit = 0};

    qiao_buffer_printf(&out,
                       "{\"projects\":%llu,\"needs\":%llu,\"tombstones\":%llu,\"last_sequence\":%llu,\"unreadable\":%"
                       "llu,\"generation\":%llu",
                       (unsigned long long)s->counts.projects, (unsigned long long)s->counts.needs,
                       (unsigned long long)s->counts.tombstones, (unsigned long long)s->counts.last_sequence,
                       (unsigned long long)s->unreadable, (unsigned long long)generation);
    qiao_buffer_printf(&out, ",\"completeness\":{\"projects\":%.3f,\"needs\":%.3f}",
                       s->seen[0] > 0 ? (double)s->completeness[0] / (double)s->seen[0] / 1e6 : 0.0,
                       s->seen[1] > 0 ? (double)s->completeness[1] / (double)s->seen[1] / 1e6 : 0.0);
    for (size_t t = 0; t < TALLIES; t++) {
        qiao_buffer_printf(&out, ",\"%s\":{", tally_keys[t]);
        for (size_t i = 0; i < s->tallies[t].count; i++) {
            qiao_buffer_text(&out, i > 0 ? "," : "");
            qiao_buffer_json_string(&out, s->tallies[t].names[i].name, strlen(s->tallies[t].names[i].name));
            qiao_buffer_printf(&out, ":%llu", (unsigned long long)s->tallies[t].names[i].count);
        }
        qiao_buffer_char(&out, '}');
    }
    qiao_buffer_text(&out, "}\n");
    if (!out.failed)
        fputs(out.data, stdout);
    qiao_buffer_done(&out);
}

static void
print_tally(const tally *t, const char *title)
{
    if (t->count == 0)
        return;
    printf("%s:", qiao_say(title));
    for (size_t i = 0; i < t->count && i < SHOWN; i++)
        printf("%s %s %llu", i > 0 ? "," : "", t->names[i].name, (unsigned long long)t->names[i].count);
    if (t->count > SHOWN)
        printf(qiao_say(", and %zu more"), t->count - SHOWN);
    putchar('\n');
}

static void
print_text(const survey *s, uint64_t generation)
{
    char projects[32], needs[32], tombstones[32];

    printf(qiao_say("source store: %s projects, %s needs, %s removed\n"),
           qiao_console_number(s->counts.projects, projects), qiao_console_number(s->counts.needs, needs),
           qiao_console_number(s->counts.tombstones, tombstones));
    for (int kind = 0; kind < 2; kind++) {
        if (s->seen[kind] > 0)
            printf(kind == QIAO_PROJECT ? qiao_say("completeness of projects: %.0f%% on average\n")
                                        : qiao_say("completeness of needs: %.0f%% on average\n"),
                   (double)s->completeness[kind] / (double)s->seen[kind] / 1e4);
    }
    for (size_t t = 0; t < TALLIES; t++)
        print_tally(&s->tallies[t], tally_titles[t]);
    if (s->unreadable > 0)
        printf(qiao_say("%llu records do not fit the schema or vocabularies of this version; import them again\n"),
               (unsigned long long)s->unreadable);
    if (generation > 0)
        printf(qiao_say("served: generation %llu\n"), (unsigned long long)generation);
    else
        fputs(qiao_say("served: nothing yet; run qiao-indexer build\n"), stdout);
}

static qiao_status
take_survey(const char *data, survey *s, qiao_error *err)
{
    qiao_source_store *store = NULL;
    qiao_vocabulary *vocabulary = NULL;
    qiao_status status = qiao_vocabulary_open(NULL, &vocabulary, err);

    for (size_t t = 0; status == QIAO_OK && t < TALLIES; t++) {
        s->tallies[t].names = qiao_calloc(NAMES_MAX, sizeof *s->tallies[t].names);
        if (s->tallies[t].names == NULL)
            status = qiao_fail_memory(err);
    }
    if (status == QIAO_OK)
        status = qiao_source_store_open(data, false, &store, err);
    if (status == QIAO_OK)
        status = qiao_source_store_counts(store, &s->counts, err);
    s->vocabulary = vocabulary;
    if (status == QIAO_OK)
        status = qiao_source_store_each(store, false, visit, s, err);
    for (size_t t = 0; status == QIAO_OK && t < TALLIES; t++)
        qsort(s->tallies[t].names, s->tallies[t].count, sizeof *s->tallies[t].names, compare_counts);
    qiao_source_store_close(store);
    qiao_vocabulary_close(vocabulary);
    return status;
}

int
qiao_command_stats(int argc, char **argv)
{
    const char *data = NULL;
    bool json = false;
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {.command = "stats",
                              .operands = "",
                              .help =
                                  "Counts what the source store holds, by source, language, country, field and park.",
                              .options = options,
                              .option_count = sizeof options / sizeof options[0]};
    survey s = {.unreadable = 0};
    qiao_error err = QIAO_ERROR_INIT, ignored = QIAO_ERROR_INIT;
    uint64_t generation = 0;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    if (take_survey(data, &s, &err) != QIAO_OK)
        code = qiao_console_fail(&err);
    if (code < 0 && qiao_catalog_current(data, &generation, &ignored) != QIAO_OK)
        generation = 0;
    if (code < 0)
        (json ? print_json : print_text)(&s, generation);
    for (size_t t = 0; t < TALLIES; t++)
        qiao_free(s.tallies[t].names);
    return code < 0 ? QIAO_EXIT_DONE : code;
}
