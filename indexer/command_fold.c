/* qiao-indexer fold: what was posted and decided by day, from the desk into the source store. */
#include "commands.h"

#include "qiao/desk.h"
#include "qiao/feedback.h"
#include "qiao/source_store.h"
#include "qiao/vocabulary.h"

#include <stdio.h>

typedef struct folding {
    const char *data;
    qiao_desk *desk;
    qiao_source_store *store;
    qiao_vocabulary *vocabulary;
    qiao_kind kind;
    uint64_t read, fresh, changed, unchanged, removed, refused;
} folding;

static void
count(folding *f, qiao_change change)
{
    f->read++;
    f->fresh += change == QIAO_CHANGE_NEW;
    f->changed += change == QIAO_CHANGE_CHANGED;
    f->unchanged += change == QIAO_CHANGE_UNCHANGED;
    f->removed += change == QIAO_CHANGE_REMOVED;
}

/* A row that today's schema refuses stays on the desk; the rest goes in. */
static qiao_status
refuse(folding *f, const qiao_desk_row *row, const qiao_error *why)
{
    fprintf(stderr, "%s: %s\n", row->id, qiao_error_message(why, qiao_console_language()));
    f->read++;
    f->refused++;
    return QIAO_OK;
}

static qiao_status
fold_record(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    folding *f = context;
    qiao_record *record = NULL;
    qiao_error why = QIAO_ERROR_INIT;
    qiao_change change;
    qiao_status st;

    (void)more;
    if (row->withdrawn) {
        st = qiao_source_store_remove(f->store, f->kind, row->id, &change, err);
    } else {
        st = qiao_record_parse(row->json, row->length, f->vocabulary, &record, NULL, &why);
        if (st == QIAO_E_INPUT || st == QIAO_E_LIMIT)
            return refuse(f, row, &why);
        st = st == QIAO_OK ? qiao_source_store_put(f->store, record, &change, err) : qiao_fail_memory(err);
        qiao_record_free(record);
    }
    if (st == QIAO_OK)
        count(f, change);
    return st;
}

static qiao_status
fold_verdict(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    folding *f = context;
    qiao_error why = QIAO_ERROR_INIT;
    qiao_feedback feedback;
    qiao_change change;
    qiao_status st;

    (void)more;
    st = qiao_feedback_parse(row->json, row->length, &feedback, &why);
    if (st == QIAO_E_INPUT)
        return refuse(f, row, &why);
    if (st != QIAO_OK)
        return qiao_fail_memory(err);
    st = row->withdrawn ? qiao_source_store_remove_feedback(f->store, &feedback, &change, err)
                        : qiao_source_store_put_feedback(f->store, &feedback, &change, err);
    if (st == QIAO_OK)
        count(f, change);
    return st;
}

/* One batch: the source store has all of the desk, or what it had. */
static qiao_status
fold(folding *f, qiao_error *err)
{
    qiao_status st = qiao_desk_open(f->data, false, &f->desk, err);

    if (st == QIAO_OK)
        st = qiao_vocabulary_open(NULL, &f->vocabulary, err);
    if (st == QIAO_OK)
        st = qiao_source_store_open(f->data, true, &f->store, err);
    f->kind = QIAO_PROJECT;
    if (st == QIAO_OK)
        st = qiao_desk_each(f->desk, QIAO_DESK_PROJECT, NULL, NULL, fold_record, f, err);
    f->kind = QIAO_NEED;
    if (st == QIAO_OK)
        st = qiao_desk_each(f->desk, QIAO_DESK_NEED, NULL, NULL, fold_record, f, err);
    if (st == QIAO_OK)
        st = qiao_desk_each(f->desk, QIAO_DESK_FEEDBACK, NULL, NULL, fold_verdict, f, err);
    return st == QIAO_OK ? qiao_source_store_commit(f->store, err) : st;
}

static void
report(const folding *f, bool json)
{
    if (json)
        printf("{\"read\":%llu,\"new\":%llu,\"changed\":%llu,\"unchanged\":%llu,\"removed\":%llu,\"refused\":%llu}\n",
               (unsigned long long)f->read, (unsigned long long)f->fresh, (unsigned long long)f->changed,
               (unsigned long long)f->unchanged, (unsigned long long)f->removed, (unsigned long long)f->refused);
    else
        printf(qiao_say("%llu rows of the desk: %llu new, %llu changed, %llu unchanged, %llu removed, %llu refused\n"),
               (unsigned long long)f->read, (unsigned long long)f->fresh, (unsigned long long)f->changed,
               (unsigned long long)f->unchanged, (unsigned long long)f->removed, (unsigned long long)f->refused);
}

int
qiao_command_fold(int argc, char **argv)
{
    folding f = {.data = NULL};
    bool json = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &f.data, "DIR", "data folder", true},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "report as JSON", false},
    };
    const qiao_usage usage = {"fold",
                              "",
                              "Take what was posted and decided by day (DIR/desk.mdb) into the source store. The "
                              "service may run meanwhile; run build afterwards.",
                              table,
                              sizeof table / sizeof *table,
                              0,
                              0};
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    st = fold(&f, &err);
    qiao_source_store_close(f.store);
    qiao_vocabulary_close(f.vocabulary);
    qiao_desk_close(f.desk);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    report(&f, json);
    return f.refused > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}
