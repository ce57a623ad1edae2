/*
 * Which ids a file has given already, and in which line: a hash table of 16 bytes a slot, at most three quarters full.
 * Ids are compared by 64 bits of hash: among a million ids the odds that two of them meet are one in forty million.
 */
#ifndef QIAO_INDEXER_IMPORT_SEEN_H
#define QIAO_INDEXER_IMPORT_SEEN_H

#include "qiao/record.h"
#include "qiao/source_store.h"

typedef struct qiaoi_seen_entry {
    uint64_t hash; /* 0 = empty */
    uint64_t line : 48;
    uint64_t waiting : 13; /* place in the window + 1 while not yet in the store; 0 afterwards */
    uint64_t change : 3;   /* qiao_change that the store answered */
} qiaoi_seen_entry;

typedef struct qiaoi_seen {
    qiaoi_seen_entry *slots;
    size_t capacity, used;
} qiaoi_seen;

uint64_t qiaoi_seen_hash(qiao_kind kind, const char *id);
/* The entry of a hash, new (line 0) or old; valid until the next call. NULL when out of memory. */
qiaoi_seen_entry *qiaoi_seen_get(qiaoi_seen *seen, uint64_t hash);
void qiaoi_seen_done(qiaoi_seen *seen);

#endif
