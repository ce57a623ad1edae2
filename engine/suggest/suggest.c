/* Opens suggest.bin, and finds ranges of its keys: see suggest.h. */
#include "suggest/suggest.h"

#include <string.h>

static const void *
view(const qiaoi_suggest *suggest, uint32_t id, size_t element_size, uint32_t *count)
{
    uint64_t n;
    const void *data = qiaoi_section_view(&suggest->sections, id, (uint32_t)element_size, &n);

    *count = (uint32_t)n;
    return data;
}

static void
bind(qiaoi_suggest *s)
{
    uint32_t ignored;

    qiaoi_readings_bind(&s->readings, &s->sections);
    s->text = view(s, QIAOI_SUGGEST_TEXT, 1, &s->text_bytes);
    s->key_bytes = view(s, QIAOI_SUGGEST_KEY_BYTES, 1, &s->key_bytes_count);
    s->entries = view(s, QIAOI_SUGGEST_ENTRIES, sizeof *s->entries, &s->entry_count);
    s->spellings = view(s, QIAOI_SUGGEST_SPELLINGS, sizeof *s->spellings, &s->spelling_count);
    s->chinese = view(s, QIAOI_SUGGEST_CHINESE, sizeof *s->chinese, &s->chinese_count);
    s->shared = view(s, QIAOI_SUGGEST_SHARED, sizeof *s->shared, &s->shared_count);
    s->preferences = view(s, QIAOI_SUGGEST_PREFERENCES, 1, &s->preference_count);
    s->names = view(s, QIAOI_SUGGEST_NAMES, sizeof *s->names, &ignored);
    for (uint32_t i = 0; i < QIAOI_SUGGEST_LISTS; i++) {
        s->lists[i].keys = view(s, QIAOI_SUGGEST_KEYS + i, sizeof *s->lists[i].keys, &s->lists[i].count);
        s->lists[i].minima = view(s, QIAOI_SUGGEST_MINIMA + i, sizeof *s->lists[i].minima, &ignored);
    }
}

qiao_status
qiaoi_suggest_open(const char *path, qiaoi_suggest **out, qiao_error *err)
{
    qiaoi_suggest *suggest = qiao_calloc(1, sizeof *suggest);
    qiao_status st;

    *out = NULL;
    if (suggest == NULL)
        return qiao_fail_memory(err);
    st = qiaoi_sections_open(path, QIAOI_SUGGEST_MAGIC, &suggest->sections, err);
    if (st != QIAO_OK) {
        qiao_free(suggest);
        return st;
    }
    bind(suggest);
    *out = suggest;
    return QIAO_OK;
}

void
qiaoi_suggest_close(qiaoi_suggest *suggest)
{
    if (suggest == NULL)
        return;
    qiaoi_sections_close(&suggest->sections);
    qiao_free(suggest);
}

/* ---- ranges ---- */

static bool
is_marked(qiaoi_suggest_list list)
{
    int way = (int)list % QIAOI_NAMES_WHOLE;

    return way == QIAOI_WORDS_PINYIN || way == QIAOI_WORDS_INITIALS;
}

/* The first key at or behind from that is not below the one given; after: the first that neither is nor begins with it
 * (whole: is not it). */
static uint32_t
bound(const qiaoi_suggest *suggest, qiaoi_suggest_list list, const char *key, size_t length, uint32_t from, bool after,
      bool whole)
{
    uint32_t low = from, high = suggest->lists[list].count;
    bool marked = is_marked(list);

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const qiaoi_suggest_key *known = &suggest->lists[list].keys[middle];
        size_t compared = after && !whole && known->length > length ? length : known->length;
        int order = qiaoi_key_compare(suggest->key_bytes + known->bytes, compared, key, length, marked);

        if (order < 0 || (after && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
qiaoi_suggest_range(const qiaoi_suggest *suggest, qiaoi_suggest_list list, const char *key, size_t length, bool whole,
                    uint32_t *low, uint32_t *high)
{
    *low = bound(suggest, list, key, length, 0, false, whole);
    *high = bound(suggest, list, key, length, *low, true, whole);
}

static uint32_t
smaller(const qiaoi_suggest_key *keys, uint32_t a, uint32_t b)
{
    return keys[b].entry < keys[a].entry ? b : a;
}

static uint32_t
smallest(const qiaoi_suggest_key *keys, uint32_t best, uint32_t low, uint32_t high)
{
    for (uint32_t i = low; i < high; i++)
        best = smaller(keys, best, i);
    return best;
}

uint32_t
qiaoi_suggest_minimum(const qiaoi_suggest *suggest, qiaoi_suggest_list list, uint32_t low, uint32_t high)
{
    const qiaoi_suggest_key *keys = suggest->lists[list].keys;
    const uint32_t *level = suggest->lists[list].minima;
    uint32_t first = (low + QIAOI_MINIMA_BLOCK - 1) / QIAOI_MINIMA_BLOCK, end = high / QIAOI_MINIMA_BLOCK;
    uint32_t rows = (suggest->lists[list].count + QIAOI_MINIMA_BLOCK - 1) / QIAOI_MINIMA_BLOCK, width = 1, best;

    if (first >= end)
        return smallest(keys, low, low, high);
    while (width * 2 <= end - first) {
        level += rows;
        rows -= width;
        width *= 2;
    }
    best = smaller(keys, level[first], level[end - width]);
    best = smallest(keys, best, low, first * QIAOI_MINIMA_BLOCK);
    return smallest(keys, best, end * QIAOI_MINIMA_BLOCK, high);
}
