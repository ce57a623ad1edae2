/* What an answer of OAI-PMH says beside its records: https://www.openarchives.org/OAI/openarchivesprotocol.html */
#ifndef QIAO_INDEXER_HARVEST_OAI_H
#define QIAO_INDEXER_HARVEST_OAI_H

#include "qiao/memory.h"

typedef struct qiaoi_oai {
    qiao_buffer token;     /* resumptionToken; empty: the list is complete */
    qiao_buffer date;      /* responseDate: what the next harvest asks "from" */
    qiao_buffer error;     /* code of an error, such as badResumptionToken; empty = none */
    qiao_buffer withdrawn; /* identifiers of deleted records, each with its NUL */
} qiaoi_oai;

/* Zero-initialise before; qiaoi_oai_done afterwards. Texts end with NUL behind their length. QIAO_E_INPUT (no XML, or
 * cut off), QIAO_E_NOMEM. */
qiao_status qiaoi_oai_read(const char *page, size_t length, qiaoi_oai *out, qiao_error *err) QIAO_CHECK;
void qiaoi_oai_done(qiaoi_oai *oai);

#endif
