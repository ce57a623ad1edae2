/* qiao-indexer feedback: verdicts of people about pairs, a JSON object a line, into the source store. */
#include "commands.h"
#include "import_rejects.h"
#include "reader.h"

#include "qiao/feedback.h"

#include <stdio.h>
#include <string.h>

typedef struct intake {
    const char *data, *rejects_path;
    qiao_source_store *store;
    qiaoi_rejects rejects;
    qiao_buffer bytes;
    uint64_t read, fresh, changed, unchanged;
} intake;

static void
count(intake *in, qiao_change change)
{
    in->fresh += change == QIAO_CHANGE_NEW;
    in->changed += change == QIAO_CHANGE_CHANGED;
    in->unchanged += change == QIAO_CHANGE_UNCHANGED;
}

static qiao_status
take_item(intake *in, const char *file, qiaoi_item *item, qiao_error *err)
{
    qiao_error fault = QIAO_ERROR_INIT;
    qiao_feedback feedback;
    qiao_change change;
    qiao_status st;

    in->read++;
    if (!item->fault) {
        st = qiao_feedback_parse(in->bytes.data + item->text, item->text_length, &feedback, &fault);
        if (st == QIAO_OK) {
            st = qiao_source_store_put_feedback(in->store, &feedback, &change, err);
            if (st == QIAO_OK)
                count(in, change);
            return st;
        }
        if (st == QIAO_E_NOMEM)
            return qiao_fail_memory(err);
        qiaoi_item_set_fault(item, &fault);
    }
    return qiaoi_rejects_add(&in->rejects, in->data, in->rejects_path, file, item->line, &item->issue, 1,
                             in->bytes.data + item->raw, item->raw_length, err);
}

static qiao_status
take_file(intake *in, const char *file, qiao_error *err)
{
    const qiaoi_reader_options options = {.format = QIAOI_FORMAT_NDJSON};
    qiaoi_reader *reader = NULL;
    qiao_status st = qiaoi_reader_open(file, &options, &reader, err);

    while (st == QIAO_OK) {
        qiaoi_item item;

        qiao_buffer_clear(&in->bytes);
        st = qiaoi_reader_next(reader, &in->bytes, &item, err);
        if (st == QIAO_OK)
            st = take_item(in, file, &item, err);
        else if (st == QIAO_E_NOTFOUND) {
            st = QIAO_OK;
            break;
        }
    }
    qiaoi_reader_close(reader);
    return st;
}

/* All files are one batch: either every verdict of theirs is taken or, after a failure, none. */
static qiao_status
take_all(intake *in, char **files, int file_count, qiao_error *err)
{
    qiao_status st = qiao_source_store_open(in->data, true, &in->store, err);

    for (int i = 0; st == QIAO_OK && i < file_count; i++)
        st = take_file(in, files[i], err);
    if (st == QIAO_OK)
        st = qiaoi_rejects_finish(&in->rejects, err);
    return st == QIAO_OK ? qiao_source_store_commit(in->store, err) : st;
}

static void
report(const intake *in, bool json)
{
    if (json) {
        printf("{\"read\":%llu,\"new\":%llu,\"changed\":%llu,\"unchanged\":%llu,\"refused\":%llu}\n",
               (unsigned long long)in->read, (unsigned long long)in->fresh, (unsigned long long)in->changed,
               (unsigned long long)in->unchanged, (unsigned long long)in->rejects.count);
        return;
    }
    printf(qiao_say("%llu verdicts read: %llu new, %llu changed, %llu unchanged, %llu refused\n"),
           (unsigned long long)in->read, (unsigned long long)in->fresh, (unsigned long long)in->changed,
           (unsigned long long)in->unchanged, (unsigned long long)in->rejects.count);
    if (in->rejects.count > 0)
        fprintf(stderr, qiao_say("what was refused, and why: %s\n"), in->rejects.path);
}

int
qiao_command_feedback(int argc, char **argv)
{
    intake in = {.data = NULL};
    bool json = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &in.data, "DIR", "data folder", true},
        {"rejects", QIAO_OPTION_TEXT, &in.rejects_path, "FILE", "where refused lines go (default: below DIR/rejects)",
         false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "report as JSON", false},
    };
    const qiao_usage usage = {
        "feedback",
        "FILE...",
        "Take verdicts about pairs, a JSON object a line:\n"
        "{\"need\":ID,\"project\":ID,\"verdict\":\"accept\"|\"reject\",\"reason\":CODE,\"by\":..,\"at\":..}\n"
        "Reasons: too_early, no_clear_benefit, no_commercial_route, description_unclear, scientific_doubt, off_field,\n"
        "price, ip_terms, timing, compliance, already_have, wrong_partner_kind, not_interested_now.",
        table,
        sizeof table / sizeof *table,
        1,
        1000};
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    st = take_all(&in, argv + first, argc - first, &err);
    qiao_source_store_close(in.store);
    qiaoi_rejects_close(&in.rejects);
    qiao_buffer_done(&in.bytes);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    report(&in, json);
    return in.rejects.count > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}
