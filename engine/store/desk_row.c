/* Keys and values of the desk's tables. */
#include "store/desk_internal.h"

#include <string.h>

#define HEADER_SIZE 32u /* revision, created, changed: 8 each; flags, length of the owner: 4 each; big-endian */
#define WITHDRAWN 1u

unsigned char
qiaoi_desk_letter(qiao_desk_table table)
{
    static const unsigned char letters[] = {
#define LETTER(name, letter, word) letter,
        QIAO_DESK_TABLES(LETTER)
#undef LETTER
    };

    return letters[table];
}

const char *
qiaoi_desk_word(qiao_desk_table table)
{
    static const char *const words[] = {
#define WORD(name, letter, word) word,
        QIAO_DESK_TABLES(WORD)
#undef WORD
    };

    return words[table];
}

void
qiaoi_put_be64(unsigned char *at, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (unsigned char)(value >> (56 - 8 * i));
}

uint64_t
qiaoi_get_be64(const unsigned char *at)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

qiao_bytes
qiaoi_desk_bytes(const qiaoi_desk_key *key)
{
    return (qiao_bytes){key->bytes, key->length};
}

static void
append(qiaoi_desk_key *key, const void *bytes, size_t length)
{
    memcpy(key->bytes + key->length, bytes, length);
    key->length += length;
}

qiao_status
qiaoi_desk_row_key(qiao_desk_table table, const char *id, qiaoi_desk_key *out, qiao_error *err)
{
    size_t length = strlen(id);

    if (length == 0)
        return qiao_fail(err, QIAO_E_INPUT, "the id is empty");
    if (length > QIAO_DESK_ID_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "an id has at most %u bytes, this one has %zu", QIAO_DESK_ID_MAX, length);
    out->bytes[0] = qiaoi_desk_letter(table);
    out->length = 1;
    append(out, id, length);
    return QIAO_OK;
}

void
qiaoi_desk_former_key(const qiaoi_desk_key *row, uint64_t revision, qiaoi_desk_key *out)
{
    *out = *row;
    out->bytes[out->length++] = 0;
    qiaoi_put_be64(out->bytes + out->length, revision);
    out->length += 8;
}

qiao_status
qiaoi_desk_owner_key(qiao_desk_table table, const char *owner, const char *id, qiaoi_desk_key *out, qiao_error *err)
{
    size_t length = strlen(owner);

    if (length > QIAO_DESK_OWNER_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "the name of an organisation has at most %u bytes, this one has %zu",
                         QIAO_DESK_OWNER_MAX, length);
    out->bytes[0] = qiaoi_desk_letter(table);
    out->length = 1;
    append(out, owner, length);
    out->bytes[out->length++] = 0;
    append(out, id, strlen(id));
    return QIAO_OK;
}

static void
put_be32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static uint32_t
get_be32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void
qiaoi_desk_row_write(const qiao_desk_row *row, qiao_buffer *out)
{
    unsigned char header[HEADER_SIZE];

    qiaoi_put_be64(header, row->revision);
    qiaoi_put_be64(header + 8, (uint64_t)row->created_ms);
    qiaoi_put_be64(header + 16, (uint64_t)row->changed_ms);
    put_be32(header + 24, row->withdrawn ? WITHDRAWN : 0);
    put_be32(header + 28, (uint32_t)strlen(row->owner));
    qiao_buffer_append(out, header, sizeof header);
    qiao_buffer_text(out, row->owner);
    qiao_buffer_append(out, row->json, row->length);
}

qiao_status
qiaoi_desk_row_read(const char *id, size_t id_length, qiao_bytes value, qiao_buffer *buffer, qiao_desk_row *row,
                    qiao_error *err)
{
    const unsigned char *at = value.data;
    size_t owner, json;

    if (value.length < HEADER_SIZE || (owner = get_be32(at + 28)) > value.length - HEADER_SIZE)
        return qiaoi_desk_damaged("a row", err);
    json = value.length - HEADER_SIZE - owner;
    qiao_buffer_clear(buffer);
    qiao_buffer_append(buffer, id, id_length);
    qiao_buffer_char(buffer, '\0');
    qiao_buffer_append(buffer, at + HEADER_SIZE, owner);
    qiao_buffer_char(buffer, '\0');
    qiao_buffer_append(buffer, at + HEADER_SIZE + owner, json);
    if (buffer->failed)
        return qiao_buffer_check(buffer, err);
    *row = (qiao_desk_row){.id = buffer->data,
                           .owner = buffer->data + id_length + 1,
                           .revision = qiaoi_get_be64(at),
                           .created_ms = (int64_t)qiaoi_get_be64(at + 8),
                           .changed_ms = (int64_t)qiaoi_get_be64(at + 16),
                           .withdrawn = (get_be32(at + 24) & WITHDRAWN) != 0,
                           .json = buffer->data + id_length + owner + 2,
                           .length = json};
    return QIAO_OK;
}
