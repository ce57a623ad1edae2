/* qiao-indexer harvest: the command line around harvest/harvest.c. */
#include "commands.h"
#include "feed_health.h"
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
    const char *data, *url, *source, *header_file, *query_file, *contact, *check, *proxy, *ca_file;
    qiao_option_texts feeds, presets;
    uint64_t page_bytes, pages, records, seconds, per_host, drop, stall;
    bool allow_private, full, shared, unrecorded, dry_run, replay, json, quiet;
    char started[21];
} arguments;

/* Everything that the options lead to. */
typedef struct feed {
    char path[QIAOI_PRESET_PATH];
    qiaoi_map *map;
    qiaoi_plan plan;
    qiao_buffer secrets, query; /* lines of the files, each with its NUL */
    const char *headers[QIAOI_PLAN_HEADERS];
    size_t header_count;
    char from[300]; /* From: CONTACT */
    char source[65];
} feed;

/* number: among the feeds, then the presets, in the order of the command line. */
static qiao_status
find_feed(const arguments *a, size_t number, feed *f, qiao_error *err)
{
    if (a->check == NULL && number >= a->feeds.count)
        return qiaoi_preset_path(a->presets.items[number - a->feeds.count], f->path, err);
    snprintf(f->path, sizeof f->path, "%.4000s", a->check != NULL ? a->check : a->feeds.items[number]);
    return QIAO_OK;
}

/* Cuts the text at its line ends; each line that is not empty goes to add. false where add wants no more. */
static bool
each_line(qiao_buffer *text, char wanted, const char **lines, size_t *count)
{
    qiao_buffer_char(text, '\0');
    for (char *line = text->failed ? NULL : text->data; line != NULL && *line != '\0';) {
        size_t n = strcspn(line, "\r\n");
        char *next = line + n + strspn(line + n, "\r\n");

        line[n] = '\0';
        if (n > 0 && (strchr(line, wanted) == NULL || *count == QIAOI_PLAN_HEADERS))
            return false;
        if (n > 0)
            lines[(*count)++] = line;
        line = next;
    }
    return !text->failed;
}

/* Lines "Name: value", such as Authorization, and "name=value", parameters of the address. */
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
    if (status == QIAO_OK && a->query_file != NULL)
        status = qiao_file_read(a->query_file, SECRETS_MAX, &f->query, err);
    if (status == QIAO_OK && f->secrets.length > 0 && !each_line(&f->secrets, ':', f->headers, &f->header_count))
        return qiao_fail(err, QIAO_E_INPUT, "%s must hold at most 16 lines \"Name: value\"", a->header_file);
    if (status == QIAO_OK && f->query.length > 0 && !each_line(&f->query, '=', f->plan.secrets, &f->plan.secret_count))
        return qiao_fail(err, QIAO_E_INPUT, "%s must hold at most 16 lines \"name=value\"", a->query_file);
    return status;
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
open_feed(const arguments *a, size_t number, feed *f, qiao_error *err)
{
    qiao_status status = find_feed(a, number, f, err);

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
    qiao_buffer_done(&f->query);
}

/* "" stands for the proxies that libcurl finds there; NULL where none is named. */
static const char *
proxy_of_environment(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0')
            return "";
    }
    return NULL;
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

/* whole: the page is not cut behind what was fetched of it. */
static qiao_status
show_items(const feed *f, qiaoi_reader *reader, bool whole, qiao_error *err)
{
    qiao_buffer bytes = {.limit = 0};
    unmapped names = {.count = 0};
    qiaoi_item item;
    qiao_status status = QIAO_OK;
    int shown = 0;

    while (status == QIAO_OK && shown < SHOWN) {
        qiao_buffer_clear(&bytes);
        status = qiaoi_reader_next(reader, &bytes, &item, err);
        if (status == QIAO_OK && !item.fault)
            status = show_item(f, qiaoi_reader_rows(reader), bytes.data + item.text, item.text_length, &names, err);
        shown += status == QIAO_OK ? 1 : 0;
    }
    for (size_t i = 0; i < names.count; i++)
        printf(qiao_say("not mapped: %s\n"), names.names[i]);
    qiao_buffer_done(&bytes);
    return status == QIAO_E_NOTFOUND || (status == QIAO_E_INPUT && !whole && shown > 0) ? QIAO_OK : status;
}

static qiao_status
look(const qiaoi_harvest_run *run, const feed *f, const qiaoi_harvest_options *options, qiao_error *err)
{
    char path[QIAOI_ARCHIVE_PATH], folder[QIAOI_ARCHIVE_PATH];
    qiaoi_reader *reader = NULL;
    bool whole = true;
    qiao_status status;

    snprintf(folder, sizeof folder, "%.3900s/archive/%.64s", run->data_dir, options->source);
    qiaoi_archive_path(run->data_dir, options->source, "look", 0, ".tmp", path);
    status = qiao_file_make_directories(folder, err);
    if (status == QIAO_OK)
        status = qiaoi_harvest_look(run, options, path, &whole, err);
    if (status == QIAO_OK)
        status = qiaoi_reader_open(path, &options->reader, &reader, err);
    if (status == QIAO_OK)
        status = show_items(f, reader, whole, err);
    qiaoi_reader_close(reader);
    (void)remove(path); /* may be absent */
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
write_json(const feed *f, const qiaoi_harvest_report *r, qiao_buffer *out)
{
    qiao_buffer_printf(
        out,
        "{\"source\":\"%s\",\"pages\":%llu,\"requests\":%llu,\"read\":%llu,\"new\":%llu,\"changed\":%llu,"
        "\"unchanged\":%llu,\"refused\":%llu,\"withdrawn\":%llu,\"vanished\":%llu,\"dropped\":%llu,\"not_modified\":%s,"
        "\"complete\":%s,\"status\":\"%s\",\"seconds\":%.3f}\n",
        f->source, (unsigned long long)r->pages, (unsigned long long)r->requests, (unsigned long long)r->read,
        (unsigned long long)r->fresh, (unsigned long long)r->changed, (unsigned long long)r->unchanged,
        (unsigned long long)r->refused, (unsigned long long)r->withdrawn, (unsigned long long)r->vanished,
        (unsigned long long)r->dropped, r->not_modified ? "true" : "false", r->complete ? "true" : "false",
        qiao_status_token(r->error.status), r->seconds);
}

static void
print_json(const feed *f, const qiaoi_harvest_report *r)
{
    qiao_buffer text = {0};

    write_json(f, r, &text);
    if (!text.failed)
        fputs(text.data, stdout);
    qiao_buffer_done(&text);
}

/* For whoever watches the feeds; a disk that is full or a folder that is not ours does not make the harvest one that
 * failed, but is told. */
static void
keep_health(const arguments *a, const feed *f, const qiaoi_harvest_report *r, int exit_code)
{
    qiao_buffer text = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const char *message = r->error.status == QIAO_OK ? NULL : qiao_error_message(&r->error, qiao_console_language());

    if (a->replay || a->unrecorded)
        return;
    write_json(f, r, &text);
    if (!text.failed &&
        qiaoi_feed_health_write(a->data, f->source, a->started, exit_code, message, text.data, &err) != QIAO_OK)
        (void)qiao_console_fail(&err);
    qiao_buffer_done(&text);
}

static void
print_report(const arguments *a, const feed *f, const qiaoi_harvest_report *r)
{
    char read[32], fresh[32], changed[32], unchanged[32], refused[32], withdrawn[32];

    if (a->json) {
        print_json(f, r);
        return;
    }
    if (r->not_modified) {
        printf(qiao_say("%s: nothing changed since the last harvest\n"), f->source);
        return;
    }
    printf(qiao_say("%s: %llu pages by %llu requests, %s records: %s new, %s changed, %s unchanged, %s refused, "
                    "%s withdrawn\n"),
           f->source, (unsigned long long)r->pages, (unsigned long long)r->requests, qiao_console_number(r->read, read),
           qiao_console_number(r->fresh, fresh), qiao_console_number(r->changed, changed),
           qiao_console_number(r->unchanged, unchanged), qiao_console_number(r->refused, refused),
           qiao_console_number(r->withdrawn, withdrawn));
    if (r->vanished > 0)
        printf(qiao_say("  %llu records are not in the list any more, %llu of them were removed\n"),
               (unsigned long long)r->vanished, (unsigned long long)r->dropped);
    if (r->vanished > 0 && r->refused > 0)
        fputs(qiao_say("  none is removed while records of the list are refused: mend those first\n"), stdout);
    if (!r->complete && r->error.status == QIAO_OK)
        fputs(qiao_say("not complete: the next harvest goes on at the next page\n"), stdout);
}

/* The worst of the sources: failed, refused by a safety rule, records refused. */
static int
report_all(const arguments *a, const feed *feeds, const qiaoi_harvest_report *reports, size_t count)
{
    int code = QIAO_EXIT_DONE;

    for (size_t i = 0; i < count; i++) {
        const qiaoi_harvest_report *r = &reports[i];
        int own = r->error.status != QIAO_OK ? qiao_exit_code(r->error.status)
                  : r->refused > 0           ? QIAO_EXIT_REJECTED
                                             : QIAO_EXIT_DONE;

        print_report(a, &feeds[i], r);
        if (r->error.status != QIAO_OK) {
            fflush(stdout);
            own = qiao_console_fail(&r->error);
        }
        keep_health(a, &feeds[i], r, own);
        if (own != QIAO_EXIT_DONE && (code == QIAO_EXIT_DONE || own == QIAO_EXIT_FAILED ||
                                      (own == QIAO_EXIT_REFUSED && code == QIAO_EXIT_REJECTED)))
            code = own;
    }
    fflush(stdout);
    return code;
}

static qiaoi_harvest_run
run_of(const arguments *a, const char *user_agent, qiao_progress *progress)
{
    const char *seed = getenv("QIAO_HARVEST_SEED"); /* for tests: pauses without chance */

    return (qiaoi_harvest_run){.data_dir = a->data,
                               .allow_private = a->allow_private,
                               .shared = a->shared,
                               .full = a->full,
                               .per_host = (unsigned)(a->per_host > 64 ? 64 : a->per_host),
                               .drop = (unsigned)(a->drop > 100 ? 100 : a->drop),
                               .page_bytes = a->page_bytes,
                               .pages = a->pages,
                               .records = a->records,
                               .seconds = a->seconds,
                               .stall_seconds = (uint32_t)(a->stall > 86400 ? 86400 : a->stall),
                               .seed = seed != NULL ? strtoull(seed, NULL, 10) : 0,
                               .proxy = a->proxy != NULL ? a->proxy : proxy_of_environment(),
                               .user_agent = user_agent,
                               .ca_file = a->ca_file,
                               .progress = on_progress,
                               .progress_context = progress};
}

static int
run(const arguments *a, const feed *feeds, size_t count)
{
    qiaoi_harvest_report *reports = qiao_calloc(count, sizeof *reports);
    qiaoi_harvest_options options[QIAOI_HARVEST_SOURCES_MAX] = {{.source = NULL}};
    char user_agent[320];
    qiao_progress progress;
    qiaoi_harvest_run all;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = reports == NULL ? qiao_fail_memory(&err) : QIAO_OK;
    int code;

    snprintf(user_agent, sizeof user_agent, a->contact != NULL ? "qiao/%s (%.200s)" : "qiao/%s", QIAO_VERSION,
             a->contact);
    all = run_of(a, user_agent, &progress);
    for (size_t i = 0; i < count; i++) {
        options[i] = (qiaoi_harvest_options){.source = feeds[i].source,
                                             .map = feeds[i].map,
                                             .plan = &feeds[i].plan,
                                             .headers = feeds[i].headers,
                                             .header_count = feeds[i].header_count};
        qiaoi_map_reader_options(feeds[i].map, &options[i].reader);
    }
    if (a->dry_run) {
        for (size_t i = 0; status == QIAO_OK && i < count; i++)
            status = look(&all, &feeds[i], &options[i], &err);
        qiao_free(reports);
        return status == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
    }
    qiao_progress_start(&progress, count == 1 ? feeds[0].source : qiao_say("harvest"), a->json || a->quiet);
    for (size_t i = 0; status == QIAO_OK && a->replay && i < count; i++) {
        status = qiaoi_harvest_replay(&all, &options[i], &reports[i], &err);
        reports[i].error = err;
    }
    if (status == QIAO_OK && !a->replay)
        status = qiaoi_harvest(&all, options, count, reports, &err);
    qiao_progress_end(&progress);
    code = reports == NULL ? qiao_console_fail(&err) : report_all(a, feeds, reports, count);
    if (code == QIAO_EXIT_DONE && status != QIAO_OK) /* none could begin */
        code = qiao_console_fail(&err);
    qiao_free(reports);
    return code;
}

static int
check(feed *f, const arguments *a)
{
    qiao_error err = QIAO_ERROR_INIT;

    if (open_feed(a, 0, f, &err) != QIAO_OK)
        return qiao_console_fail(&err);
    printf(qiao_say("%s is sound\n"), f->path);
    return QIAO_EXIT_DONE;
}

/* Two feeds of one name would overwrite each other's records and state. */
static qiao_status
check_names(const feed *feeds, size_t count, qiao_error *err)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(feeds[i].source, feeds[j].source) == 0)
                return qiao_fail(err, QIAO_E_USAGE, "two feeds have the name \"%.64s\"", feeds[i].source);
        }
    }
    return QIAO_OK;
}

static int
harvest(const arguments *a)
{
    size_t count = a->check != NULL ? 1 : a->feeds.count + a->presets.count;
    feed *feeds = qiao_calloc(count, sizeof *feeds);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = feeds == NULL ? qiao_fail_memory(&err) : QIAO_OK;
    int code;

    for (size_t i = 0; status == QIAO_OK && a->check == NULL && i < count; i++)
        status = open_feed(a, i, &feeds[i], &err);
    if (status == QIAO_OK)
        status = check_names(feeds, a->check != NULL ? 0 : count, &err);
    code = status != QIAO_OK ? qiao_console_fail(&err) : a->check != NULL ? check(feeds, a) : run(a, feeds, count);
    for (size_t i = 0; feeds != NULL && i < count; i++)
        close_feed(&feeds[i]);
    qiao_free(feeds);
    return code;
}

/* Without --data or feeds there is nothing to do; what belongs to one source must not go to another's host. */
static bool
is_usable(const arguments *a)
{
    size_t count = a->feeds.count + a->presets.count;

    if (a->check != NULL)
        return true;
    if (a->data == NULL || count == 0) {
        fputs(qiao_say("qiao-indexer: harvest needs --data, and --feed or --preset\n"), stderr);
        return false;
    }
    if (count > 1 && (a->url != NULL || a->source != NULL || a->header_file != NULL || a->query_file != NULL)) {
        fputs(qiao_say("qiao-indexer: --url, --source, --header-file and --query-file go with one feed only\n"),
              stderr);
        return false;
    }
    if (count > QIAOI_HARVEST_SOURCES_MAX) {
        fprintf(stderr, qiao_say("qiao-indexer: too many arguments; wanted: %s\n"), "64");
        return false;
    }
    return true;
}

int
qiao_command_harvest(int argc, char **argv)
{
    arguments a = {.drop = QIAOI_SWEEP_DROP};
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &a.data, "DIR", "data folder; made where it is not there", false},
        {"feed", QIAO_OPTION_MANY, &a.feeds, "FEED.json",
         "feed map with the part \"harvest\"; several are harvested at a time", false},
        {"preset", QIAO_OPTION_MANY, &a.presets, "NAME", "a feed map that comes with qiao: oai_dc, hal, osti ...",
         false},
        {"per-host", QIAO_OPTION_NUMBER, &a.per_host, "N", "requests to one host at a time (1)", false},
        {"max-drop", QIAO_OPTION_NUMBER, &a.drop, "PERCENT", "records of a source that may vanish at once (20)", false},
        {"max-time", QIAO_OPTION_NUMBER, &a.seconds, "SECONDS", "of this run, to the end of a page", false},
        {"max-stall", QIAO_OPTION_NUMBER, &a.stall, "SECONDS",
         "given up when the source sends nothing for so long (30)", false},
        {"query-file", QIAO_OPTION_TEXT, &a.query_file, "FILE",
         "lines \"name=value\" to add to the address, such as credentials", false},
        {"proxy", QIAO_OPTION_TEXT, &a.proxy, "URL", "proxy to go through; otherwise that of the environment", false},
        {"ca-file", QIAO_OPTION_TEXT, &a.ca_file, "FILE", "certificates to trust in place of the system's", false},
        {"url", QIAO_OPTION_TEXT, &a.url, "URL", "address of the source, in place of the one in the map", false},
        {"source", QIAO_OPTION_TEXT, &a.source, "NAME", "source of the records; otherwise the name of the map", false},
        {"allow-private", QIAO_OPTION_FLAG, &a.allow_private, NULL, "addresses of your own network may be asked",
         false},
        {"shared", QIAO_OPTION_FLAG, &a.shared, NULL, "other harvests run beside this one: wait for them", false},
        {"unrecorded", QIAO_OPTION_FLAG, &a.unrecorded, NULL,
         "leave no word of this run for whoever watches the feeds; a night tells of it itself", false},
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
        .help = "Fetches the records of sources page by page into the source store. A harvest that was killed goes on "
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
    if (!is_usable(&a))
        return QIAO_EXIT_USAGE;
    qiao_clock_utc(a.started);
    return harvest(&a);
}
