/* Percent-encoding. Strict: what cannot be decoded is refused, never passed on as it stands. */
#include "url.h"

#include "qiao/text.h"

#include <string.h>

static int
digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
qiaoi_url_decode(const char *text, size_t length, bool plus, char *out, size_t *length_out)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (c == '%') {
            int high = length - i > 2 ? digit_of(text[i + 1]) : -1, low = length - i > 2 ? digit_of(text[i + 2]) : -1;

            if (high < 0 || low < 0 || high + low == 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[used++] = c;
    }
    out[used] = '\0';
    *length_out = used;
    return qiao_utf8_valid(out, used);
}

size_t
qiaoi_url_path(const char *target)
{
    return strcspn(target, "?");
}

const char *
qiaoi_url_query(const char *target)
{
    const char *mark = strchr(target, '?');

    return mark != NULL ? mark + 1 : "";
}

bool
qiaoi_url_next(const char **at, qiaoi_url_pair *out)
{
    const char *start = *at, *equals;
    size_t length;

    while (*start == '&')
        start++;
    if (*start == '\0')
        return false;
    length = strcspn(start, "&");
    equals = memchr(start, '=', length);
    *out = (qiaoi_url_pair){.name = start, .name_length = equals != NULL ? (size_t)(equals - start) : length};
    if (equals != NULL) {
        out->value = equals + 1;
        out->value_length = length - out->name_length - 1;
    }
    *at = start + length;
    return true;
}
