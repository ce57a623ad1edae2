/* Progress on stderr: see commands.h. */
#include "commands.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_EVERY_US 100000u
#define LINE_EVERY_US 10000000u
#define BAR_CELLS 24

void
qiao_progress_start(qiao_progress *progress, const char *label, bool quiet)
{
    *progress = (qiao_progress){.label = label, .quiet = quiet};
    progress->terminal = isatty(STDERR_FILENO) != 0;
    progress->started_us = progress->shown_us = qiao_clock_monotonic_us();
}

static void
show_bar(const qiao_progress *progress, uint64_t done, uint64_t total, const char *detail)
{
    char bar[BAR_CELLS + 1];
    size_t filled = total == 0 ? 0 : (size_t)(done >= total ? BAR_CELLS : (double)done / (double)total * BAR_CELLS);

    memset(bar, ' ', BAR_CELLS);
    memset(bar, '=', filled);
    bar[BAR_CELLS] = '\0';
    if (total == 0)
        fprintf(stderr, "\r\033[K%s  %s", progress->label, detail);
    else
        fprintf(stderr, "\r\033[K%s [%s] %3.0f%%  %s", progress->label, bar, 100.0 * (double)done / (double)total,
                detail);
    fflush(stderr);
}

static void
show_line(const qiao_progress *progress, uint64_t done, uint64_t total, const char *detail, uint64_t now)
{
    unsigned long long seconds = (now - progress->started_us) / 1000000u;

    if (total == 0)
        fprintf(stderr, "%s: %s%s%llu s\n", progress->label, detail, *detail == '\0' ? "" : ", ", seconds);
    else
        fprintf(stderr, "%s: %.0f%%, %s%s%llu s\n", progress->label, 100.0 * (double)done / (double)total, detail,
                *detail == '\0' ? "" : ", ", seconds);
}

void
qiao_progress_show(qiao_progress *progress, uint64_t done, uint64_t total, const char *detail)
{
    uint64_t now;

    if (progress->quiet)
        return;
    now = qiao_clock_monotonic_us();
    if (now - progress->shown_us < (progress->terminal ? BAR_EVERY_US : LINE_EVERY_US))
        return;
    if (progress->terminal)
        show_bar(progress, done, total, detail != NULL ? detail : "");
    else
        show_line(progress, done, total, detail != NULL ? detail : "", now);
    progress->shown_us = now;
    progress->shown = true;
}

const char *
qiao_progress_rate(const qiao_progress *progress, uint64_t done, uint64_t total, char out[QIAO_PROGRESS_RATE_SIZE])
{
    double seconds = (double)(qiao_clock_monotonic_us() - progress->started_us) / 1e6;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    uint64_t left = rate > 0 && total > done ? (uint64_t)((double)(total - done) / rate) : 0;
    char number[32];

    qiao_console_number((uint64_t)rate, number);
    if (left < 120)
        snprintf(out, QIAO_PROGRESS_RATE_SIZE, qiao_say("%s a second, %llu s left"), number, (unsigned long long)left);
    else
        snprintf(out, QIAO_PROGRESS_RATE_SIZE, qiao_say("%s a second, %llu min left"), number,
                 (unsigned long long)(left / 60));
    return out;
}

void
qiao_progress_end(qiao_progress *progress)
{
    if (progress->terminal && progress->shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
