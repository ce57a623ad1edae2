/* What options say of themselves: --help, --check-config, what differs between two readings of them. */
#include "options_table.h"

#include <stdlib.h>
#include <string.h>

static const char *
text_at(const qiaoi_options *given, const qiaoi_option_row *option)
{
    const char *text;

    memcpy(&text, (const char *)given + option->offset, sizeof text);
    return text;
}

static bool
is_same(const qiaoi_options *a, const qiaoi_options *b, const qiaoi_option_row *option)
{
    const char *left, *right;

    if (option->kind == NUMBER)
        return memcmp((const char *)a + option->offset, (const char *)b + option->offset, sizeof(uint64_t)) == 0;
    if (option->kind == FLAG)
        return memcmp((const char *)a + option->offset, (const char *)b + option->offset, sizeof(bool)) == 0;
    left = text_at(a, option);
    right = text_at(b, option);
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

bool
qiaoi_options_reload(qiaoi_options *running, const qiaoi_options *fresh)
{
    bool all = true;

    for (size_t i = 0; qiaoi_option_rows[i].name != NULL; i++) {
        const qiaoi_option_row *option = &qiaoi_option_rows[i];
        size_t size = option->kind == FLAG ? sizeof(bool) : sizeof(uint64_t);

        if ((option->traits & RELOADED) != 0)
            memcpy((char *)running + option->offset, (const char *)fresh + option->offset, size);
        else
            all = all && is_same(running, fresh, option);
    }
    return all;
}

static void
show_value(const qiaoi_options *given, const qiaoi_option_row *option, qiao_buffer *out)
{
    uint64_t number;
    bool yes;

    switch (option->kind) {
    case NUMBER:
        memcpy(&number, (const char *)given + option->offset, sizeof number);
        qiao_buffer_u64(out, number);
        break;
    case FLAG:
        memcpy(&yes, (const char *)given + option->offset, sizeof yes);
        qiao_buffer_text(out, yes ? "yes" : "no");
        break;
    case TEXT:
    case LANGUAGE:
    case PROXY_HEADER:
        qiao_buffer_text(out, text_at(given, option));
        break;
    }
}

static void
show_origin(const qiaoi_options *given, const qiaoi_option_row *option, const qiaoi_origin *origin, qiao_buffer *out)
{
    char name[QIAOI_OPTION_ENVIRONMENT_SIZE];

    switch (origin->source) {
    case QIAOI_SOURCE_DEFAULT:
        qiao_buffer_text(out, "default\n");
        break;
    case QIAOI_SOURCE_FILE:
        qiao_buffer_printf(out, "%s:%u\n", given->config, origin->line);
        break;
    case QIAOI_SOURCE_ENVIRONMENT:
        qiaoi_option_environment(option, name);
        qiao_buffer_printf(out, "%s\n", name);
        break;
    case QIAOI_SOURCE_LINE:
        qiao_buffer_printf(out, "--%s\n", option->name);
        break;
    }
}

void
qiaoi_options_show(const qiaoi_options *given, qiao_buffer *out)
{
    for (size_t i = 0; qiaoi_option_rows[i].name != NULL; i++) {
        const qiaoi_option_row *option = &qiaoi_option_rows[i];
        const qiaoi_origin *origin = &given->origins[i];
        bool unset = (option->kind == TEXT || option->kind == LANGUAGE) && text_at(given, option) == NULL;
        size_t from = out->length;

        if ((option->traits & SETTING) == 0)
            continue;
        qiao_buffer_printf(out, unset ? "; %s is not set" : "%s = ", option->name);
        if (!unset)
            show_value(given, option, out);
        qiao_buffer_printf(out, "%*s ; ", out->length - from < 40 ? (int)(40 - (out->length - from)) : 0, "");
        show_origin(given, option, origin, out);
    }
}

static void
write_options(qiao_language language, unsigned mask, qiao_buffer *out)
{
    for (size_t i = 0; qiaoi_option_rows[i].name != NULL; i++) {
        const qiaoi_option_row *option = &qiaoi_option_rows[i];
        size_t width = strlen(option->name) + (option->value != NULL ? strlen(option->value) + 1 : 0);

        if (option->commands != mask)
            continue;
        qiao_buffer_printf(out, "  --%s%s%s%*s", option->name, option->value != NULL ? " " : "",
                           option->value != NULL ? option->value : "", width < 30 ? (int)(30 - width) : 1, "");
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
        const qiaoi_command_row *command = &qiaoi_command_rows[i];
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
    qiao_buffer_text(out, qiao_message("\nSIGTERM and SIGINT end it after the requests that have begun; SIGHUP reads "
                                       "the options again and looks for a new generation at once.\n"
                                       "An option may also stand in the environment (QIAO_MAX_BODY) and in the file "
                                       "(max-body = ...); the command line comes first, then the environment.\n"
                                       "Exit codes: 0 ended as asked, 1 failed, 2 wrong usage, 4 refused by a safety "
                                       "rule.\n",
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
