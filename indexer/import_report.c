/* See import_report.h. */
#include "import_report.h"

#include "commands.h"

#include <string.h>

void
qiaoi_issue_print(uint64_t line, const qiao_record_issue *issue, FILE *out)
{
    const char *reason = qiao_console_language() == QIAO_LANGUAGE_ZH ? issue->reason_zh : issue->reason;
    qiao_buffer value = {.limit = 0};

    fprintf(out, qiao_say("  line %llu"), (unsigned long long)line);
    if (issue->pointer[0] != '\0')
        fprintf(out, ", %s", issue->pointer);
    if (issue->value[0] != '\0') {
        qiao_console_clip(&value, issue->value, strlen(issue->value), 60);
        fprintf(out, " \"%s\"", value.data != NULL ? value.data : "");
        qiao_buffer_done(&value);
    }
    fprintf(out, qiao_say(": %s\n"), reason);
}

static void
print_issues(const qiaoi_line_issue *issues, size_t count, uint64_t total, FILE *out)
{
    for (size_t i = 0; i < count; i++)
        qiaoi_issue_print(issues[i].line, &issues[i].issue, out);
    if (total > count)
        fprintf(out, qiao_say("  and %llu more\n"), (unsigned long long)(total - count));
}

static void
print_counts(const qiaoi_file_report *report, FILE *out)
{
    char read[32], fresh[32], changed[32], unchanged[32], refused[32], rate[32];
    double per_second = report->seconds > 0 ? (double)report->read / report->seconds : 0;

    fprintf(out, qiao_say("%s: %s records read: %s new, %s changed, %s unchanged, %s refused (%.2f s, %s a second)\n"),
            report->file, qiao_console_number(report->read, read), qiao_console_number(report->fresh, fresh),
            qiao_console_number(report->changed, changed), qiao_console_number(report->unchanged, unchanged),
            qiao_console_number(report->refused, refused), report->seconds,
            qiao_console_number((uint64_t)per_second, rate));
}

static void
print_unknown(const qiaoi_file_report *report, FILE *out)
{
    if (report->unknown_count == 0 && report->unknown_others == 0)
        return;
    fputs(qiao_say("  fields that the schema does not know, kept as they are:"), out);
    for (size_t i = 0; i < report->unknown_count && i < 10; i++)
        fprintf(out, "%s %s (%llu)", i > 0 ? "," : "", report->unknown[i].name,
                (unsigned long long)report->unknown[i].count);
    if (report->unknown_count > 10 || report->unknown_others > 0)
        fprintf(out, qiao_say(", and others (--json lists them)"));
    fputc('\n', out);
}

static void
print_repeats(const qiaoi_file_report *report, FILE *out)
{
    if (report->repeated == 0)
        return;
    fprintf(out, qiao_say("  %llu ids stand more than once in the file; the last of each was taken:"),
            (unsigned long long)report->repeated);
    for (size_t i = 0; i < report->repeat_count && i < 5; i++)
        fprintf(out, qiao_say("%s line %llu repeats line %llu"), i > 0 ? "," : "",
                (unsigned long long)report->repeats[i].line, (unsigned long long)report->repeats[i].earlier);
    fputs(report->repeated > 5 ? " ...\n" : "\n", out);
}

void
qiaoi_report_print(const qiaoi_file_report *report, FILE *out)
{
    if (report->read > 0 || report->error.status == QIAO_OK)
        print_counts(report, out);
    if (report->unchanged > 0 && report->unchanged + report->repeated == report->read && report->error.status == QIAO_OK)
        fputs(qiao_say("  nothing changed: the store holds all of it already\n"), out);
    print_issues(report->refusals, report->refusal_count, report->refused, out);
    if (report->rejects_path[0] != '\0')
        fprintf(
            out,
            qiao_say("  refused lines, with reasons, are in %s: mend them there or at the source and import again\n"),
            report->rejects_path);
    print_repeats(report, out);
    print_unknown(report, out);
    if (report->warnings > 0)
        fprintf(out, qiao_say("  %llu warnings about records that went in:\n"), (unsigned long long)report->warnings);
    print_issues(report->warned, report->warned_count < 5 ? report->warned_count : 5, report->warnings, out);
}

static void
write_text(qiao_buffer *out, const char *key, const char *text)
{
    qiao_buffer_printf(out, "\"%s\":", key);
    qiao_buffer_json_string(out, text, strlen(text));
}

static void
write_count(qiao_buffer *out, const char *key, uint64_t value)
{
    qiao_buffer_printf(out, ",\"%s\":%llu", key, (unsigned long long)value);
}

void
qiaoi_issue_write_json(const qiao_record_issue *issue, qiao_buffer *out)
{
    write_text(out, "pointer", issue->pointer);
    qiao_buffer_char(out, ',');
    write_text(out, "value", issue->value);
    qiao_buffer_char(out, ',');
    write_text(out, "reason", issue->reason);
    qiao_buffer_char(out, ',');
    write_text(out, "reason_zh", issue->reason_zh);
}

static void
write_issues(qiao_buffer *out, const char *key, const qiaoi_line_issue *issues, size_t count)
{
    qiao_buffer_printf(out, ",\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_printf(out, "%s{\"line\":%llu,", i > 0 ? "," : "", (unsigned long long)issues[i].line);
        qiaoi_issue_write_json(&issues[i].issue, out);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}

static void
write_unknown(qiao_buffer *out, const qiaoi_file_report *report)
{
    qiao_buffer_text(out, ",\"unknown_fields\":{");
    for (size_t i = 0; i < report->unknown_count; i++) {
        if (i > 0)
            qiao_buffer_char(out, ',');
        qiao_buffer_json_string(out, report->unknown[i].name, strlen(report->unknown[i].name));
        qiao_buffer_printf(out, ":%llu", (unsigned long long)report->unknown[i].count);
    }
    qiao_buffer_char(out, '}');
    write_count(out, "unknown_fields_others", report->unknown_others);
}

static void
write_repeats(qiao_buffer *out, const qiaoi_file_report *report)
{
    qiao_buffer_text(out, ",\"repeats\":[");
    for (size_t i = 0; i < report->repeat_count; i++)
        qiao_buffer_printf(out, "%s{\"line\":%llu,\"earlier\":%llu}", i > 0 ? "," : "",
                           (unsigned long long)report->repeats[i].line, (unsigned long long)report->repeats[i].earlier);
    qiao_buffer_char(out, ']');
}

static void
write_error(qiao_buffer *out, const qiao_error *error)
{
    qiao_buffer_char(out, ',');
    write_text(out, "status", qiao_status_token(error->status));
    if (error->status == QIAO_OK)
        return;
    qiao_buffer_char(out, ',');
    write_text(out, "message", error->message);
    qiao_buffer_char(out, ',');
    write_text(out, "message_zh", error->message_zh);
    qiao_buffer_char(out, ',');
    write_text(out, "hint", error->hint);
    qiao_buffer_char(out, ',');
    write_text(out, "hint_zh", error->hint_zh);
}

void
qiaoi_report_write_json(const qiaoi_file_report *report, qiao_buffer *out)
{
    qiao_buffer_char(out, '{');
    write_text(out, "file", report->file);
    qiao_buffer_char(out, ',');
    write_text(out, "format", report->format);
    qiao_buffer_char(out, ',');
    write_text(out, "compression", report->compression);
    qiao_buffer_char(out, ',');
    write_text(out, "encoding", report->encoding);
    write_error(out, &report->error);
    write_count(out, "read", report->read);
    write_count(out, "new", report->fresh);
    write_count(out, "changed", report->changed);
    write_count(out, "unchanged", report->unchanged);
    write_count(out, "refused", report->refused);
    write_count(out, "repeated", report->repeated);
    write_count(out, "warnings", report->warnings);
    write_count(out, "committed", report->committed);
    write_unknown(out, report);
    write_issues(out, "refusals", report->refusals, report->refusal_count);
    write_repeats(out, report);
    write_issues(out, "warned", report->warned, report->warned_count);
    qiao_buffer_char(out, ',');
    write_text(out, "rejects", report->rejects_path);
    qiao_buffer_printf(out, ",\"seconds\":%.3f}", report->seconds);
}
