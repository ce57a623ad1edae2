/* One pass of expat over an answer of OAI-PMH: see oai.h. */
#include "harvest/oai.h"

#include <expat.h>
#include <string.h>

#define PIECE ((size_t)1 << 20)

typedef struct scan {
    XML_Parser parser;
    qiaoi_oai *out;
    qiao_buffer *into; /* where the text of the element at hand goes; NULL = nowhere */
    bool deleted;      /* inside the header of a record that was deleted */
} scan;

static const char *
local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon != NULL ? colon + 1 : name;
}

static const char *
attribute(const XML_Char **attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2) {
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    }
    return "";
}

static void
on_start(void *context, const XML_Char *qualified, const XML_Char **attributes)
{
    scan *s = context;
    const char *name = local_name(qualified);

    s->into = NULL;
    if (strcmp(name, "header") == 0)
        s->deleted = strcmp(attribute(attributes, "status"), "deleted") == 0;
    else if (strcmp(name, "identifier") == 0 && s->deleted)
        s->into = &s->out->withdrawn;
    else if (strcmp(name, "resumptionToken") == 0)
        s->into = &s->out->token;
    else if (strcmp(name, "responseDate") == 0)
        s->into = &s->out->date;
    else if (strcmp(qualified, "error") == 0)
        qiao_buffer_text(&s->out->error, attribute(attributes, "code"));
}

static void
on_text(void *context, const XML_Char *text, int length)
{
    scan *s = context;

    for (int i = 0; s->into != NULL && i < length; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL) /* neither tokens nor dates hold white space */
            qiao_buffer_char(s->into, text[i]);
    }
}

static void
on_end(void *context, const XML_Char *name)
{
    scan *s = context;

    if (s->into == &s->out->withdrawn)
        qiao_buffer_char(s->into, '\0');
    s->into = NULL;
    if (strcmp(local_name(name), "header") == 0)
        s->deleted = false;
}

static void
on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    scan *s = context;

    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    XML_StopParser(s->parser, XML_FALSE);
}

static qiao_status
parse(scan *s, const char *page, size_t length, qiao_error *err)
{
    size_t at = 0;

    do {
        size_t n = length - at < PIECE ? length - at : PIECE;

        if (XML_Parse(s->parser, page + at, (int)n, at + n == length) != XML_STATUS_OK)
            return qiao_fail(err, QIAO_E_INPUT, "line %llu: the XML is broken: %s",
                             (unsigned long long)XML_GetCurrentLineNumber(s->parser),
                             XML_ErrorString(XML_GetErrorCode(s->parser)));
        at += n;
    } while (at < length);
    return QIAO_OK;
}

static void
end_text(qiao_buffer *text)
{
    qiao_buffer_char(text, '\0');
    if (!text->failed)
        text->length--;
}

qiao_status
qiaoi_oai_read(const char *page, size_t length, qiaoi_oai *out, qiao_error *err)
{
    scan s = {.parser = XML_ParserCreate(NULL), .out = out};
    qiao_status status;

    if (s.parser == NULL)
        return qiao_fail_memory(err);
    XML_SetUserData(s.parser, &s);
    XML_SetElementHandler(s.parser, on_start, on_end);
    XML_SetCharacterDataHandler(s.parser, on_text);
    XML_SetStartDoctypeDeclHandler(s.parser, on_doctype);
    status = parse(&s, page, length, err);
    XML_ParserFree(s.parser);
    end_text(&out->token);
    end_text(&out->date);
    end_text(&out->error);
    if (out->token.failed || out->date.failed || out->error.failed || out->withdrawn.failed)
        return qiao_fail_memory(err);
    return status;
}

void
qiaoi_oai_done(qiaoi_oai *oai)
{
    qiao_buffer_done(&oai->token);
    qiao_buffer_done(&oai->date);
    qiao_buffer_done(&oai->error);
    qiao_buffer_done(&oai->withdrawn);
}
