/* Problems: the table, how engine statuses become problems, and the document in the reader's language. */
#include "problem.h"

#include <stdio.h>
#include <string.h>

typedef struct problem_kind {
    const char *code;
    unsigned status;
    const char *title;
} problem_kind;

static const problem_kind *
kind_of(qiaoi_problem_code code)
{
#define PROBLEM_KIND(name, code, status, title) {code, status, title},
    static const problem_kind kinds[] = {{"", 200, ""}, QIAOI_PROBLEM_TABLE(PROBLEM_KIND)};
#undef PROBLEM_KIND

    return &kinds[code];
}

unsigned
qiaoi_problem_status(qiaoi_problem_code code)
{
    return kind_of(code)->status;
}

const char *
qiaoi_problem_token(qiaoi_problem_code code)
{
    return kind_of(code)->code;
}

void
qiaoi_problem_init(qiaoi_problem *problem)
{
    problem->code = QIAOI_PROBLEM_NONE;
    problem->error = (qiao_error)QIAO_ERROR_INIT;
    problem->count = problem->total = 0;
    problem->allowed[0] = '\0';
}

static qiaoi_problem_code
code_of(qiao_status status)
{
    switch (status) {
    case QIAO_E_INPUT:
        return QIAOI_PROBLEM_BAD_BODY;
    case QIAO_E_NOTFOUND:
        return QIAOI_PROBLEM_NOT_FOUND;
    case QIAO_E_QUERY:
        return QIAOI_PROBLEM_BAD_QUERY;
    case QIAO_E_LIMIT:
        return QIAOI_PROBLEM_LIMIT;
    case QIAO_E_NOSPACE:
        return QIAOI_PROBLEM_NO_SPACE;
    case QIAO_E_NOMEM:
    case QIAO_E_STALE:
    case QIAO_E_LOCKED:
        return QIAOI_PROBLEM_BUSY;
    case QIAO_E_CORRUPT:
    case QIAO_E_VERSION:
        return QIAOI_PROBLEM_DAMAGED;
    case QIAO_OK:
    case QIAO_E_USAGE:
    case QIAO_E_IO:
    case QIAO_E_REFUSED:
    case QIAO_E_INTERNAL:
    case QIAO_STATUS_COUNT:
        break;
    }
    return QIAOI_PROBLEM_INTERNAL;
}

void
qiaoi_problem_from(qiaoi_problem *problem, const qiao_error *error)
{
    problem->code = code_of(error->status);
    problem->error = *error;
}

qiao_error *
qiaoi_problem_set(qiaoi_problem *problem, qiaoi_problem_code code)
{
    problem->code = code;
    return &problem->error;
}

/* Values come from outside: what is shown of them is printable and cut at a character. */
static void
show(char *out, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    qiao_error shown;

    while (text[length] != '\0' && length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    qiao_fail(&shown, QIAO_E_INPUT, "%.*s", (int)length, text);
    snprintf(out, size, "%s", shown.message);
}

static qiaoi_problem_place *
add_place(qiaoi_problem *problem, const char *value)
{
    qiaoi_problem_place *place;

    problem->total++;
    if (problem->count == QIAOI_PLACES_MAX)
        return NULL;
    place = &problem->places[problem->count++];
    *place = (qiaoi_problem_place){.error = QIAO_ERROR_INIT, .has_value = value != NULL};
    show(place->value, sizeof place->value, value != NULL ? value : "");
    return place;
}

qiao_error *
qiaoi_problem_parameter(qiaoi_problem *problem, const char *parameter, const char *value)
{
    qiaoi_problem_place *place = add_place(problem, value);

    if (problem->code == QIAOI_PROBLEM_NONE)
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_PARAMETER), QIAO_E_INPUT,
                  "a parameter is wrong; errors tells which and why");
    if (place == NULL)
        return NULL;
    show(place->parameter, sizeof place->parameter, parameter);
    return &place->error;
}

qiao_error *
qiaoi_problem_pointer(qiaoi_problem *problem, const char *pointer, const char *value)
{
    qiaoi_problem_place *place = add_place(problem, value);

    if (problem->code == QIAOI_PROBLEM_NONE)
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_BODY), QIAO_E_INPUT,
                  "the body is wrong; errors tells where and why");
    if (place == NULL)
        return NULL;
    show(place->pointer, sizeof place->pointer, pointer);
    return &place->error;
}

static void
member(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, text, strlen(text));
}

void
qiaoi_problem_write_place(const qiaoi_problem_place *place, qiao_language language, qiao_buffer *out)
{
    bool in_body = place->parameter[0] == '\0';
    const char *name = in_body ? place->pointer : place->parameter,
               *detail = qiao_error_message(&place->error, language);

    qiao_buffer_text(out, in_body ? "{\"pointer\":" : "{\"parameter\":");
    qiao_buffer_json_string(out, name, strlen(name));
    if (place->has_value)
        member(out, "value", place->value);
    member(out, "detail", detail);
    qiao_buffer_char(out, '}');
}

static void
write_places(const qiaoi_problem *problem, qiao_language language, qiao_buffer *out)
{
    qiao_buffer_text(out, ",\"errors\":[");
    for (size_t i = 0; i < problem->count; i++) {
        if (i != 0)
            qiao_buffer_char(out, ',');
        qiaoi_problem_write_place(&problem->places[i], language, out);
    }
    qiao_buffer_char(out, ']');
    if (problem->total > problem->count)
        qiao_buffer_printf(out, ",\"errors_total\":%zu", problem->total);
}

/* What went wrong inside is for the log: file names and library messages are no business of a client. */
static void
write_detail(const qiaoi_problem *problem, qiao_language language, qiao_buffer *out)
{
    const qiao_error *error = &problem->error;
    bool ours = qiaoi_problem_status(problem->code) >= 500 && problem->code != QIAOI_PROBLEM_NO_GENERATION;

    if (!ours) {
        member(out, "detail", qiao_error_message(error, language));
        member(out, "hint", qiao_error_hint_text(error, language));
        return;
    }
    member(out, "detail", qiao_message(qiao_status_meaning(error->status), language));
    member(out, "hint",
           qiao_message(problem->code == QIAOI_PROBLEM_BUSY
                            ? "try again in a moment"
                            : "tell the operator the request_id; the log of the service says more",
                        language));
}

void
qiaoi_problem_write(const qiaoi_problem *problem, const qiaoi_problem_frame *frame, qiao_buffer *out)
{
    const problem_kind *kind = kind_of(problem->code);

    qiao_buffer_printf(out, "{\"type\":\"urn:qiao:problem:%s\"", kind->code);
    member(out, "title", qiao_message(kind->title, frame->language));
    qiao_buffer_printf(out, ",\"status\":%u", kind->status);
    write_detail(problem, frame->language, out);
    member(out, "instance", frame->instance);
    member(out, "code", kind->code);
    member(out, "request_id", frame->request_id);
    if (frame->generation != NULL)
        member(out, "generation", frame->generation);
    if (problem->allowed[0] != '\0')
        qiao_buffer_printf(out, ",\"allowed\":%s", problem->allowed);
    if (problem->count != 0)
        write_places(problem, frame->language, out);
    qiao_buffer_text(out, "}\n");
}
