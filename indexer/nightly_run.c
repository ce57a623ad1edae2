/* Runs a stage of the night as a process of its own: see nightly.h. */
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
start(const char *const *arguments, const char *path, pid_t *process, qiao_error *err)
{
    const char *full[QIAO_NIGHTLY_ARGUMENTS_MAX + 16] = {"qiao-indexer"};
    posix_spawn_file_actions_t actions;
    size_t n = 1;
    int failed;

    for (size_t i = 0; arguments[i] != NULL && n < sizeof full / sizeof *full - 1; i++)
        full[n++] = arguments[i];
    full[n] = NULL;
    failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return qiao_fail_errno(err, failed, "cannot start %s", arguments[0]);
    failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (failed == 0)
        /* posix_spawn takes char *const[]; it does not write to them */
        failed = posix_spawn(process, "/proc/self/exe", &actions, NULL, (char *const *)(uintptr_t)full, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? QIAO_OK : qiao_fail_errno(err, failed, "cannot start %s", arguments[0]);
}

qiao_status
qiao_nightly_run(const char *const *arguments, const char *path, qiao_nightly_stage *out, qiao_error *err)
{
    uint64_t begin = qiao_clock_monotonic_us();
    pid_t process;
    int status = 0;
    qiao_status st = start(arguments, path, &process, err);

    if (st != QIAO_OK)
        return st;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return qiao_fail_errno(err, errno, "cannot wait for %s", arguments[0]);
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    out->seconds = (double)(qiao_clock_monotonic_us() - begin) / 1e6;
    return QIAO_OK;
}
