/* Strict JSON checker without recursion; see json_scan.h. Control characters inside strings are let through: sloppy
 * exports have them, and the canonical form escapes them. */
#include "record/json_scan.h"

#include "base/utf8.h"

#include <string.h>

typedef struct cursor {
    const char *at, *end, *start;
    qiaoi_json_scan *scan;
} cursor;

static bool
fault(cursor *c, qiaoi_json_fault what)
{
    c->scan->fault = c->at >= c->end && what == QIAOI_JSON_SYNTAX ? QIAOI_JSON_CUT : what;
    c->scan->at = (size_t)(c->at - c->start);
    return false;
}

static void
skip_space(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static int
hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F')
        return ch - 'A' + 10;
    return -1;
}

/* Four hex digits at at; -1 where they are not. */
static int
hex_four(const cursor *c, const char *at)
{
    int value = 0;

    if (c->end - at < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* At the 'u' of an escape. */
static bool
scan_unicode(cursor *c)
{
    int unit = hex_four(c, c->at + 1);

    if (unit < 0)
        return fault(c, QIAOI_JSON_SYNTAX);
    if (unit == 0)
        return fault(c, QIAOI_JSON_NUL);
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return fault(c, QIAOI_JSON_SURROGATE);
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        int low = c->end - c->at >= 11 && c->at[5] == '\\' && c->at[6] == 'u' ? hex_four(c, c->at + 7) : -1;

        if (low < 0xDC00 || low > 0xDFFF)
            return fault(c, QIAOI_JSON_SURROGATE);
        c->at += 6;
    }
    c->at += 5;
    return true;
}

static bool
scan_escape(cursor *c)
{
    c->at++;
    if (c->at >= c->end)
        return fault(c, QIAOI_JSON_SYNTAX);
    if (*c->at == 'u')
        return scan_unicode(c);
    if (*c->at == '\0' || strchr("\"\\/bfnrt", *c->at) == NULL)
        return fault(c, QIAOI_JSON_SYNTAX);
    c->at++;
    return true;
}

/* At the opening quote; leaves behind the closing one. */
static bool
scan_string(cursor *c)
{
    if (c->at >= c->end || *c->at != '"')
        return fault(c, QIAOI_JSON_SYNTAX);
    c->at++;
    while (c->at < c->end) {
        unsigned char byte = (unsigned char)*c->at;

        if (byte == '"') {
            c->at++;
            return true;
        }
        if (byte == '\\') {
            if (!scan_escape(c))
                return false;
        } else if (byte >= 0x80) {
            int n = qiaoi_utf8_sequence((const unsigned char *)c->at, (size_t)(c->end - c->at));

            if (n < 0)
                return fault(c, QIAOI_JSON_UTF8);
            c->at += n;
        } else if (byte == 0) {
            return fault(c, QIAOI_JSON_NUL);
        } else {
            c->at++;
        }
    }
    return fault(c, QIAOI_JSON_SYNTAX);
}

static size_t
digits(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return (size_t)(at - start);
}

/* Length of the number at the start of text; 0 where there is none. */
static size_t
number_length(const char *text, const char *end)
{
    const char *at = text;
    size_t n;

    if (at < end && *at == '-')
        at++;
    n = digits(at, end);
    if (n == 0 || (n > 1 && *at == '0'))
        return 0;
    at += n;
    if (at < end && *at == '.') {
        n = digits(at + 1, end);
        if (n == 0)
            return 0;
        at += 1 + n;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        const char *exponent = at + 1;

        if (exponent < end && (*exponent == '+' || *exponent == '-'))
            exponent++;
        n = digits(exponent, end);
        if (n == 0)
            return 0;
        at = exponent + n;
    }
    return (size_t)(at - text);
}

bool
qiaoi_json_is_number(const char *text, size_t length)
{
    return length > 0 && number_length(text, text + length) == length;
}

static bool
scan_number(cursor *c)
{
    qiaoi_json_scan *scan = c->scan;
    size_t n = number_length(c->at, c->end);

    if (n == 0 || n > 60) /* cJSON reads at most 63 bytes of a number */
        return fault(c, QIAOI_JSON_SYNTAX);
    if (scan->number_count == scan->number_capacity) {
        size_t capacity = scan->number_capacity == 0 ? 32 : scan->number_capacity * 2;
        uint32_t *grown = qiao_realloc_array(scan->numbers, capacity, sizeof *grown);

        if (grown == NULL)
            return fault(c, QIAOI_JSON_MEMORY);
        scan->numbers = grown;
        scan->number_capacity = capacity;
    }
    scan->numbers[scan->number_count++] = (uint32_t)(c->at - c->start);
    c->at += n;
    return true;
}

static bool
scan_word(cursor *c, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return fault(c, QIAOI_JSON_SYNTAX);
    c->at += n;
    return true;
}

static bool
scan_scalar(cursor *c)
{
    switch (*c->at) {
    case '"':
        return scan_string(c);
    case 't':
        return scan_word(c, "true");
    case 'f':
        return scan_word(c, "false");
    case 'n':
        return scan_word(c, "null");
    default:
        return scan_number(c);
    }
}

/* "key" : */
static bool
scan_key(cursor *c)
{
    skip_space(c);
    if (!scan_string(c))
        return false;
    skip_space(c);
    if (c->at >= c->end || *c->at != ':')
        return fault(c, QIAOI_JSON_SYNTAX);
    c->at++;
    return true;
}

/* What follows a value: closes as many containers as end here. Returns false at the end of the text or on a fault. */
static bool
scan_after(cursor *c, char *stack, size_t *depth)
{
    for (;;) {
        char open;

        skip_space(c);
        if (*depth == 0) {
            if (c->at < c->end)
                fault(c, QIAOI_JSON_SYNTAX);
            return false;
        }
        open = stack[*depth - 1];
        if (c->at >= c->end)
            return fault(c, QIAOI_JSON_SYNTAX);
        if (*c->at == ',') {
            c->at++;
            return open == '[' || scan_key(c);
        }
        if (*c->at != (open == '[' ? ']' : '}'))
            return fault(c, QIAOI_JSON_SYNTAX);
        c->at++;
        (*depth)--;
    }
}

/* At '[' or '{': go in. entered_out is false where it was empty and is already closed. */
static bool
scan_open(cursor *c, char *stack, size_t *depth, bool *entered_out)
{
    char open = *c->at;

    if (*depth == QIAO_RECORD_DEPTH_MAX)
        return fault(c, QIAOI_JSON_DEPTH);
    c->at++;
    skip_space(c);
    *entered_out = c->at >= c->end || *c->at != (open == '[' ? ']' : '}');
    if (!*entered_out) {
        c->at++;
        return true;
    }
    stack[(*depth)++] = open;
    return open == '[' || scan_key(c);
}

void
qiaoi_json_scan_text(const char *json, size_t length, qiaoi_json_scan *scan)
{
    cursor c = {.at = json, .end = json + length, .start = json, .scan = scan};
    char stack[QIAO_RECORD_DEPTH_MAX];
    size_t depth = 0;

    do {
        bool entered = true;

        skip_space(&c);
        while (c.at < c.end && (*c.at == '[' || *c.at == '{') && entered) {
            if (!scan_open(&c, stack, &depth, &entered))
                return;
            skip_space(&c);
        }
        if (!entered)
            continue;
        if (c.at >= c.end) {
            fault(&c, QIAOI_JSON_SYNTAX);
            return;
        }
        if (!scan_scalar(&c))
            return;
    } while (scan_after(&c, stack, &depth));
}

qiao_status
qiaoi_json_scan_fail(const qiaoi_json_scan *scan, const char *json, size_t length, qiao_error *err)
{
    char near[24];
    size_t n = 0;

    for (size_t i = scan->at; i < length && n < sizeof near - 1 && json[i] >= 0x20 && json[i] < 0x7F; i++)
        near[n++] = json[i];
    near[n] = '\0';
    switch (scan->fault) {
    case QIAOI_JSON_OK:
        return QIAO_OK;
    case QIAOI_JSON_SYNTAX:
        return qiao_fail(err, QIAO_E_INPUT, "is not valid JSON at byte %zu, near: %s", scan->at + 1, near);
    case QIAOI_JSON_CUT:
        return qiao_fail(err, QIAO_E_INPUT, "the JSON ends too early, at byte %zu: the line was cut off", scan->at);
    case QIAOI_JSON_UTF8:
        return qiao_fail(err, QIAO_E_INPUT, "is not valid UTF-8 at byte %zu; export the file as UTF-8", scan->at + 1);
    case QIAOI_JSON_NUL:
        return qiao_fail(err, QIAO_E_INPUT, "holds the character U+0000 at byte %zu", scan->at + 1);
    case QIAOI_JSON_SURROGATE:
        return qiao_fail(err, QIAO_E_INPUT, "holds half a character (a lone \\u surrogate) at byte %zu", scan->at + 1);
    case QIAOI_JSON_DEPTH:
        return qiao_fail(err, QIAO_E_LIMIT, "is nested deeper than %u levels", (unsigned)QIAO_RECORD_DEPTH_MAX);
    case QIAOI_JSON_MEMORY:
        break;
    }
    return qiao_fail_memory(err);
}

qiao_status
qiao_json_check(const char *json, size_t length, qiao_error *err)
{
    qiaoi_json_scan scan = {.fault = QIAOI_JSON_OK};

    qiaoi_json_scan_text(json, length, &scan);
    qiao_free(scan.numbers);
    return qiaoi_json_scan_fail(&scan, json, length, err);
}
