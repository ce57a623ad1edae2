/* What a page brings: its records, what was withdrawn, where the list goes on, and at its end what has vanished. */
#include "harvest/harvest_internal.h"
#include "harvest/oai.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESTARTS_MAX 1u /* lists begun anew because the source forgot its token */
#define IDS_MAX ((size_t)1 << 30)

static void
add_counts(qiaoi_harvest_report *report, const qiaoi_file_report *file)
{
    report->read += file->read;
    report->fresh += file->fresh;
    report->changed += file->changed;
    report->unchanged += file->unchanged;
    report->refused += file->refused;
}

static qiao_status
withdraw(qiaoi_harvester *h, const qiaoi_oai *oai, qiao_error *err)
{
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(qiaoi_map_part(h->options->map, "constants"), "kind");
    bool need = cJSON_IsString(kind) && strcmp(kind->valuestring, "need") == 0;
    qiao_status status = QIAO_OK;

    for (size_t at = 0; status == QIAO_OK && at < oai->withdrawn.length;) {
        const char *name = oai->withdrawn.data + at;
        qiao_change change = QIAO_CHANGE_UNCHANGED;
        char id[512];

        snprintf(id, sizeof id, "%s%s%.400s", strchr(name, ':') == NULL ? h->options->source : "",
                 strchr(name, ':') == NULL ? ":" : "", name);
        status = qiao_source_store_remove(qiaoi_importer_store(h->importer), need ? QIAO_NEED : QIAO_PROJECT, id,
                                          &change, err);
        h->report->withdrawn += change == QIAO_CHANGE_REMOVED ? 1 : 0;
        at += strlen(name) + 1;
    }
    return status;
}

/* What the source says instead of a list: nothing new, or a token that it no longer knows. */
static qiao_status
answer_error(qiaoi_harvester *h, const qiaoi_oai *oai, qiao_buffer *next, bool *restart, qiao_error *err)
{
    (void)next;
    if (strcmp(oai->error.data, "noRecordsMatch") == 0)
        return QIAO_OK;
    if (strcmp(oai->error.data, "badResumptionToken") == 0 && h->restarts < RESTARTS_MAX) {
        h->restarts++;
        *restart = true;
        return QIAO_OK;
    }
    return qiao_fail(err, QIAO_E_INPUT, "%s: the source answers with the error %.60s", h->options->source,
                     oai->error.data);
}

static qiao_status
follow_oai(qiaoi_harvester *h, const qiao_buffer *page, qiao_buffer *next, bool *restart, qiao_error *err)
{
    qiaoi_oai oai = {.token = {.limit = QIAO_HTTP_URL_MAX}};
    qiao_status status = qiaoi_oai_read(page->data, page->length, &oai, err);

    if (status == QIAO_OK && oai.error.length > 0)
        status = answer_error(h, &oai, next, restart, err);
    else if (status == QIAO_OK)
        status = withdraw(h, &oai, err);
    if (status == QIAO_OK && h->page == 1 && oai.date.length > 0 && oai.date.length < QIAOI_TIME_SIZE)
        snprintf(h->date, sizeof h->date, "%s", oai.date.data);
    if (status == QIAO_OK && oai.error.length == 0 && oai.token.length > 0)
        qiao_buffer_text(next, oai.token.data);
    qiaoi_oai_done(&oai);
    return status;
}

/* Where the list goes on behind the page at path. */
static qiao_status
follow(qiaoi_harvester *h, const char *path, qiao_buffer *next, bool *restart, qiao_error *err)
{
    qiao_buffer page = {.limit = 0}, link = {.limit = 0};
    qiao_error absent = QIAO_ERROR_INIT;
    char link_path[QIAOI_ARCHIVE_PATH];
    qiaoi_paging paging = h->options->plan->paging;
    qiao_status status = QIAO_OK;

    if (paging == QIAOI_PAGING_OAI || paging == QIAOI_PAGING_CURSOR || paging == QIAOI_PAGING_NEXT)
        status = qiaoi_archive_read(path, h->limit, &page, err); /* the page itself says what comes next */
    qiaoi_harvester_path(h, ".link", link_path);
    if (status == QIAO_OK && paging == QIAOI_PAGING_OAI)
        status = follow_oai(h, &page, next, restart, err);
    else if (status == QIAO_OK)
        status = qiaoi_plan_next(
            h->options->plan, qiaoi_harvester_position(h), h->since, page.data, page.length, h->file->read,
            qiaoi_archive_read(link_path, QIAO_HTTP_HEADERS_LIMIT, &link, &absent) == QIAO_OK ? link.data : NULL, next,
            err);
    qiao_buffer_done(&page);
    qiao_buffer_done(&link);
    return status;
}

static qiao_status
go_to(qiaoi_harvester *h, qiao_buffer *next, bool restart, qiao_error *err)
{
    qiao_buffer_char(next, '\0');
    if (next->failed)
        return qiao_fail_memory(err);
    if (restart) {
        char since[QIAOI_TIME_SIZE];

        memcpy(since, h->since, sizeof since);
        qiaoi_harvester_begin_list(h, since);
        return QIAO_OK;
    }
    if (next->length > 1 && strcmp(next->data, qiaoi_harvester_position(h)) == 0) /* it would never end */
        return qiao_fail(err, QIAO_E_INPUT, "%s: the source names the same page again as the next", h->options->source);
    h->done = next->length <= 1;
    h->page++;
    return qiaoi_harvester_set_position(h, next->data) ? QIAO_OK : qiao_fail_memory(err);
}

/* ---- what has vanished ---- */

static bool
is_sweep(const qiaoi_harvester *h)
{
    return h->since[0] == '\0';
}

/* The ids of the page beside it, so that the whole list is known at its end, whoever took its pages. */
static qiao_status
note_ids(qiaoi_harvester *h, qiao_error *err)
{
    char path[QIAOI_ARCHIVE_PATH];

    if (!is_sweep(h))
        return QIAO_OK;
    if (h->sweep.no_memory)
        return qiao_fail_memory(err);
    qiaoi_harvester_path(h, ".ids", path);
    return qiaoi_archive_write(path, h->sweep.hashes != NULL ? (const void *)h->sweep.hashes : "",
                               h->sweep.count * sizeof *h->sweep.hashes, err);
}

/* false: a page of the list was taken without noting its ids, so nothing is known of the others. */
static qiao_status
gather_ids(qiaoi_harvester *h, qiaoi_sweep *all, bool *known, qiao_error *err)
{
    uint64_t last = h->page - 1; /* the list is complete: page is the one that never comes */
    qiao_buffer bytes = {.limit = 0};
    qiao_status status = QIAO_OK;

    *known = true;
    for (uint64_t page = 1; status == QIAO_OK && page <= last; page++) {
        char path[QIAOI_ARCHIVE_PATH];

        qiaoi_archive_path(h->common->data_dir, h->options->source, h->run, page, ".ids", path);
        qiao_buffer_clear(&bytes);
        status = qiaoi_archive_read(path, IDS_MAX, &bytes, err);
        if (status == QIAO_E_NOTFOUND) {
            *known = false;
            status = QIAO_OK;
        }
        for (size_t at = 0; status == QIAO_OK && at + sizeof(uint64_t) <= bytes.length; at += sizeof(uint64_t)) {
            uint64_t hash;

            memcpy(&hash, bytes.data + at, sizeof hash);
            qiaoi_sweep_add(all, hash);
        }
    }
    qiao_buffer_done(&bytes);
    return status;
}

/* QIAO_E_REFUSED: too much has vanished; the rest of what the page brought stands. */
static qiao_status
sweep(qiaoi_harvester *h, qiao_error *err)
{
    qiaoi_sweep_options options = {.source = h->options->source,
                                   .drop = h->common->drop,
                                   .fresh = h->report->fresh + h->file->fresh,
                                   .refused = h->refused + h->file->refused};
    qiaoi_sweep_report *found = qiao_calloc(1, sizeof *found);
    qiaoi_sweep all = {.hashes = NULL};
    bool known = false;
    qiao_status status = found == NULL ? qiao_fail_memory(err) : gather_ids(h, &all, &known, err);

    if (status == QIAO_OK && known) {
        status = qiaoi_sweep_finish(&all, qiaoi_importer_store(h->importer), &options, found, err);
        h->report->vanished = found->vanished;
        h->report->dropped = found->removed;
    }
    qiaoi_sweep_done(&all);
    qiao_free(found);
    return status;
}

/* ---- all of a page ---- */

qiao_status
qiaoi_harvester_import(qiaoi_harvester *h, const char *path, qiao_error *err)
{
    qiao_buffer next = {.limit = QIAOI_STATE_LIMIT / 2};
    qiao_error refusal = QIAO_ERROR_INIT;
    bool restart = false;
    qiao_status status, swept = QIAO_OK;

    h->sweep.count = 0;
    status = qiaoi_import_file(h->importer, path, h->file, err);
    if (status == QIAO_OK)
        status = note_ids(h, err);
    if (status == QIAO_OK)
        status = follow(h, path, &next, &restart, err);
    if (status == QIAO_OK)
        status = go_to(h, &next, restart, err);
    if (status == QIAO_OK && h->done && is_sweep(h))
        swept = sweep(h, &refusal);
    if (swept != QIAO_OK && swept != QIAO_E_REFUSED) {
        *err = refusal;
        status = swept;
    }
    if (status == QIAO_OK) {
        h->refused += h->file->refused;
        status = qiaoi_harvester_commit(h, err);
    }
    if (status == QIAO_OK) {
        h->report->pages++;
        add_counts(h->report, h->file);
    }
    qiao_buffer_done(&next);
    if (status == QIAO_OK && swept == QIAO_E_REFUSED) {
        *err = refusal;
        return swept;
    }
    return status;
}

qiao_status
qiaoi_harvester_replay(qiaoi_harvester *h, const char *path, qiao_error *err)
{
    qiao_buffer next = {.limit = QIAOI_STATE_LIMIT};
    bool restart = false;
    qiao_status status = qiaoi_import_file(h->importer, path, h->file, err);

    h->restarts = 0;
    if (status == QIAO_OK && h->options->plan->paging == QIAOI_PAGING_OAI) { /* for what was withdrawn */
        status = follow(h, path, &next, &restart, err);
        if (status == QIAO_OK)
            status = qiao_source_store_commit(qiaoi_importer_store(h->importer), err);
    }
    qiao_buffer_done(&next);
    h->report->pages += status == QIAO_OK ? 1 : 0;
    add_counts(h->report, h->file);
    return status;
}
