/*
 * The records of a generation as they are stored, each behind the facts that signals read of it (facts/facts.h): flat
 * files documents-0.bin to documents-7.bin. A file is written once, with its generation; a later generation takes it by
 * hard link and puts only the records that changed into one more file. Where the eighth is taken, all go into a new
 * first one.
 *
 * Little-endian: qiaoi_document_file_header; then for each record its facts, at a multiple of 8, and behind them the
 * record: byte 0 and the JSON, or byte 1, u32 raw length, a zstd frame. Places stand in records.mdb.
 *
 * Writer: one thread. Reader: immutable, shared by threads.
 */
#ifndef QIAO_STORE_DOCUMENT_FILES_H
#define QIAO_STORE_DOCUMENT_FILES_H

#include "qiao/file.h"
#include "qiao/memory.h"

#define QIAOI_DOCUMENT_FILES_MAX 8u
#define QIAOI_DOCUMENT_FILE_MAGIC 0x31434F44u /* "DOC1" */

typedef struct qiaoi_document_file_header {
    uint32_t magic, zero;
} qiaoi_document_file_header;

/* Where a record's facts begin; 16 bytes as stored. */
typedef struct qiaoi_document_place {
    uint64_t at;     /* number of the file << 56 | offset, a multiple of 8 */
    uint32_t facts;  /* bytes */
    uint32_t record; /* bytes behind them */
} qiaoi_document_place;

/* Path of a file below a folder; out: of QIAO_PATH_MAX + 32 bytes. */
void qiaoi_document_file_path(const char *folder, unsigned number, char *out);

/* ---- writing ---- */

typedef struct qiaoi_document_writer qiaoi_document_writer;

/* The file of that number in a folder. QIAO_E_IO, QIAO_E_NOSPACE, QIAO_E_NOMEM. */
qiao_status qiaoi_document_writer_open(const char *folder, unsigned number, qiaoi_document_writer **out,
                                       qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_document_writer_put(qiaoi_document_writer *writer, const void *facts, size_t facts_length,
                                      const void *record, size_t record_length, qiaoi_document_place *place_out,
                                      qiao_error *err) QIAO_CHECK;
/* On disk when it returns QIAO_OK. Frees the writer in every case. */
qiao_status qiaoi_document_writer_finish(qiaoi_document_writer *writer, qiao_error *err) QIAO_CHECK;
void qiaoi_document_writer_abort(qiaoi_document_writer *writer); /* the file stays; NULL is fine */

/* ---- reading ---- */

typedef struct qiaoi_document_files {
    qiao_mapping mappings[QIAOI_DOCUMENT_FILES_MAX];
    unsigned count;
} qiaoi_document_files;

/* The first `count` files of a folder. QIAO_E_NOTFOUND, QIAO_E_CORRUPT, QIAO_E_IO. Close in any case. */
qiao_status qiaoi_document_files_open(qiaoi_document_files *files, const char *folder, unsigned count,
                                      qiao_error *err) QIAO_CHECK;
void qiaoi_document_files_close(qiaoi_document_files *files);
/* Does it lie inside one of them? Others must not be read. */
bool qiaoi_document_place_sound(const qiaoi_document_files *files, const qiaoi_document_place *place);
/* Its facts, at a multiple of 8; the record follows behind place->facts bytes. */
static inline const unsigned char *
qiaoi_document_at(const qiaoi_document_files *files, const qiaoi_document_place *place)
{
    return files->mappings[place->at >> 56].data + (place->at & (((uint64_t)1 << 56) - 1));
}

#endif
