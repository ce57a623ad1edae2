/* The XML parser over expat: see xml.h. */
#include "xml.h"

#include <expat.h>
#include <string.h>

#define PIECE ((size_t)1 << 20)

struct qiaoi_xml {
    XML_Parser parser;
    qiaoi_xml_handlers handlers;
    void *context;
    uint64_t fed; /* bytes handed to the parser */
    bool doctype, entity, stopped;
};

static void XMLCALL
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
    qiaoi_xml *xml = context;

    if (xml->handlers.start != NULL && !xml->stopped)
        xml->handlers.start(xml->context, name, attributes);
}

static void XMLCALL
on_end(void *context, const XML_Char *name)
{
    qiaoi_xml *xml = context;

    if (xml->handlers.end != NULL && !xml->stopped)
        xml->handlers.end(xml->context, name);
}

static void XMLCALL
on_text(void *context, const XML_Char *text, int length)
{
    qiaoi_xml *xml = context;

    if (xml->handlers.text != NULL && !xml->stopped)
        xml->handlers.text(xml->context, text, (size_t)length);
}

static void XMLCALL
on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    qiaoi_xml *xml = context;

    (void)name, (void)system, (void)public, (void)internal;
    xml->doctype = true;
    XML_StopParser(xml->parser, XML_FALSE);
}

static void XMLCALL
on_entity(void *context, const XML_Char *name, int parameter, const XML_Char *value, int length, const XML_Char *base,
          const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
    qiaoi_xml *xml = context;

    (void)name, (void)parameter, (void)value, (void)length, (void)base, (void)system, (void)public, (void)notation;
    xml->entity = true;
    XML_StopParser(xml->parser, XML_FALSE);
}

qiao_status
qiaoi_xml_new(const qiaoi_xml_handlers *handlers, void *context, qiaoi_xml **out, qiao_error *err)
{
    static const XML_Memory_Handling_Suite memory = {qiao_alloc, qiao_realloc, qiao_free};
    qiaoi_xml *xml = qiao_calloc(1, sizeof *xml);

    *out = NULL;
    if (xml == NULL)
        return qiao_fail_memory(err);
    xml->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (xml->parser == NULL) {
        qiao_free(xml);
        return qiao_fail_memory(err);
    }
    xml->handlers = *handlers;
    xml->context = context;
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, on_start, on_end);
    XML_SetCharacterDataHandler(xml->parser, on_text);
    XML_SetEntityDeclHandler(xml->parser, on_entity);
    if (!handlers->document_type)
        XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
    *out = xml;
    return QIAO_OK;
}

void
qiaoi_xml_free(qiaoi_xml *xml)
{
    if (xml == NULL)
        return;
    XML_ParserFree(xml->parser);
    qiao_free(xml);
}

uint64_t
qiaoi_xml_line(const qiaoi_xml *xml)
{
    return (uint64_t)XML_GetCurrentLineNumber(xml->parser);
}

static qiao_status
explain(const qiaoi_xml *xml, qiao_error *err)
{
    unsigned long long line = (unsigned long long)qiaoi_xml_line(xml);
    enum XML_Error code = XML_GetErrorCode(xml->parser);

    if (xml->doctype)
        return qiao_fail(err, QIAO_E_INPUT, "line %llu: XML with a document type is not read", line);
    if (xml->entity)
        return qiao_fail(err, QIAO_E_INPUT, "line %llu: XML that declares entities is not read", line);
    if (code == XML_ERROR_NO_MEMORY)
        return qiao_fail_memory(err);
    return qiao_fail(err, QIAO_E_INPUT, "line %llu: the XML is broken: %s", line, XML_ErrorString(code));
}

/* Before its end, a tag is read again from its beginning with every piece: a tag without end would cost the square of
 * its length. */
static qiao_status
check_token(const qiaoi_xml *xml, qiao_error *err)
{
    XML_Index at = XML_GetCurrentByteIndex(xml->parser);

    if (at < 0 || xml->fed - (uint64_t)at <= QIAOI_XML_TOKEN_MAX)
        return QIAO_OK;
    return qiao_fail(err, QIAO_E_INPUT, "line %llu: a tag of the XML is longer than %zu bytes",
                     (unsigned long long)qiaoi_xml_line(xml), QIAOI_XML_TOKEN_MAX);
}

qiao_status
qiaoi_xml_feed(qiaoi_xml *xml, const char *bytes, size_t length, bool last, qiao_error *err)
{
    size_t at = 0;

    do {
        size_t n = length - at < PIECE ? length - at : PIECE;
        qiao_status status;

        if (xml->stopped)
            return QIAO_OK;
        xml->fed += n;
        if (XML_Parse(xml->parser, bytes + at, (int)n, last && at + n == length) != XML_STATUS_OK)
            return xml->stopped ? QIAO_OK : explain(xml, err);
        status = check_token(xml, err);
        if (status != QIAO_OK)
            return status;
        at += n;
    } while (at < length);
    return QIAO_OK;
}

void
qiaoi_xml_stop(qiaoi_xml *xml)
{
    xml->stopped = true;
    XML_StopParser(xml->parser, XML_FALSE);
}

const char *
qiaoi_xml_local(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon != NULL ? colon + 1 : name;
}

const char *
qiaoi_xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2) {
        if (strcmp(qiaoi_xml_local(attributes[0]), name) == 0)
            return attributes[1];
    }
    return NULL;
}
