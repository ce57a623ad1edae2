/* qiao-indexer harvest: the command line around harvest/harvest.c. */
#include "commands.h"
#include "harvest/archive.h"
#include "harvest/harvest.h"
#include "preset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 10     /* records of a dry run */
#define UNMAPPED 100 /* members of the source that a dry run names */
#define SECRETS_MAX ((size_t)64 << 10)

typedef struct arguments {
    const char *data, *feed, *preset, *url, *source, *header_file, *contact, *check;
    uint64_t page_bytes, pages, records;
    bool allow_private, full, shared, dry_run, replay, json, quiet;
} arguments;

/* Everything that the options lead to. */
typedef struct feed {
    char path[QIAOI_PRESET_PATH];
    qiaoi_map *map;
    qiaoi_plan plan;
    qiao_buffer secrets; /* lines of the header file, each with its NUL */
    const char *headers[QIAOI_PLAN_HEADERS];
    size_t header_count;
    char from[300]; /* From: CONTACT */
    char source[65];
} feed;

static qiao_status
find_feed(const arguments *a, feed *f, qiao_error *err)
{
    if (a->preset != NULL)
        return qiaoi_preset_path(a->preset, f->path, err);
    snprintf(f->path, sizeof f->path, "%.4000s", a->check != NULL ? a->check : a->feed);
    return QIAO_OK;
}

/* Lines "Name: value", such as Authorization. */
static qiao_status
read_secrets(const arguments *a, feed *f, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    if (a->contact != NULL) {
        snprintf(f->from, sizeof f->from, "From: %.280s", a->contact);
        f->headers[f->header_count++] = f->from;
    }
    if (a->header_file != NULL)
        status = qiao_file_read(a->header_file, SECRETS_MAX, &f->secrets, err);
    if (status != QIAO_OK || f->secrets.length == 0)
        return status;
    qiao_buffer_char(&f->secrets, '\0');
    if (f->secrets.failed)
        return qiao_fail_memory(err);
    for (char *line = f->secrets.data; *line != '\0';) {
        size_t n = strcspn(line, "\r\n");
        char *next = line + n + strspn(line + n, "\r\n");

        line[n] = '\0';
        if (n > 0 && (strchr(line, ':') == NULL || f->header_count == QIAOI_PLAN_HEADERS))
            return qiao_fail(err, QIAO_E_INPUT, "%s must hold at most 16 lines \"Name: value\"", a->header_file);
        if (n > 0)
            f->headers[f->header_count++] = line;
        line = next;
    }
    return QIAO_OK;
}

static qiao_status
name_source(const arguments *a, feed *f, qiao_error *err)
{
    const char *base = strrchr(f->path, '/') != NULL ? strrchr(f->path, '/') + 1 : f->path;
    const char *name = a->source;

    char own[sizeof f->source];

    snprintf(own, sizeof own, "%.*s", (int)strcspn(base, "."), base);
    if (name == NULL)
        name = own;
    if (*name == '\0' || strlen(name) > 64 || strpbrk(name, ": \t\n/") != NULL || name[0] == '.')
        return qiao_fail(err, QIAO_E_USAGE,
                         "source \"%.80s\": must be 1 to 64 bytes without colons, slashes and spaces", name);
    snprintf(f->source, sizeof f->source, "%.64s", name);
    return QIAO_OK;
}

static qiao_status
open_feed(const arguments *a, feed *f, qiao_error *err)
{
    qiao_status status = find_feed(a, f, err);

    if (status == QIAO_OK)
        status = qiaoi_map_load(f->path, &f->map, err);
    if (status == QIAO_OK)
        status = qiaoi_plan_read(f->map, f->path, &f->plan, err);
    if (status == QIAO_OK && a->check == NULL)
        status = name_source(a, f, err);
    if (status == QIAO_OK)
        status = read_secrets(a, f, err);
    if (status != QIAO_OK)
        return status;
    if (a->url != NULL)
        f->plan.url = a->url;
    if (f->plan.url == NULL && a->check == NULL && !a->replay)
        return qiao_fail(err, QIAO_E_USAGE, "%s names no url: give one with --url", f->path);
    return QIAO_OK;
}

static void
close_feed(feed *f)
{
    qiaoi_map_free(f->map);
    qiao_buffer_done(&f->secrets);
}

/* ---- dry run ---- */

typedef struct unmapped {
    char names[UNMAPPED][96];
    size_t count;
} unmapped;

static void
note_unmapped(const feed *f, const cJSON *object, unmapped *names)
{
    for (const cJSON *member = object == NULL ? NULL : object->child; member != NULL; member = member->next) {
        size_t i = 0;

        if (member->string == NULL || qiaoi_map_reads(f->map, member->string))
            continue;
        while (i < names->count && strncmp(names->names[i], member->string, sizeof names->names[i] - 1) != 0)
            i++;
        if (i == names->count && i < UNMAPPED)
            snprintf(names->names[names->count++], sizeof names->names[0], "%.95s", member->string);
    }
}

static qiao_status
show_item(const feed *f, bool rows, const char *json, size_t length, unmapped *names, qiao_error *err)
{
    qiao_buffer record = {.limit = 0};
    cJSON *source;
    qiao_status status = qiaoi_map_apply(f->map, rows, f->source, json, length, &record, err);

    if (status == QIAO_OK) {
        printf("%.*s\n", (int)record.length, record.data);
        source = cJSON_ParseWithLength(json, length);
        note_unmapped(f, source, names);
        cJSON_Delete(source);
    }
    qiao_buffer_done(&record);
    return status;
}

static qiao_status
show_items(const feed *f, qiaoi_reader *reader, qiao_error *err)
{
    qiao_buffer bytes = {.limit = 0};
    unmapped names = {.count = 0};
    qiaoi_item item;
    qiao_status status = QIAO_OK;

    for (int shown = 0; status == QIAO_OK && shown < SHOWN; shown++) {
        qiao_buffer_clear(&bytes);
        status = qiaoi_reader_next(reader, &bytes, &item, err);
        if (status == QIAO_OK && !item.fault)
            status = show_item(f, qiaoi_reader_rows(reader), bytes.data + item.text, item.text_length, &names, err);
    }
    for (size_t i = 0; i < names.count; i++)
        printf(qiao_say("not mapped: %s\n"), names.names[i]);
    qiao_buffer_done(&bytes);
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

static qiao_status
dry_run(const feed *f, const qiaoi_harvest_options *options, qiao_error *err)
{
    qiao_buffer page = {.limit = 0};
    qiaoi_reader *reader = NULL;
    char path[QIAOI_ARCHIVE_PATH];
    qiao_status status = qiaoi_harvest_look(options, &page, err);

    qiaoi_archive_path(options->data_dir, options->source, "look", 0, ".tmp", path);
    if (status == QIAO_OK)
        status = qiaoi_archive_write(path, page.data != NULL ? page.data : "", page.length, err);
    if (status == QIAO_OK)
        status = qiaoi_reader_open(path, &options->reader, &reader, err);
    if (status == QIAO_OK)
        status = show_items(f, reader, err);
    qiaoi_reader_close(reader);
    (void)remove(path); /* may be absent */
    qiao_buffer_done(&page);
    return status;
}

/* ---- harvest ---- */

static void
on_progress(void *context, uint64_t pages, uint64_t records)
{
    char number[32], detail[64];

    snprintf(detail, sizeof detail, qiao_say("%s records"), qiao_console_number(records, number));
    qiao_progress_show(context, pages, 0, detail);
}

static void
print_report(const arguments *a, const feed *f, const qiaoi_harvest_report *r)
{
    char read[32], fresh[32], changed[32], unchanged[32], refused[32], withdrawn[32];

    if (a->json) {
        printf("{\"source\":\"%s\",\"pages\":%llu,\"requests\":%llu,\"read\":%llu,\"new\":%llu,\"changed\":%llu,"
               "\"unchanged\":%llu,\"refused\":%llu,\"withdrawn\":%llu,\"complete\":%s,\"seconds\":%.3f}\n",
               f->source, (unsigned long long)r->pages, (unsigned long long)r->requests, (unsigned long long)r->read,
               (unsigned long long)r->fresh, (unsigned long long)r->changed, (unsigned long long)r->unchanged,
               (unsigned long long)r->refused, (unsigned long long)r->withdrawn, r->complete ? "true" : "false",
               r->seconds);
        return;
    }
    printf(qiao_say("%s: %llu pages by %llu requests, %s records: %s new, %s changed, %s unchanged, %s refused, "
                    "%s withdrawn\n"),
           f->source, (unsigned long long)r->pages, (unsigned long long)r->requests, qiao_console_number(r->read, read),
           qiao_console_number(r->fresh, fresh), qiao_console_number(r->changed, changed),
           qiao_console_number(r->unchanged, unchanged), qiao_console_number(r->refused, refused),
           qiao_console_number(r->withdrawn, withdrawn));
    if (!r->complete)
        fputs(qiao_say("not complete: the next harvest goes on at the next page\n"), stdout);
}

static int
run(const arguments *a, feed *f)
{
    qiao_progress progress;
    qiaoi_harvest_report report = {.pages = 0};
    qiaoi_harvest_options options = {.data_dir = a->data,
                                     .source = f->source,
                                     .map = f->map,
                                     .plan = &f->plan,
                                     .allow_private = a->allow_private,
                                     .shared = a->shared,
                                     .full = a->full,
                                     .headers = f->headers,
                                     .header_count = f->header_count,
                                     .page_bytes = a->page_bytes,
                                     .pages = a->pages,
                                     .records = a->records,
                                     .progress = on_progress,
                                     .progress_context = &progress};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status;

    qiaoi_map_reader_options(f->map, &options.reader);
    if (a->dry_run)
        return dry_run(f, &options, &err) == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
    qiao_progress_start(&progress, f->source, a->json || a->quiet);
    status = a->replay ? qiaoi_harvest_replay(&options, &report, &err) : qiaoi_harvest(&options, &report, &err);
    qiao_progress_end(&progress);
    print_report(a, f, &report);
    fflush(stdout);
    if (status != QIAO_OK)
        return qiao_console_fail(&err);
    return report.refused > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}

static int
harvest(const arguments *a)
{
    feed *f = qiao_calloc(1, sizeof *f);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = f == NULL ? qiao_fail_memory(&err) : open_feed(a, f, &err);
    int code;

    if (status != QIAO_OK) {
        code = qiao_console_fail(&err);
    } else if (a->check != NULL) {
        printf(qiao_say("%s is sound\n"), f->path);
        code = QIAO_EXIT_DONE;
    } else {
        code = run(a, f);
    }
    if (f != NULL)
        close_feed(f);
    qiao_free(f);
    return code;
}

int
qiao_command_harvest(int argc, char **argv)
{
    arguments a = {.data = NULL};
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &a.data, "DIR", "data folder; made where it is not there", false},
        {"feed", QIAO_OPTION_TEXT, &a.feed, "FEED.json", "feed map with the part \"harvest\"", false},
        {"preset", QIAO_OPTION_TEXT, &a.preset, "NAME", "a feed map that comes with qiao: oai_dc, hal, osti ...",
         false},
        {"url", QIAO_OPTION_TEXT, &a.url, "URL", "address of the source, in place of the one in the map", false},
        {"source", QIAO_OPTION_TEXT, &a.source, "NAME", "source of the records; otherwise the name of the map", false},
        {"allow-private", QIAO_OPTION_FLAG, &a.allow_private, NULL, "addresses of your own network may be asked",
         false},
        {"shared", QIAO_OPTION_FLAG, &a.shared, NULL, "other harvests run beside this one: wait for them", false},
        {"full", QIAO_OPTION_FLAG, &a.full, NULL, "everything, not only what changed since the last harvest", false},
        {"header-file", QIAO_OPTION_TEXT, &a.header_file, "FILE", "lines \"Name: value\" to send, such as credentials",
         false},
        {"contact", QIAO_OPTION_TEXT, &a.contact, "MAIL", "address at which the source reaches you", false},
        {"max-page", QIAO_OPTION_SIZE, &a.page_bytes, "BYTES", "largest page, unpacked (64M)", false},
        {"max-pages", QIAO_OPTION_NUMBER, &a.pages, "N", "pages of this run; the next one goes on", false},
        {"max-records", QIAO_OPTION_NUMBER, &a.records, "N", "records of this run, to the end of a page", false},
        {"dry-run", QIAO_OPTION_FLAG, &a.dry_run, NULL, "show ten mapped records and what is not mapped", false},
        {"replay", QIAO_OPTION_FLAG, &a.replay, NULL, "import the archived pages again, without the network", false},
        {"check", QIAO_OPTION_TEXT, &a.check, "FEED.json", "only check a feed map", false},
        {"json", QIAO_OPTION_FLAG, &a.json, NULL, "the report as JSON", false},
        {"quiet", QIAO_OPTION_FLAG, &a.quiet, NULL, "no progress", false},
    };
    const qiao_usage usage = {
        .command = "harvest",
        .operands = "",
        .help = "Fetches the records of a source page by page into the source store. A harvest that was killed goes on "
                "where it was.\n"
                "Exit codes: 0 done; 1 failed; 2 usage; 3 done, but records were refused; 4 refused by a safety rule.",
        .options = options,
        .option_count = sizeof options / sizeof options[0],
        .least = 0,
        .most = 0,
    };
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    if (a.check == NULL && (a.data == NULL || (a.feed == NULL) == (a.preset == NULL))) {
        fputs(qiao_say("qiao-indexer: harvest needs --data and either --feed or --preset\n"), stderr);
        return QIAO_EXIT_USAGE;
    }
    return harvest(&a);
}
