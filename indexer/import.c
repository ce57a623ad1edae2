/*
 * The import of one file: reader -> pool of parsers -> window -> source store. This thread reads, takes parsed batches
 * back in order, and writes; reports and rejects are made here too, so nothing of it needs locks.
 */
#include "import.h"

#include "import_pool.h"
#include "import_rejects.h"
#include "import_seen.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

#define WINDOW_RECORDS 4096u
#define WINDOW_BYTES ((size_t)16 << 20)

typedef struct waiting {
    qiao_record *record; /* NULL where a later one took its place */
    uint64_t line, hash;
} waiting;

struct qiaoi_importer {
    const qiaoi_import_options *options;
    qiao_vocabulary *vocabulary;
    qiao_source_store *store;
    waiting *window;
    size_t window_count, window_bytes;
    qiaoi_seen seen;
    qiaoi_rejects rejects;
    qiaoi_file_report *report; /* of the file at hand */
};

qiao_status
qiaoi_importer_open(const qiaoi_import_options *options, qiaoi_importer **out, qiao_error *err)
{
    qiaoi_importer *importer = qiao_calloc(1, sizeof *importer);
    qiao_status status = QIAO_OK;

    *out = NULL;
    if (importer == NULL)
        return qiao_fail_memory(err);
    importer->options = options;
    importer->window = qiao_calloc(WINDOW_RECORDS, sizeof *importer->window);
    if (importer->window == NULL)
        status = qiao_fail_memory(err);
    if (status == QIAO_OK)
        status = qiao_vocabulary_open(options->vocabulary_dir, &importer->vocabulary, err);
    if (status == QIAO_OK)
        importer->store = options->store;
    if (status == QIAO_OK && options->store == NULL)
        status = options->wait_ms != 0
                     ? qiao_source_store_open_shared(options->data_dir, options->wait_ms, &importer->store, err)
                     : qiao_source_store_open(options->data_dir, true, &importer->store, err);
    if (status != QIAO_OK) {
        qiaoi_importer_close(importer);
        return status;
    }
    *out = importer;
    return QIAO_OK;
}

qiao_source_store *
qiaoi_importer_store(qiaoi_importer *importer)
{
    return importer->store;
}

static void
clear_window(qiaoi_importer *importer)
{
    for (size_t i = 0; i < importer->window_count; i++)
        qiao_record_free(importer->window[i].record);
    importer->window_count = importer->window_bytes = 0;
}

void
qiaoi_importer_close(qiaoi_importer *importer)
{
    if (importer == NULL)
        return;
    clear_window(importer);
    qiaoi_seen_done(&importer->seen);
    qiaoi_rejects_close(&importer->rejects);
    if (importer->options->store == NULL)
        qiao_source_store_close(importer->store);
    qiao_vocabulary_close(importer->vocabulary);
    qiao_free(importer->window);
    qiao_free(importer);
}

/* ---- what goes into the report ---- */

static void
note_issue(qiaoi_line_issue *list, size_t *count, uint64_t line, const qiao_record_issue *issue)
{
    if (*count == QIAOI_SHOWN)
        return;
    list[*count].line = line;
    list[(*count)++].issue = *issue;
}

static void
note_unknown(qiaoi_file_report *report, const char *name)
{
    size_t i = 0;

    while (i < report->unknown_count && strcmp(report->unknown[i].name, name) != 0)
        i++;
    if (i == QIAOI_NAMES || strlen(name) >= sizeof report->unknown[0].name) {
        report->unknown_others++;
        return;
    }
    if (i == report->unknown_count) {
        snprintf(report->unknown[i].name, sizeof report->unknown[i].name, "%s", name);
        report->unknown_count++;
    }
    report->unknown[i].count++;
}

/* The first fatal issue first: it is the one that the report and the rejects file lead with. */
static qiao_status
refuse(qiaoi_importer *importer, uint64_t line, const qiao_record_issue *issues, size_t count, const char *raw,
       size_t raw_length, qiao_error *err)
{
    qiao_record_issue ordered[QIAO_RECORD_ISSUES_MAX];
    size_t n = 0;

    for (int fatal = 1; fatal >= 0; fatal--) {
        for (size_t i = 0; i < count; i++) {
            if (issues[i].fatal == (fatal != 0))
                ordered[n++] = issues[i];
        }
    }
    importer->report->refused++;
    note_issue(importer->report->refusals, &importer->report->refusal_count, line, &ordered[0]);
    return qiaoi_rejects_add(&importer->rejects, importer->options->data_dir, importer->options->rejects_path,
                             importer->report->file, line, ordered, n, raw, raw_length, err);
}

/* ---- window and store ---- */

static qiao_status
put_record(qiaoi_importer *importer, const waiting *w, qiao_change *change, qiao_error *err)
{
    qiao_error own = QIAO_ERROR_INIT;
    qiao_record_issue issue = {.fatal = true};
    qiao_status status = qiao_source_store_put(importer->store, w->record, change, &own);

    if (status == QIAO_OK)
        return status;
    if (status != QIAO_E_INPUT && status != QIAO_E_LIMIT) {
        *err = own;
        return status;
    }
    snprintf(issue.reason, sizeof issue.reason, "%.*s", (int)sizeof issue.reason - 1, own.message);
    snprintf(issue.reason_zh, sizeof issue.reason_zh, "%.*s", (int)sizeof issue.reason_zh - 1, own.message_zh);
    *change = QIAO_CHANGE_REMOVED; /* stands for "refused" here */
    return refuse(importer, w->line, &issue, 1, w->record->canonical, w->record->canonical_length, err);
}

/* A record that came again after its first form went to the store: the file as a whole made of it what both together
 * say. */
static void
count_again(qiaoi_file_report *report, qiaoi_seen_entry *entry, qiao_change change)
{
    if (entry->change == QIAO_CHANGE_UNCHANGED && change == QIAO_CHANGE_CHANGED) {
        report->unchanged--;
        report->changed++;
        entry->change = (unsigned)change & 7u;
    }
}

/* false where the id was counted before. */
static bool
count_change(qiaoi_file_report *report, qiaoi_seen_entry *entry, qiao_change change)
{
    if (entry->waiting == 0) {
        count_again(report, entry, change);
        return false;
    }
    entry->waiting = 0;
    entry->change = (unsigned)change & 7u;
    if (change == QIAO_CHANGE_NEW)
        report->fresh++;
    else if (change == QIAO_CHANGE_CHANGED)
        report->changed++;
    else if (change == QIAO_CHANGE_UNCHANGED)
        report->unchanged++;
    return change != QIAO_CHANGE_REMOVED;
}

/* Write the window and commit. Counted only once it is on disk. */
static qiao_status
flush_window(qiaoi_importer *importer, qiao_error *err)
{
    qiao_change changes[WINDOW_RECORDS];
    qiao_status status = QIAO_OK;

    for (size_t i = 0; status == QIAO_OK && i < importer->window_count; i++) {
        if (importer->window[i].record != NULL)
            status = put_record(importer, &importer->window[i], &changes[i], err);
    }
    if (status == QIAO_OK)
        status = qiao_source_store_commit(importer->store, err);
    for (size_t i = 0; status == QIAO_OK && i < importer->window_count; i++) {
        qiaoi_seen_entry *entry =
            importer->window[i].record == NULL ? NULL : qiaoi_seen_get(&importer->seen, importer->window[i].hash);

        if (entry != NULL && count_change(importer->report, entry, changes[i]))
            importer->report->committed++;
    }
    clear_window(importer);
    return status;
}

static void
note_repeat(qiaoi_file_report *report, uint64_t line, uint64_t earlier)
{
    report->repeated++;
    if (report->repeat_count == QIAOI_SHOWN)
        return;
    report->repeats[report->repeat_count].line = line;
    report->repeats[report->repeat_count++].earlier = earlier;
}

/* Takes the record over in every case. */
static qiao_status
accept(qiaoi_importer *importer, uint64_t line, qiao_record *record, qiao_error *err)
{
    uint64_t hash = qiaoi_seen_hash(record->kind, record->id);
    qiaoi_seen_entry *entry = qiaoi_seen_get(&importer->seen, hash);

    if (entry == NULL) {
        qiao_record_free(record);
        return qiao_fail_memory(err);
    }
    if (importer->options->sweep != NULL)
        qiaoi_sweep_add(importer->options->sweep, hash);
    if (entry->line != 0) {
        note_repeat(importer->report, line, entry->line);
        if (entry->waiting != 0) {
            waiting *earlier = &importer->window[entry->waiting - 1];

            importer->window_bytes -= earlier->record->canonical_length;
            qiao_record_free(earlier->record);
            earlier->record = NULL;
        }
    }
    importer->window[importer->window_count++] = (waiting){.record = record, .line = line, .hash = hash};
    importer->window_bytes += record->canonical_length;
    if (entry->line == 0 || entry->waiting != 0)
        entry->waiting = importer->window_count & 0x1FFFu;
    entry->line = line & 0xFFFFFFFFFFFFu;
    if (importer->window_count < WINDOW_RECORDS && importer->window_bytes < WINDOW_BYTES)
        return QIAO_OK;
    return flush_window(importer, err);
}

/* ---- parsed items ---- */

static void
note_record(qiaoi_file_report *report, uint64_t line, const qiaoi_parsed *parsed)
{
    for (size_t i = 0; i < parsed->record->unknown_fields; i++)
        note_unknown(report, parsed->record->unknown_names[i]);
    if (parsed->complaints == NULL)
        return;
    report->warnings += parsed->complaints->total;
    for (size_t i = 0; i < parsed->complaints->count; i++)
        note_issue(report->warned, &report->warned_count, line, &parsed->complaints->items[i]);
}

static qiao_status
take_item(qiaoi_importer *importer, const qiaoi_batch *batch, const qiaoi_item *item, qiaoi_parsed *parsed,
          qiao_error *err)
{
    const char *raw = batch->bytes.data + item->raw;
    qiao_record *record = parsed->record;

    importer->report->read++;
    if (item->fault)
        return refuse(importer, item->line, &item->issue, 1, raw, item->raw_length, err);
    if (parsed->status == QIAO_E_NOMEM || (record == NULL && parsed->complaints == NULL))
        return qiao_fail_memory(err);
    if (record == NULL)
        return refuse(importer, item->line, parsed->complaints->items, parsed->complaints->count, raw, item->raw_length,
                      err);
    note_record(importer->report, item->line, parsed);
    parsed->record = NULL;
    return accept(importer, item->line, record, err);
}

static qiao_status
take_batch(qiaoi_importer *importer, qiaoi_pool *pool, qiao_error *err)
{
    qiaoi_batch *batch = qiaoi_pool_take(pool);
    qiao_status status = QIAO_OK;

    for (size_t i = 0; status == QIAO_OK && i < batch->count; i++)
        status = take_item(importer, batch, &batch->items[i], &batch->parsed[i], err);
    qiaoi_pool_give_back(pool);
    return status;
}

/* Until the batch is full or the file ends; QIAO_E_NOTFOUND at the end. */
static qiao_status
fill_batch(qiaoi_reader *reader, qiaoi_batch *batch, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    while (status == QIAO_OK && batch->count < QIAOI_BATCH_ITEMS && batch->bytes.length < QIAOI_BATCH_BYTES) {
        status = qiaoi_reader_next(reader, &batch->bytes, &batch->items[batch->count], err);
        if (status == QIAO_OK)
            batch->count++;
    }
    return status;
}

static void
show_progress(const qiaoi_importer *importer, const qiaoi_reader *reader)
{
    uint64_t done, total;

    if (importer->options->progress == NULL)
        return;
    qiaoi_reader_position(reader, &done, &total);
    importer->options->progress(importer->options->progress_context, done, total, importer->report->read);
}

/* fault: why reading ended, where it was not the end of the file; what had been read until then is imported all the
 * same. */
static qiao_status
import_items(qiaoi_importer *importer, qiaoi_reader *reader, qiaoi_pool *pool, qiao_error *fault, qiao_error *err)
{
    qiao_status reading = QIAO_OK, status = QIAO_OK;

    while (status == QIAO_OK && reading == QIAO_OK) {
        qiaoi_batch *batch = qiaoi_pool_idle(pool);

        if (batch == NULL) {
            status = take_batch(importer, pool, err);
            continue;
        }
        reading = fill_batch(reader, batch, fault);
        qiaoi_pool_submit(pool);
        show_progress(importer, reader);
    }
    while (status == QIAO_OK && qiaoi_pool_take(pool) != NULL)
        status = take_batch(importer, pool, err);
    if (status == QIAO_OK)
        status = flush_window(importer, err);
    return status;
}

static qiao_status
import_reader(qiaoi_importer *importer, qiaoi_reader *reader, qiao_error *err)
{
    const qiaoi_import_options *options = importer->options;
    qiaoi_parse_job job = {.vocabulary = importer->vocabulary, .map = options->map, .source = options->source};
    qiaoi_file_report *report = importer->report;
    qiao_error fault = QIAO_ERROR_INIT;
    qiaoi_pool *pool;
    qiao_status status;

    snprintf(report->format, sizeof report->format, "%s", qiaoi_reader_format(reader));
    snprintf(report->compression, sizeof report->compression, "%s", qiaoi_reader_compression(reader));
    job.rows = qiaoi_reader_rows(reader);
    status = qiaoi_pool_new(options->threads, &job, &pool, err);
    if (status != QIAO_OK)
        return status;
    status = import_items(importer, reader, pool, &fault, err);
    qiaoi_pool_free(pool);
    snprintf(report->encoding, sizeof report->encoding, "%s", qiaoi_reader_encoding(reader));
    if (status == QIAO_OK && fault.status != QIAO_OK) {
        *err = fault;
        status = fault.status;
    }
    return status;
}

static qiao_status
finish_rejects(qiaoi_importer *importer, qiao_status status, qiao_error *err)
{
    qiao_error own = QIAO_ERROR_INIT;

    snprintf(importer->report->rejects_path, sizeof importer->report->rejects_path, "%s", importer->rejects.path);
    if (qiaoi_rejects_finish(&importer->rejects, &own) != QIAO_OK && status == QIAO_OK) {
        *err = own;
        status = own.status;
    }
    if (importer->options->rejects_path == NULL) { /* one for each file */
        qiaoi_rejects_close(&importer->rejects);
        importer->rejects = (qiaoi_rejects){.file = NULL};
    } else if (importer->report->refused == 0) {
        importer->report->rejects_path[0] = '\0';
    }
    return status;
}

qiao_status
qiaoi_import_file(qiaoi_importer *importer, const char *path, qiaoi_file_report *report, qiao_error *err)
{
    uint64_t started = qiao_clock_monotonic_us();
    qiaoi_reader *reader;
    qiao_error own = QIAO_ERROR_INIT;
    qiao_status status;

    memset(report, 0, sizeof *report);
    report->file = strcmp(path, "-") == 0 ? "stdin" : path;
    importer->report = report;
    status = qiaoi_reader_open(path, &importer->options->reader, &reader, &own);
    if (status == QIAO_OK)
        status = import_reader(importer, reader, &own);
    qiaoi_reader_close(reader);
    status = finish_rejects(importer, status, &own);
    clear_window(importer);
    qiaoi_seen_done(&importer->seen);
    report->seconds = (double)(qiao_clock_monotonic_us() - started) / 1e6;
    report->error = own;
    if (err != NULL)
        *err = own;
    return status;
}
