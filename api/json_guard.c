/* One pass over the bytes, without a stack. */
#include "json_guard.h"

#include "qiao/text.h"

#include <string.h>

qiaoi_json_fault
qiaoi_json_guard(const char *text, size_t length)
{
    size_t depth = 0;
    bool in_string = false;

    if (!qiao_utf8_valid(text, length))
        return QIAOI_JSON_NOT_UTF8;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (c == '\0' || (in_string && c == '\\' && length - i > 5 && memcmp(text + i + 1, "u0000", 5) == 0))
            return QIAOI_JSON_HAS_NUL;
        if (in_string && c == '\\')
            i++; /* whatever is escaped ends no string */
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '[') && ++depth > QIAOI_JSON_DEPTH_MAX)
            return QIAOI_JSON_TOO_DEEP;
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return QIAOI_JSON_FINE;
}
