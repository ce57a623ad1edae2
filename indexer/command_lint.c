/* qiao-indexer lint: reads record files as import does, stores nothing, and says what is wrong and what is missing. */
#include "commands.h"
#include "import_pool.h"
#include "import_report.h"
#include "map_lint.h"
#include "qiao/catalog.h"
#include "qiao/review.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <string.h>

#define PATHS_MAX 64

typedef struct checker {
    qiaoi_import_options options;
    qiao_vocabulary *vocabulary;
    bool json, each, review;
    qiao_tables tables;          /* for reviews */
    qiao_generation *generation; /* NULL: reviews tell only what a record tells by itself */
    qiao_matcher *matcher;
    uint64_t read, refused, warned, completeness[2], kinds[2];
    struct {
        const char *path;
        uint64_t count;
    } missing[2][PATHS_MAX]; /* by kind */
    size_t missing_count[2];
} checker;

static void
count_missing(checker *c, qiao_kind kind, const char *path)
{
    size_t i = 0;

    while (i < c->missing_count[kind] && c->missing[kind][i].path != path) /* paths are static strings */
        i++;
    if (i == PATHS_MAX)
        return;
    if (i == c->missing_count[kind])
        c->missing[kind][c->missing_count[kind]++].path = path;
    c->missing[kind][i].count++;
}

static void
print_record_json(const char *file, uint64_t line, const qiao_record *r, int32_t complete, const char *const *paths,
                  size_t path_count, const qiaoi_complaints *complaints, const qiao_buffer *review)
{
    qiao_buffer out = {.limit = 0};

    qiao_buffer_text(&out, "{\"file\":");
    qiao_buffer_json_string(&out, file, strlen(file));
    qiao_buffer_printf(&out, ",\"line\":%llu", (unsigned long long)line);
    if (r != NULL) {
        qiao_buffer_text(&out, ",\"id\":");
        qiao_buffer_json_string(&out, r->id, strlen(r->id));
        qiao_buffer_printf(&out, ",\"completeness\":%.3f,\"missing\":[", (double)complete / 1e6);
        for (size_t i = 0; i < path_count; i++)
            qiao_buffer_printf(&out, "%s\"%s\"", i > 0 ? "," : "", paths[i]);
        qiao_buffer_char(&out, ']');
    }
    qiao_buffer_printf(&out, ",\"refused\":%s,\"issues\":[", r == NULL ? "true" : "false");
    for (size_t i = 0; complaints != NULL && i < complaints->count; i++) {
        qiao_buffer_text(&out, i > 0 ? ",{" : "{");
        qiaoi_issue_write_json(&complaints->items[i], &out);
        qiao_buffer_printf(&out, ",\"fatal\":%s}", complaints->items[i].fatal ? "true" : "false");
    }
    qiao_buffer_char(&out, ']');
    if (review->length > 0) {
        qiao_buffer_text(&out, ",\"review\":");
        qiao_buffer_append(&out, review->data, review->length);
    }
    qiao_buffer_text(&out, "}\n");
    if (!out.failed)
        fputs(out.data, stdout);
    qiao_buffer_done(&out);
}

static void
print_record(uint64_t line, const qiao_record *r, int32_t complete, const char *const *paths, size_t path_count)
{
    printf(qiao_say("  line %llu"), (unsigned long long)line);
    printf(qiao_say(", %s: %.0f%% complete; missing:"), r->id, (double)complete / 1e4);
    for (size_t i = 0; i < path_count; i++)
        printf("%s %s", i > 0 ? "," : "", paths[i]);
    fputs(path_count == 0 ? qiao_say(" nothing\n") : "\n", stdout);
}

/* Findings of a review, a line each. */
static void
print_review(const qiao_buffer *review)
{
    cJSON *tree = cJSON_ParseWithLength(review->data, review->length);
    const cJSON *findings = cJSON_GetObjectItemCaseSensitive(tree, "findings"), *item;

    cJSON_ArrayForEach(item, findings)
    {
        const cJSON *text = cJSON_GetObjectItemCaseSensitive(item,
                                                             qiao_console_language() == QIAO_LANGUAGE_ZH ? "zh" : "en"),
                    *sharpens = cJSON_GetObjectItemCaseSensitive(item, "sharpens");

        printf("    - %s", cJSON_IsString(text) ? text->valuestring : "");
        if (cJSON_IsNumber(sharpens))
            printf(qiao_say(" (known of %d of the best candidates)"), sharpens->valueint);
        putchar('\n');
    }
    cJSON_Delete(tree);
}

static qiao_status
review_record(checker *c, const qiao_record *record, qiao_buffer *out, qiao_error *err)
{
    const qiao_match_request request = {.kind = record->kind, .record = record};

    return qiao_review_json(&c->tables, c->matcher, &request, out, err);
}

static void
check_record(checker *c, const char *file, uint64_t line, const qiaoi_parsed *parsed, const qiao_buffer *review)
{
    const qiao_record *r = parsed->record;
    const char *paths[PATHS_MAX];
    size_t n = 0;
    int32_t complete = r == NULL ? 0 : qiao_record_completeness(r, paths, PATHS_MAX, &n);

    for (size_t i = 0; i < n; i++)
        count_missing(c, r->kind, paths[i]);
    if (r != NULL) {
        c->completeness[r->kind] += (uint64_t)complete;
        c->kinds[r->kind]++;
    }
    c->refused += r == NULL ? 1 : 0;
    c->warned += r != NULL && parsed->complaints != NULL ? parsed->complaints->total : 0;
    if (c->json)
        print_record_json(file, line, r, complete, paths, n, parsed->complaints, review);
    for (size_t i = 0; !c->json && parsed->complaints != NULL && i < parsed->complaints->count; i++)
        qiaoi_issue_print(line, &parsed->complaints->items[i], stdout);
    if (!c->json && (c->each || c->review) && r != NULL)
        print_record(line, r, complete, paths, n);
    if (!c->json && review->length > 0)
        print_review(review);
}

static qiao_status
check_item(checker *c, const char *file, qiaoi_batch *batch, size_t i, qiao_error *err)
{
    const qiaoi_item *item = &batch->items[i];
    qiaoi_complaints *complaints;
    qiao_buffer review = {0};
    qiao_status status = QIAO_OK;

    c->read++;
    if (batch->parsed[i].status == QIAO_E_NOMEM)
        return qiao_fail_memory(err);
    if (item->fault) {
        complaints = qiao_calloc(1, sizeof *complaints + sizeof complaints->items[0]);
        if (complaints == NULL)
            return qiao_fail_memory(err);
        complaints->count = complaints->total = 1;
        complaints->items[0] = item->issue;
        batch->parsed[i].complaints = complaints;
    }
    if (c->review && batch->parsed[i].record != NULL)
        status = review_record(c, batch->parsed[i].record, &review, err);
    if (status == QIAO_OK)
        check_record(c, file, item->line, &batch->parsed[i], &review);
    qiao_buffer_done(&review);
    return status;
}

static qiao_status
check_items(checker *c, const char *file, qiaoi_reader *reader, qiaoi_pool *pool, qiao_error *err)
{
    qiao_status reading = QIAO_OK, status = QIAO_OK;
    qiao_error fault = QIAO_ERROR_INIT;

    while (reading == QIAO_OK && status == QIAO_OK) {
        qiaoi_batch *batch = qiaoi_pool_idle(pool);

        while (reading == QIAO_OK && batch->count < QIAOI_BATCH_ITEMS && batch->bytes.length < QIAOI_BATCH_BYTES) {
            reading = qiaoi_reader_next(reader, &batch->bytes, &batch->items[batch->count], &fault);
            batch->count += reading == QIAO_OK ? 1 : 0;
        }
        qiaoi_pool_submit(pool);
        qiaoi_pool_take(pool);
        for (size_t i = 0; status == QIAO_OK && i < batch->count; i++)
            status = check_item(c, file, batch, i, err);
        qiaoi_pool_give_back(pool);
    }
    if (status == QIAO_OK && reading != QIAO_E_NOTFOUND) {
        *err = fault;
        return reading;
    }
    return status;
}

static qiao_status
check_file(checker *c, const char *file, qiao_error *err)
{
    qiaoi_parse_job job = {.vocabulary = c->vocabulary, .map = c->options.map, .source = c->options.source};
    qiaoi_reader *reader = NULL;
    qiaoi_pool *pool = NULL;
    qiao_status status = qiaoi_reader_open(file, &c->options.reader, &reader, err);

    if (status == QIAO_OK) {
        job.rows = qiaoi_reader_rows(reader);
        if (!c->json)
            printf("%s\n", file);
        status = qiaoi_pool_new(0, &job, &pool, err);
    }
    if (status == QIAO_OK)
        status = check_items(c, file, reader, pool, err);
    qiaoi_pool_free(pool);
    qiaoi_reader_close(reader);
    return status;
}

static void
print_missing(const checker *c, qiao_kind kind)
{
    if (c->kinds[kind] == 0)
        return;
    printf(kind == QIAO_PROJECT ? qiao_say("%llu projects, %.0f%% complete on average; missing:")
                                : qiao_say("%llu needs, %.0f%% complete on average; missing:"),
           (unsigned long long)c->kinds[kind], (double)c->completeness[kind] / (double)c->kinds[kind] / 1e4);
    for (size_t i = 0; i < c->missing_count[kind]; i++)
        printf("%s %s %llu", i > 0 ? "," : "", c->missing[kind][i].path, (unsigned long long)c->missing[kind][i].count);
    putchar('\n');
}

/* What reviews need: tables, and with a data folder the generation that is served from it. */
static qiao_status
open_review(checker *c, const char *data_dir, qiao_error *err)
{
    uint64_t number = 0;
    qiao_status status = qiao_tables_open(&(qiao_tables_options){.data_dir = data_dir}, &c->tables, err);

    if (status == QIAO_OK && data_dir != NULL)
        status = qiao_catalog_current(data_dir, &number, err);
    if (status == QIAO_OK && data_dir != NULL)
        status = qiao_generation_open(data_dir, number, &c->generation, err);
    if (status == QIAO_OK && data_dir != NULL)
        status = qiao_matcher_new(c->generation, &c->tables, &c->matcher, err);
    return status;
}

static void
close_review(checker *c)
{
    qiao_matcher_free(c->matcher);
    qiao_generation_close(c->generation);
    qiao_tables_close(&c->tables);
}

static int
check_files(checker *c, char **files, size_t count)
{
    bool failed = false, damaged = false;
    qiao_error err = QIAO_ERROR_INIT;

    if (qiao_vocabulary_open(NULL, &c->vocabulary, &err) != QIAO_OK)
        return qiao_console_fail(&err);
    for (size_t i = 0; i < count; i++) {
        qiao_status status = check_file(c, files[i], &err);

        damaged = damaged || status == QIAO_E_INPUT || status == QIAO_E_LIMIT;
        failed = failed || (status != QIAO_OK && status != QIAO_E_INPUT && status != QIAO_E_LIMIT);
        if (status != QIAO_OK)
            qiao_console_fail(&err);
    }
    qiao_vocabulary_close(c->vocabulary);
    if (!c->json) {
        printf(qiao_say("%llu records checked: %llu refused, %llu warnings\n"), (unsigned long long)c->read,
               (unsigned long long)c->refused, (unsigned long long)c->warned);
        print_missing(c, QIAO_PROJECT);
        print_missing(c, QIAO_NEED);
    }
    return failed ? QIAO_EXIT_FAILED : damaged || c->refused > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}

/* ---- feed maps ---- */

typedef struct map_report {
    const char *path;
    bool json;
    size_t fatal, count;
} map_report;

static void
tell_mistake(void *context, const char *pointer, const qiao_error *mistake, bool fatal)
{
    map_report *r = context;
    bool zh = qiao_console_language() == QIAO_LANGUAGE_ZH;
    qiao_buffer line = {.limit = 0};

    r->count++;
    r->fatal += fatal ? 1 : 0;
    if (!r->json) {
        printf("%s: %s: %s\n", r->path, *pointer != '\0' ? pointer : "/", zh ? mistake->message_zh : mistake->message);
        return;
    }
    qiao_buffer_text(&line, "{\"pointer\":");
    qiao_buffer_json_string(&line, pointer, strlen(pointer));
    qiao_buffer_text(&line, ",\"reason\":");
    qiao_buffer_json_string(&line, mistake->message, strlen(mistake->message));
    qiao_buffer_text(&line, ",\"reason_zh\":");
    qiao_buffer_json_string(&line, mistake->message_zh, strlen(mistake->message_zh));
    qiao_buffer_printf(&line, ",\"fatal\":%s}", fatal ? "true" : "false");
    puts(line.data != NULL ? line.data : "");
    qiao_buffer_done(&line);
}

/* lint --map without files: only the map. */
static int
check_map(const char *path, bool json)
{
    map_report report = {.path = path, .json = json};
    qiao_vocabulary *vocabulary = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = qiao_vocabulary_open(NULL, &vocabulary, &err);

    if (status == QIAO_OK)
        status = qiaoi_map_lint(path, vocabulary, tell_mistake, &report, &err);
    qiao_vocabulary_close(vocabulary);
    if (status != QIAO_OK)
        return qiao_console_fail(&err);
    if (report.count == 0 && !json)
        printf(qiao_say("%s is sound\n"), path);
    return report.fatal > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}

int
qiao_command_lint(int argc, char **argv)
{
    checker c = {.read = 0};
    const char *map_path = NULL, *format = NULL, *encoding = NULL, *data_dir = NULL;
    const qiao_option options[] = {
        {"map", QIAO_OPTION_TEXT, &map_path, "FEED.json", "feed map: which source field becomes which record field",
         false},
        {"source", QIAO_OPTION_TEXT, &c.options.source, "NAME", "source of the records; put before ids that name none",
         false},
        {"format", QIAO_OPTION_TEXT, &format, "FORMAT",
         "ndjson, json, csv, tsv, xml, xlsx or zip; otherwise found by name, then content", false},
        {"encoding", QIAO_OPTION_TEXT, &encoding, "NAME", "utf-8 or gb18030, for csv and tsv; otherwise found out",
         false},
        {"each", QIAO_OPTION_FLAG, &c.each, NULL, "completeness and missing fields of every record", false},
        {"review", QIAO_OPTION_FLAG, &c.review, NULL, "what to mend before a record is published", false},
        {"data", QIAO_OPTION_TEXT, &data_dir, "DIR",
         "data folder: reviews tell what each missing fact would be good for among its records", false},
        {"json", QIAO_OPTION_FLAG, &c.json, NULL, "a JSON object a record", false},
    };
    const qiao_usage usage = {
        .command = "lint",
        .operands = "FILE...",
        .help = "Checks record files without importing them: what would be refused and why, what is missing.\n"
                "With --map and no file, the feed map alone.",
        .options = options,
        .option_count = sizeof options / sizeof options[0],
        .least = 0,
        .most = 100000};
    qiaoi_map *map = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    if ((format != NULL && !qiaoi_format_named(format, &c.options.reader.format)) ||
        (encoding != NULL && !qiaoi_encoding_named(encoding, &c.options.reader.encoding))) {
        fprintf(stderr, qiao_say("see: qiao-indexer %s --help\n"), "lint");
        return QIAO_EXIT_USAGE;
    }
    if (map_path != NULL && first == argc)
        return check_map(map_path, c.json);
    if (first == argc) {
        fprintf(stderr, qiao_say("qiao-indexer: %s is missing\n"), "FILE");
        return QIAO_EXIT_USAGE;
    }
    if (map_path != NULL && qiaoi_map_load(map_path, &map, &err) != QIAO_OK)
        return qiao_console_fail(&err);
    c.options.reader.column = qiaoi_map_column;
    if (map != NULL)
        qiaoi_map_reader_options(map, &c.options.reader);
    c.options.map = map;
    c.review = c.review || data_dir != NULL;
    if (c.review && open_review(&c, data_dir, &err) != QIAO_OK)
        code = qiao_console_fail(&err);
    else
        code = check_files(&c, argv + first, (size_t)(argc - first));
    close_review(&c);
    qiaoi_map_free(map);
    return code;
}
