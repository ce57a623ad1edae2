/* Command lines by table: getopt_long underneath, --help written from the same table. */
#include "commands.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 40
#define HELP_COLUMN 24

enum { HELP = 1, LANG = 2, FIRST = 3 };

static void
print_option(const char *name, const char *value, const char *help)
{
    char left[64];

    snprintf(left, sizeof left, "  --%s%s%s", name, value != NULL ? " " : "", value != NULL ? value : "");
    printf("%-*s %s\n", HELP_COLUMN, left, qiao_say(help));
}

static void
print_help(const qiao_usage *usage)
{
    printf(qiao_say("usage: qiao-indexer %s [options] %s\n"), usage->command, usage->operands);
    printf("\n%s\n\n", qiao_say(usage->help));
    for (size_t i = 0; i < usage->option_count; i++)
        print_option(usage->options[i].name, usage->options[i].value, usage->options[i].help);
    print_option("lang", "zh|en", "language of messages; otherwise that of LC_ALL or LANG");
    print_option("help", NULL, "this text");
}

static int
wrong(const qiao_usage *usage)
{
    fprintf(stderr, qiao_say("see: qiao-indexer %s --help\n"), usage->command);
    return QIAO_EXIT_USAGE;
}

/* "8M" to 8388608. false where it is no number or too large. */
static bool
read_number(const char *text, bool size, uint64_t *out)
{
    static const char suffixes[] = "KMG";
    unsigned long long value;
    const char *suffix;
    char *end;

    if (*text < '0' || *text > '9' || strlen(text) > 18)
        return false;
    value = strtoull(text, &end, 10);
    suffix = *end != '\0' ? strchr(suffixes, *end) : NULL;
    if (suffix != NULL && size && end[1] == '\0') {
        unsigned shift = 10u * (unsigned)(suffix - suffixes + 1);

        if (value > (UINT64_MAX >> shift))
            return false;
        value <<= shift;
        end++;
    }
    *out = value;
    return *end == '\0';
}

static int
take_option(const qiao_usage *usage, const qiao_option *option, const char *value)
{
    qiao_option_texts *texts = option->target;

    switch (option->kind) {
    case QIAO_OPTION_FLAG:
        *(bool *)option->target = true;
        return -1;
    case QIAO_OPTION_TEXT:
        *(const char **)option->target = value;
        return -1;
    case QIAO_OPTION_NUMBER:
    case QIAO_OPTION_SIZE:
        if (read_number(value, option->kind == QIAO_OPTION_SIZE, option->target))
            return -1;
        fprintf(stderr, qiao_say("qiao-indexer: --%s needs a whole number, not \"%s\"\n"), option->name, value);
        return wrong(usage);
    case QIAO_OPTION_MANY:
        if (texts->count < QIAO_OPTION_TEXTS_MAX) {
            texts->items[texts->count++] = value;
            return -1;
        }
        fprintf(stderr, qiao_say("qiao-indexer: --%s is given more than %d times\n"), option->name,
                QIAO_OPTION_TEXTS_MAX);
        return wrong(usage);
    }
    return -1;
}

static void
fill_table(const qiao_usage *usage, struct option *table)
{
    size_t n = usage->option_count < OPTIONS_MAX ? usage->option_count : OPTIONS_MAX;

    for (size_t i = 0; i < n; i++)
        table[i] = (struct option){usage->options[i].name,
                                   usage->options[i].kind == QIAO_OPTION_FLAG ? no_argument : required_argument, NULL,
                                   (int)i + FIRST};
    table[n] = (struct option){"help", no_argument, NULL, HELP};
    table[n + 1] = (struct option){"lang", required_argument, NULL, LANG};
    table[n + 2] = (struct option){NULL, 0, NULL, 0};
}

static bool
is_given(const qiao_option *option)
{
    return option->kind != QIAO_OPTION_TEXT || *(const char **)option->target != NULL;
}

static int
check_complete(const qiao_usage *usage, size_t operands)
{
    for (size_t i = 0; i < usage->option_count; i++) {
        if (usage->options[i].required && !is_given(&usage->options[i])) {
            fprintf(stderr, qiao_say("qiao-indexer: --%s %s is missing\n"), usage->options[i].name,
                    usage->options[i].value);
            return wrong(usage);
        }
    }
    if (operands < usage->least || operands > usage->most) {
        fprintf(stderr,
                operands < usage->least ? qiao_say("qiao-indexer: %s is missing\n")
                                        : qiao_say("qiao-indexer: too many arguments; wanted: %s\n"),
                usage->operands[0] != '\0' ? usage->operands : qiao_say("none"));
        return wrong(usage);
    }
    return -1;
}

int
qiao_options_read(int argc, char **argv, const qiao_usage *usage, int *first_out)
{
    struct option table[OPTIONS_MAX + 3];
    bool help = false;
    int code, found;

    fill_table(usage, table);
    opterr = 0;
    optind = 0; /* glibc: start afresh */
    while ((found = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        if (found == HELP || found == 'h') {
            help = true;
        } else if (found == LANG) {
            qiao_console_start(optarg);
        } else if (found >= FIRST && found < FIRST + (int)usage->option_count) {
            code = take_option(usage, &usage->options[found - FIRST], optarg);
            if (code >= 0)
                return code;
        } else {
            fprintf(stderr,
                    found == ':' ? qiao_say("qiao-indexer: %s needs a value\n")
                                 : qiao_say("qiao-indexer: unknown option %s\n"),
                    argv[optind - 1]);
            return wrong(usage);
        }
    }
    if (help) {
        print_help(usage);
        return QIAO_EXIT_DONE;
    }
    *first_out = optind;
    return check_complete(usage, (size_t)(argc - optind));
}
