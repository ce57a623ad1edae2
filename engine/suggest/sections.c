/* Reads and writes the container of sections.h. */
#include "suggest/sections.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct file_header {
    char magic[8];
    uint32_t version, section_count;
    uint64_t file_size, checksum; /* XXH3-64 of all behind the header */
} file_header;

typedef struct table_row {
    uint32_t id, element_size;
    uint64_t offset, count;
} table_row;

static qiao_status
check_header(const qiao_mapping *mapping, const char *path, const char magic[8], qiao_error *err)
{
    const file_header *header = (const file_header *)(const void *)mapping->data;

    if (mapping->length < sizeof *header || memcmp(header->magic, magic, 8) != 0)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is not the file it should be", path);
    if (header->version != QIAOI_SECTIONS_VERSION)
        return qiao_fail(err, QIAO_E_VERSION, "%s has format %u, this program reads %u", path, header->version,
                         QIAOI_SECTIONS_VERSION);
    if (header->file_size != mapping->length || header->section_count > QIAOI_SECTIONS_MAX ||
        sizeof *header + header->section_count * sizeof(table_row) > mapping->length)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is cut short", path);
    if (qiao_hash64(mapping->data + sizeof *header, mapping->length - sizeof *header, 0) != header->checksum)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s fails its checksum", path);
    return QIAO_OK;
}

static qiao_status
view_sections(qiaoi_sections *sections, const char *path, qiao_error *err)
{
    const qiao_mapping *mapping = &sections->mapping;
    const file_header *header = (const file_header *)(const void *)mapping->data;
    const table_row *table = (const table_row *)(const void *)(mapping->data + sizeof *header);

    for (uint32_t i = 0; i < header->section_count; i++) {
        const table_row *row = &table[i];

        if (row->id >= QIAOI_SECTIONS_MAX || row->offset % 16 != 0 || row->offset > mapping->length ||
            row->element_size == 0 || row->count > (mapping->length - row->offset) / row->element_size)
            return qiao_fail(err, QIAO_E_CORRUPT, "%s: section %u lies outside the file", path, row->id);
        sections->views[row->id].data = mapping->data + row->offset;
        sections->views[row->id].count = row->count;
        sections->views[row->id].element_size = row->element_size;
    }
    return QIAO_OK;
}

qiao_status
qiaoi_sections_open(const char *path, const char magic[8], qiaoi_sections *out, qiao_error *err)
{
    qiao_status st;

    memset(out, 0, sizeof *out);
    st = qiao_mapping_open(path, &out->mapping, err);
    if (st != QIAO_OK)
        return st;
    st = check_header(&out->mapping, path, magic, err);
    if (st == QIAO_OK)
        st = view_sections(out, path, err);
    if (st != QIAO_OK)
        qiaoi_sections_close(out);
    return st;
}

void
qiaoi_sections_close(qiaoi_sections *sections)
{
    if (sections->mapping.data != NULL)
        qiao_mapping_close(&sections->mapping);
    memset(sections, 0, sizeof *sections);
}

uint64_t
qiaoi_sections_checksum(const qiaoi_sections *sections)
{
    return sections->mapping.data == NULL ? 0 : ((const file_header *)(const void *)sections->mapping.data)->checksum;
}

const void *
qiaoi_section_view(const qiaoi_sections *sections, uint32_t id, uint32_t element_size, uint64_t *count_out)
{
    bool there = id < QIAOI_SECTIONS_MAX && sections->views[id].element_size == element_size;

    *count_out = there ? sections->views[id].count : 0;
    return there ? sections->views[id].data : NULL;
}

/* ---- writing ---- */

static uint64_t
lay_out(const qiaoi_section_content *sections, size_t count, table_row *table)
{
    uint64_t at = sizeof(file_header) + count * sizeof *table;

    for (size_t i = 0; i < count; i++) {
        at = (at + 15) / 16 * 16;
        table[i] = (table_row){sections[i].id, sections[i].element_size, at, sections[i].count};
        at += sections[i].count * sections[i].element_size;
    }
    return at;
}

static qiao_status
write_image(const char *path, const unsigned char *image, uint64_t size, qiao_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    qiao_status st;

    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot write %s", path);
    st = qiao_file_write_at(fd, path, image, size, 0, err);
    if (close(fd) != 0 && st == QIAO_OK)
        st = qiao_fail_errno(err, errno, "cannot write %s", path);
    return st;
}

qiao_status
qiaoi_sections_write(const char *path, const char magic[8], const qiaoi_section_content *sections, size_t count,
                     qiao_error *err)
{
    table_row table[QIAOI_SECTIONS_MAX];
    uint64_t size = lay_out(sections, count, table);
    unsigned char *image = qiao_calloc(1, size);
    file_header header = {.version = QIAOI_SECTIONS_VERSION, .section_count = (uint32_t)count, .file_size = size};
    qiao_status st;

    if (image == NULL)
        return qiao_fail_memory(err);
    memcpy(header.magic, magic, 8);
    memcpy(image + sizeof header, table, count * sizeof *table);
    for (size_t i = 0; i < count; i++)
        if (sections[i].count > 0)
            memcpy(image + table[i].offset, sections[i].data, sections[i].count * sections[i].element_size);
    header.checksum = qiao_hash64(image + sizeof header, size - sizeof header, 0);
    memcpy(image, &header, sizeof header);
    st = write_image(path, image, size, err);
    qiao_free(image);
    return st;
}
