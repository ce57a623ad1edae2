/* qiao-indexer import: the command line around import.c. */
#include "commands.h"
#include "import_report.h"
#include "preset.h"
#include "qiao/processors.h"

#include <stdio.h>
#include <string.h>

typedef struct arguments {
    const char *data, *map, *preset, *source, *rejects, *format, *encoding, *sheet;
    uint64_t max_line, threads, drop;
    bool complete, json, quiet;
} arguments;

typedef struct outcome {
    uint64_t read, fresh, changed, unchanged, refused, repeated;
    size_t files, damaged;
    bool failed; /* a file is missing, or the store gave up */
    qiaoi_sweep_report swept;
    bool drop_refused;
    qiao_buffer json;
} outcome;

static void
on_progress(void *context, uint64_t done, uint64_t total, uint64_t records)
{
    char number[32], detail[64];

    snprintf(detail, sizeof detail, qiao_say("%s records"), qiao_console_number(records, number));
    qiao_progress_show(context, done, total, detail);
}

static int
read_reader_options(const arguments *a, qiaoi_reader_options *reader)
{
    if (a->format != NULL && !qiaoi_format_named(a->format, &reader->format)) {
        fprintf(stderr,
                qiao_say("qiao-indexer: --format %s is unknown; write ndjson, json, csv, tsv, xml, xlsx or zip\n"),
                a->format);
        return QIAO_EXIT_USAGE;
    }
    if (a->encoding != NULL && !qiaoi_encoding_named(a->encoding, &reader->encoding)) {
        fprintf(stderr, qiao_say("qiao-indexer: --encoding %s is unknown; write utf-8 or gb18030\n"), a->encoding);
        return QIAO_EXIT_USAGE;
    }
    if (a->source != NULL &&
        (strlen(a->source) == 0 || strlen(a->source) > 64 || strpbrk(a->source, ": \t\n") != NULL)) {
        fprintf(stderr, qiao_say("qiao-indexer: --source \"%s\" must be 1 to 64 bytes without colons and spaces\n"),
                a->source);
        return QIAO_EXIT_USAGE;
    }
    reader->line_limit = (size_t)a->max_line;
    reader->sheet = a->sheet;
    reader->column = qiaoi_map_column;
    if (a->complete && a->source == NULL) {
        fputs(qiao_say("qiao-indexer: --complete needs --source\n"), stderr);
        return QIAO_EXIT_USAGE;
    }
    if (a->preset != NULL && a->map != NULL) {
        fputs(qiao_say("qiao-indexer: either --map or --preset, not both\n"), stderr);
        return QIAO_EXIT_USAGE;
    }
    return -1;
}

static void
add_report(outcome *o, const qiaoi_file_report *report)
{
    o->read += report->read;
    o->fresh += report->fresh;
    o->changed += report->changed;
    o->unchanged += report->unchanged;
    o->refused += report->refused;
    o->repeated += report->repeated;
    if (o->files++ > 0)
        qiao_buffer_char(&o->json, ',');
    qiaoi_report_write_json(report, &o->json);
}

/* What is safe when a file could not be taken to its end. */
static void
say_what_is_safe(const qiaoi_file_report *report)
{
    char number[32];

    if (report->committed > 0)
        fprintf(stderr,
                qiao_say("  %s records of this file are safely in the store; importing it again later skips them\n"),
                qiao_console_number(report->committed, number));
}

/* false where there is no point in going on. */
static bool
import_one(qiaoi_importer *importer, const char *file, const arguments *a, qiao_progress *progress,
           qiaoi_file_report *report, outcome *o)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status;

    qiao_progress_start(progress, file, a->json || a->quiet);
    status = qiaoi_import_file(importer, file, report, &err);
    qiao_progress_end(progress);
    add_report(o, report);
    if (!a->json)
        qiaoi_report_print(report, stdout);
    fflush(stdout);
    if (status == QIAO_OK)
        return true;
    qiao_console_fail(&err);
    say_what_is_safe(report);
    if (status == QIAO_E_INPUT || status == QIAO_E_LIMIT)
        o->damaged++;
    else
        o->failed = true;
    return status == QIAO_E_INPUT || status == QIAO_E_LIMIT || status == QIAO_E_NOTFOUND;
}

static int
exit_of(const outcome *o)
{
    if (o->failed)
        return QIAO_EXIT_FAILED;
    if (o->drop_refused)
        return QIAO_EXIT_REFUSED;
    return o->refused > 0 || o->damaged > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}

static void
print_total(const outcome *o, const arguments *a)
{
    char read[32], fresh[32], changed[32], unchanged[32], refused[32];

    if (a->json)
        printf("{\"files\":[%s],\"total\":{\"read\":%llu,\"new\":%llu,\"changed\":%llu,\"unchanged\":%llu,\"refused\":%"
               "llu,\"repeated\":%llu,"
               "\"vanished\":%llu,\"dropped\":%llu},\"exit\":%d}\n",
               o->json.data != NULL ? o->json.data : "", (unsigned long long)o->read, (unsigned long long)o->fresh,
               (unsigned long long)o->changed, (unsigned long long)o->unchanged, (unsigned long long)o->refused,
               (unsigned long long)o->repeated,
               (unsigned long long)o->swept.vanished, (unsigned long long)o->swept.removed, exit_of(o));
    else if (o->files > 1)
        printf(qiao_say("%zu files: %s records read: %s new, %s changed, %s unchanged, %s refused\n"), o->files,
               qiao_console_number(o->read, read), qiao_console_number(o->fresh, fresh),
               qiao_console_number(o->changed, changed), qiao_console_number(o->unchanged, unchanged),
               qiao_console_number(o->refused, refused));
}

static void
print_swept(const outcome *o, const arguments *a)
{
    if (a->json || o->swept.vanished == 0)
        return;
    printf(qiao_say("  %llu records are not in the list any more, %llu of them were removed\n"),
           (unsigned long long)o->swept.vanished, (unsigned long long)o->swept.removed);
    for (size_t i = 0; i < o->swept.shown_count; i++)
        printf("    %s\n", o->swept.shown[i]);
    if (o->refused > 0)
        fputs(qiao_say("  none is removed while records of the list are refused: mend those first\n"), stdout);
}

/* The files were all that the source has: what they do not hold has vanished. */
static void
sweep(qiaoi_importer *importer, const qiaoi_import_options *options, const arguments *a, outcome *o)
{
    qiaoi_sweep_options sweep = {.source = a->source,
                                 .drop = (unsigned)(a->drop > 100 ? 100 : a->drop),
                                 .fresh = o->fresh,
                                 .refused = o->refused};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store = qiaoi_importer_store(importer);
    qiao_status status = qiaoi_sweep_finish(options->sweep, store, &sweep, &o->swept, &err);

    print_swept(o, a);
    if (status == QIAO_OK)
        status = qiao_source_store_commit(store, &err);
    if (status == QIAO_OK)
        return;
    fflush(stdout);
    qiao_console_fail(&err);
    o->drop_refused = status == QIAO_E_REFUSED;
    o->failed = o->failed || status != QIAO_E_REFUSED;
}

static int
import_files(const qiaoi_import_options *options, qiao_progress *progress, const arguments *a, char **files,
             size_t count)
{
    qiaoi_file_report *report = qiao_alloc(sizeof *report);
    outcome o = {.read = 0};
    qiaoi_importer *importer = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = report == NULL ? qiao_fail_memory(&err) : qiaoi_importer_open(options, &importer, &err);
    bool go_on = status == QIAO_OK;
    int code = go_on ? QIAO_EXIT_DONE : qiao_console_fail(&err);

    for (size_t i = 0; go_on && i < count; i++)
        go_on = import_one(importer, files[i], a, progress, report, &o);
    if (status == QIAO_OK && a->complete && !o.failed && o.damaged == 0)
        sweep(importer, options, a, &o);
    if (status == QIAO_OK) {
        print_total(&o, a);
        code = o.json.failed ? QIAO_EXIT_FAILED : exit_of(&o);
    }
    qiaoi_importer_close(importer);
    qiao_buffer_done(&o.json);
    qiao_free(report);
    return code;
}

static unsigned
default_threads(void)
{
    return qiao_processors() < 2 ? 0 : 2; /* reading and writing take as long as two parsers: more do not help */
}

int
qiao_command_import(int argc, char **argv)
{
    arguments a = {.threads = default_threads(), .drop = QIAOI_SWEEP_DROP};
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &a.data, "DIR", "data folder; made where it is not there", true},
        {"map", QIAO_OPTION_TEXT, &a.map, "FEED.json", "feed map: which source field becomes which record field",
         false},
        {"preset", QIAO_OPTION_TEXT, &a.preset, "NAME", "a feed map that comes with qiao: zh_need_form, cordis ...",
         false},
        {"sheet", QIAO_OPTION_TEXT, &a.sheet, "NAME", "of a workbook; otherwise every sheet whose header is understood",
         false},
        {"source", QIAO_OPTION_TEXT, &a.source, "NAME", "source of the records; put before ids that name none", false},
        {"format", QIAO_OPTION_TEXT, &a.format, "FORMAT",
         "ndjson, json, csv, tsv, xml, xlsx or zip; otherwise found by name, then content", false},
        {"encoding", QIAO_OPTION_TEXT, &a.encoding, "NAME", "utf-8 or gb18030, for csv and tsv; otherwise found out",
         false},
        {"rejects", QIAO_OPTION_TEXT, &a.rejects, "FILE",
         "where refused lines go; otherwise DIR/rejects/NAME-TIME.ndjson", false},
        {"max-line", QIAO_OPTION_SIZE, &a.max_line, "BYTES", "longest record to read (8M); longer ones are refused",
         false},
        {"threads", QIAO_OPTION_NUMBER, &a.threads, "N", "threads that parse beside the one that reads and writes",
         false},
        {"complete", QIAO_OPTION_FLAG, &a.complete, NULL,
         "the files are the whole source: its records that they do not hold are removed", false},
        {"max-drop", QIAO_OPTION_NUMBER, &a.drop, "PERCENT", "records of a source that may vanish at once (20)", false},
        {"json", QIAO_OPTION_FLAG, &a.json, NULL, "the report as JSON", false},
        {"quiet", QIAO_OPTION_FLAG, &a.quiet, NULL, "no progress", false},
    };
    const qiao_usage usage = {
        .command = "import",
        .operands = "FILE...",
        .help = "Reads records (NDJSON, JSON, CSV, TSV, XML, XLSX, ZIP of them; also .gz and .zst; - is standard "
                "input) into the source store.\n"
                "Exit codes: 0 done; 1 failed; 2 usage; 3 done, but lines or files were refused; 4 refused by a safety "
                "rule.",
        .options = options,
        .option_count = sizeof options / sizeof options[0],
        .least = 1,
        .most = 100000,
    };
    qiaoi_import_options import = {.progress = on_progress};
    char preset[QIAOI_PRESET_PATH];
    qiaoi_sweep sweep = {.hashes = NULL};
    qiao_progress progress;
    qiaoi_map *map = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code < 0)
        code = read_reader_options(&a, &import.reader);
    if (code >= 0)
        return code;
    if (a.preset != NULL && qiaoi_preset_path(a.preset, preset, &err) != QIAO_OK)
        return qiao_console_fail(&err);
    if (a.preset != NULL)
        a.map = preset;
    if (a.map != NULL && qiaoi_map_load(a.map, &map, &err) != QIAO_OK)
        return qiao_console_fail(&err);
    if (map != NULL)
        qiaoi_map_reader_options(map, &import.reader);
    import.data_dir = a.data;
    import.map = map;
    import.source = a.source;
    import.rejects_path = a.rejects;
    import.threads = (unsigned)(a.threads > 64 ? 64 : a.threads);
    import.progress_context = &progress;
    import.sweep = a.complete ? &sweep : NULL;
    code = import_files(&import, &progress, &a, argv + first, (size_t)(argc - first));
    qiaoi_map_free(map);
    qiaoi_sweep_done(&sweep);
    return code;
}
