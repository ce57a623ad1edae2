/*
 * Writing lexicon files: the growing set of keys, and the file from its sections. Used by the compiler of the base
 * lexicon and by the derivation of a generation's lexicon. One thread.
 */
#ifndef QIAO_LEXICON_WRITER_H
#define QIAO_LEXICON_WRITER_H

#include "lexicon/lexicon_file.h"
#include "qiao/memory.h"
#include "qiao/status.h"

/* Keys with their entries, found by hash while they grow. Zero-initialise; qiaoi_key_set_done frees. */
typedef struct qiaoi_key_set {
    qiaoi_entry *entries;
    uint32_t count, capacity;
    qiao_buffer keys;
    uint32_t *hash; /* entry + 1 */
    uint64_t hash_size;
} qiaoi_key_set;

/* Find or add; entry index in *out. A new entry is zeroed but for its key and language. QIAO_E_NOMEM, QIAO_E_LIMIT (key
 * over 65,535 bytes). */
qiao_status qiaoi_key_set_add(qiaoi_key_set *set, qiaoi_lexicon_language language, const char *key, size_t length,
                              uint32_t *out, qiao_error *err) QIAO_CHECK;
struct qiao_lexicon;
/* Fill an empty set with the keys and entries of a lexicon, every one under its number. */
qiao_status qiaoi_key_set_copy(qiaoi_key_set *set, const struct qiao_lexicon *lexicon, qiao_error *err) QIAO_CHECK;
/* Only find; false where the key is not in the set. */
bool qiaoi_key_set_find(const qiaoi_key_set *set, qiaoi_lexicon_language language, const char *key, size_t length,
                        uint32_t *out);
void qiaoi_key_set_done(qiaoi_key_set *set);

typedef struct qiaoi_section_data {
    qiaoi_section_id id;
    uint32_t element_size;
    const void *data;
    uint64_t count;
} qiaoi_section_data;

/*
 * Write header, table and sections to path, neither atomically nor synced: the caller stages. Adds the key sections
 * (entries, keys, hash, lengths, characters) made from set. At most QIAOI_SECTION_COUNT sections.
 */
qiao_status qiaoi_lexicon_write(const char *path, const qiaoi_key_set *set, const qiaoi_section_data *sections,
                                size_t count, qiao_error *err) QIAO_CHECK;

/* Smallest power of two that holds n at a load of at most one half. */
uint64_t qiaoi_hash_size(uint64_t n);

#endif
