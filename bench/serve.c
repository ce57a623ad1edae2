/* qiao-bench serve: the service under load, by the script beside it, which starts services, presses them and stops
 * them. */
#include "bench.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The folder that bin/qiao-bench stands in the bin of. */
static qiao_status
build_folder(char *out, size_t size, qiao_error *err)
{
    ssize_t length = readlink("/proc/self/exe", out, size - 1);

    if (length <= 0)
        return qiao_fail(err, QIAO_E_IO, "/proc/self/exe cannot be read");
    out[length] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(out, '/');

        if (slash == NULL)
            return qiao_fail(err, QIAO_E_IO, "%s has no build folder above it", out);
        *slash = '\0';
    }
    return QIAO_OK;
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    char build[4096], shell[] = "sh", script[] = BENCH_SCRIPTS "/serve.sh", seconds[] = "3";
    char *arguments[] = {shell, script, NULL, build, argc > 3 ? argv[3] : seconds, NULL};
    int status = 0;
    pid_t pid;
    qiao_status st = build_folder(build, sizeof build, err);

    if (st == QIAO_OK && (argc < 3 || argc > 4 || strcmp(argv[1], "--data") != 0))
        st = qiao_fail(err, QIAO_E_USAGE, "--data DIR is missing; see qiao-bench --help");
    if (st != QIAO_OK)
        return st;
    arguments[2] = argv[2];
    if (posix_spawnp(&pid, shell, NULL, NULL, arguments, environ) != 0 || waitpid(pid, &status, 0) != pid ||
        !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return qiao_fail(err, QIAO_E_IO, "%s failed", script);
    return QIAO_OK;
}

const bench_command bench_serve = {
    "serve",
    "  serve --data DIR [SECONDS]\n"
    "      requests a second of POST /v1/match and GET /v1/needs/{id}/matches, p50, p99, memory (bench/serve.sh)\n",
    run};
