/* What the commands of qiao-bench share: clock, percentiles, the JSON line, options. */
#include "bench.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static uint64_t
read_clock(clockid_t clock)
{
    struct timespec now = {0, 0};

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
bench_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t
bench_busy_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

static int
compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

bench_times
bench_summary(double *values, size_t count)
{
    bench_times out = {0, 0, 0, 0};

    if (count == 0)
        return out;
    qsort(values, count, sizeof *values, compare_values);
    for (size_t i = 0; i < count; i++)
        out.mean += values[i] / (double)count;
    out.median = values[count / 2];
    out.p95 = values[count * 95 / 100];
    out.p99 = values[count * 99 / 100];
    return out;
}

/* ---- the result ---- */

static void
print_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x20u) {
            if (*text == '"' || *text == '\\')
                putchar('\\');
            putchar(*text);
        }
    putchar('"');
}

static void
read_machine(char *out, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];

    snprintf(out, size, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(out, size, "%s", strchr(line, ':') + 2);
            break;
        }
    if (file != NULL)
        fclose(file);
}

void
bench_begin(const char *name)
{
    char machine[128];
    const char *commit = getenv("BENCH_COMMIT");

    read_machine(machine, sizeof machine);
    printf("{\"bench\":");
    print_string(name);
    bench_text("commit", commit == NULL ? "unknown" : commit);
    bench_text("machine", machine);
    bench_text("compiler", __VERSION__);
    bench_text("flags", BENCH_FLAGS);
}

void
bench_number(const char *key, double value)
{
    if (isfinite(value))
        printf(",\"%s\":%.6g", key, value);
    else
        printf(",\"%s\":null", key);
}

void
bench_text(const char *key, const char *value)
{
    printf(",\"%s\":", key);
    print_string(value);
}

void
bench_times_of(const char *prefix, bench_times times)
{
    char key[64];

    snprintf(key, sizeof key, "%smedian_ms", prefix);
    bench_number(key, times.median);
    snprintf(key, sizeof key, "%sp95_ms", prefix);
    bench_number(key, times.p95);
    snprintf(key, sizeof key, "%sp99_ms", prefix);
    bench_number(key, times.p99);
}

void
bench_end(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        bench_number("peak_memory_mib", (double)usage.ru_maxrss / 1024.0);
    printf("}\n");
}

/* ---- a folder to work in ---- */

qiao_status
bench_folder_make(char *folder, qiao_error *err)
{
    const char *temporary = getenv("TMPDIR");

    snprintf(folder, QIAO_PATH_MAX, "%.4000s/qiao-bench-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    return mkdtemp(folder) != NULL ? QIAO_OK
                                   : qiao_fail(err, QIAO_E_IO, "no temporary folder could be made at %s", folder);
}

void
bench_folder_remove(const char *folder)
{
    if (qiao_file_remove_tree(folder, NULL) != QIAO_OK)
        fprintf(stderr, "%s could not be removed\n", folder);
}

/* ---- options ---- */

qiao_status
bench_whole(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *out, qiao_error *err)
{
    char *end = NULL;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || *out < least || *out > most)
        return qiao_fail(err, QIAO_E_USAGE, "--%s wants a whole number from %llu to %llu, not %s", option,
                         (unsigned long long)least, (unsigned long long)most, text);
    return QIAO_OK;
}
