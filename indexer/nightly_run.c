/* Runs the stages of a night as processes of their own: see nightly.h. */
#include "nightly.h"

#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static qiao_status
spawn(const char *const *full, const char *output, const char *errors, pid_t *process, qiao_error *err)
{
    const int mode = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);

    if (failed != 0)
        return qiao_fail_errno(err, failed, "cannot start %s", full[1]);
    failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, mode, 0640);
    if (failed == 0)
        failed = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, mode, 0640);
    if (failed == 0)
        /* posix_spawn takes char *const[]; it does not write to them */
        failed = posix_spawn(process, "/proc/self/exe", &actions, NULL, (char *const *)(uintptr_t)full, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? QIAO_OK : qiao_fail_errno(err, failed, "cannot start %s", full[1]);
}

qiao_status
qiao_nightly_start(const char *const *arguments, const char *output, const char *errors, qiao_nightly_process *out,
                   qiao_error *err)
{
    const char *full[QIAO_NIGHTLY_ARGUMENTS_MAX + 16] = {"qiao-indexer"};
    size_t n = 1;

    for (size_t i = 0; arguments[i] != NULL && n < sizeof full / sizeof *full - 1; i++)
        full[n++] = arguments[i];
    full[n] = NULL;
    *out = (qiao_nightly_process){.begin_us = qiao_clock_monotonic_us()};
    return spawn(full, output, errors, &out->id, err);
}

qiao_status
qiao_nightly_wait(qiao_nightly_process *processes, size_t count, size_t *ended_out, int *exit_code_out,
                  double *seconds_out, qiao_error *err)
{
    for (;;) {
        int status = 0;
        pid_t id = waitpid(-1, &status, 0);

        if (id < 0 && errno != EINTR)
            return qiao_fail_errno(err, errno, "cannot wait for %s", "a stage");
        for (size_t i = 0; id > 0 && i < count; i++) {
            if (processes[i].id != id)
                continue;
            processes[i].id = 0;
            *ended_out = i;
            *exit_code_out = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            *seconds_out = (double)(qiao_clock_monotonic_us() - processes[i].begin_us) / 1e6;
            return QIAO_OK;
        }
    }
}
