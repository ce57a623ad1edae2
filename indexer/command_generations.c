/* qiao-indexer generations, verify, rollback: the catalogue seen from the command line. The work is done by
 * qiao/catalog.h. */
#include "commands.h"

#include "qiao/catalog.h"
#include "qiao/source_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GENERATIONS_MAX 10000

typedef struct listing {
    const char *data;
    bool json;
    uint64_t current; /* 0 = none */
    uint64_t *numbers;
    size_t count;
} listing;

static qiao_status
read_listing(listing *l, qiao_error *err)
{
    qiao_status status = qiao_catalog_current(l->data, &l->current, err);

    if (status == QIAO_E_NOTFOUND || status == QIAO_E_CORRUPT) /* the list is shown all the same: it helps to mend it */
        l->current = 0;
    else if (status != QIAO_OK)
        return status;
    l->numbers = qiao_calloc(GENERATIONS_MAX, sizeof *l->numbers);
    if (l->numbers == NULL)
        return qiao_fail_memory(err);
    status = qiao_catalog_list(l->data, l->numbers, GENERATIONS_MAX, &l->count, err);
    if (l->count > GENERATIONS_MAX)
        l->count = GENERATIONS_MAX;
    return status;
}

static void
write_entry_json(qiao_buffer *out, const qiao_manifest *m, uint64_t number, bool sound, bool current)
{
    qiao_buffer_printf(out, "{\"generation\":%llu,\"current\":%s,\"readable\":%s", (unsigned long long)number,
                       current ? "true" : "false", sound ? "true" : "false");
    if (sound) {
        qiao_buffer_printf(out,
                           ",\"parent\":%llu,\"projects\":%llu,\"needs\":%llu,\"terms\":%llu,\"postings\":%llu,"
                           "\"bilingual\":%llu,\"created\":",
                           (unsigned long long)m->parent, (unsigned long long)m->projects, (unsigned long long)m->needs,
                           (unsigned long long)m->terms, (unsigned long long)m->postings,
                           (unsigned long long)m->bilingual);
        qiao_buffer_json_string(out, m->created, strlen(m->created));
        qiao_buffer_text(out, ",\"vocabulary\":");
        qiao_buffer_json_string(out, m->vocabulary, strlen(m->vocabulary));
        qiao_buffer_text(out, ",\"lexicon\":");
        qiao_buffer_json_string(out, m->lexicon, strlen(m->lexicon));
    }
    qiao_buffer_char(out, '}');
}

static void
write_entry(qiao_buffer *out, const qiao_manifest *m, uint64_t number, bool sound, bool current)
{
    char projects[32], needs[32];

    qiao_buffer_printf(out, "%s gen-%010llu  ", current ? "*" : " ", (unsigned long long)number);
    if (sound)
        qiao_buffer_printf(out, qiao_say("%s  %s projects, %s needs\n"), m->created,
                           qiao_console_number(m->projects, projects), qiao_console_number(m->needs, needs));
    else
        qiao_buffer_text(out, qiao_say("its manifest cannot be read: run qiao-indexer verify\n"));
}

static int
print_listing(const listing *l)
{
    qiao_buffer out = {.limit = 0};
    qiao_error err = QIAO_ERROR_INIT;
    bool failed;

    if (l->json)
        qiao_buffer_printf(&out, "{\"current\":%llu,\"generations\":[", (unsigned long long)l->current);
    else if (l->count == 0)
        qiao_buffer_text(&out, qiao_say("no generation yet: import records, then run qiao-indexer build\n"));
    for (size_t i = 0; i < l->count; i++) {
        qiao_manifest manifest;
        bool sound = qiao_catalog_manifest(l->data, l->numbers[i], &manifest, &err) == QIAO_OK;

        if (l->json && i > 0)
            qiao_buffer_char(&out, ',');
        (l->json ? write_entry_json : write_entry)(&out, &manifest, l->numbers[i], sound, l->numbers[i] == l->current);
    }
    qiao_buffer_text(&out, l->json ? "]}\n" : "");
    if (!out.failed && out.length > 0)
        fputs(out.data, stdout);
    failed = out.failed;
    qiao_buffer_done(&out);
    return failed ? QIAO_EXIT_FAILED : QIAO_EXIT_DONE;
}

int
qiao_command_generations(int argc, char **argv)
{
    listing l = {.data = NULL};
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &l.data, "DIR", "data folder", true},
        {"json", QIAO_OPTION_FLAG, &l.json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {.command = "generations",
                              .operands = "",
                              .help = "Lists the generations of the catalogue; the one marked * is served.",
                              .options = options,
                              .option_count = sizeof options / sizeof options[0]};
    qiao_error err = QIAO_ERROR_INIT;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    code = read_listing(&l, &err) == QIAO_OK ? print_listing(&l) : qiao_console_fail(&err);
    qiao_free(l.numbers);
    return code;
}

/* The generation named on the command line, or the served one. */
static qiao_status
chosen_generation(const char *data, const char *name, uint64_t *out, qiao_error *err)
{
    if (name == NULL)
        return qiao_catalog_current(data, out, err);
    return qiao_console_generation(name, out, err);
}

static qiao_status
verify_all(const char *data, bool json, size_t *bad_out, qiao_error *err)
{
    listing l = {.data = data};
    qiao_status status = read_listing(&l, err);

    for (size_t i = 0; status == QIAO_OK && i < l.count; i++) {
        qiao_error own = QIAO_ERROR_INIT;

        if (qiao_catalog_verify(data, l.numbers[i], &own) == QIAO_OK) {
            if (!json)
                printf(qiao_say("generation %llu is whole\n"), (unsigned long long)l.numbers[i]);
            continue;
        }
        (*bad_out)++;
        *err = own;
        qiao_console_fail(&own);
    }
    if (json)
        printf("{\"checked\":%zu,\"damaged\":%zu}\n", l.count, *bad_out);
    qiao_free(l.numbers);
    return status;
}

int
qiao_command_verify(int argc, char **argv)
{
    const char *data = NULL, *name = NULL;
    bool json = false, all = false;
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true},
        {"generation", QIAO_OPTION_TEXT, &name, "N", "the generation to check; otherwise the served one", false},
        {"all", QIAO_OPTION_FLAG, &all, NULL, "check every generation", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {.command = "verify",
                              .operands = "",
                              .help = "Checks size and checksum of every file of a generation against its manifest.",
                              .options = options,
                              .option_count = sizeof options / sizeof options[0]};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number = 0;
    size_t bad = 0;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    if (all) {
        if (verify_all(data, json, &bad, &err) != QIAO_OK)
            return qiao_console_fail(&err);
        return bad > 0 ? QIAO_EXIT_FAILED : QIAO_EXIT_DONE;
    }
    if (chosen_generation(data, name, &number, &err) != QIAO_OK || qiao_catalog_verify(data, number, &err) != QIAO_OK) {
        if (json)
            printf("{\"generation\":%llu,\"whole\":false}\n", (unsigned long long)number);
        return qiao_console_fail(&err);
    }
    if (json)
        printf("{\"generation\":%llu,\"whole\":true}\n", (unsigned long long)number);
    else
        printf(qiao_say("generation %llu is whole\n"), (unsigned long long)number);
    return QIAO_EXIT_DONE;
}

int
qiao_command_rollback(int argc, char **argv)
{
    const char *data = NULL, *name = NULL;
    bool json = false;
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true},
        {"to", QIAO_OPTION_TEXT, &name, "N", "the generation to serve; otherwise the one before the served one", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {.command = "rollback",
                              .operands = "",
                              .help =
                                  "Serves an earlier generation, after checking that it is whole. Nothing is deleted.",
                              .options = options,
                              .option_count = sizeof options / sizeof options[0]};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t to = 0, now = 0;
    qiao_status status = QIAO_OK;
    qiao_source_store *store = NULL;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    if (name != NULL)
        status = chosen_generation(data, name, &to, &err);
    if (status == QIAO_OK)
        status = qiao_source_store_open(data, true, &store,
                                        &err); /* holds the indexer's lock: no build may publish meanwhile */
    if (status == QIAO_OK)
        status = qiao_catalog_rollback(data, to, &now, &err);
    qiao_source_store_close(store);
    if (status != QIAO_OK)
        return qiao_console_fail(&err);
    printf(json ? "{\"generation\":%llu}\n" : qiao_say("generation %llu is served now\n"), (unsigned long long)now);
    return QIAO_EXIT_DONE;
}
