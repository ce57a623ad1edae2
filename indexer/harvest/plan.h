/*
 * How a source is asked for its pages: the part "harvest" of a feed map.
 *
 *   "harvest": {"url": "https://www.osti.gov/api/v1/records",
 *               "paging": {"kind": "page", "parameter": "page", "first": 1, "size_parameter": "rows", "size": 100},
 *               "headers": ["Accept: application/json"], "body": {...}, "interval_ms": 1000}
 *
 * Kinds of paging:
 *   none     one request
 *   page     parameter counts pages from first (1 where it is not given); ends with a page that has fewer than size
 *            records, or none
 *   offset   parameter counts records from first (0); ends likewise
 *   cursor   parameter is first ("*"), afterwards what stands in the page at the path "at"; ends where that is missing
 *            or stays the same
 *   next     the page names the URL of the next one at the path "at"
 *   link     the header Link: <URL>; rel="next" names it
 *   window   one request for each span of time: "from" and "to" name the parameters, "start" is the first day, "months"
 *            (1) the length, "format" the form of days: iso, yyyymmdd or us (month/day/year)
 *   oai      OAI-PMH: ListRecords with metadata "prefix", then resumptionToken
 * "since": {"parameter": "updatedSince", "format": "iso"} asks only for what changed since the last harvest began;
 * OAI-PMH does so by itself, window begins at that day. With a body (JSON, sent by POST) the parameters of page, offset
 * and cursor are members of it.
 */
#ifndef QIAO_INDEXER_HARVEST_PLAN_H
#define QIAO_INDEXER_HARVEST_PLAN_H

#include "import_map.h"

typedef enum qiaoi_paging {
    QIAOI_PAGING_NONE,
    QIAOI_PAGING_PAGE,
    QIAOI_PAGING_OFFSET,
    QIAOI_PAGING_CURSOR,
    QIAOI_PAGING_NEXT,
    QIAOI_PAGING_LINK,
    QIAOI_PAGING_WINDOW,
    QIAOI_PAGING_OAI
} qiaoi_paging;

#define QIAOI_PLAN_HEADERS 16

/* Texts are borrowed from the map, or from who changes the plan. */
typedef struct qiaoi_plan {
    const char *url, *parameter, *size_parameter, *at, *first_text, *prefix;
    const cJSON *body; /* NULL = GET */
    const char *headers[QIAOI_PLAN_HEADERS];
    size_t header_count;
    qiaoi_paging paging;
    uint64_t first, size;
    uint64_t interval_ms;                  /* least time between two requests to the host */
    const char *since, *from, *to, *start; /* parameters; first day of windows */
    const char *format;                    /* of days: iso, yyyymmdd, us */
    unsigned months;
    const char *secrets[QIAOI_PLAN_HEADERS]; /* "name=value" parameters that no message may show */
    size_t secret_count;
} qiaoi_plan;

/* QIAO_E_INPUT names the key that is wrong; path is for the message. A map without the part is one request. */
qiao_status qiaoi_plan_read(const qiaoi_map *map, const char *path, qiaoi_plan *out, qiao_error *err) QIAO_CHECK;

/*
 * URL and body of the page at a position: "" is the first; otherwise a number, a cursor, a URL or a token, as the kind
 * of paging has it. since: day from which changes are asked for; NULL = everything. body stays empty for GET. Both
 * end with NUL behind their length.
 */
qiao_status qiaoi_plan_request(const qiaoi_plan *plan, const char *position, const char *since, qiao_buffer *url,
                               qiao_buffer *body, qiao_error *err) QIAO_CHECK;

/*
 * Append the position behind a page to out; nothing where it was the last. records: how many the page had; link: value
 * of its Link header, or NULL. OAI-PMH is for oai.h.
 */
qiao_status qiaoi_plan_next(const qiaoi_plan *plan, const char *position, const char *since, const char *page,
                            size_t length, uint64_t records, const char *link, qiao_buffer *out,
                            qiao_error *err) QIAO_CHECK;

/* Does the plan ask for changes only, once a list was complete? */
bool qiaoi_plan_incremental(const qiaoi_plan *plan);

#endif
