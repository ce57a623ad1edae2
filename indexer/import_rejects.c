/* See import_rejects.h. */
#include "import_rejects.h"

#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_BYTES 80
#define TRIES 100

/* The file's own name without its folder and odd characters: it becomes part of a file name. */
static void
plain_name(const char *file, char out[NAME_MAX_BYTES + 1])
{
    const char *slash = strrchr(file, '/');
    const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : file;
    size_t n = 0;

    if (strcmp(file, "-") == 0)
        name = "stdin";
    for (; *name != '\0' && n < NAME_MAX_BYTES; name++) {
        unsigned char c = (unsigned char)*name;

        out[n++] = c <= 0x20 || c == 0x7F || strchr("/\\:*?\"<>|", *name) != NULL ? '_' : *name;
    }
    while (n > 0 && ((unsigned char)out[n - 1] & 0xC0) == 0x80 && n == NAME_MAX_BYTES) /* half a character at the cut */
        n--;
    out[n] = '\0';
}

/* "20261123T223840Z" */
static void
stamp(char out[24])
{
    char now[21];
    size_t n = 0;

    qiao_clock_utc(now);
    for (const char *at = now; *at != '\0'; at++) {
        if (*at != '-' && *at != ':')
            out[n++] = *at;
    }
    out[n] = '\0';
}

static qiao_status
open_below(qiaoi_rejects *rejects, const char *data_dir, const char *file, qiao_error *err)
{
    char name[NAME_MAX_BYTES + 1], time[24], folder[4096];
    int n = snprintf(folder, sizeof folder, "%s/rejects", data_dir);
    qiao_status status;
    int fd = -1;

    if (n < 0 || (size_t)n >= sizeof folder - NAME_MAX_BYTES - 64)
        return qiao_fail(err, QIAO_E_LIMIT, "the path of the data folder is too long");
    status = qiao_file_make_directories(folder, err);
    if (status != QIAO_OK)
        return status;
    plain_name(file, name);
    stamp(time);
    for (int i = 1; fd < 0 && i < TRIES; i++) {
        snprintf(rejects->path, sizeof rejects->path, i == 1 ? "%.3900s/%s-%s.ndjson" : "%.3900s/%s-%s-%d.ndjson",
                 folder, name, time, i);
        fd = open(rejects->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot create the rejects file %s", rejects->path);
    rejects->file = fdopen(fd, "w");
    if (rejects->file == NULL)
        close(fd);
    return rejects->file != NULL ? QIAO_OK : qiao_fail_memory(err);
}

static qiao_status
open_at(qiaoi_rejects *rejects, const char *path, qiao_error *err)
{
    snprintf(rejects->path, sizeof rejects->path, "%s", path);
    rejects->file = fopen(path, "we");
    return rejects->file != NULL ? QIAO_OK : qiao_fail_errno(err, errno, "cannot create the rejects file %s", path);
}

static void
write_member(qiao_buffer *out, const char *key, const char *text, size_t length)
{
    qiao_buffer_printf(out, ",\"%s\":", key);
    qiao_buffer_json_string(out, text, length);
}

static void
write_issue(qiao_buffer *out, const qiao_record_issue *issue)
{
    qiao_buffer_text(out, "\"pointer\":");
    qiao_buffer_json_string(out, issue->pointer, strlen(issue->pointer));
    write_member(out, "value", issue->value, strlen(issue->value));
    write_member(out, "reason", issue->reason, strlen(issue->reason));
    write_member(out, "reason_zh", issue->reason_zh, strlen(issue->reason_zh));
}

static void
write_reject(qiao_buffer *out, const char *file, uint64_t line, const qiao_record_issue *issues, size_t count,
             const char *raw, size_t raw_length)
{
    qiao_buffer_text(out, "{\"file\":");
    qiao_buffer_json_string(out, file, strlen(file));
    qiao_buffer_printf(out, ",\"line\":%llu,", (unsigned long long)line);
    write_issue(out, &issues[0]);
    write_member(out, "raw", raw, raw_length);
    for (size_t i = 1; i < count; i++) {
        qiao_buffer_text(out, i == 1 ? ",\"more\":[{" : ",{");
        write_issue(out, &issues[i]);
        qiao_buffer_text(out, i + 1 == count ? "}]" : "}");
    }
    qiao_buffer_text(out, "}\n");
}

qiao_status
qiaoi_rejects_add(qiaoi_rejects *rejects, const char *data_dir, const char *fixed_path, const char *file, uint64_t line,
                  const qiao_record_issue *issues, size_t issue_count, const char *raw, size_t raw_length,
                  qiao_error *err)
{
    qiao_buffer out = {.limit = 0};
    qiao_status status = QIAO_OK;

    if (rejects->file == NULL)
        status = fixed_path != NULL ? open_at(rejects, fixed_path, err) : open_below(rejects, data_dir, file, err);
    if (status != QIAO_OK)
        return status;
    write_reject(&out, file, line, issues, issue_count, raw, raw_length);
    status = qiao_buffer_check(&out, err);
    if (status == QIAO_OK && fwrite(out.data, 1, out.length, rejects->file) != out.length)
        status = qiao_fail_errno(err, errno, "cannot write the rejects file %s", rejects->path);
    qiao_buffer_done(&out);
    rejects->count++;
    return status;
}

qiao_status
qiaoi_rejects_finish(qiaoi_rejects *rejects, qiao_error *err)
{
    if (rejects->file == NULL)
        return QIAO_OK;
    if (fflush(rejects->file) != 0 || fsync(fileno(rejects->file)) != 0) {
        if (errno != EINVAL && errno != ENOTSUP) /* a pipe or a device cannot be synced */
            return qiao_fail_errno(err, errno, "cannot write the rejects file %s", rejects->path);
    }
    return QIAO_OK;
}

void
qiaoi_rejects_close(qiaoi_rejects *rejects)
{
    if (rejects->file != NULL)
        fclose(rejects->file);
    rejects->file = NULL;
}
