/* Reads what an earlier build found. The checksum is looked at once; what it covers was written by findings_write.c. */
#include "indexing/findings.h"

#include "qiao/catalog.h"

#include <stdio.h>
#include <string.h>

void
qiaoi_findings_path(const char *data_dir, const char *name, char *out)
{
    snprintf(out, QIAO_PATH_MAX + 64, "%s/build/%s", data_dir, name);
}

void
qiaoi_findings_file_path(const char *data_dir, uint32_t file, char *out)
{
    qiaoi_findings_path(data_dir, file == 0 ? "findings-0.bin" : "findings-1.bin", out);
}

uint64_t
qiaoi_findings_header_checksum(const qiaoi_findings_header *header)
{
    qiaoi_findings_header copy = *header;

    copy.checksum = 0;
    return qiao_hash64(&copy, sizeof copy, 0);
}

qiao_status
qiaoi_findings_header_read(const char *data_dir, qiaoi_findings_header *out, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 64];
    qiao_mapping mapping = {0};
    qiao_status st;

    qiaoi_findings_path(data_dir, "findings.bin", path);
    st = qiao_mapping_open(path, &mapping, err);
    if (st != QIAO_OK)
        return st;
    if (mapping.length == sizeof *out)
        memcpy(out, mapping.data, sizeof *out);
    if (mapping.length != sizeof *out || out->magic != QIAOI_FINDINGS_MAGIC || out->version != QIAOI_FINDINGS_VERSION ||
        out->checksum != qiaoi_findings_header_checksum(out) || out->file > 1)
        st = qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    qiao_mapping_close(&mapping);
    return st;
}

/* What lies behind the end was written by a build that did not come to its end. */
static bool
sound(const qiaoi_findings *findings)
{
    const qiao_mapping *mapping = &findings->mapping;
    uint64_t sum = 0;

    if (findings->head.end > mapping->length)
        return false;
    for (uint64_t at = 0; at < findings->head.end; at += QIAOI_FINDINGS_BLOCK)
        sum = qiao_hash64(mapping->data + at, QIAOI_FINDINGS_BLOCK, sum);
    return sum == findings->head.sum;
}

qiao_status
qiaoi_findings_open(const char *data_dir, qiaoi_findings **out, qiao_error *err)
{
    qiaoi_findings *findings = qiao_calloc(1, sizeof *findings);
    char path[QIAO_PATH_MAX + 64];
    qiao_status st;

    *out = NULL;
    st = findings == NULL ? qiao_fail_memory(err) : qiaoi_findings_header_read(data_dir, &findings->head, err);
    if (st == QIAO_OK) {
        qiaoi_findings_file_path(data_dir, findings->head.file, path);
        st = qiao_mapping_open(path, &findings->mapping, err);
    }
    if (st == QIAO_OK && !sound(findings))
        st = qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    if (st != QIAO_OK) {
        qiaoi_findings_close(findings);
        return st;
    }
    findings->header = &findings->head;
    findings->entries = (const qiaoi_findings_entry *)(const void *)(findings->mapping.data + findings->head.entries);
    findings->order = (const uint32_t *)(const void *)(findings->mapping.data + findings->head.order);
    findings->ids = (const char *)findings->mapping.data + findings->head.ids;
    *out = findings;
    return QIAO_OK;
}

void
qiaoi_findings_close(qiaoi_findings *findings)
{
    if (findings == NULL)
        return;
    qiao_mapping_close(&findings->mapping);
    qiao_free(findings);
}

static qiao_status
read_table(const qiaoi_findings *findings, uint64_t begin, uint64_t end, uint32_t count, qiaoi_term_table *table,
           qiao_error *err)
{
    uint32_t offset = 0;

    table->offsets = qiao_alloc(((size_t)count + 1) * sizeof *table->offsets);
    if (table->offsets == NULL)
        return qiao_fail_memory(err);
    qiao_buffer_append(&table->bytes, findings->mapping.data + begin, (size_t)(end - begin));
    if (table->bytes.failed)
        return qiao_fail_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        table->offsets[i] = offset;
        offset += (uint32_t)strlen(table->bytes.data + offset) + 1;
    }
    table->count = table->capacity = count;
    return QIAO_OK;
}

qiao_status
qiaoi_findings_tables(const qiaoi_findings *findings, qiaoi_shard *shard, qiao_error *err)
{
    const qiaoi_findings_header *header = findings->header;
    qiao_status st =
        read_table(findings, header->terms, header->tags, header->term_count, &shard->collector.terms, err);

    return st == QIAO_OK ? read_table(findings, header->tags, header->tags_end, header->tag_count, &shard->tags, err)
                         : st;
}

/* ---- one document ---- */

typedef struct cursor {
    const unsigned char *at;
    qiao_arena *arena;
    bool failed; /* no memory */
} cursor;

static uint32_t
varint(cursor *c)
{
    uint32_t value = *c->at & 0x7Fu;

    for (unsigned shift = 7; (*c->at++ & 0x80u) != 0; shift += 7)
        value |= (uint32_t)(*c->at & 0x7Fu) << shift;
    return value;
}

static void
counts(cursor *c, uint16_t *title, uint16_t *body)
{
    unsigned both = *c->at++;

    if (both == 0xFFu) {
        *title = (uint16_t)varint(c);
        *body = (uint16_t)varint(c);
        return;
    }
    *title = (uint16_t)(both >> 4);
    *body = (uint16_t)(both & 15u);
}

static void *
room(cursor *c, size_t size)
{
    void *memory = c->failed ? NULL : qiao_arena_alloc(c->arena, size + 1);

    c->failed = memory == NULL;
    return memory;
}

static qiaoi_use *
uses(cursor *c, uint32_t *count_out)
{
    uint32_t count = varint(c);
    qiaoi_use *list = room(c, count * sizeof *list);

    for (uint32_t i = 0; list != NULL && i < count; i++) {
        list[i].id = varint(c);
        counts(c, &list[i].title, &list[i].body);
    }
    *count_out = count;
    return list;
}

static qiaoi_pair_use *
pairs(cursor *c, uint32_t *count_out)
{
    uint32_t count = varint(c);
    qiaoi_pair_use *list = room(c, count * sizeof *list);

    for (uint32_t i = 0; list != NULL && i < count; i++) {
        list[i].first = varint(c);
        list[i].second = varint(c);
        counts(c, &list[i].title, &list[i].body);
    }
    *count_out = count;
    return list;
}

/* Behind facts and tags. */
static const unsigned char *
words_of(const qiaoi_findings *findings, uint32_t entry)
{
    qiaoi_corpus_document document;

    qiaoi_findings_take(findings, entry, &document);
    return (const unsigned char *)(document.tags + document.tag_count);
}

void
qiaoi_findings_take(const qiaoi_findings *findings, uint32_t entry, qiaoi_corpus_document *document)
{
    const unsigned char *block = findings->mapping.data + findings->entries[entry].block;
    const qiaoi_findings_document *head = (const qiaoi_findings_document *)(const void *)block;
    qiaoi_document *use = &document->use;

    use->pivot_title = head->pivot_title;
    use->pivot_body = head->pivot_body;
    use->native_title = head->native_title;
    use->native_body = head->native_body;
    document->facts = block + sizeof *head;
    document->facts_length = head->facts_length;
    document->tags =
        (const uint32_t *)(const void *)(block + ((sizeof *head + (size_t)head->facts_length + 3) & ~(size_t)3));
    document->tag_count = head->tag_count;
}

qiao_status
qiaoi_findings_take_words(const qiaoi_findings *findings, uint32_t entry, qiao_arena *arena, qiaoi_document *use,
                          qiao_error *err)
{
    cursor c = {words_of(findings, entry), arena, false};

    use->terms = uses(&c, &use->term_count);
    if (!c.failed)
        use->entries = uses(&c, &use->entry_count);
    if (!c.failed)
        use->pairs = pairs(&c, &use->pair_count);
    return c.failed ? qiao_fail_memory(err) : QIAO_OK;
}
