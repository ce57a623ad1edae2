/* qiao-indexer tune: weights proposed from verdicts, for people to read. The work is done by qiao/tune.h. */
#include "commands.h"

#include "qiao/file.h"
#include "qiao/tune.h"

#include <stdio.h>

static void
print_text(const qiao_tune_report *r, const char *out)
{
    printf(qiao_say("%llu judged pairs of %llu needs with both verdicts\n"), (unsigned long long)r->pairs,
           (unsigned long long)r->needs);
    printf(
        qiao_say("pairs in the right order, on needs not fitted to: %.1f %% with the weights there are, %.1f %% with "
                 "those proposed\n"),
        r->before * 100, r->after * 100);
    if (!r->proposed)
        fputs(qiao_say("the weights there are do as well: nothing is proposed\n"), stdout);
    else if (out != NULL)
        printf(qiao_say("proposed profile: %s; read it before you use it\n"), out);
    else
        fputs(qiao_say("write the proposed profile with --out FILE\n"), stdout);
}

static qiao_status
write_profile(const char *path, const qiao_buffer *profile, qiao_error *err)
{
    return path == NULL || profile->length == 0 ? QIAO_OK
                                                : qiao_file_write_atomic(path, profile->data, profile->length, err);
}

int
qiao_command_tune(int argc, char **argv)
{
    qiao_tune_options options = {.data_dir = NULL};
    const char *out = NULL;
    bool json = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &options.data_dir, "DIR", "data folder", true},
        {"generation", QIAO_OPTION_NUMBER, &options.generation, "N",
         "generation to learn from (default: the served one)", false},
        {"out", QIAO_OPTION_TEXT, &out, "FILE", "where a proposed profile goes", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {
        "tune",
        "",
        "Propose weights from the verdicts of people, with what they would have done to needs they\n"
        "were not fitted to. Nothing is applied.",
        table,
        sizeof table / sizeof *table,
        0,
        0};
    qiao_buffer report_json = {0}, profile = {0};
    qiao_tune_report report;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    st = qiao_tune(&options, &report, &report_json, &profile, &err);
    if (st == QIAO_OK)
        st = write_profile(out, &profile, &err);
    if (st == QIAO_OK && json)
        fputs(report_json.data, stdout);
    else if (st == QIAO_OK)
        print_text(&report, out);
    qiao_buffer_done(&report_json);
    qiao_buffer_done(&profile);
    return st == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}
