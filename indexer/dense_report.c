/* Finds embeddings.json and says what the dense channel of a build came to. A fault of the channel is a warning: the build itself is done. */
#include "dense_report.h"

#include "commands.h"
#include "qiao/catalog.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

qiao_status
qiao_dense_open(const char *data_dir, const char *named, qiaoi_embeddings **out, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", data_dir, QIAOI_EMBEDDINGS_FILE);

    *out = NULL;
    if (named == NULL && (n < 0 || (size_t)n >= sizeof path || !qiao_file_exists(path)))
        return QIAO_OK;
    return qiaoi_embeddings_open(named != NULL ? named : path, NULL, out, err);
}

void
qiao_dense_report_json(const qiao_build_report *report, bool on, qiao_buffer *out)
{
    const char *reason = qiao_error_message(&report->dense_reason, qiao_console_language());

    if (!on) {
        qiao_buffer_text(out, "\"dense\":null");
        return;
    }
    qiao_buffer_printf(out,
                       "\"dense\":{\"vectors\":%llu,\"reused\":%llu,\"failed\":%llu,\"refused\":%llu,\"projects_served\":%s,\"needs_served\":%s,"
                       "\"reason\":",
                       (unsigned long long)report->dense_vectors, (unsigned long long)report->dense_reused, (unsigned long long)report->dense_failed,
                       (unsigned long long)report->dense_refused, report->dense_served[QIAO_PROJECT] ? "true" : "false",
                       report->dense_served[QIAO_NEED] ? "true" : "false");
    if (report->dense_reason.status != QIAO_OK)
        qiao_buffer_json_string(out, reason, strlen(reason));
    else
        qiao_buffer_text(out, "null");
    qiao_buffer_char(out, '}');
}

void
qiao_dense_warn(const qiao_build_report *report)
{
    const char *hint = qiao_error_hint_text(&report->dense_reason, qiao_console_language());

    if (report->dense_reason.status == QIAO_OK)
        return;
    fprintf(stderr, qiao_say("warning: dense channel: %s\n"), qiao_error_message(&report->dense_reason, qiao_console_language()));
    if (*hint != '\0')
        fprintf(stderr, "  %s\n", hint);
}

void
qiao_dense_report_text(const qiao_build_report *report)
{
    char vectors[32], reused[32], failed[32], refused[32];

    printf(qiao_say("vectors: %s, of them %s taken over; %s not had this time, %s refused by the service\n"),
           qiao_console_number(report->dense_vectors, vectors), qiao_console_number(report->dense_reused, reused),
           qiao_console_number(report->dense_failed, failed), qiao_console_number(report->dense_refused, refused));
    if (!report->dense_served[QIAO_PROJECT] && report->projects > 0)
        fputs(qiao_say("projects are ranked by terms alone: too few have a vector\n"), stdout);
    if (!report->dense_served[QIAO_NEED] && report->needs > 0)
        fputs(qiao_say("needs are ranked by terms alone: too few have a vector\n"), stdout);
}
