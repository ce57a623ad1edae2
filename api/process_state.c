/* Reads /proc, the data folder and the reports of nights. */
#include "process_state.h"

#include "qiao/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define NIGHTS_LOOKED_AT 60
#define NAME_SIZE 48 /* "nightly-20261128T195213Z-1.json" */
#define PATH_SIZE 4200

static uint64_t
kib_after(const char *text, const char *word)
{
    const char *at = strstr(text, word);

    return at != NULL ? strtoull(at + strlen(word), NULL, 10) * 1024 : 0;
}

/* The beginning of a file; NUL-terminated. */
static bool
read_start(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t length;

    if (file == NULL)
        return false;
    length = fread(out, 1, size - 1, file);
    out[length] = '\0';
    fclose(file);
    return length > 0;
}

static uint64_t
count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    uint64_t count = 0;

    if (folder == NULL)
        return 0;
    for (const struct dirent *at = readdir(folder); at != NULL; at = readdir(folder))
        count += at->d_name[0] != '.';
    closedir(folder);
    return count != 0 ? count - 1 : 0; /* without the one that lists */
}

bool
qiaoi_process_look(qiaoi_process_state *out)
{
    char status[4096];
    struct rusage usage;
    struct rlimit limit;

    *out = (qiaoi_process_state){0};
    if (!read_start("/proc/self/status", status, sizeof status) || getrusage(RUSAGE_SELF, &usage) != 0 ||
        getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    out->resident = kib_after(status, "VmRSS:");
    out->own = kib_after(status, "RssAnon:");
    out->cpu_us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                  (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    out->descriptors = count_descriptors();
    out->descriptors_max = (uint64_t)limit.rlim_cur;
    return true;
}

bool
qiaoi_desk_file_bytes(const char *data_dir, uint64_t *out)
{
    char path[PATH_SIZE];
    struct stat found;

    snprintf(path, sizeof path, "%.4000s/desk.mdb", data_dir);
    if (stat(path, &found) != 0)
        return false;
    *out = (uint64_t)found.st_size;
    return true;
}

bool
qiaoi_published_at(const char *data_dir, int64_t *out)
{
    char path[PATH_SIZE];
    struct stat found;

    snprintf(path, sizeof path, "%.4000s/catalog/CURRENT", data_dir);
    if (stat(path, &found) != 0)
        return false;
    *out = (int64_t)found.st_mtim.tv_sec;
    return true;
}

static bool
is_report(const char *name)
{
    size_t length = strlen(name);

    return strncmp(name, "nightly-", 8) == 0 && length < NAME_SIZE && length > 13 &&
           strcmp(name + length - 5, ".json") == 0;
}

/* The newest reports of the folder: names sort as their times do. Newest first. */
static int
list_reports(const char *folder, char names[NIGHTS_LOOKED_AT][NAME_SIZE])
{
    DIR *open = opendir(folder);
    int count = 0;

    if (open == NULL)
        return 0;
    for (const struct dirent *at = readdir(open); at != NULL; at = readdir(open)) {
        int place = count;

        if (!is_report(at->d_name))
            continue;
        while (place > 0 && strcmp(names[place - 1], at->d_name) < 0)
            place--;
        if (place == NIGHTS_LOOKED_AT)
            continue;
        count += count < NIGHTS_LOOKED_AT;
        memmove(names[place + 1], names[place], (size_t)(count - place - 1) * NAME_SIZE);
        snprintf(names[place], NAME_SIZE, "%.47s", at->d_name);
    }
    closedir(open);
    return count;
}

/* Seconds since 1970 of "2026-11-23T22:38:40Z"; 0 = it is none. */
static int64_t
seconds_of(const char *text)
{
    int32_t day = qiao_date_days(text, strlen(text));
    int hour, minute, second;

    if (day == INT32_MIN || strlen(text) < 19 || sscanf(text + 10, "T%2d:%2d:%2d", &hour, &minute, &second) != 3)
        return 0;
    return (int64_t)day * 86400 + hour * 3600 + minute * 60 + second;
}

/* "started" and "exit_code" stand first in a report. */
static bool
read_report(const char *path, int64_t *started_out, int *code_out)
{
    char start[512];
    const char *started, *code;

    if (!read_start(path, start, sizeof start))
        return false;
    started = strstr(start, "\"started\":");
    code = strstr(start, "\"exit_code\":");
    if (started == NULL || code == NULL)
        return false;
    started = strchr(started + strlen("\"started\":"), '"');
    *started_out = started != NULL ? seconds_of(started + 1) : 0;
    *code_out = (int)strtol(code + strlen("\"exit_code\":"), NULL, 10);
    return *started_out != 0;
}

bool
qiaoi_night_look(const char *data_dir, qiaoi_night *out)
{
    char folder[PATH_SIZE], path[PATH_SIZE + NAME_SIZE + 1], names[NIGHTS_LOOKED_AT][NAME_SIZE];
    int count;

    *out = (qiaoi_night){0};
    snprintf(folder, sizeof folder, "%.4000s/reports", data_dir);
    count = list_reports(folder, names);
    for (int i = 0; i < count && out->success == 0; i++) {
        int64_t started;
        int code;

        snprintf(path, sizeof path, "%s/%.*s", folder, NAME_SIZE - 1, names[i]);
        if (!read_report(path, &started, &code))
            continue;
        if (out->last == 0) {
            out->last = started;
            out->exit_code = code;
        }
        if (code == 0 || code == 3) /* 3: published, though a source failed or records were refused */
            out->success = started;
    }
    return out->last != 0;
}
