/*
 * The program's life. The main thread does no serving: it waits for signals, and between them looks whether another
 * generation was published. Requests run on the server's threads.
 */
#include "serve.h"

#include "desk_commands.h"
#include "http.h"
#include "listen.h"
#include "log.h"
#include "misses.h"
#include "options.h"
#include "qiao/file.h"
#include "reports.h"
#include "service.h"
#include "watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_NS (500L * 1000 * 1000)
#define RETRY_AFTER_US ((uint64_t)30 * 1000 * 1000)
#define SPARE_FILES 1024u /* descriptors beside the connections: the generation's files, the log */

typedef struct api_program {
    qiaoi_options options;
    qiao_language language;
    qiao_engine *engine;
    qiaoi_misses *misses;
    qiao_desk *desk;
    qiaoi_listener listener;
    qiaoi_service service;
    qiaoi_http_server *server;
    qiaoi_reports *reports;
    qiaoi_watch watch;
    sigset_t signals;
    uint64_t retry_at_us; /* of a refresh that failed; 0 = none */
} api_program;

/* To the operator who starts it: a sentence, not a log line. */
static int
complain(const api_program *program, const qiao_error *error)
{
    const char *hint = qiao_error_hint_text(error, program->language);

    fprintf(stderr, "qiao-api: %s\n", qiao_error_message(error, program->language));
    if (*hint != '\0')
        fprintf(stderr, "  %s\n", hint);
    return error->status == QIAO_E_USAGE ? 2 : error->status == QIAO_E_REFUSED ? 4 : 1;
}

/* Signals are taken by the main thread alone; the threads that follow inherit the mask. */
static void
block_signals(api_program *program)
{
    sigemptyset(&program->signals);
    sigaddset(&program->signals, SIGTERM);
    sigaddset(&program->signals, SIGINT);
    sigaddset(&program->signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &program->signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* As many descriptors as the connections may take, where the system lets us. */
static void
raise_file_limit(uint64_t connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)(connections + SPARE_FILES);

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static qiao_status
start_server(api_program *program, qiao_error *err)
{
    qiaoi_http_options http = {.socket = program->listener.socket,
                               .threads = (unsigned)program->options.threads,
                               .connections = (unsigned)program->options.connections,
                               .timeout_seconds = (unsigned)program->options.timeout,
                               .max_body = (size_t)program->options.max_body,
                               .handler = qiaoi_service_answer,
                               .is_quick = qiaoi_service_is_quick,
                               .context = &program->service};
    qiao_status status = qiaoi_http_start(&http, &program->server, err);

    if (status == QIAO_OK)
        program->listener.socket = -1;
    return status;
}

static qiao_status
start(api_program *program, qiao_error *err)
{
    qiao_engine_options engine = {.data_dir = program->options.data};
    qiao_status status;

    qiaoi_watch_init(&program->watch,
                     program->options.data); /* before the engine looks: what is published in between is not missed */
    status = qiao_desk_open(program->options.data, true, &program->desk, err);
    engine.desk = program->desk;
    if (status == QIAO_OK)
        status = qiao_engine_open(&engine, &program->engine, err);
    if (status == QIAO_OK)
        status = qiaoi_listen(program->options.listen, &program->listener, err);
    if (status == QIAO_OK)
        status = qiaoi_service_init(&program->service, program->engine, program->language,
                                    (size_t)program->options.max_body, err);
    if (status == QIAO_OK)
        status = qiaoi_reports_start(program->engine, program->options.data, &program->reports, err);
    if (status == QIAO_OK)
        status = qiaoi_misses_start(program->desk, &program->misses, err);
    if (status == QIAO_OK) {
        program->service.misses = program->misses;
        program->service.reports = program->reports;
        program->service.data_dir = program->options.data;
        program->service.access = (qiaoi_access){.desk = program->desk, .public_reads = program->options.public_reads};
        status = start_server(program, err);
    }
    return status;
}

static void
log_generation(const api_program *program, const char *event, const char *address)
{
    char name[QIAO_GENERATION_NAME_SIZE];
    qiaoi_log_line line;

    qiaoi_name_generation(qiao_engine_generation(program->engine), name);
    qiaoi_log_begin(&line, "info", event);
    if (address != NULL)
        qiaoi_log_text(&line, "address", address);
    qiaoi_log_text(&line, "generation", name);
    qiaoi_log_end(&line);
}

static void
announce(const api_program *program)
{
    qiaoi_log_line line;

    if (qiao_engine_generation(program->engine) == 0) {
        qiaoi_log_begin(&line, "warn", "no_generation");
        qiaoi_log_text(&line, "message",
                       "no catalogue is published yet; it is served as soon as qiao-indexer build has published one");
        qiaoi_log_end(&line);
    }
    if (!program->listener.loopback) {
        qiaoi_log_begin(&line, "warn", "not_loopback");
        qiaoi_log_text(&line, "message",
                       "listening beyond this machine without TLS; put a proxy in front, and make keys of access");
        qiaoi_log_end(&line);
    }
    log_generation(program, "listening", program->listener.address);
    printf("http://%s\n", program->listener.address);
    fflush(stdout);
}

/* A failure is told once and tried again later: the old generation goes on being served. */
static void
refresh(api_program *program)
{
    qiao_error error = QIAO_ERROR_INIT;
    bool changed = false, again = program->retry_at_us != 0;

    program->retry_at_us = 0;
    if (qiao_engine_refresh(program->engine, &changed, &error) != QIAO_OK) {
        program->retry_at_us = qiao_clock_monotonic_us() + RETRY_AFTER_US;
        if (!again)
            qiaoi_log_error("error", "refresh_failed", &error);
        return;
    }
    if (changed) {
        qiaoi_reports_wake(program->reports);
        log_generation(program, "generation", NULL);
    }
}

static void
look_for_generation(api_program *program)
{
    if (qiaoi_watch_changed(&program->watch)) {
        program->retry_at_us = 0;
        refresh(program);
    } else if (program->retry_at_us != 0 && qiao_clock_monotonic_us() >= program->retry_at_us) {
        refresh(program);
    }
}

static void
serve_until_told(api_program *program)
{
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_NS};
    int signal;

    while ((signal = sigtimedwait(&program->signals, NULL, &pause)) != SIGTERM && signal != SIGINT) {
        if (signal == SIGHUP) {
            program->retry_at_us = 0;
            refresh(program);
        }
        look_for_generation(program);
    }
}

static void
drain(api_program *program)
{
    qiaoi_log_line line;
    unsigned cut;

    qiaoi_log_begin(&line, "info", "draining");
    qiaoi_log_end(&line);
    cut = qiaoi_http_stop(program->server, (unsigned)program->options.timeout * 1000);
    qiaoi_log_begin(&line, cut != 0 ? "warn" : "info", "stopped");
    qiaoi_log_number(&line, "cut_off", cut);
    qiaoi_log_end(&line);
}

static int
run(api_program *program)
{
    qiao_error error = QIAO_ERROR_INIT;
    int code = 0;

    block_signals(program);
    raise_file_limit(program->options.connections);
    program->listener.socket = -1;
    if (start(program, &error) == QIAO_OK) {
        announce(program);
        serve_until_told(program);
        drain(program);
    } else {
        code = complain(program, &error);
    }
    if (program->listener.socket >= 0)
        close(program->listener.socket);
    qiaoi_reports_stop(program->reports);
    qiaoi_misses_stop(program->misses);
    if (program->engine != NULL)
        qiao_engine_close(program->engine);
    qiao_desk_close(program->desk);
    return code;
}

static int
print_help(qiao_language language)
{
    qiao_buffer text = {0};

    qiaoi_options_help(language, &text);
    fputs(text.failed ? "" : text.data, stdout);
    qiao_buffer_done(&text);
    return 0;
}

int
qiaoi_api_main(int argc, char **argv)
{
    static api_program program;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status = qiaoi_options_read(argc, argv, &program.options, &error);

    program.language = qiaoi_options_language(&program.options);
    if (status != QIAO_OK)
        return complain(&program, &error);
    if (program.options.help)
        return print_help(program.language);
    if (program.options.version) {
        printf("qiao-api %s\n", QIAO_VERSION);
        return 0;
    }
    if (program.options.command == QIAOI_COMMAND_SERVE)
        return run(&program);
    status = qiaoi_desk_command(&program.options, program.language, &error);
    return status == QIAO_OK ? 0 : complain(&program, &error);
}
