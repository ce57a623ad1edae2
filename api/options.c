/* Reads the command line by the table below. */
#include "options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum option_kind { TEXT, NUMBER, LANGUAGE, FLAG } option_kind;

typedef struct option_row {
    const char *name;
    option_kind kind;
    size_t offset;
    const char *value;    /* as shown in the help */
    const char *standard; /* default; NULL = none */
    uint64_t least, most; /* of numbers */
    unsigned commands;    /* bits of the commands that take it */
    const char *help;
} option_row;

#define FOR(command) (1u << QIAOI_COMMAND_##command)
#define FOR_ALL UINT32_MAX

static const option_row options[] = {
    {"data", TEXT, offsetof(qiaoi_options, data), "DIR", NULL, 0, 0, FOR_ALL,
     "data folder, as written by qiao-indexer (required)"},
    {"listen", TEXT, offsetof(qiaoi_options, listen), "HOST:PORT", "127.0.0.1:8080", 0, 0, FOR(SERVE),
     "address to listen on; port 0 takes a free one"},
    {"threads", NUMBER, offsetof(qiaoi_options, threads), "N", "0", 0, 512, FOR(SERVE),
     "threads that answer; 0 = one for each core"},
    {"max-body", NUMBER, offsetof(qiaoi_options, max_body), "BYTES", "1048576", 1024, 268435456, FOR(SERVE),
     "largest body of a request"},
    {"timeout", NUMBER, offsetof(qiaoi_options, timeout), "SECONDS", "30", 1, 3600, FOR(SERVE),
     "a connection silent for so long is closed"},
    {"connections", NUMBER, offsetof(qiaoi_options, connections), "N", "1024", 1, 1000000, FOR(SERVE),
     "connections open at once"},
    {"public", FLAG, offsetof(qiaoi_options, public_reads), NULL, NULL, 0, 0, FOR(SERVE),
     "public projects are read without a key, where keys are in use"},
    {"role", TEXT, offsetof(qiaoi_options, role), "ROLE", NULL, 0, 0, FOR(KEY_CREATE),
     "whose key it is: staff, enterprise or job (required)"},
    {"org", TEXT, offsetof(qiaoi_options, org), "NAME", NULL, 0, 0, FOR(KEY_CREATE),
     "the enterprise, as its needs name it (enterprise.name)"},
    {"park", TEXT, offsetof(qiaoi_options, park), "CODE", NULL, 0, 0, FOR(KEY_CREATE),
     "staff of one park: they see its needs only"},
    {"label", TEXT, offsetof(qiaoi_options, label), "TEXT", NULL, 0, 0, FOR(KEY_CREATE),
     "what the key is for, in your own words"},
    {"expires", TEXT, offsetof(qiaoi_options, expires), "DATE", NULL, 0, 0, FOR(KEY_CREATE),
     "from that day on (2027-01-31) the key is refused"},
    {"lang", LANGUAGE, offsetof(qiaoi_options, lang), "zh|en", NULL, 0, 0, FOR_ALL,
     "language of messages where a client asks for none; default by LANG"},
    {"help", FLAG, offsetof(qiaoi_options, help), NULL, NULL, 0, 0, FOR_ALL, "this text"},
    {"version", FLAG, offsetof(qiaoi_options, version), NULL, NULL, 0, 0, FOR_ALL, "version of the program"},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

typedef struct command_row {
    const char *words, *operand, *help;
} command_row;

static const command_row commands[QIAOI_COMMAND_COUNT] = {
#define COMMAND_ROW(name, words, operand, help) {words, operand, help},
    QIAOI_COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};

static bool
read_number(const char *text, const option_row *option, uint64_t *out)
{
    size_t length = strlen(text);
    uint64_t number = 0;

    if (length == 0 || length > 18)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *out = number;
    return number >= option->least && number <= option->most;
}

static qiao_status
store(qiaoi_options *out, const option_row *option, const char *value, qiao_error *err)
{
    char *place = (char *)out + option->offset;
    uint64_t number;
    bool yes = true;

    switch (option->kind) {
    case LANGUAGE:
        if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
            return qiao_fail(err, QIAO_E_USAGE, "--%s takes zh or en, not %s", option->name, value);
        memcpy(place, &value, sizeof value);
        break;
    case TEXT:
        if (*value == '\0')
            return qiao_fail(err, QIAO_E_USAGE, "--%s needs a value", option->name);
        memcpy(place, &value, sizeof value);
        break;
    case NUMBER:
        if (!read_number(value, option, &number))
            return qiao_fail(err, QIAO_E_USAGE, "--%s takes a whole number from %llu to %llu, not %s", option->name,
                             (unsigned long long)option->least, (unsigned long long)option->most, value);
        memcpy(place, &number, sizeof number);
        break;
    case FLAG:
        memcpy(place, &yes, sizeof yes);
        break;
    }
    return QIAO_OK;
}

static const option_row *
find(const char *name, size_t length)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, name, length) == 0)
            return &options[i];
    return NULL;
}

static qiao_status
set_defaults(qiaoi_options *out, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    *out = (qiaoi_options){0};
    for (size_t i = 0; i < OPTION_COUNT && status == QIAO_OK; i++)
        if (options[i].standard != NULL)
            status = store(out, &options[i], options[i].standard, err);
    return status;
}

/* One option or operand at argv[*at], which moves past it and its value. */
static qiao_status
read_one(char **argv, int argc, int *at, qiaoi_options *out, qiao_error *err)
{
    const char *word = argv[*at], *name = word + 2, *equals;
    const option_row *option;
    size_t length;

    if (strncmp(word, "--", 2) != 0 && commands[out->command].operand != NULL && out->operand == NULL) {
        out->operand = argv[(*at)++];
        return QIAO_OK;
    }
    if (strncmp(word, "--", 2) != 0)
        return qiao_fail(err, QIAO_E_USAGE, "%s is neither a command nor an option; see qiao-api --help", word);
    equals = strchr(name, '=');
    length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    option = find(name, length);
    if (option == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "unknown option %s", word);
    if ((option->commands & 1u << out->command) == 0)
        return qiao_fail(err, QIAO_E_USAGE, "qiao-api %s does not take --%s", commands[out->command].words,
                         option->name);
    if (option->kind == FLAG && equals != NULL)
        return qiao_fail(err, QIAO_E_USAGE, "--%s takes no value", option->name);
    (*at)++;
    if (option->kind == FLAG || equals != NULL)
        return store(out, option, equals != NULL ? equals + 1 : "", err);
    if (*at == argc)
        return qiao_fail(err, QIAO_E_USAGE, "--%s needs a value", option->name);
    return store(out, option, argv[(*at)++], err);
}

/* How many words of the command line name the command. */
static int
find_command(int argc, char **argv, qiaoi_command *out)
{
    for (int i = 0; i < QIAOI_COMMAND_COUNT; i++) {
        const char *words = commands[i].words, *space = strchr(words, ' ');
        size_t first = space != NULL ? (size_t)(space - words) : strlen(words);

        if (argc < (space != NULL ? 3 : 2) || strncmp(argv[1], words, first) != 0 || argv[1][first] != '\0' ||
            (space != NULL && strcmp(argv[2], space + 1) != 0))
            continue;
        *out = (qiaoi_command)i;
        return space != NULL ? 2 : 1;
    }
    *out = QIAOI_COMMAND_SERVE;
    return 0;
}

qiao_status
qiaoi_options_read(int argc, char **argv, qiaoi_options *out, qiao_error *err)
{
    qiao_status status = set_defaults(out, err);
    int at = 1 + find_command(argc, argv, &out->command);
    const command_row *command = &commands[out->command];

    while (status == QIAO_OK && at < argc)
        status = read_one(argv, argc, &at, out, err);
    if (status != QIAO_OK || out->help || out->version)
        return status;
    if (out->data == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "--data is missing: name the data folder that qiao-indexer writes");
    if (command->operand != NULL && out->operand == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "qiao-api %s needs %s", command->words, command->operand);
    return QIAO_OK;
}

static void
write_options(qiao_language language, unsigned mask, qiao_buffer *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const option_row *option = &options[i];
        size_t width = strlen(option->name) + (option->value != NULL ? strlen(option->value) + 1 : 0);

        if (option->commands != mask)
            continue;
        qiao_buffer_printf(out, "  --%s%s%s%*s", option->name, option->value != NULL ? " " : "",
                           option->value != NULL ? option->value : "", width < 22 ? (int)(22 - width) : 1, "");
        qiao_buffer_text(out, qiao_message(option->help, language));
        if (option->standard != NULL)
            qiao_buffer_printf(out, " [%s]", option->standard);
        qiao_buffer_char(out, '\n');
    }
}

static void
write_commands(qiao_language language, qiao_buffer *out)
{
    for (size_t i = 0; i < QIAOI_COMMAND_COUNT; i++) {
        const command_row *command = &commands[i];
        size_t width = strlen(command->words) + (command->operand != NULL ? strlen(command->operand) + 1 : 0);

        qiao_buffer_printf(out, "  %s%s%s%*s", command->words, command->operand != NULL ? " " : "",
                           command->operand != NULL ? command->operand : "", width < 24 ? (int)(24 - width) : 1, "");
        qiao_buffer_text(out, qiao_message(command->help, language));
        qiao_buffer_char(out, '\n');
    }
}

void
qiaoi_options_help(qiao_language language, qiao_buffer *out)
{
    qiao_buffer_text(
        out, qiao_message("usage: qiao-api [COMMAND] --data DIR [options]\n\nServes search and matching over HTTP.\n",
                          language));
    qiao_buffer_char(out, '\n');
    write_commands(language, out);
    qiao_buffer_char(out, '\n');
    write_options(language, FOR_ALL, out);
    qiao_buffer_text(out, qiao_message("\nserve:\n", language));
    write_options(language, FOR(SERVE), out);
    qiao_buffer_text(out, qiao_message("\nkey create:\n", language));
    write_options(language, FOR(KEY_CREATE), out);
    qiao_buffer_text(out, qiao_message("\nSIGTERM and SIGINT end it after the requests that have begun; SIGHUP looks "
                                       "for a new generation at once.\n"
                                       "Exit codes: 0 ended as asked, 1 failed, 2 wrong usage.\n",
                                       language));
}

qiao_language
qiaoi_options_language(const qiaoi_options *given)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    if (given->lang != NULL)
        return strcmp(given->lang, "zh") == 0 ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0')
            return strncmp(value, "zh", 2) == 0 ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN;
    }
    return QIAO_LANGUAGE_EN;
}
