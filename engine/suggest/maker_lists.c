/* Keys of the entries in their lists, and the minima by which the best of a range are found. */
#include "suggest/maker_internal.h"
#include "suggest/order.h"

#include "qiao/text.h"

#include <stdlib.h>
#include <string.h>

static void
add_key(qiaoi_suggest_maker *maker, qiaoi_suggest_list list, const char *bytes, size_t length, uint32_t entry)
{
    qiaoi_suggest_key key = {.bytes = (uint32_t)maker->key_bytes.length, .length = (uint16_t)length, .entry = entry};

    if (length == 0)
        return;
    qiao_buffer_append(&maker->key_bytes, bytes, length);
    qiao_buffer_append(&maker->lists[list], &key, sizeof key);
}

/* Chinese names are read; kanji are not. */
static bool
is_read(const qiaoi_suggest_entry *entry)
{
    return strcmp(entry->language, "ja") != 0 && strcmp(entry->language, "ko") != 0;
}

static void
add_pinyin(qiaoi_suggest_maker *maker, qiaoi_suggest_list first, const qiaoi_unit *units, size_t count, uint32_t entry)
{
    const qiaoi_readings *readings = &maker->names->readings;
    char key[QIAOI_KEY_BYTES_MAX];

    for (size_t variant = 0; variant < QIAOI_PINYIN_VARIANTS_MAX; variant++)
        add_key(maker, first + QIAOI_WORDS_PINYIN, key, qiaoi_pinyin_key(readings, units, count, variant, key), entry);
    if (count > 1)
        add_key(maker, first + QIAOI_WORDS_INITIALS, key, qiaoi_initials_key(readings, units, count, key), entry);
}

static void
add_chinese(qiaoi_suggest_maker *maker, const char *key, size_t length, uint32_t entry)
{
    qiaoi_chinese word = {.entry = entry};

    for (size_t at = 0; at < length;) {
        uint32_t c = qiao_utf8_next(key, length, &at);

        if (c > 0xFFFFu || qiao_script_of(c) != QIAO_SCRIPT_HAN || word.count == QIAOI_CHINESE_CHARACTERS_MAX)
            return;
        word.characters[word.count++] = (uint16_t)c;
    }
    if (word.count >= 2)
        qiao_buffer_append(&maker->chinese, &word, sizeof word);
}

void
qiaoi_maker_keys(qiaoi_suggest_maker *maker, const qiaoi_maker_entry *item, uint32_t number)
{
    bool word = item->entry.kind == QIAOI_SUGGEST_CONCEPT || item->entry.kind == QIAOI_SUGGEST_TERM;
    qiaoi_suggest_list first = word ? QIAOI_WORDS_WHOLE : QIAOI_NAMES_WHOLE;
    const char *key = maker->text.data + item->key;
    qiaoi_unit units[QIAOI_UNITS_MAX];
    size_t starts[QIAOI_INNER_KEYS_MAX], count = 0, inner = 0;
    bool whole = false, chinese = false;

    for (uint32_t i = 0; i < item->key_length && !chinese; i++)
        chinese = (unsigned char)key[i] >= 0xE3u;
    if (chinese && is_read(&item->entry))
        count = qiaoi_read_units(&maker->names->readings, maker->lexicon, key, item->key_length, units, &whole);
    add_key(maker, first, key, item->key_length, number);
    add_pinyin(maker, first, units, count, number);
    if (item->entry.kind != QIAOI_SUGGEST_TITLE)
        inner = qiaoi_inner_starts(key, item->key_length, units, count, starts);
    for (size_t i = 0; i < inner; i++)
        add_key(maker, first + QIAOI_WORDS_INNER, key + starts[i], item->key_length - starts[i], number);
    if (word && count > 0 && whole)
        add_chinese(maker, key, item->key_length, number);
}

/* ---- order ---- */

static _Thread_local const char *key_bytes; /* qsort takes no context */
static _Thread_local bool marked;

static _Thread_local const qiaoi_suggest_key *sorted_keys;

static uint64_t
head_of(const qiaoi_suggest_key *key)
{
    unsigned char mask = marked ? 0x7Fu : 0xFFu;
    uint64_t head = 0;

    for (unsigned i = 0; i < 8 && i < key->length; i++)
        head |= (uint64_t)((unsigned char)key_bytes[key->bytes + i] & mask) << (56 - 8 * i);
    return head;
}

static int
compare_keys(const void *a, const void *b)
{
    const qiaoi_suggest_key *x = &sorted_keys[((const qiaoi_headed *)a)->item],
                            *y = &sorted_keys[((const qiaoi_headed *)b)->item];
    int order = qiaoi_key_compare(key_bytes + x->bytes, x->length, key_bytes + y->bytes, y->length, marked);

    if (order != 0)
        return order;
    return x->entry != y->entry ? (x->entry < y->entry ? -1 : 1) : x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

static qiao_status
sort_list(qiao_buffer *list, qiao_error *err)
{
    qiaoi_suggest_key *keys = (qiaoi_suggest_key *)(void *)list->data;
    size_t count = list->length / sizeof *keys;
    qiaoi_headed *headed = qiao_alloc((2 * count + 1) * sizeof *headed);
    qiaoi_suggest_key *copy = qiao_alloc((count + 1) * sizeof *copy);
    qiao_status st = headed == NULL || copy == NULL ? qiao_fail_memory(err) : QIAO_OK;

    if (st == QIAO_OK) {
        memcpy(copy, keys, count * sizeof *keys);
        for (size_t i = 0; i < count; i++)
            headed[i] = (qiaoi_headed){head_of(&keys[i]), (uint32_t)i};
        sorted_keys = copy;
        qiaoi_order_by_head(headed, headed + count, count, NULL, compare_keys);
        for (size_t i = 0; i < count; i++)
            keys[i] = copy[headed[i].item];
    }
    qiao_free(headed);
    qiao_free(copy);
    return st;
}

bool
qiaoi_maker_list_marked(int list)
{
    int way = list % QIAOI_NAMES_WHOLE;

    return way == QIAOI_WORDS_PINYIN || way == QIAOI_WORDS_INITIALS;
}

/* A level is made of the one before: the smaller of two neighbours as far apart as they are wide. */
void
qiaoi_maker_minima(const qiao_buffer *list, qiao_buffer *out)
{
    const qiaoi_suggest_key *keys = (const qiaoi_suggest_key *)(const void *)list->data;
    size_t count = list->length / sizeof *keys, blocks = (count + QIAOI_MINIMA_BLOCK - 1) / QIAOI_MINIMA_BLOCK;
    size_t before = 0, rows = blocks;

    for (size_t b = 0; b < blocks; b++) {
        uint32_t best = (uint32_t)(b * QIAOI_MINIMA_BLOCK);

        for (size_t i = best; i < count && i < (b + 1) * QIAOI_MINIMA_BLOCK; i++)
            if (keys[i].entry < keys[best].entry)
                best = (uint32_t)i;
        qiao_buffer_append(out, &best, sizeof best);
    }
    for (size_t width = 1; rows > width && !out->failed; width *= 2) {
        size_t next = rows - width;

        if (!qiao_buffer_reserve(out, next * sizeof(uint32_t)))
            return;
        for (size_t b = 0; b < next; b++) {
            const uint32_t *level = (const uint32_t *)(const void *)out->data + before;
            uint32_t left = level[b], right = level[b + width];
            uint32_t best = keys[right].entry < keys[left].entry ? right : left;

            qiao_buffer_append(out, &best, sizeof best);
        }
        before += rows;
        rows = next;
    }
}

static int
compare_chinese(const void *a, const void *b)
{
    const qiaoi_chinese *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

qiao_status
qiaoi_maker_sort(qiaoi_suggest_maker *maker, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    if (maker->key_bytes.length > UINT32_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "the titles of this catalogue take more than 4 GiB");
    key_bytes = maker->key_bytes.data;
    for (int i = 0; st == QIAO_OK && i < QIAOI_SUGGEST_LISTS; i++) {
        if (maker->lists[i].failed || maker->key_bytes.failed)
            return qiao_fail_memory(err);
        marked = qiaoi_maker_list_marked(i);
        if (maker->lists[i].data != NULL)
            st = sort_list(&maker->lists[i], err);
    }
    return st;
}

qiao_status
qiaoi_maker_lists(qiaoi_suggest_maker *maker, qiao_error *err)
{
    const qiaoi_maker_entry *items = (const qiaoi_maker_entry *)(const void *)maker->entries.data;
    qiao_status st;

    for (size_t i = 0; i < maker->entries.length / sizeof *items; i++)
        qiaoi_maker_keys(maker, &items[i], (uint32_t)i);
    st = qiaoi_maker_sort(maker, err);
    if (st != QIAO_OK)
        return st;
    for (int i = 0; i < QIAOI_SUGGEST_LISTS; i++) {
        qiaoi_maker_minima(&maker->lists[i], &maker->minima[i]);
        if (maker->minima[i].failed)
            return qiao_fail_memory(err);
    }
    if (maker->chinese.failed)
        return qiao_fail_memory(err);
    if (maker->chinese.data != NULL)
        qsort(maker->chinese.data, maker->chinese.length / sizeof(qiaoi_chinese), sizeof(qiaoi_chinese),
              compare_chinese);
    return QIAO_OK;
}
