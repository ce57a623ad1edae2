/* Making allocations and system calls fail: the hook of qiao/memory.h, and child processes under preload_fault.so. */
#include "support.h"

#include "qiao/file.h"

#include <cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- allocations --- */

typedef struct allocation_fault {
    size_t seen, fail_at;
} allocation_fault;

static bool
count_allocation(size_t size, void *context)
{
    allocation_fault *fault = context;

    (void)size;
    fault->seen++;
    return fault->seen != fault->fail_at;
}

size_t
qiao_test_fail_allocations(qiao_test_work before, qiao_test_work work, void *context)
{
    cJSON_Hooks hooks = {qiao_alloc, qiao_free};
    allocation_fault fault = {0, 0};

    cJSON_InitHooks(&hooks);
    for (fault.fail_at = 1;; fault.fail_at++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status status;

        if (before != NULL)
            assert_ok(before(context, &err), &err);
        fault.seen = 0;
        qiao_memory_set_hook(count_allocation, &fault);
        status = work(context, &err);
        qiao_memory_set_hook(NULL, NULL);
        if (fault.seen < fault.fail_at) {
            assert_ok(status, &err);
            break;
        }
        if (status != QIAO_E_NOMEM || err.status != QIAO_E_NOMEM || err.message[0] == '\0')
            fail_msg("allocation %zu failed, and the answer was %s: %s", fault.fail_at, qiao_status_token(status),
                     err.message);
    }
    cJSON_InitHooks(NULL);
    return fault.fail_at - 1;
}

/* --- child processes --- */

static void
set_environment(const qiao_test_fault *fault, const char *log)
{
    char number[32];

    snprintf(number, sizeof number, "%lu", fault->at);
    if (setenv("LD_PRELOAD", QIAO_BUILD_DIR "/tests/preload_fault.so", 1) != 0 ||
        setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1) != 0 || setenv("QIAO_FAULT_KIND", fault->kind, 1) != 0 ||
        setenv("QIAO_FAULT_AT", number, 1) != 0 || setenv("QIAO_FAULT_PATH", fault->path, 1) != 0 ||
        setenv("QIAO_FAULT_LOG", log, 1) != 0)
        _exit(126);
}

static void
become_child(const char *scenario, const char *argument, const qiao_test_fault *fault, const char *log, int out)
{
    char program[4096];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);

    if (n <= 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(126);
    program[n] = '\0';
    set_environment(fault, log);
    execl(program, program, "--child", scenario, argument, (char *)NULL);
    _exit(127);
}

/* The lines of the log: the fault, and the end unless a signal came first. */
static void
read_log(const char *log, qiao_test_outcome *outcome)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer text = {0};
    const char *count;

    assert_ok(qiao_file_read(log, 0, &text, &err), &err);
    count = text.data != NULL ? strstr(text.data, "count=") : NULL;
    if (count == NULL)
        fail_msg("%s has no count: is tests/preload_fault.so built?", log);
    outcome->reached = strncmp(strstr(count, "fault="), "fault=none", 10) != 0;
    for (const char *at = count; at != NULL; at = strstr(at + 1, "count="))
        outcome->count = strtoul(at + 6, NULL, 10);
    qiao_buffer_done(&text);
}

static size_t
count_bytes(int fd)
{
    char bytes[256];
    size_t total = 0;

    for (;;) {
        ssize_t n = read(fd, bytes, sizeof bytes);

        if (n > 0)
            total += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return total;
    }
}

qiao_test_outcome
qiao_test_run_child(const char *scenario, const char *argument, const qiao_test_fault *fault)
{
    qiao_test_outcome outcome = {.exit_code = -1};
    char log[] = "/tmp/qiao-fault-XXXXXX";
    int pipes[2], state = 0, fd = mkstemp(log);
    pid_t child;

    if (fd < 0 || pipe(pipes) != 0)
        fail_msg("cannot prepare a child process");
    close(fd);
    child = fork();
    if (child == 0)
        become_child(scenario, argument, fault, log, pipes[1]);
    close(pipes[1]);
    outcome.acknowledged = count_bytes(pipes[0]);
    close(pipes[0]);
    while (waitpid(child, &state, 0) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(state))
        outcome.signal = WTERMSIG(state);
    else
        outcome.exit_code = WEXITSTATUS(state);
    read_log(log, &outcome);
    unlink(log);
    return outcome;
}
