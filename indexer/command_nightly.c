/* qiao-indexer nightly: the stages of a night in their order. See nightly.h. */
#include "commands.h"
#include "nightly.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RESULT_BYTES_MAX ((size_t)16 << 20) /* of one stage; a longer one is left out of the report */
#define MESSAGE_BYTES 500u
#define LOCK_WAIT_SECONDS 60u
#define KEEP_ALL "1000" /* what a build may remove is for the stage that knows the policy */

typedef struct night {
    const char *data;
    qiao_nightly_config config;
    qiao_nightly_state state;
    bool partly; /* something was refused, or a source failed */
} night;

/* ---- one stage ---- */

/* Files that a stage writes; slot: of those that run side by side. */
static void
output_path(const night *n, const char *kind, size_t slot, char out[QIAO_NIGHTLY_PATH])
{
    snprintf(out, QIAO_NIGHTLY_PATH, "%.3900s/nightly.%s.%zu", n->data, kind, slot);
}

/* What a stage complained of goes on to our own standard error; the last complaint is the message. */
static void
pass_on(const char *path, char message[MESSAGE_BYTES])
{
    static const char mark[] = "qiao-indexer: ";
    qiao_buffer text = {0};
    qiao_error ignored = QIAO_ERROR_INIT;

    message[0] = '\0';
    if (qiao_file_read(path, RESULT_BYTES_MAX, &text, &ignored) == QIAO_OK && text.length > 0) {
        const char *last = NULL;

        fwrite(text.data, 1, text.length, stderr);
        for (const char *at = text.data; (at = strstr(at, mark)) != NULL; at += sizeof mark - 1)
            last = at + sizeof mark - 1;
        if (last != NULL) {
            size_t length = strcspn(last, "\n");

            if (length > MESSAGE_BYTES - 1)
                length = MESSAGE_BYTES - 1;
            while (length > 0 && ((unsigned char)last[length] & 0xC0) == 0x80)
                length--; /* not in the middle of a character */
            memcpy(message, last, length);
            message[length] = '\0';
        }
    }
    qiao_buffer_done(&text);
}

/* What a stage left in its files becomes part of the state. */
static qiao_status
record(night *n, const char *stage, const char *name, size_t slot, int exit_code, double seconds, qiao_error *err)
{
    char path[QIAO_NIGHTLY_PATH], message[MESSAGE_BYTES];
    qiao_buffer text = {0};
    qiao_error ignored = QIAO_ERROR_INIT;
    const char *result = NULL;
    qiao_status st;

    output_path(n, "errors", slot, path);
    pass_on(path, message);
    if (message[0] == '\0' && exit_code > 128)
        snprintf(message, sizeof message, qiao_say("ended by signal %d"), exit_code - 128);
    output_path(n, "output", slot, path);
    if (qiao_file_read(path, RESULT_BYTES_MAX, &text, &ignored) == QIAO_OK && text.length > 2 && text.data[0] == '{')
        result = text.data;
    st = qiao_nightly_state_add(&n->state, stage, name, exit_code, seconds, message[0] == '\0' ? NULL : message, result,
                                err);
    qiao_buffer_done(&text);
    return st;
}

/* A process of a night that was killed a moment ago may take a while to be gone, and holds the lock until then. Who
 * holds it longer is somebody else: the stage says so itself. */
static void
wait_for_lock(const night *n)
{
    uint64_t until = qiao_clock_monotonic_us() + (uint64_t)LOCK_WAIT_SECONDS * 1000000;
    char path[QIAO_NIGHTLY_PATH];
    qiao_status st = QIAO_E_LOCKED;

    snprintf(path, sizeof path, "%.3900s/indexer.lock", n->data);
    while (st == QIAO_E_LOCKED && qiao_clock_monotonic_us() < until) {
        const struct timespec interval = {0, 50000000};
        qiao_error ignored = QIAO_ERROR_INIT;
        qiao_lock *lock = NULL;

        st = qiao_lock_take(path, &lock, &ignored);
        qiao_lock_release(lock);
        if (st == QIAO_E_LOCKED)
            (void)nanosleep(&interval, NULL);
    }
}

static qiao_status
start(night *n, const char *const *arguments, const char *name, size_t slot, qiao_nightly_process *out, qiao_error *err)
{
    char output[QIAO_NIGHTLY_PATH], errors[QIAO_NIGHTLY_PATH];
    qiao_status st = qiao_nightly_disk_check(n->data, arguments[0], n->config.min_free_mib, err);

    if (st != QIAO_OK)
        return st;
    fprintf(stderr, "== %s%s%s\n", arguments[0], name == NULL ? "" : " ", name == NULL ? "" : name);
    output_path(n, "output", slot, output);
    output_path(n, "errors", slot, errors);
    return qiao_nightly_start(arguments, output, errors, out, err);
}

/* One that ended in a night that was cut off is not run again. */
static qiao_status
stage(night *n, const char *const *arguments, int *exit_code, qiao_error *err)
{
    qiao_nightly_process process;
    double seconds;
    size_t ended;
    qiao_status st;

    if (qiao_nightly_state_ended(&n->state, arguments[0], NULL, exit_code))
        return QIAO_OK;
    wait_for_lock(n);
    st = start(n, arguments, NULL, 0, &process, err);
    if (st == QIAO_OK)
        st = qiao_nightly_wait(&process, 1, &ended, exit_code, &seconds, err);
    return st == QIAO_OK ? record(n, arguments[0], NULL, 0, *exit_code, seconds, err) : st;
}

/* As stage, where a fault is to be told of but keeps nothing else from going on. */
static qiao_status
side_stage(night *n, const char *const *arguments, qiao_error *err)
{
    int exit_code = QIAO_EXIT_DONE;
    qiao_status st = stage(n, arguments, &exit_code, err);

    n->partly = n->partly || exit_code != QIAO_EXIT_DONE;
    return st;
}

/* ---- harvest: several sources at a time ---- */

typedef struct harvesting {
    qiao_nightly_process processes[QIAO_NIGHTLY_PARALLEL_MAX];
    size_t source[QIAO_NIGHTLY_PARALLEL_MAX]; /* that the process asks */
    size_t running;
} harvesting;

static qiao_status
start_source(night *n, harvesting *h, size_t index, qiao_error *err)
{
    const qiao_nightly_source *source = &n->config.sources[index];
    const char *arguments[QIAO_NIGHTLY_ARGUMENTS_MAX + 8] = {"harvest",      "--json", "--quiet", "--shared",
                                                             "--unrecorded", "--data", n->data};
    size_t count = 7, slot = 0;
    qiao_status st;

    for (size_t k = 0; k < source->count; k++)
        arguments[count++] = source->arguments[k];
    while (h->processes[slot].id != 0)
        slot++;
    st = start(n, arguments, source->name, slot, &h->processes[slot], err);
    if (st != QIAO_OK) {
        h->processes[slot].id = 0;
        return st;
    }
    h->source[slot] = index;
    h->running++;
    return QIAO_OK;
}

/* One source that fails is no reason to leave out the others, or the day's posts. */
static qiao_status
end_source(night *n, harvesting *h, qiao_error *err)
{
    size_t slot = 0;
    int exit_code = 0;
    double seconds = 0;
    qiao_status st = qiao_nightly_wait(h->processes, QIAO_NIGHTLY_PARALLEL_MAX, &slot, &exit_code, &seconds, err);

    if (st != QIAO_OK)
        return st;
    h->running--;
    n->partly = n->partly || exit_code != QIAO_EXIT_DONE;
    return record(n, "harvest", n->config.sources[h->source[slot]].name, slot, exit_code, seconds, err);
}

static qiao_status
harvest(night *n, qiao_error *err)
{
    harvesting h = {.running = 0};
    size_t next = 0;
    qiao_status st = QIAO_OK;

    while (st == QIAO_OK && (next < n->config.source_count || h.running > 0)) {
        int exit_code;

        if (next == n->config.source_count || h.running == n->config.parallel) {
            st = end_source(n, &h, err);
        } else if (qiao_nightly_state_ended(&n->state, "harvest", n->config.sources[next].name, &exit_code)) {
            n->partly = n->partly || exit_code != QIAO_EXIT_DONE;
            next++;
        } else {
            st = start_source(n, &h, next++, err);
        }
    }
    while (h.running > 0) { /* after a failure of ours: nobody is left behind, and the first fault is what is told */
        qiao_error later = QIAO_ERROR_INIT;

        if (end_source(n, &h, &later) != QIAO_OK && later.status != QIAO_E_REFUSED)
            break;
    }
    return st;
}

/* ---- the other stages ---- */

static qiao_status
fold(night *n, qiao_error *err)
{
    const char *arguments[] = {"fold", "--json", "--data", n->data, NULL};
    char path[QIAO_NIGHTLY_PATH];

    snprintf(path, sizeof path, "%.3900s/desk.mdb", n->data);
    return qiao_file_exists(path) ? side_stage(n, arguments, err) : QIAO_OK;
}

/* build checks what it made before it publishes; the matches of all pairs are part of it. */
static qiao_status
build(night *n, int *exit_code, qiao_error *err)
{
    const char *arguments[] = {"build", "--json", "--data", n->data, "--keep", KEEP_ALL, NULL};

    return stage(n, arguments, exit_code, err);
}

/* What lies on the disk is read once more; where that is not what was written, the generation before it is served. */
static qiao_status
verify(night *n, uint64_t to, int *exit_code, qiao_error *err)
{
    char number[24];
    const char *check[] = {"verify", "--json", "--data", n->data, NULL};
    const char *back[] = {"rollback", "--json", "--data", n->data, "--to", number, NULL};
    uint64_t from = qiao_nightly_state_from(&n->state);
    int ignored;
    qiao_status st = stage(n, check, exit_code, err);

    snprintf(number, sizeof number, "%" PRIu64, from);
    if (st == QIAO_OK && *exit_code != QIAO_EXIT_DONE && from != 0 && from != to)
        st = stage(n, back, &ignored, err);
    return st;
}

/* Has this program that command? The saved searches are told by one of their own. */
static bool
knows(const char *command)
{
    const char *const arguments[] = {command, "--help", NULL};
    qiao_nightly_process process;
    qiao_error ignored = QIAO_ERROR_INIT;
    double seconds;
    size_t ended;
    int exit_code = 1;

    return qiao_nightly_start(arguments, "/dev/null", "/dev/null", &process, &ignored) == QIAO_OK &&
           qiao_nightly_wait(&process, 1, &ended, &exit_code, &seconds, &ignored) == QIAO_OK &&
           exit_code == QIAO_EXIT_DONE;
}

static qiao_status
tell_changes(night *n, uint64_t to, qiao_error *err)
{
    uint64_t from = qiao_nightly_state_from(&n->state);
    char a[24], b[24], desk[QIAO_NIGHTLY_PATH];
    const char *changes[] = {"diff", "--json", "--told", "--data", n->data, a, b, NULL};
    const char *alerts[8] = {"alerts", "--json", "--data", n->data};
    size_t count = 4;
    qiao_status st = QIAO_OK;

    if (n->config.webhook_http != 0)
        alerts[count++] = "--allow-http";
    if (n->config.webhook_private != 0)
        alerts[count++] = "--allow-private";
    snprintf(a, sizeof a, "%" PRIu64, from);
    snprintf(b, sizeof b, "%" PRIu64, to);
    snprintf(desk, sizeof desk, "%.3900s/desk.mdb", n->data);
    if (from != 0 && from != to)
        st = side_stage(n, changes, err);
    if (st == QIAO_OK && qiao_file_exists(desk) && knows("alerts"))
        st = side_stage(n, alerts, err);
    return st;
}

static qiao_status
look_around(night *n, qiao_error *err)
{
    const char *const stats[] = {"stats", "--json", "--data", n->data, NULL};
    const char *const gaps[] = {"gaps", "--count", "--data", n->data, NULL};
    qiao_status st = side_stage(n, stats, err);

    return st == QIAO_OK ? side_stage(n, gaps, err) : st;
}

static qiao_status
prune(night *n, qiao_error *err)
{
    const qiao_nightly_config *c = &n->config;
    const uint32_t values[] = {c->keep, c->keep_days, c->report_days, c->archive_days, c->reject_days};
    static const char *const names[] = {"--keep", "--keep-days", "--report-days", "--archive-days", "--reject-days"};
    char texts[5][16];
    const char *arguments[16] = {"prune", "--json", "--data", n->data};

    for (size_t i = 0; i < 5; i++) {
        snprintf(texts[i], sizeof texts[i], "%" PRIu32, values[i]);
        arguments[4 + i * 2] = names[i];
        arguments[5 + i * 2] = texts[i];
    }
    return side_stage(n, arguments, err);
}

static uint64_t
served(const char *data)
{
    qiao_error none = QIAO_ERROR_INIT;
    uint64_t number = 0;

    return qiao_catalog_current(data, &number, &none) == QIAO_OK ? number : 0;
}

static qiao_status
stages(night *n, int *exit_code, qiao_error *err)
{
    qiao_status st = harvest(n, err);
    uint64_t to;

    if (st == QIAO_OK)
        st = fold(n, err);
    if (st == QIAO_OK)
        st = build(n, exit_code, err);
    to = served(n->data);
    if (st == QIAO_OK && *exit_code == QIAO_EXIT_DONE)
        st = verify(n, to, exit_code, err);
    if (st != QIAO_OK || *exit_code != QIAO_EXIT_DONE)
        return st;
    st = tell_changes(n, to, err);
    if (st == QIAO_OK)
        st = look_around(n, err);
    return st == QIAO_OK ? prune(n, err) : st;
}

static void
remove_outputs(const night *n)
{
    for (size_t slot = 0; slot < QIAO_NIGHTLY_PARALLEL_MAX; slot++) {
        char path[QIAO_NIGHTLY_PATH];

        output_path(n, "output", slot, path);
        (void)remove(path); /* may be absent */
        output_path(n, "errors", slot, path);
        (void)remove(path);
    }
}

/* Where a stage was refused for want of room, the state stays: the next night goes on there. */
static qiao_status
run(night *n, bool json, int *exit_code, qiao_error *err)
{
    qiao_nightly_outcome outcome = {.config = &n->config};
    qiao_buffer text = {0};
    char path[QIAO_NIGHTLY_PATH];
    qiao_status st = stages(n, exit_code, err);
    bool refused = st == QIAO_E_REFUSED;

    if (refused)
        *exit_code = qiao_console_fail(err);
    else if (st != QIAO_OK)
        return st;
    if (*exit_code == QIAO_EXIT_DONE && n->partly)
        *exit_code = QIAO_EXIT_REJECTED;
    if (*exit_code > 128)
        *exit_code = QIAO_EXIT_FAILED;
    outcome.exit_code = *exit_code;
    outcome.to = served(n->data);
    st = qiao_nightly_report_write(&n->state, &outcome, &text, path, err);
    if (st == QIAO_OK && !refused)
        qiao_nightly_state_forget(&n->state);
    if (st == QIAO_OK && json)
        fputs(text.data, stdout);
    else if (st == QIAO_OK)
        printf(qiao_say("report of the night: %s\n"), path);
    qiao_buffer_done(&text);
    return st;
}

/* Two nights at once would harvest the same twice: the second is refused. */
static qiao_status
run_alone(night *n, bool restart, bool json, int *exit_code, qiao_error *err)
{
    char path[QIAO_NIGHTLY_PATH];
    qiao_lock *lock = NULL;
    qiao_status st = qiao_file_make_directories(n->data, err);

    snprintf(path, sizeof path, "%.3900s/nightly.lock", n->data);
    if (st == QIAO_OK)
        st = qiao_lock_take(path, &lock, err);
    if (st == QIAO_E_LOCKED) {
        (void)qiao_console_fail(err);
        *exit_code = QIAO_EXIT_REFUSED;
        return QIAO_OK;
    }
    if (st == QIAO_OK)
        st = qiao_nightly_state_open(n->data, served(n->data), restart, &n->state, err);
    if (st == QIAO_OK)
        st = run(n, json, exit_code, err);
    if (st == QIAO_OK)
        remove_outputs(n);
    qiao_nightly_state_close(&n->state);
    qiao_lock_release(lock);
    return st;
}

int
qiao_command_nightly(int argc, char **argv)
{
    night n = {.data = NULL};
    const char *config = NULL;
    bool json = false, restart = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &n.data, "DIR", "data folder", true},
        {"config", QIAO_OPTION_TEXT, &config, "FILE", "what to harvest, how many generations to keep", false},
        {"restart", QIAO_OPTION_FLAG, &restart, NULL, "begin anew, also where a night was cut off", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {
        "nightly",
        "",
        "Harvests the sources of the configuration, folds in what was posted by day, builds with all matches,\n"
        "publishes, verifies, tells what changed, prunes and reports (DIR/reports). Run it again after a night that\n"
        "was cut off: it goes on at the stage that did not end. The first night after an upgrade of the program\n"
        "analyses every record, as the first of all did.\n"
        "Exit codes: 0 done; 1 failed, the generation before it is served; 2 usage; 3 done, but a source failed\n"
        "or records were refused; 4 refused: another night runs, or there is no room on the disk.",
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
    if (strlen(n.data) >= QIAO_NIGHTLY_PATH - 200)
        st = qiao_fail(&err, QIAO_E_USAGE, "the name of the data folder is too long");
    if (st == QIAO_OK)
        st = qiao_nightly_config_read(config, &n.config, &err);
    if (st == QIAO_OK)
        st = run_alone(&n, restart, json, &exit_code, &err);
    qiao_nightly_config_done(&n.config);
    return st == QIAO_OK ? exit_code : qiao_console_fail(&err);
}
