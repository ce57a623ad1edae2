/* One pass over an answer of OAI-PMH: see oai.h. */
#include "harvest/oai.h"

#include "xml.h"

#include <string.h>

typedef struct scan {
    qiaoi_oai *out;
    qiao_buffer *into; /* where the text of the element at hand goes; NULL = nowhere */
    bool deleted;      /* inside the header of a record that was deleted */
} scan;

static void
on_start(void *context, const char *qualified, const char **attributes)
{
    scan *s = context;
    const char *name = qiaoi_xml_local(qualified), *value;

    s->into = NULL;
    if (strcmp(name, "header") == 0)
        s->deleted = (value = qiaoi_xml_attribute(attributes, "status")) != NULL && strcmp(value, "deleted") == 0;
    else if (strcmp(name, "identifier") == 0 && s->deleted)
        s->into = &s->out->withdrawn;
    else if (strcmp(name, "resumptionToken") == 0)
        s->into = &s->out->token;
    else if (strcmp(name, "responseDate") == 0)
        s->into = &s->out->date;
    else if (strcmp(qualified, "error") == 0 && (value = qiaoi_xml_attribute(attributes, "code")) != NULL)
        qiao_buffer_text(&s->out->error, value);
}

static void
on_text(void *context, const char *text, size_t length)
{
    scan *s = context;

    for (size_t i = 0; s->into != NULL && i < length; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL) /* neither tokens nor dates hold white space */
            qiao_buffer_char(s->into, text[i]);
    }
}

static void
on_end(void *context, const char *name)
{
    scan *s = context;

    if (s->into == &s->out->withdrawn)
        qiao_buffer_char(s->into, '\0');
    s->into = NULL;
    if (strcmp(qiaoi_xml_local(name), "header") == 0)
        s->deleted = false;
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
    static const qiaoi_xml_handlers handlers = {.start = on_start, .end = on_end, .text = on_text};
    scan s = {.out = out};
    qiaoi_xml *xml;
    qiao_status status = qiaoi_xml_new(&handlers, &s, &xml, err);

    if (status != QIAO_OK)
        return status;
    status = qiaoi_xml_feed(xml, page, length, true, err);
    qiaoi_xml_free(xml);
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
