/* The growing key set and the file writer behind both forms of the lexicon. */
#include "lexicon/lexicon_writer.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"
#include "qiao/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

uint64_t
qiaoi_hash_size(uint64_t n)
{
    uint64_t size = 16;

    while (size < n * 2)
        size *= 2;
    return size;
}

static void
insert_hash(uint32_t *hash, uint64_t size, const qiaoi_key_set *set, uint32_t index)
{
    const qiaoi_entry *entry = &set->entries[index];
    uint64_t i = qiao_hash64(set->keys.data + entry->key, entry->key_length, entry->language) & (size - 1);

    while (hash[i] != 0)
        i = (i + 1) & (size - 1);
    hash[i] = index + 1;
}

static qiao_status
grow(qiaoi_key_set *set, qiao_error *err)
{
    uint32_t capacity = set->capacity == 0 ? 4096 : set->capacity * 2;
    uint64_t size = qiaoi_hash_size(capacity);
    qiaoi_entry *entries = qiao_realloc_array(set->entries, capacity, sizeof *entries);
    uint32_t *hash;

    if (entries == NULL)
        return qiao_fail_memory(err);
    set->entries = entries;
    hash = qiao_calloc(size, sizeof *hash);
    if (hash == NULL)
        return qiao_fail_memory(err);
    for (uint32_t i = 0; i < set->count; i++)
        insert_hash(hash, size, set, i);
    qiao_free(set->hash);
    set->hash = hash;
    set->hash_size = size;
    set->capacity = capacity;
    return QIAO_OK;
}

/* The keys stand in the order of the entries, each behind the one before. */
static size_t
key_bytes(const qiao_lexicon *lexicon)
{
    const qiaoi_entry *last;

    if (lexicon->entry_count == 0)
        return 0;
    last = &lexicon->entries[lexicon->entry_count - 1];
    return (size_t)last->key + last->key_length + 1;
}

/* Copies whole arrays, the hash too: its places follow from the order of the entries alone. */
qiao_status
qiaoi_key_set_copy(qiaoi_key_set *set, const qiao_lexicon *lexicon, qiao_error *err)
{
    size_t size = (size_t)lexicon->hash_mask + 1;

    set->entries = qiao_alloc(size / 2 * sizeof *set->entries);
    set->hash = qiao_alloc(size * sizeof *set->hash);
    qiao_buffer_append(&set->keys, lexicon->keys, key_bytes(lexicon));
    if (set->entries == NULL || set->hash == NULL || set->keys.failed)
        return qiao_fail_memory(err);
    memcpy(set->entries, lexicon->entries, (size_t)lexicon->entry_count * sizeof *set->entries);
    memcpy(set->hash, lexicon->hash, size * sizeof *set->hash);
    set->count = lexicon->entry_count;
    set->capacity = (uint32_t)(size / 2);
    set->hash_size = size;
    return QIAO_OK;
}

bool
qiaoi_key_set_find(const qiaoi_key_set *set, qiaoi_lexicon_language language, const char *key, size_t length,
                   uint32_t *out)
{
    uint64_t i;

    if (set->hash_size == 0)
        return false;
    i = qiao_hash64(key, length, (uint64_t)language) & (set->hash_size - 1);
    for (; set->hash[i] != 0; i = (i + 1) & (set->hash_size - 1)) {
        const qiaoi_entry *entry = &set->entries[set->hash[i] - 1];

        if (entry->key_length == length && entry->language == (uint8_t)language &&
            memcmp(set->keys.data + entry->key, key, length) == 0) {
            *out = set->hash[i] - 1;
            return true;
        }
    }
    return false;
}

qiao_status
qiaoi_key_set_add(qiaoi_key_set *set, qiaoi_lexicon_language language, const char *key, size_t length, uint32_t *out,
                  qiao_error *err)
{
    qiaoi_entry *entry;
    size_t at = set->keys.length;

    if (length == 0 || length > UINT16_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "lexicon key of %zu bytes", length);
    if (qiaoi_key_set_find(set, language, key, length, out))
        return QIAO_OK;
    if (set->count == set->capacity) {
        qiao_status st = grow(set, err);

        if (st != QIAO_OK)
            return st;
    }
    qiao_buffer_append(&set->keys, key, length);
    qiao_buffer_append(&set->keys, "", 1);
    if (set->keys.failed || at > UINT32_MAX)
        return qiao_fail_memory(err);
    entry = &set->entries[set->count];
    memset(entry, 0, sizeof *entry);
    entry->key = (uint32_t)at;
    entry->key_length = (uint16_t)length;
    entry->language = (uint8_t)language;
    insert_hash(set->hash, set->hash_size, set, set->count);
    *out = set->count++;
    return QIAO_OK;
}

void
qiaoi_key_set_done(qiaoi_key_set *set)
{
    qiao_free(set->entries);
    qiao_free(set->hash);
    qiao_buffer_done(&set->keys);
    memset(set, 0, sizeof *set);
}

/* Length masks and single characters of the languages that are written without spaces. */
static void
index_characters(const qiaoi_key_set *set, uint16_t *lengths, uint32_t *characters)
{
    for (uint32_t e = 0; e < set->count; e++) {
        const qiaoi_entry *entry = &set->entries[e];
        const char *key = set->keys.data + entry->key;
        size_t at = 0, n = 0;
        uint32_t first[2] = {0, 0};

        if (entry->language > QIAOI_JA)
            continue;
        while (at < entry->key_length) {
            uint32_t c = qiao_utf8_next(key, entry->key_length, &at);

            if (n < 2)
                first[n] = c;
            n++;
        }
        if (n == 1 && first[0] < 65536)
            characters[(uint32_t)entry->language * 65536u + first[0]] = e + 1;
        else if (n > 1 && n <= QIAOI_KEY_CHARACTERS_MAX)
            lengths[qiaoi_length_slot((qiaoi_lexicon_language)entry->language, first[0], first[1])] |=
                (uint16_t)(1u << (n - 1));
    }
}

static uint64_t
lay_out(const qiaoi_section_data *sections, size_t count, qiaoi_section *table)
{
    uint64_t offset = sizeof(qiaoi_lexicon_header) + count * sizeof *table;

    for (size_t i = 0; i < count; i++) {
        offset = (offset + 15) & ~(uint64_t)15;
        table[i].id = (uint32_t)sections[i].id;
        table[i].element_size = sections[i].element_size;
        table[i].offset = offset;
        table[i].count = sections[i].count;
        offset += sections[i].count * sections[i].element_size;
    }
    return offset;
}

typedef struct image_writer {
    const char *path;
    FILE *file;
    uint64_t at;
    qiao_status status;
    qiao_error *err;
} image_writer;

/* Section by section, so that the file is never whole in memory. */
static void
put(image_writer *w, const void *bytes, uint64_t length)
{
    if (length > 0 && w->status == QIAO_OK && fwrite(bytes, 1, (size_t)length, w->file) != length)
        w->status = qiao_fail_errno(w->err, errno, "cannot write %s", w->path);
    w->at += length;
}

/* The checksum is that of what stands in the file behind the header. */
static void
put_checksum(image_writer *w, qiaoi_lexicon_header *header)
{
    qiao_mapping written;

    if (w->status == QIAO_OK && fflush(w->file) != 0)
        w->status = qiao_fail_errno(w->err, errno, "cannot write %s", w->path);
    if (w->status == QIAO_OK)
        w->status = qiao_mapping_open(w->path, &written, w->err);
    if (w->status != QIAO_OK)
        return;
    header->checksum = qiao_hash64(written.data + sizeof *header, written.length - sizeof *header, 0);
    qiao_mapping_close(&written);
    if (fseek(w->file, 0, SEEK_SET) != 0 || fwrite(header, sizeof *header, 1, w->file) != 1 || fflush(w->file) != 0)
        w->status = qiao_fail_errno(w->err, errno, "cannot write %s", w->path);
}

static qiao_status
assemble(const char *path, const qiaoi_section_data *sections, size_t count, qiao_error *err)
{
    static const unsigned char zeros[16] = {0};
    qiaoi_section table[QIAOI_SECTION_COUNT];
    uint64_t size = lay_out(sections, count, table);
    qiaoi_lexicon_header header = {QIAOI_LEXICON_MAGIC, QIAOI_LEXICON_VERSION, (uint32_t)count, size, 0};
    image_writer w = {.path = path, .file = fopen(path, "wb"), .err = err};

    if (w.file == NULL)
        return qiao_fail_errno(err, errno, "cannot create %s", path);
    put(&w, &header, sizeof header);
    put(&w, table, count * sizeof *table);
    for (size_t i = 0; i < count; i++) {
        put(&w, zeros, table[i].offset - w.at);
        put(&w, sections[i].data, sections[i].count * sections[i].element_size);
    }
    put_checksum(&w, &header);
    if (fclose(w.file) != 0 && w.status == QIAO_OK)
        w.status = qiao_fail_errno(err, errno, "cannot write %s", path);
    return w.status;
}

qiao_status
qiaoi_lexicon_write(const char *path, const qiaoi_key_set *set, const qiaoi_section_data *sections, size_t count,
                    qiao_error *err)
{
    qiaoi_section_data all[QIAOI_SECTION_COUNT];
    uint64_t hash_size = qiaoi_hash_size(set->count);
    uint32_t *made = hash_size == set->hash_size ? NULL : qiao_calloc(hash_size, sizeof *made);
    const uint32_t *hash = made != NULL ? made : set->hash;
    uint16_t *lengths = qiao_calloc(QIAOI_LENGTH_MASK_SLOTS, sizeof *lengths);
    uint32_t *characters = qiao_calloc(131072, sizeof *characters);
    qiao_status st = QIAO_E_NOMEM;

    if ((made == NULL && hash_size != set->hash_size) || lengths == NULL || characters == NULL) {
        st = qiao_fail_memory(err);
        goto out;
    }
    for (uint32_t i = 0; made != NULL && i < set->count; i++)
        insert_hash(made, hash_size, set, i);
    index_characters(set, lengths, characters);
    all[0] = (qiaoi_section_data){QIAOI_SECTION_ENTRIES, sizeof(qiaoi_entry), set->entries, set->count};
    all[1] = (qiaoi_section_data){QIAOI_SECTION_KEYS, 1, set->keys.data, set->keys.length};
    all[2] = (qiaoi_section_data){QIAOI_SECTION_HASH, 4, hash, hash_size};
    all[3] = (qiaoi_section_data){QIAOI_SECTION_LENGTHS, 2, lengths, QIAOI_LENGTH_MASK_SLOTS};
    all[4] = (qiaoi_section_data){QIAOI_SECTION_CHARACTERS, 4, characters, 131072};
    for (size_t i = 0; i < count; i++)
        all[5 + i] = sections[i];
    st = assemble(path, all, count + 5, err);
out:
    qiao_free(made);
    qiao_free(lengths);
    qiao_free(characters);
    return st;
}
