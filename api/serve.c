/*
 * The program's life. The main thread does no serving: it waits for signals, and between them looks whether another
 * generation was published, which connections are too slow, and what is to be written down. Requests run on the
 * server's threads.
 */
#include "serve.h"

#include "desk_commands.h"
#include "http.h"
#include "json_guard.h"
#include "kept_answers.h"
#include "listen.h"
#include "log.h"
#include "metrics_page.h"
#include "misses.h"
#include "options.h"
#include "qiao/file.h"
#include "qiao/processors.h"
#include "reports.h"
#include "service.h"
#include "service_manager.h"
#include "watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_NS (500L * 1000 * 1000)
#define WRITE_USES_EVERY_US ((uint64_t)60 * 1000 * 1000)
#define RETRY_AFTER_US ((uint64_t)30 * 1000 * 1000)
#define KEPT_ANSWERS_BYTES ((size_t)8 << 20)
#define SPARE_FILES 1024u /* descriptors beside the connections: the generation's files, the log */

typedef struct api_program {
    int argc;
    char **argv;
    qiaoi_options options;
    qiao_language language;
    qiao_engine *engine;
    qiaoi_misses *misses;
    qiaoi_kept_answers *kept_answers;
    qiao_desk *desk;
    qiaoi_listener listener, admin_listener;
    qiaoi_service service;
    qiaoi_admission admission;
    qiaoi_metrics metrics;
    qiaoi_metrics_page admin;
    qiaoi_http_server *server, *admin_server;
    uint64_t watchdog_us, said_alive_us, wrote_uses_us;
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

/* Those that SIGHUP reads again, and those that are judged by them. */
static void
apply_options(api_program *program)
{
    const qiaoi_options *given = &program->options;

    program->service.access.public_reads = given->public_reads;
    atomic_store(&program->service.compress_min, given->compress_min);
    qiaoi_admission_set(&program->admission, QIAOI_RATE_KEY, given->key_rate, given->key_burst);
    qiaoi_admission_set(&program->admission, QIAOI_RATE_ADDRESS, given->address_rate, given->address_burst);
    qiaoi_admission_set(&program->admission, QIAOI_RATE_WRITE, given->write_rate, given->write_burst);
    qiaoi_admission_set(&program->admission, QIAOI_RATE_FAILED, given->failed_rate, given->failed_burst);
    qiaoi_admission_set(&program->admission, QIAOI_RATE_LOOPBACK, given->loopback_rate, given->loopback_burst);
}

static qiao_status
start_server(api_program *program, qiao_error *err)
{
    const qiaoi_options *given = &program->options;
    qiaoi_http_options http = {.socket = program->listener.socket,
                               .threads = (unsigned)given->threads,
                               .connections = (unsigned)given->connections,
                               .per_address = (unsigned)given->connections_per_address,
                               .timeout_seconds = (unsigned)given->timeout,
                               .request_seconds = (unsigned)given->request_time,
                               .max_body = (size_t)given->max_body,
                               .max_target = (size_t)given->max_target,
                               .max_headers = (size_t)given->max_headers,
                               .max_header_count = (unsigned)given->max_header_count,
                               .handler = qiaoi_service_answer,
                               .is_quick = qiaoi_service_is_quick,
                               .context = &program->service};
    qiao_status status = qiaoi_http_start(&http, &program->server, err);

    if (status == QIAO_OK)
        program->listener.socket = -1;
    return status;
}

static qiao_status
start_admin(api_program *program, qiao_error *err)
{
    qiaoi_http_options http = {.socket = program->admin_listener.socket,
                               .threads = 1,
                               .connections = 32,
                               .timeout_seconds = 30,
                               .request_seconds = 30,
                               .max_body = 1024,
                               .handler = qiaoi_metrics_answer,
                               .is_quick = qiaoi_metrics_is_quick,
                               .context = &program->admin};
    qiao_status status;

    if (program->admin_listener.socket < 0)
        return QIAO_OK;
    program->admin = (qiaoi_metrics_page){.service = &program->service, .served = program->server};
    status = qiaoi_http_start(&http, &program->admin_server, err);
    if (status == QIAO_OK)
        program->admin_listener.socket = -1;
    return status;
}

/* What the service manager handed over, else what the options name. */
static qiao_status
open_sockets(api_program *program, qiao_error *err)
{
    const qiaoi_options *given = &program->options;
    int handed, handed_admin;
    qiao_status status = qiaoi_manager_sockets(&handed, &handed_admin, err);

    if (status == QIAO_OK)
        status = handed >= 0 ? qiaoi_listen_inherit(handed, &program->listener, err)
                             : qiaoi_listen(given->listen, &program->listener, err);
    if (status == QIAO_OK && handed < 0 && !program->listener.loopback && !given->allow_remote)
        return qiao_fail(err, QIAO_E_REFUSED,
                         "%s is reached from beyond this machine; say --allow-remote if that is meant, and put a proxy "
                         "with TLS in front",
                         given->listen);
    if (status == QIAO_OK && (handed_admin >= 0 || given->admin_listen != NULL))
        status = handed_admin >= 0 ? qiaoi_listen_inherit(handed_admin, &program->admin_listener, err)
                                   : qiaoi_listen(given->admin_listen, &program->admin_listener, err);
    if (status == QIAO_OK && program->admin_listener.socket >= 0 && !program->admin_listener.loopback)
        return qiao_fail(err, QIAO_E_USAGE, "--admin-listen takes an address of this machine only, not %s",
                         program->admin_listener.address);
    return status;
}

static qiao_status
prepare_service(api_program *program, qiao_error *err)
{
    const qiaoi_options *given = &program->options;
    qiao_status status =
        qiaoi_service_init(&program->service, program->engine, program->language, (size_t)given->max_body, err);

    if (status == QIAO_OK)
        status = qiaoi_admission_init(&program->admission, program->service.seed, err);
    if (status == QIAO_OK)
        status = qiaoi_proxies_read(given->trusted_proxies, given->proxy_header, &program->admission.proxies, err);
    if (status == QIAO_OK)
        status = qiaoi_reports_start(program->engine, given->data, &program->reports, err);
    if (status == QIAO_OK)
        status = qiaoi_misses_start(program->desk, &program->misses, err);
    if (status != QIAO_OK)
        return status;
    program->metrics.started = (int64_t)time(NULL);
    program->kept_answers = qiaoi_kept_answers_new(KEPT_ANSWERS_BYTES);
    if (program->kept_answers == NULL)
        return qiao_fail_memory(err);
    program->service.misses = program->misses;
    program->service.kept_answers = program->kept_answers;
    program->service.reports = program->reports;
    program->service.data_dir = given->data;
    program->service.admission = &program->admission;
    program->service.metrics = &program->metrics;
    program->service.key_uses = qiaoi_key_uses_open(given->data);
    program->service.access.desk = program->desk;
    qiaoi_json_guard_depth((unsigned)given->max_json_depth);
    apply_options(program);
    return program->service.key_uses != NULL ? QIAO_OK : qiao_fail_memory(err);
}

static qiao_status
start(api_program *program, qiao_error *err)
{
    unsigned threads = (unsigned)program->options.threads, processors = qiao_processors();
    qiao_engine_options engine = {.data_dir = program->options.data,
                                  .helpers = (threads != 0 && threads < processors ? threads : processors) - 1};
    qiao_status status;

    qiaoi_watch_init(&program->watch,
                     program->options.data); /* before the engine looks: what is published in between is not missed */
    status = qiao_desk_open(program->options.data, true, &program->desk, err);
    engine.desk = program->desk;
    if (status == QIAO_OK)
        status = qiao_engine_open(&engine, &program->engine, err);
    if (status == QIAO_OK)
        status = open_sockets(program, err);
    if (status == QIAO_OK)
        status = prepare_service(program, err);
    if (status == QIAO_OK)
        status = start_server(program, err);
    return status == QIAO_OK ? start_admin(program, err) : status;
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
    printf("%s%s\n", strncmp(program->listener.address, "unix:", 5) == 0 ? "" : "http://", program->listener.address);
    if (program->admin_server != NULL)
        printf("metrics: %s\n", program->admin_listener.address);
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

/* The options as they are now, where they can be read; what cannot change while the service runs waits. */
static void
reload(api_program *program)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_options fresh;
    qiaoi_log_line line;

    qiaoi_manager_reloading();
    if (qiaoi_options_read(program->argc, program->argv, &fresh, &error) != QIAO_OK) {
        qiaoi_log_error("error", "reload_failed", &error);
        atomic_fetch_add(&program->metrics.reload_failures, 1);
    } else {
        bool all = qiaoi_options_reload(&program->options, &fresh);

        apply_options(program);
        atomic_fetch_add(&program->metrics.reloads, 1);
        qiaoi_log_begin(&line, all ? "info" : "warn", "reloaded");
        if (!all)
            qiaoi_log_text(&line, "message", "some of the options that changed wait for a restart");
        qiaoi_log_end(&line);
    }
    qiaoi_options_done(&fresh);
    program->retry_at_us = 0;
    refresh(program);
    qiaoi_manager_ready();
}

static void
write_uses(api_program *program)
{
    qiao_error error = QIAO_ERROR_INIT;

    program->wrote_uses_us = qiao_clock_monotonic_us();
    if (qiaoi_key_uses_write(program->service.key_uses, &error) != QIAO_OK)
        qiaoi_log_error("warn", "key_use_not_written", &error);
}

/* Twice a second, and after each signal. */
static void
look_around(api_program *program)
{
    uint64_t now = qiao_clock_monotonic_us();

    qiaoi_http_look(program->server);
    if (program->admin_server != NULL)
        qiaoi_http_look(program->admin_server);
    look_for_generation(program);
    if (now - program->wrote_uses_us >= WRITE_USES_EVERY_US)
        write_uses(program);
    if (program->watchdog_us != 0 && now - program->said_alive_us >= program->watchdog_us / 4) {
        program->said_alive_us = now;
        qiaoi_manager_alive();
    }
}

static void
serve_until_told(api_program *program)
{
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_NS};
    int signal;

    program->watchdog_us = qiaoi_manager_watchdog_us();
    program->wrote_uses_us = qiao_clock_monotonic_us();
    while ((signal = sigtimedwait(&program->signals, NULL, &pause)) != SIGTERM && signal != SIGINT) {
        if (signal == SIGHUP)
            reload(program);
        look_around(program);
    }
}

/* readyz says so first, while everything is still answered: whoever spreads requests over several services takes this
 * one out. A second signal ends the wait. */
static void
say_goodbye(api_program *program)
{
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_NS};
    uint64_t until = qiao_clock_monotonic_us() + program->options.drain_delay * 1000000;
    int signal = 0;

    atomic_store(&program->service.draining, true);
    qiaoi_manager_stopping();
    qiaoi_http_close_idle(program->server);
    while (qiao_clock_monotonic_us() < until && signal != SIGTERM && signal != SIGINT) {
        signal = sigtimedwait(&program->signals, NULL, &pause);
        look_around(program);
    }
}

static void
drain(api_program *program)
{
    qiaoi_log_line line;
    unsigned cut;

    qiaoi_log_begin(&line, "info", "draining");
    qiaoi_log_end(&line);
    say_goodbye(program);
    qiaoi_http_stop(program->admin_server, 1000);
    cut = qiaoi_http_stop(program->server, (unsigned)program->options.drain_time * 1000);
    write_uses(program);
    qiaoi_log_begin(&line, cut != 0 ? "warn" : "info", "stopped");
    qiaoi_log_number(&line, "cut_off", cut);
    qiaoi_log_end(&line);
}

static void
clean_up(api_program *program)
{
    qiaoi_listen_close(&program->listener);
    qiaoi_listen_close(&program->admin_listener);
    qiaoi_reports_stop(program->reports);
    qiaoi_misses_stop(program->misses);
    qiaoi_kept_answers_free(program->kept_answers);
    qiaoi_key_uses_free(program->service.key_uses);
    qiaoi_admission_done(&program->admission);
    if (program->engine != NULL)
        qiao_engine_close(program->engine);
    qiao_desk_close(program->desk);
}

static int
run(api_program *program)
{
    qiao_error error = QIAO_ERROR_INIT;
    int code = 0;

    block_signals(program);
    raise_file_limit(program->options.connections);
    program->listener.socket = program->admin_listener.socket = -1;
    if (start(program, &error) == QIAO_OK) {
        announce(program);
        qiaoi_manager_ready();
        serve_until_told(program);
        drain(program);
    } else {
        code = complain(program, &error);
        qiaoi_http_stop(program->server, 0);
    }
    clean_up(program);
    return code;
}

static int
check_config(const api_program *program)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_proxies proxies;
    qiao_buffer text = {0};

    if (qiaoi_listen_check(program->options.listen, &error) != QIAO_OK ||
        (program->options.admin_listen != NULL &&
         qiaoi_listen_check(program->options.admin_listen, &error) != QIAO_OK) ||
        qiaoi_proxies_read(program->options.trusted_proxies, program->options.proxy_header, &proxies, &error) !=
            QIAO_OK)
        return complain(program, &error);
    qiaoi_options_show(&program->options, &text);
    fputs(text.failed ? "" : text.data, stdout);
    qiao_buffer_done(&text);
    return 0;
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

static int
obey(api_program *program)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status = qiaoi_options_read(program->argc, program->argv, &program->options, &error);

    program->language = qiaoi_options_language(&program->options);
    if (status != QIAO_OK) {
        complain(program, &error);
        return 2; /* whatever is wrong with them: nothing was begun */
    }
    if (program->options.help)
        return print_help(program->language);
    if (program->options.version) {
        printf("qiao-api %s\n", QIAO_VERSION);
        return 0;
    }
    if (program->options.check_config)
        return check_config(program);
    if (program->options.command == QIAOI_COMMAND_SERVE)
        return run(program);
    status = qiaoi_desk_command(&program->options, program->language, &error);
    return status == QIAO_OK ? 0 : complain(program, &error);
}

int
qiaoi_api_main(int argc, char **argv)
{
    static api_program program;
    int code;

    program.argc = argc;
    program.argv = argv;
    code = obey(&program);
    qiaoi_options_done(&program.options);
    return code;
}
