/* What every command says to people: its language, failures with advice, numbers and clipped texts. The language is the
 * one global of the program: it is set before anything else happens and only read afterwards. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static qiao_language console_language = QIAO_LANGUAGE_EN;

static const char *
language_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0')
            return value;
    }
    return "";
}

void
qiao_console_start(const char *lang)
{
    const char *wanted = lang != NULL ? lang : language_of_environment();

    console_language = strncmp(wanted, "zh", 2) == 0 ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN;
}

qiao_language
qiao_console_language(void)
{
    return console_language;
}

const char *
qiao_say(const char *english)
{
    return qiao_message(english, console_language);
}

int
qiao_exit_code(qiao_status status)
{
    switch (status) {
    case QIAO_OK:
        return QIAO_EXIT_DONE;
    case QIAO_E_USAGE:
        return QIAO_EXIT_USAGE;
    case QIAO_E_REFUSED:
        return QIAO_EXIT_REFUSED;
    case QIAO_E_INPUT:
    case QIAO_E_NOTFOUND:
    case QIAO_E_NOMEM:
    case QIAO_E_IO:
    case QIAO_E_NOSPACE:
    case QIAO_E_LOCKED:
    case QIAO_E_CORRUPT:
    case QIAO_E_VERSION:
    case QIAO_E_LIMIT:
    case QIAO_E_STALE:
    case QIAO_E_QUERY:
    case QIAO_E_INTERNAL:
    case QIAO_STATUS_COUNT:
        break;
    }
    return QIAO_EXIT_FAILED;
}

int
qiao_console_fail(const qiao_error *err)
{
    const char *hint = qiao_error_hint_text(err, console_language);

    fprintf(stderr, "qiao-indexer: %s\n", qiao_error_message(err, console_language));
    if (hint[0] != '\0')
        fprintf(stderr, "  %s\n", hint);
    return qiao_exit_code(err->status);
}

const char *
qiao_console_number(uint64_t value, char out[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    size_t at = 0;

    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

/* Bytes of the character at text; broken bytes count as one. */
static size_t
character_length(const char *text, size_t left)
{
    size_t n = 1;

    while (n < left && n < 4 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n++;
    return n;
}

void
qiao_console_clip(qiao_buffer *out, const char *text, size_t length, size_t columns)
{
    size_t used = 0;

    for (size_t i = 0; i < length;) {
        size_t n = character_length(text + i, length - i);
        size_t width = n >= 3 ? 2 : 1; /* close enough: what takes three bytes is mostly Chinese */

        if (used + width > columns) {
            qiao_buffer_text(out, "…");
            return;
        }
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            qiao_buffer_char(out, ' ');
        else
            qiao_buffer_append(out, text + i, n);
        used += width;
        i += n;
    }
}

qiao_status
qiao_console_generation(const char *text, uint64_t *out, qiao_error *err)
{
    const char *digits = strncmp(text, "gen-", 4) == 0 ? text + 4 : text;
    char *end = NULL;

    *out = *digits < '0' || *digits > '9' || strlen(digits) > 18 ? 0 : strtoull(digits, &end, 10);
    if (*out == 0 || *end != '\0')
        return qiao_fail(err, QIAO_E_USAGE, "\"%s\" is no generation; write its number, such as 12", text);
    return QIAO_OK;
}
