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
    const char *help;
} option_row;

static const option_row options[] = {
    {"data", TEXT, offsetof(qiaoi_options, data), "DIR", NULL, 0, 0,
     "data folder, as written by qiao-indexer (required)"},
    {"listen", TEXT, offsetof(qiaoi_options, listen), "HOST:PORT", "127.0.0.1:8080", 0, 0,
     "address to listen on; port 0 takes a free one"},
    {"threads", NUMBER, offsetof(qiaoi_options, threads), "N", "0", 0, 512,
     "threads that answer; 0 = one for each core"},
    {"max-body", NUMBER, offsetof(qiaoi_options, max_body), "BYTES", "1048576", 1024, 268435456,
     "largest body of a request"},
    {"timeout", NUMBER, offsetof(qiaoi_options, timeout), "SECONDS", "30", 1, 3600,
     "a connection silent for so long is closed"},
    {"connections", NUMBER, offsetof(qiaoi_options, connections), "N", "1024", 1, 1000000, "connections open at once"},
    {"lang", LANGUAGE, offsetof(qiaoi_options, lang), "zh|en", NULL, 0, 0,
     "language of messages where a client asks for none; default by LANG"},
    {"help", FLAG, offsetof(qiaoi_options, help), NULL, NULL, 0, 0, "this text"},
    {"version", FLAG, offsetof(qiaoi_options, version), NULL, NULL, 0, 0, "version of the program"},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

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

/* One option at argv[*at], which moves past it and its value. */
static qiao_status
read_one(char **argv, int argc, int *at, qiaoi_options *out, qiao_error *err)
{
    const char *word = argv[*at], *name = word + 2, *equals;
    const option_row *option;
    size_t length;

    if (strncmp(word, "--", 2) != 0)
        return qiao_fail(err, QIAO_E_USAGE, "%s is neither a command nor an option; the command is serve", word);
    equals = strchr(name, '=');
    length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    option = find(name, length);
    if (option == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "unknown option %s", word);
    if (option->kind == FLAG && equals != NULL)
        return qiao_fail(err, QIAO_E_USAGE, "--%s takes no value", option->name);
    (*at)++;
    if (option->kind == FLAG || equals != NULL)
        return store(out, option, equals != NULL ? equals + 1 : "", err);
    if (*at == argc)
        return qiao_fail(err, QIAO_E_USAGE, "--%s needs a value", option->name);
    return store(out, option, argv[(*at)++], err);
}

qiao_status
qiaoi_options_read(int argc, char **argv, qiaoi_options *out, qiao_error *err)
{
    qiao_status status = set_defaults(out, err);
    int at = argc > 1 && strcmp(argv[1], "serve") == 0 ? 2 : 1;

    while (status == QIAO_OK && at < argc)
        status = read_one(argv, argc, &at, out, err);
    if (status == QIAO_OK && out->data == NULL && !out->help && !out->version)
        status = qiao_fail(err, QIAO_E_USAGE, "--data is missing: name the data folder that qiao-indexer writes");
    return status;
}

void
qiaoi_options_help(qiao_language language, qiao_buffer *out)
{
    qiao_buffer_text(
        out, qiao_message("usage: qiao-api [serve] --data DIR [options]\n\nServes search and matching over HTTP.\n",
                          language));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const option_row *option = &options[i];
        size_t width = strlen(option->name) + (option->value != NULL ? strlen(option->value) + 1 : 0);

        qiao_buffer_printf(out, "  --%s%s%s%*s", option->name, option->value != NULL ? " " : "",
                           option->value != NULL ? option->value : "", width < 22 ? (int)(22 - width) : 1, "");
        qiao_buffer_text(out, qiao_message(option->help, language));
        if (option->standard != NULL)
            qiao_buffer_printf(out, " [%s]", option->standard);
        qiao_buffer_char(out, '\n');
    }
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
