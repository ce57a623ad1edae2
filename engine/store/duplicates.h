/*
 * Records of a generation that say the same, found by the build: duplicates.bin. A group holds the records of one side
 * that are linked, directly or through others; who is in no group has no entry. There is no such file where nothing is
 * linked.
 *
 *   header   48 bytes: "QIAODUPL", u32 version, u32 zero, u32 documents[2], u32 count[2], u64 zero, u64 checksum of
 *            what precedes it and of what follows
 *   entries  16 bytes each; projects, then needs, each ascending by group, then docid
 *   places   u32 each: for each side, its entries' places in ascending order of docid
 *
 * Immutable and shared by threads once open.
 */
#ifndef QIAO_STORE_DUPLICATES_H
#define QIAO_STORE_DUPLICATES_H

#include "qiao/duplicates.h"

#define QIAOI_DUPLICATES_NAME "duplicates.bin"

typedef struct qiaoi_duplicates qiaoi_duplicates;

/* entries[kind]: count[kind] of them, in the order of the file. Synced when it returns QIAO_OK. */
qiao_status qiaoi_duplicates_write(const char *path, const uint32_t documents[2], const qiao_duplicate *const *entries,
                                   const uint32_t count[2], qiao_error *err) QIAO_CHECK;

/* @return QIAO_OK; QIAO_E_NOTFOUND; QIAO_E_CORRUPT (also where it was made for other numbers of documents). */
qiao_status qiaoi_duplicates_open(const char *path, const uint32_t documents[2], qiaoi_duplicates **out,
                                  qiao_error *err) QIAO_CHECK;
void qiaoi_duplicates_close(qiaoi_duplicates *duplicates);
/* The group of a record, itself included; NULL where it has none, or there are no duplicates. */
const qiao_duplicate *qiaoi_duplicates_group(const qiaoi_duplicates *duplicates, qiao_kind kind, uint32_t docid,
                                             uint32_t *count_out);

#endif
