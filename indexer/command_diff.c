/* qiao-indexer diff: what changed for the needs between two generations. The work is done by qiao/diff.h. */
#include "commands.h"

#include "qiao/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct diff_output {
    bool json, told_only, first;
    qiao_buffer line;
} diff_output;

static void
json_place(qiao_buffer *out, const char *name, const qiao_diff_place *place)
{
    if (place->rank == 0)
        qiao_buffer_printf(out, ",\"%s\":null", name);
    else
        qiao_buffer_printf(out, ",\"%s\":{\"rank\":%u,\"score\":%d,\"band\":\"%s\"}", name, (unsigned)place->rank,
                           (int)place->score, qiao_band_code(place->band));
}

static void
write_json(diff_output *output, const qiao_match_change *change)
{
    qiao_buffer *out = &output->line;

    qiao_buffer_text(out, output->first ? "\n{\"need\":" : ",\n{\"need\":");
    qiao_buffer_json_string(out, change->need, strlen(change->need));
    qiao_buffer_text(out, ",\"project\":");
    qiao_buffer_json_string(out, change->project, strlen(change->project));
    qiao_buffer_printf(out, ",\"change\":\"%s\",\"cause\":\"%s\",\"told\":%s", qiao_diff_code(change->kind),
                       qiao_cause_code(change->cause), change->told ? "true" : "false");
    json_place(out, "before", &change->before);
    json_place(out, "after", &change->after);
    qiao_buffer_char(out, '}');
}

static void
text_place(qiao_buffer *out, const qiao_diff_place *place)
{
    if (place->rank == 0)
        qiao_buffer_text(out, "-");
    else
        qiao_buffer_printf(out, "#%u %d.%03d %s", (unsigned)place->rank, (int)(place->score / 1000000),
                           (int)(place->score % 1000000 / 1000), qiao_band_code(place->band));
}

/* Tab-separated, for people and for cut and awk: the codes are those of --json. */
static void
write_text(diff_output *output, const qiao_match_change *change)
{
    qiao_buffer *out = &output->line;

    qiao_buffer_printf(out, "%s\t%s\t%s\t%s\t%s\t", change->told ? "!" : " ", qiao_diff_code(change->kind),
                       change->need, change->project, qiao_cause_code(change->cause));
    text_place(out, &change->before);
    qiao_buffer_char(out, '\t');
    text_place(out, &change->after);
    qiao_buffer_char(out, '\n');
}

static qiao_status
print_change(const qiao_match_change *change, void *context, qiao_error *err)
{
    diff_output *output = context;
    qiao_status st;

    if (output->told_only && !change->told)
        return QIAO_OK;
    qiao_buffer_clear(&output->line);
    (output->json ? write_json : write_text)(output, change);
    output->first = false;
    st = qiao_buffer_check(&output->line, err);
    if (st == QIAO_OK && fwrite(output->line.data, 1, output->line.length, stdout) != output->line.length)
        st = qiao_fail(err, QIAO_E_IO, "cannot write the results");
    return st;
}

static void
end_json(const qiao_diff_report *r)
{
    static const char *const sides[] = {"projects", "needs"};

    fputs("],\"summary\":{", stdout);
    for (int kind = 0; kind < QIAO_DIFF_COUNT; kind++)
        printf("\"%s\":%llu,", qiao_diff_code((qiao_diff_kind)kind), (unsigned long long)r->changes[kind]);
    printf("\"told\":%llu", (unsigned long long)r->told);
    for (int side = 0; side < 2; side++)
        printf(",\"%s\":{\"new\":%llu,\"gone\":%llu,\"changed\":%llu,\"renamed\":%llu}", sides[side],
               (unsigned long long)r->records_new[side], (unsigned long long)r->records_gone[side],
               (unsigned long long)r->records_changed[side], (unsigned long long)r->records_renamed[side]);
    fputs("}}\n", stdout);
}

static void
end_text(const qiao_diff_report *r)
{
    fprintf(stderr, qiao_say("%llu new, %llu better, %llu worse, %llu lost; %llu worth telling\n"),
            (unsigned long long)r->changes[QIAO_DIFF_NEW], (unsigned long long)r->changes[QIAO_DIFF_BETTER],
            (unsigned long long)r->changes[QIAO_DIFF_WORSE], (unsigned long long)r->changes[QIAO_DIFF_LOST],
            (unsigned long long)r->told);
}

int
qiao_command_diff(int argc, char **argv)
{
    diff_output output = {.first = true};
    qiao_diff_options options = {.sink = print_change, .context = &output};
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &options.data_dir, "DIR", "data folder", true},
        {"told", QIAO_OPTION_FLAG, &output.told_only, NULL, "only what somebody should be told", false},
        {"json", QIAO_OPTION_FLAG, &output.json, NULL, "the report as JSON", false},
    };
    const qiao_usage usage = {
        "diff",
        "A B",
        "What changed for the needs from generation A to generation B: matches that are new, better,\n"
        "worse or lost, and why. Lines that begin with ! are worth telling somebody.",
        table,
        sizeof table / sizeof *table,
        2,
        2};
    qiao_diff_report report;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    st = qiao_console_generation(argv[first], &options.from, &err);
    if (st == QIAO_OK)
        st = qiao_console_generation(argv[first + 1], &options.to, &err);
    if (st == QIAO_OK && output.json)
        printf("{\"from\":%llu,\"to\":%llu,\"changes\":[", (unsigned long long)options.from,
               (unsigned long long)options.to);
    if (st == QIAO_OK)
        st = qiao_diff(&options, &report, &err);
    qiao_buffer_done(&output.line);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    (output.json ? end_json : end_text)(&report);
    return QIAO_EXIT_DONE;
}
