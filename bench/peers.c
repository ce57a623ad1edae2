/* Runs the peers of tests/peers and reads what they found. */
#include "peers.h"

#include "qiao/file.h"
#include "qiao/memory.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static qiao_status
run_program(char *const arguments[], qiao_error *err)
{
    pid_t pid;
    int status = 0;

    if (posix_spawnp(&pid, arguments[0], NULL, NULL, arguments, environ) != 0)
        return qiao_fail(err, QIAO_E_NOTFOUND, "%s is not installed; sh bench/retrieval.sh installs the peers",
                         arguments[0]);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return qiao_fail(err, QIAO_E_IO, "the peer %s failed", arguments[0]);
    return QIAO_OK;
}

static qiao_status
run_xapian(const char *folder, const char *hits, qiao_error *err)
{
    char program[4096 + 16];
    ssize_t length = readlink("/proc/self/exe", program, 4095);
    char *arguments[] = {program, (char *)(uintptr_t)folder, (char *)(uintptr_t)hits, NULL};

    if (length <= 0)
        return qiao_fail(err, QIAO_E_IO, "/proc/self/exe cannot be read");
    program[length] = '\0';
    snprintf(strrchr(program, '/'), 16, "/peer-xapian");
    return run_program(arguments, err);
}

static qiao_status
run_lucene(const char *folder, const char *hits, qiao_error *err)
{
    char java[] = "java", path_option[] = "-cp", heap[] = "-Xmx4g", path[] = BENCH_LUCENE_JAR,
         source[] = BENCH_PEERS "/LucenePeer.java";
    char *arguments[] = {java, heap, path_option, path, source, (char *)(uintptr_t)folder, (char *)(uintptr_t)hits,
                         NULL};

    if (!qiao_file_exists(path))
        return qiao_fail(err, QIAO_E_NOTFOUND, "%s is not installed; sh bench/retrieval.sh installs the peers", path);
    return run_program(arguments, err);
}

qiao_status
bench_peer_run(const char *name, const char *folder, uint32_t hits, qiao_error *err)
{
    char number[16];

    snprintf(number, sizeof number, "%u", hits);
    if (strcmp(name, "xapian") == 0)
        return run_xapian(folder, number, err);
    if (strcmp(name, "lucene") == 0)
        return run_lucene(folder, number, err);
    return qiao_fail(err, QIAO_E_USAGE, "no peer %s; there are xapian and lucene", name);
}

qiao_status
bench_run_init(bench_run *run, uint32_t queries, uint32_t hits, qiao_error *err)
{
    run->queries = queries;
    run->hits = hits;
    run->times_ms = qiao_calloc((size_t)queries + 1, sizeof *run->times_ms);
    run->busy_ms = qiao_calloc((size_t)queries + 1, sizeof *run->busy_ms);
    run->documents = qiao_alloc(((size_t)queries * hits + 1) * sizeof *run->documents);
    if (run->times_ms == NULL || run->busy_ms == NULL || run->documents == NULL) {
        bench_run_done(run);
        return qiao_fail_memory(err);
    }
    memset(run->documents, 0xFF, (size_t)queries * hits * sizeof *run->documents);
    return QIAO_OK;
}

void
bench_run_done(bench_run *run)
{
    qiao_free(run->times_ms);
    qiao_free(run->busy_ms);
    qiao_free(run->documents);
    memset(run, 0, sizeof *run);
}

static bool
read_line(char *line, double *time_out, uint32_t *documents, uint32_t hits)
{
    char *end;

    *time_out = strtod(line, &end);
    if (end == line || *end != '\t')
        return false;
    for (uint32_t i = 0; i < hits; i++) {
        char *from = end;
        unsigned long number = strtoul(from, &end, 10);

        if (end == from)
            break;
        documents[i] = (uint32_t)number;
    }
    return true;
}

qiao_status
bench_run_read(const char *folder, const char *name, uint32_t queries, uint32_t hits, bench_run *out, qiao_error *err)
{
    char path[4200];
    qiao_buffer file = {0};
    char *line, *next;
    qiao_status st;

    memset(out, 0, sizeof *out);
    snprintf(path, sizeof path, "%s/%s.run", folder, name);
    st = qiao_file_read(path, 0, &file, err);
    if (st == QIAO_OK)
        st = bench_run_init(out, queries, hits, err);
    line = file.data;
    for (uint32_t q = 0; st == QIAO_OK && q < queries; q++, line = next) {
        next = strchr(line, '\n');
        if (next == NULL || !read_line(line, &out->times_ms[q], out->documents + (size_t)q * hits, hits)) {
            st = qiao_fail(err, QIAO_E_INPUT, "%s, line %u: milliseconds, a tab and document numbers are needed", path,
                           q + 1);
            break;
        }
        next++;
    }
    qiao_buffer_done(&file);
    if (st != QIAO_OK)
        bench_run_done(out);
    return st;
}

double
bench_run_overlap(const bench_run *a, const bench_run *b)
{
    double sum = 0;

    for (uint32_t q = 0; q < a->queries; q++) {
        const uint32_t *x = a->documents + (size_t)q * a->hits, *y = b->documents + (size_t)q * b->hits;
        uint32_t same = 0, count = 0;

        for (uint32_t i = 0; i < a->hits && x[i] != UINT32_MAX; i++, count++)
            for (uint32_t k = 0; k < b->hits; k++)
                same += x[i] == y[k];
        sum += count == 0 ? 1.0 : (double)same / count;
    }
    return a->queries == 0 ? 0 : sum / a->queries;
}
