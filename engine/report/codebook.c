/* See codebook.h. */
#include "report/codebook.h"

#include <string.h>

static int
compare(const char *text, size_t length, const char *code)
{
    int order = strncmp(text, code, length);

    return order != 0 ? order : code[length] == '\0' ? 0 : -1;
}

/* Where it stands, or would. */
static size_t
place_of(const qiaoi_codebook *book, const char *code, size_t length, bool *found)
{
    size_t low = 0, high = book->count;

    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(code, length, book->entries[book->order[middle] - 1].code);

        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static qiao_status
make_room(qiaoi_codebook *book, qiao_error *err)
{
    size_t room = book->room == 0 ? 64 : 2 * book->room;
    qiaoi_codebook_entry *entries;
    uint16_t *order;

    if (book->count < book->room)
        return QIAO_OK;
    entries = qiao_realloc_array(book->entries, room, sizeof *entries);
    if (entries != NULL)
        book->entries = entries;
    order = qiao_realloc_array(book->order, room, sizeof *order);
    if (order != NULL)
        book->order = order;
    if (entries == NULL || order == NULL)
        return qiao_fail_memory(err);
    book->room = room;
    return QIAO_OK;
}

static qiao_status
put(qiaoi_codebook *book, size_t at, const qiaoi_codebook_entry *entry, qiao_error *err)
{
    qiao_status st = make_room(book, err);

    if (st != QIAO_OK)
        return st;
    memmove(book->order + at + 1, book->order + at, (book->count - at) * sizeof *book->order);
    book->entries[book->count++] = *entry;
    book->order[at] = (uint16_t)book->count;
    return QIAO_OK;
}

qiao_status
qiaoi_codebook_fill(qiaoi_codebook *book, const qiao_vocabulary *vocabulary, const char *list, bool tops,
                    qiao_error *err)
{
    size_t count;
    const qiao_code *const *codes = qiao_vocabulary_list(vocabulary, list, &count);
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < count && book->count < QIAOI_CODEBOOK_MAX; i++) {
        const qiaoi_codebook_entry entry = {codes[i]->code, codes[i]->zh, codes[i]->en};
        bool found;
        size_t at = place_of(book, entry.code, strlen(entry.code), &found);

        if (!found && !(tops && codes[i]->parent != NULL))
            st = put(book, at, &entry, err);
    }
    return st;
}

uint16_t
qiaoi_codebook_find(const qiaoi_codebook *book, const char *code, size_t length)
{
    bool found;
    size_t at = place_of(book, code, length, &found);

    return found ? book->order[at] : 0;
}

qiao_status
qiaoi_codebook_add(qiaoi_codebook *book, const char *code, size_t length, uint16_t *out, qiao_error *err)
{
    bool found;
    size_t at = place_of(book, code, length, &found);
    qiaoi_codebook_entry entry;
    qiao_status st;

    *out = found ? book->order[at] : 0;
    if (found || book->count >= QIAOI_CODEBOOK_MAX)
        return QIAO_OK;
    if (book->arena == NULL)
        book->arena = qiao_arena_new(4096);
    entry.code = book->arena == NULL ? NULL : qiao_arena_strndup(book->arena, code, length);
    if (entry.code == NULL)
        return qiao_fail_memory(err);
    entry.zh = entry.en = entry.code;
    st = put(book, at, &entry, err);
    *out = st == QIAO_OK ? (uint16_t)book->count : 0;
    return st;
}

void
qiaoi_codebook_done(qiaoi_codebook *book)
{
    qiao_free(book->entries);
    qiao_free(book->order);
    qiao_arena_free(book->arena);
    memset(book, 0, sizeof *book);
}
