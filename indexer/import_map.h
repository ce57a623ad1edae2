/*
 * Feed maps: which field of a source becomes which field of a record.
 *
 *   {"format": "csv", "delimiter": ";", "encoding": "gb18030", "records": "response.docs", "id_prefix": "cordis:",
 *    "list_separator": ",", "decimal_comma": true,
 *    "constants": {"kind": "project", "record_kind": "tech_offer"},
 *    "fields": {"id": "id", "title.en": "Award Title", "summary.en": ["Abstract", "Summary"],
 *               "budget_max": {"from": "拟投入资金总额(万元)", "scale": 10000},
 *               "enterprise.org_kind": {"from": "机构属性", "values": {"企业": "sme"}, "default": "sme"}}}
 *
 * More a row may say: "values" may make a value "", which leaves it out; "hash": [columns]: an id made of what they hold,
 * where no source is filled; "html": true (markup becomes plain text); "date": "us" (month/day/year), "epoch_ms" or "epoch_s".
 * "harvest" is the part that harvest/plan.h reads.
 *
 * "zip": {"records": "project.csv", "join": {"organization": {"member": "organization.csv", "key": "projectID", "to":
 * "id"}}}: the file in an archive, and rows of others that a record gets as a list under a name. "sheet": of a
 * workbook.
 *
 * Keys of fields are record fields: "title.en", "enterprise.park", "indicators". Sources are column names (compared as
 * table_header.h says), or paths (import_path.h). Where several are named the first that is filled is taken. A source
 * field that no row takes is left out, and counted. Without a map, the columns of a CSV file are the record fields
 * themselves, and JSON is taken as it is.
 *
 * Threads: a map is immutable once loaded; apply may run in several threads.
 */
#ifndef QIAO_INDEXER_IMPORT_MAP_H
#define QIAO_INDEXER_IMPORT_MAP_H

#include "reader.h"

#include <cjson/cJSON.h>

typedef struct qiaoi_map qiaoi_map;

/* QIAO_E_INPUT names the file and the key that is wrong. */
qiao_status qiaoi_map_load(const char *path, qiaoi_map **out, qiao_error *err) QIAO_CHECK;
void qiaoi_map_free(qiaoi_map *map); /* NULL is fine */

/* A member of the file by name, for parts that others read ("harvest"); NULL where it is absent. Borrowed. */
const cJSON *qiaoi_map_part(const qiaoi_map *map, const char *name);
/* Does a row read this member of the source, or something inside it? */
bool qiaoi_map_reads(const qiaoi_map *map, const char *member);

/* For qiaoi_reader_options: context is the map, or NULL for record fields. The map's spelling of a column name. */
const char *qiaoi_map_column(const void *map, const char *name);

/* What the map says of the file itself; only what it says is changed in options. Strings are borrowed from the map. */
void qiaoi_map_reader_options(const qiaoi_map *map, qiaoi_reader_options *options);

/*
 * One source object (JSON text) to the JSON text of a record, appended to out. Without a map, row says whether the
 * members are named by record fields (a CSV row) or the object is a record already. source, where not NULL, is put
 * before an id that has no source part, and into the source field of a record whose id names another.
 * @return QIAO_OK; QIAO_E_INPUT and QIAO_E_LIMIT (qiao_json_check, or no object); QIAO_E_NOMEM.
 */
qiao_status qiaoi_map_apply(const qiaoi_map *map, bool row, const char *source, const char *json, size_t length,
                            qiao_buffer *out, qiao_error *err) QIAO_CHECK;

#endif
