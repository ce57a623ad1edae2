/* qiao-indexer nightly: the stages of a night one after the other, and the report of it. See nightly.h. */
#include "commands.h"
#include "nightly.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RESULT_BYTES_MAX ((size_t)16 << 20) /* of one stage; a longer one is left out of the report */
#define PATH_BYTES 4096

typedef struct night {
    const char *data;
    qiao_nightly_config config;
    char output[PATH_BYTES]; /* what the stage that runs writes */
    char started[21];
    qiao_buffer stages; /* of the report, as JSON */
    bool partly;        /* something was refused, or a source failed */
} night;

/* ---- the report ---- */

/* Without the line end, where it is one line of JSON; else null. */
static void
append_result(night *n)
{
    qiao_buffer text = {0};
    qiao_error ignored = QIAO_ERROR_INIT;
    bool whole = qiao_file_read(n->output, RESULT_BYTES_MAX, &text, &ignored) == QIAO_OK && text.length > 2 &&
                 text.data[0] == '{' && text.data[text.length - 2] == '}' && text.data[text.length - 1] == '\n';

    if (whole)
        qiao_buffer_append(&n->stages, text.data, text.length - 1);
    else
        qiao_buffer_text(&n->stages, "null");
    qiao_buffer_done(&text);
}

static qiao_status
stage(night *n, const char *const *arguments, int *exit_code, qiao_error *err)
{
    qiao_nightly_stage done;
    qiao_status st;

    fprintf(stderr, "== %s\n", arguments[0]);
    st = qiao_nightly_run(arguments, n->output, &done, err);
    if (st != QIAO_OK)
        return st;
    qiao_buffer_printf(&n->stages, "%s{\"stage\":\"%s\",\"exit_code\":%d,\"seconds\":%.3f,\"result\":",
                       n->stages.length == 0 ? "" : ",", arguments[0], done.exit_code, done.seconds);
    append_result(n);
    qiao_buffer_char(&n->stages, '}');
    *exit_code = done.exit_code;
    return qiao_buffer_check(&n->stages, err);
}

static qiao_status
write_report(const night *n, int exit_code, uint64_t from, uint64_t to, bool json, qiao_error *err)
{
    char path[PATH_BYTES];
    qiao_buffer text = {0};
    qiao_status st;

    snprintf(path, sizeof path, "%s/reports", n->data);
    st = qiao_file_make_directories(path, err);
    snprintf(path, sizeof path, "%s/reports/nightly-%s.json", n->data, n->started);
    qiao_buffer_printf(&text,
                       "{\"started\":\"%s\",\"exit_code\":%d,\"generation_before\":%" PRIu64 ",\"generation\":%" PRIu64
                       ",\"stages\":[%s]}\n",
                       n->started, exit_code, from, to, n->stages.data == NULL ? "" : n->stages.data);
    if (st == QIAO_OK)
        st = qiao_buffer_check(&text, err);
    if (st == QIAO_OK)
        st = qiao_file_write_atomic(path, text.data, text.length, err);
    if (st == QIAO_OK && json)
        fputs(text.data, stdout);
    else if (st == QIAO_OK)
        printf(qiao_say("report of the night: %s\n"), path);
    qiao_buffer_done(&text);
    return st;
}

/* ---- the stages ---- */

/* One source that fails is no reason to leave out the others, or the day's posts. */
static qiao_status
harvest(night *n, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < n->config.source_count; i++) {
        const qiao_nightly_source *source = &n->config.sources[i];
        const char *arguments[QIAO_NIGHTLY_ARGUMENTS_MAX + 8] = {"harvest", "--json", "--quiet", "--data", n->data};
        size_t count = 5;
        int exit_code;

        for (size_t k = 0; k < source->count; k++)
            arguments[count++] = source->arguments[k];
        st = stage(n, arguments, &exit_code, err);
        n->partly = n->partly || (st == QIAO_OK && exit_code != QIAO_EXIT_DONE);
    }
    return st;
}

static qiao_status
fold(night *n, qiao_error *err)
{
    const char *arguments[] = {"fold", "--json", "--data", n->data, NULL};
    char path[PATH_BYTES];
    int exit_code = QIAO_EXIT_DONE;
    qiao_status st = QIAO_OK;

    snprintf(path, sizeof path, "%s/desk.mdb", n->data);
    if (qiao_file_exists(path))
        st = stage(n, arguments, &exit_code, err);
    n->partly = n->partly || exit_code != QIAO_EXIT_DONE;
    return st;
}

/* build checks what it made before it publishes; the matches of all pairs are part of it. */
static qiao_status
build(night *n, int *exit_code, qiao_error *err)
{
    char keep[16];
    const char *arguments[8] = {"build", "--json", "--data", n->data};

    if (n->config.keep > 0) {
        snprintf(keep, sizeof keep, "%" PRIu32, n->config.keep);
        arguments[4] = "--keep";
        arguments[5] = keep;
    }
    return stage(n, arguments, exit_code, err);
}

/* What lies on the disk is read once more; where that is not what was written, the generation before it is served. */
static qiao_status
verify(night *n, uint64_t from, uint64_t to, int *exit_code, qiao_error *err)
{
    char number[24];
    const char *check[] = {"verify", "--json", "--data", n->data, NULL};
    const char *back[] = {"rollback", "--json", "--data", n->data, "--to", number, NULL};
    int ignored;
    qiao_status st = stage(n, check, exit_code, err);

    snprintf(number, sizeof number, "%" PRIu64, from);
    if (st == QIAO_OK && *exit_code != QIAO_EXIT_DONE && from != 0 && from != to)
        st = stage(n, back, &ignored, err);
    return st;
}

static qiao_status
tell_changes(night *n, uint64_t from, uint64_t to, qiao_error *err)
{
    char a[24], b[24];
    const char *arguments[] = {"diff", "--json", "--told", "--data", n->data, a, b, NULL};
    int exit_code = QIAO_EXIT_DONE;
    qiao_status st = QIAO_OK;

    snprintf(a, sizeof a, "%" PRIu64, from);
    snprintf(b, sizeof b, "%" PRIu64, to);
    if (from != 0 && from != to)
        st = stage(n, arguments, &exit_code, err);
    n->partly = n->partly || exit_code != QIAO_EXIT_DONE;
    return st;
}

static uint64_t
served(const char *data)
{
    qiao_error none = QIAO_ERROR_INIT;
    uint64_t number = 0;

    return qiao_catalog_current(data, &number, &none) == QIAO_OK ? number : 0;
}

static qiao_status
run(night *n, bool json, int *exit_code, qiao_error *err)
{
    uint64_t from = served(n->data), to;
    qiao_status st = harvest(n, err);

    if (st == QIAO_OK)
        st = fold(n, err);
    if (st == QIAO_OK)
        st = build(n, exit_code, err);
    to = served(n->data);
    if (st == QIAO_OK && *exit_code == QIAO_EXIT_DONE)
        st = verify(n, from, to, exit_code, err);
    if (st == QIAO_OK && *exit_code == QIAO_EXIT_DONE)
        st = tell_changes(n, from, to, err);
    if (st != QIAO_OK)
        return st;
    if (*exit_code == QIAO_EXIT_DONE && n->partly)
        *exit_code = QIAO_EXIT_REJECTED;
    if (*exit_code > 128)
        *exit_code = QIAO_EXIT_FAILED;
    return write_report(n, *exit_code, from, served(n->data), json, err);
}

/* Two nights at once would harvest the same twice. */
static qiao_status
run_alone(night *n, bool json, int *exit_code, qiao_error *err)
{
    char path[PATH_BYTES];
    qiao_lock *lock = NULL;
    qiao_status st = qiao_file_make_directories(n->data, err);

    snprintf(path, sizeof path, "%s/nightly.lock", n->data);
    if (st == QIAO_OK)
        st = qiao_lock_take(path, &lock, err);
    if (st == QIAO_OK)
        st = run(n, json, exit_code, err);
    (void)remove(n->output);
    qiao_lock_release(lock);
    return st;
}

int
qiao_command_nightly(int argc, char **argv)
{
    night n = {.data = NULL};
    const char *config = NULL;
    bool json = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &n.data, "DIR", "data folder", true},
        {"config", QIAO_OPTION_TEXT, &config, "FILE", "what to harvest, how many generations to keep", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {
        "nightly",
        "",
        "Harvests the sources of the configuration, folds in what was posted by day, builds with all matches,\n"
        "publishes, verifies, and reports what changed (DIR/reports). Run it again after a night that was cut off.\n"
        "Exit codes: 0 done; 1 failed, the generation before it is served; 2 usage; 3 done, but a source failed\n"
        "or records were refused; 4 refused by a safety rule.",
        table,
        sizeof table / sizeof *table,
        0,
        0};
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st = QIAO_OK;

    if (exit_code >= 0)
        return exit_code;
    exit_code = QIAO_EXIT_DONE;
    qiao_clock_utc(n.started);
    if (snprintf(n.output, sizeof n.output, "%s/nightly.output", n.data) >= (int)sizeof n.output - 64)
        st = qiao_fail(&err, QIAO_E_USAGE, "the name of the data folder is too long");
    if (st == QIAO_OK && config != NULL)
        st = qiao_nightly_config_read(config, &n.config, &err);
    if (st == QIAO_OK)
        st = run_alone(&n, json, &exit_code, &err);
    qiao_nightly_config_done(&n.config);
    qiao_buffer_done(&n.stages);
    return st == QIAO_OK ? exit_code : qiao_console_fail(&err);
}
