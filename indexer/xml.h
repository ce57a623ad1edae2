/*
 * XML as a stream of events; xml.c is the only file of the project that includes <expat.h>.
 *
 * What it guards: entities are never declared (so none can grow without bound, and nothing outside the document is
 * ever read), a document type is refused unless it is allowed, and one tag, comment or instruction has at most
 * QIAOI_XML_TOKEN_MAX bytes. Depth is for the handlers to bound.
 *
 * Threads: a parser belongs to one thread at a time.
 */
#ifndef QIAO_INDEXER_XML_H
#define QIAO_INDEXER_XML_H

#include "qiao/memory.h"
#include "qiao/status.h"

#include <stdbool.h>
#include <stdint.h>

#define QIAOI_XML_TOKEN_MAX ((size_t)4 << 20)

typedef struct qiaoi_xml qiaoi_xml;

/* Any may be NULL. Names are as written, with their prefix; attributes: name, value, name, value ... NULL. */
typedef struct qiaoi_xml_handlers {
    void (*start)(void *context, const char *name, const char **attributes);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, const char *text, size_t length); /* a text may come in pieces */
    bool document_type; /* <!DOCTYPE ...> is passed over, as long as it declares no entity */
} qiaoi_xml_handlers;

/* handlers is copied. QIAO_E_NOMEM. */
qiao_status qiaoi_xml_new(const qiaoi_xml_handlers *handlers, void *context, qiaoi_xml **out,
                          qiao_error *err) QIAO_CHECK;
void qiaoi_xml_free(qiaoi_xml *xml); /* NULL is fine */

/*
 * The next bytes of the document; last: there are no more. Handlers run inside.
 * @return QIAO_OK; QIAO_E_INPUT with the line (broken, cut off, refused by a guard); QIAO_E_NOMEM.
 */
qiao_status qiaoi_xml_feed(qiaoi_xml *xml, const char *bytes, size_t length, bool last, qiao_error *err) QIAO_CHECK;

/* For handlers: no more events, feed returns QIAO_OK; and the line of the event, from 1. */
void qiaoi_xml_stop(qiaoi_xml *xml);
uint64_t qiaoi_xml_line(const qiaoi_xml *xml);

/* "dc:title" is "title". */
const char *qiaoi_xml_local(const char *name);
/* By its name without prefix; NULL where it is absent. */
const char *qiaoi_xml_attribute(const char **attributes, const char *name);

#endif
