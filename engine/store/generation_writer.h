/*
 * Writing a generation's records.mdb, and its records in a file beside it (document_files.h), once, in order:
 * documents, records, tags, postings, rows, statistics. One thread. Everything is on disk when
 * qiaoi_generation_writer_finish returns QIAO_OK.
 */
#ifndef QIAO_STORE_GENERATION_WRITER_H
#define QIAO_STORE_GENERATION_WRITER_H

#include "qiao/generation.h"
#include "qiao/record.h"
#include "store/generation_format.h"

typedef struct qiaoi_generation_writer qiaoi_generation_writer;

qiao_status qiaoi_generation_writer_open(const char *path, qiaoi_generation_writer **out, qiao_error *err) QIAO_CHECK;
/* Ids of one side, ascending. Projects first, then needs, in every one of these calls. */
qiao_status qiaoi_generation_writer_documents(qiaoi_generation_writer *writer, qiao_kind kind, const char *const *ids,
                                              uint32_t count, qiao_error *err) QIAO_CHECK;
/* After the ids of both sides: the document of each number of the full-text index, as in generation_format.h. */
qiao_status qiaoi_generation_writer_places(qiaoi_generation_writer *writer, const uint32_t *places, uint32_t count,
                                           qiao_error *err) QIAO_CHECK;
/* Before the first record: takes the parent's files of documents by hard link, unless there are as many as may be. */
qiao_status qiaoi_generation_writer_share(qiaoi_generation_writer *writer, const qiao_generation *parent,
                                          qiao_error *err) QIAO_CHECK;
/* A record, and what signals read of it (facts/facts.h); each once. */
qiao_status qiaoi_generation_writer_record(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid,
                                           const char *json, size_t length, const void *facts, size_t facts_length,
                                           qiao_error *err) QIAO_CHECK;
/* Instead: as the parent has it under the number `then`. */
qiao_status qiaoi_generation_writer_kept(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid,
                                         const qiao_generation *parent, uint32_t then, qiao_error *err) QIAO_CHECK;
/* After the last record: where each is. */
qiao_status qiaoi_generation_writer_stored(qiaoi_generation_writer *writer, qiao_error *err) QIAO_CHECK;
/* Tags in ascending byte order; docids ascending. */
qiao_status qiaoi_generation_writer_tag(qiaoi_generation_writer *writer, qiao_kind kind, const char *tag,
                                        const uint32_t *docids, size_t count, qiao_error *err) QIAO_CHECK;
/* Room for one range's postings, laid out as in generation_format.h, bitmap and maxima zeroed; fill it before the next
 * call. header.magic is set here. */
qiao_status qiaoi_generation_writer_postings(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t range,
                                             const qiaoi_postings_header *header, unsigned char **room_out,
                                             qiao_error *err) QIAO_CHECK;
/* One range's rows, as in generation_format.h: header.documents + 1 starts and header.entries entries; header.magic is
 * set here. After all postings. */
qiao_status qiaoi_generation_writer_rows(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t range,
                                         const qiaoi_rows_header *header, const uint32_t *starts,
                                         const uint32_t *entries, qiao_error *err) QIAO_CHECK;
/* Room for them instead: header.documents + 1 starts, header.entries entries; fill it before the next call. */
qiao_status qiaoi_generation_writer_rows_room(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t range,
                                              const qiaoi_rows_header *header, uint32_t **starts_out,
                                              uint32_t **entries_out, qiao_error *err) QIAO_CHECK;
/* What the side is weighed by: df[header.slots]. The last of all; projects first. */
qiao_status qiaoi_generation_writer_statistics(qiaoi_generation_writer *writer, qiao_kind kind,
                                               const qiaoi_statistics_header *header, const uint32_t *df,
                                               qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_generation_writer_finish(qiaoi_generation_writer *writer,
                                           qiao_error *err) QIAO_CHECK; /* frees writer in every case */
void qiaoi_generation_writer_abort(qiaoi_generation_writer *writer);

#endif
