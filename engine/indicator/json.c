/* The readings as JSON, numbers in the shortest form of twelve digits so that 5 ppb is 5e-9 and
 * not 5.000000000000001e-9. */
#include "qiao/indicator.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *
qiao_indicator_operator_text(qiao_indicator_operator op)
{
    switch (op) {
    case QIAO_OP_GE:
        return ">=";
    case QIAO_OP_LE:
        return "<=";
    case QIAO_OP_EQ:
        return "=";
    case QIAO_OP_RANGE:
        return "range";
    case QIAO_OP_ABOUT:
        return "~";
    }
    return "=";
}

static void
put_number(qiao_buffer *out, double value)
{
    char text[40];

    if (!isfinite(value)) {
        qiao_buffer_text(out, "null");
        return;
    }
    snprintf(text, sizeof text, "%.12g", value == 0 ? 0 : value);
    qiao_buffer_text(out, text);
}

static void
put_text(qiao_buffer *out, const char *key, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", key);
    qiao_buffer_json_string(out, text, strlen(text));
}

static void
put_value(qiao_buffer *out, const char *key, double value)
{
    qiao_buffer_printf(out, ",\"%s\":", key);
    put_number(out, value);
}

void
qiao_indicators_json(const qiao_reading *readings, size_t count, qiao_buffer *out)
{
    qiao_buffer_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        const qiao_reading *r = &readings[i];

        qiao_buffer_printf(out, "%s{\"start\":%zu,\"end\":%zu", i > 0 ? "," : "", r->start, r->end);
        put_text(out, "name", r->name);
        put_text(out, "op", qiao_indicator_operator_text(r->op));
        put_value(out, "value", r->value);
        put_value(out, "value2", r->value2);
        put_text(out, "unit", r->unit);
        put_value(out, "si_value", r->si_value);
        put_value(out, "si_value2", r->si_value2);
        put_text(out, "si_unit", r->si_unit);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}
