/* Gathers what can be suggested, puts it in order, writes the file: see maker.h. */
#include "suggest/maker_internal.h"
#include "suggest/order.h"

#include <stdlib.h>
#include <string.h>

qiao_status
qiaoi_suggest_maker_new(const qiao_lexicon *lexicon, const qiaoi_names *names, qiaoi_suggest_maker **out,
                        qiao_error *err)
{
    *out = qiao_calloc(1, sizeof **out);
    if (*out == NULL)
        return qiao_fail_memory(err);
    (*out)->lexicon = lexicon;
    (*out)->names = names;
    return QIAO_OK;
}

void
qiaoi_suggest_maker_free(qiaoi_suggest_maker *maker)
{
    if (maker == NULL)
        return;
    qiao_buffer_done(&maker->text);
    qiao_buffer_done(&maker->entries);
    qiao_buffer_done(&maker->spellings);
    qiao_buffer_done(&maker->shared);
    qiao_buffer_done(&maker->key_bytes);
    for (int i = 0; i < QIAOI_SUGGEST_LISTS; i++) {
        qiao_buffer_done(&maker->lists[i]);
        qiao_buffer_done(&maker->minima[i]);
    }
    qiao_buffer_done(&maker->chinese);
    qiao_free(maker);
}

static uint32_t
keep(qiaoi_suggest_maker *maker, const char *text, size_t length)
{
    uint32_t offset = (uint32_t)maker->text.length;

    if (text == NULL)
        return QIAOI_NO_TEXT;
    qiao_buffer_append(&maker->text, text, length);
    qiao_buffer_append(&maker->text, "", 1);
    return offset;
}

static qiao_status
check_room(const qiaoi_suggest_maker *maker, qiao_error *err)
{
    if (maker->text.failed || maker->entries.failed || maker->spellings.failed)
        return qiao_fail_memory(err);
    if (maker->text.length > UINT32_MAX - 65536u)
        return qiao_fail(err, QIAO_E_LIMIT, "the titles of this catalogue take more than 4 GiB");
    return QIAO_OK;
}

qiao_status
qiaoi_suggest_maker_add(qiaoi_suggest_maker *maker, const qiaoi_suggest_item *item, qiao_error *err)
{
    char key[QIAOI_KEY_BYTES_MAX];
    qiaoi_maker_entry made = {.preference = item->preference};
    size_t n, language = strlen(item->language);

    if (item->length > QIAOI_SUGGEST_TEXT_MAX)
        return QIAO_OK;
    n = qiaoi_name_key(maker->lexicon->normal, item->text, item->length, key, sizeof key);
    if (n == 0)
        return QIAO_OK;
    made.key_length = (uint32_t)n;
    made.key = keep(maker, key, n);
    made.entry = (qiaoi_suggest_entry){
        .text = keep(maker, item->text, item->length),
        .translation = keep(maker, item->translation, item->translation_length),
        .id = keep(maker, item->id, item->id != NULL ? strlen(item->id) : 0),
        .field = keep(maker, item->field, item->field != NULL ? strlen(item->field) : 0),
        .group = item->group,
        .frequency = item->frequency,
        .kind = (uint8_t)item->kind,
    };
    if (language < sizeof made.entry.language)
        memcpy(made.entry.language, item->language, language);
    qiao_buffer_append(&maker->entries, &made, sizeof made);
    return check_room(maker, err);
}

qiao_status
qiaoi_suggest_maker_spelling(qiaoi_suggest_maker *maker, const char *word, size_t length, uint32_t frequency,
                             qiao_error *err)
{
    qiaoi_spelling spelling = {.frequency = frequency, .length = (uint16_t)length};

    spelling.text = keep(maker, word, length);
    qiao_buffer_append(&maker->spellings, &spelling, sizeof spelling);
    return check_room(maker, err);
}

/* ---- order ----
 * qsort takes no context: the text that the comparisons look into; a build makes one file at a time in a thread. */
static _Thread_local const char *texts;

static int
compare_optional(uint32_t a, uint32_t b)
{
    if (a == QIAOI_NO_TEXT || b == QIAOI_NO_TEXT)
        return a == b ? 0 : a == QIAOI_NO_TEXT ? -1 : 1;
    return strcmp(texts + a, texts + b);
}

/* Equal things beside each other, concepts before terms. */
static int
compare_same(const void *a, const void *b)
{
    const qiaoi_maker_entry *x = a, *y = b;
    int order = strcmp(texts + x->key, texts + y->key);

    if (order == 0)
        order = x->entry.kind < y->entry.kind ? -1 : x->entry.kind > y->entry.kind;
    if (order == 0)
        order = strcmp(texts + x->entry.text, texts + y->entry.text);
    if (order == 0)
        order = compare_optional(x->entry.id, y->entry.id);
    if (order == 0)
        order = strcmp(x->entry.language, y->entry.language);
    return order != 0 ? order : x->preference > y->preference ? -1 : x->preference < y->preference;
}

/* Names in other languages than those of the platform stand behind: typing them is rarer. */
static uint32_t
weight_of(const qiaoi_maker_entry *item)
{
    bool other = item->entry.kind == QIAOI_SUGGEST_CONCEPT && strcmp(item->entry.language, "zh") != 0 &&
                 strcmp(item->entry.language, "en") != 0;

    return other ? item->entry.frequency / 10 : item->entry.frequency;
}

static int
compare_optional_texts(const char *a, const char *b)
{
    return a == NULL || b == NULL ? (a != NULL) - (b != NULL) : strcmp(a, b);
}

/* Rank: most projects, preference, text; the rest only so that the order is one. */
int
qiaoi_maker_compare(const qiaoi_maker_entry *a, const char *texts_of_a, const qiaoi_maker_entry *b,
                    const char *texts_of_b)
{
    const qiaoi_suggest_entry *x = &a->entry, *y = &b->entry;
    int order;

    if (weight_of(a) != weight_of(b))
        return weight_of(a) > weight_of(b) ? -1 : 1;
    if (a->preference != b->preference)
        return a->preference > b->preference ? -1 : 1;
    order = strcmp(texts_of_a + x->text, texts_of_b + y->text);
    if (order == 0)
        order = x->kind < y->kind ? -1 : x->kind > y->kind;
    if (order == 0)
        order = compare_optional_texts(x->id == QIAOI_NO_TEXT ? NULL : texts_of_a + x->id,
                                       y->id == QIAOI_NO_TEXT ? NULL : texts_of_b + y->id);
    return order != 0 ? order : strcmp(x->language, y->language);
}

static int
compare_rank(const void *a, const void *b)
{
    return qiaoi_maker_compare(a, texts, b, texts);
}

static bool
is_same(const qiaoi_maker_entry *a, const qiaoi_maker_entry *b)
{
    return a->entry.kind == b->entry.kind && a->entry.kind != QIAOI_SUGGEST_CONCEPT &&
           strcmp(texts + a->entry.text, texts + b->entry.text) == 0;
}

static void
share(qiaoi_suggest_maker *maker, const qiaoi_maker_entry *item)
{
    qiaoi_shared_title row = {.project = item->entry.group & ~QIAOI_TITLE_GROUP};

    memcpy(row.language, item->entry.language, sizeof item->entry.language);
    qiao_buffer_append(&maker->shared, &row, sizeof row);
}

/* One more has the title of an entry. */
static void
share_title(qiaoi_suggest_maker *maker, qiaoi_maker_entry *entry, const qiaoi_maker_entry *item)
{
    if (entry->shared_count == 0) {
        entry->shared = (uint32_t)(maker->shared.length / sizeof(qiaoi_shared_title));
        entry->shared_count = 1;
        share(maker, entry);
    }
    entry->shared_count++;
    share(maker, item);
}

static void
merge_same(qiaoi_suggest_maker *maker)
{
    qiaoi_maker_entry *items = (qiaoi_maker_entry *)(void *)maker->entries.data;
    size_t count = maker->entries.length / sizeof *items, kept = 0;
    const qiaoi_maker_entry *concept = NULL;

    for (size_t i = 0; i < count; i++) {
        if (items[i].entry.kind == QIAOI_SUGGEST_TERM && concept != NULL &&
            strcmp(texts + concept->key, texts + items[i].key) == 0)
            continue;
        if (kept > 0 && is_same(&items[kept - 1], &items[i])) {
            qiaoi_suggest_entry *entry = &items[kept - 1].entry;

            if (entry->kind == QIAOI_SUGGEST_TITLE)
                share_title(maker, &items[kept - 1], &items[i]);
            entry->frequency += items[i].entry.frequency;
            if (compare_optional(entry->id, items[i].entry.id) != 0)
                entry->id = QIAOI_NO_TEXT;
            entry->group = entry->group == items[i].entry.group ? entry->group : 0;
            continue;
        }
        items[kept] = items[i];
        if (items[kept].entry.kind == QIAOI_SUGGEST_CONCEPT)
        concept = &items[kept];
        kept++;
    }
    maker->entries.length = kept * sizeof *items;
}

/* What mostly tells two items apart lies beside them; only the others are looked at. */
static _Thread_local const char *sorted_items;
static _Thread_local size_t sorted_size;
static _Thread_local int (*compare_items)(const void *a, const void *b);

static int
compare_refs(const void *a, const void *b)
{
    const qiaoi_headed *x = a, *y = b;
    int order = compare_items(sorted_items + x->item * sorted_size, sorted_items + y->item * sorted_size);

    return order != 0 ? order : x->item < y->item ? -1 : x->item > y->item;
}

/* heads must order as compare does, as far as they go. */
static qiao_status
sort_items(void *items, size_t count, size_t size, void (*heads)(const void *item, uint64_t out[2]),
           int (*compare)(const void *a, const void *b), qiao_error *err)
{
    qiaoi_headed *refs = qiao_alloc((2 * count + 1) * sizeof *refs);
    uint64_t *seconds = qiao_alloc((count + 1) * sizeof *seconds);
    char *copy = qiao_alloc((count + 1) * size);
    qiao_status st = refs == NULL || seconds == NULL || copy == NULL ? qiao_fail_memory(err) : QIAO_OK;

    if (st == QIAO_OK) {
        memcpy(copy, items, count * size);
        for (size_t i = 0; i < count; i++) {
            uint64_t both[2];

            heads(copy + i * size, both);
            refs[i] = (qiaoi_headed){both[0], (uint32_t)i};
            seconds[i] = both[1];
        }
        sorted_items = copy;
        sorted_size = size;
        compare_items = compare;
        qiaoi_order_by_head(refs, refs + count, count, seconds, compare_refs);
        for (size_t i = 0; i < count; i++)
            memcpy((char *)items + i * size, copy + refs[i].item * size, size);
    }
    qiao_free(refs);
    qiao_free(seconds);
    qiao_free(copy);
    return st;
}

/* The first sixteen bytes of a text. */
static void
heads_of_text(const char *text, uint64_t out[2])
{
    out[0] = out[1] = 0;
    for (unsigned i = 0; i < 16 && text[i] != '\0'; i++)
        out[i / 8] |= (uint64_t)(unsigned char)text[i] << (56 - 8 * (i % 8));
}

static void
heads_of_key(const void *item, uint64_t out[2])
{
    heads_of_text(texts + ((const qiaoi_maker_entry *)item)->key, out);
}

static void
heads_of_rank(const void *item, uint64_t out[2])
{
    const qiaoi_maker_entry *entry = item;

    heads_of_text(texts + entry->entry.text, out);
    out[1] = out[0];
    out[0] = (uint64_t)~weight_of(entry) << 32 | (uint32_t)~entry->preference;
}

qiao_status
qiaoi_maker_order(qiaoi_suggest_maker *maker, qiao_error *err)
{
    qiaoi_maker_entry *items = (qiaoi_maker_entry *)(void *)maker->entries.data;
    qiao_status st;

    if (items == NULL)
        return QIAO_OK;
    texts = maker->text.data;
    st = sort_items(items, maker->entries.length / sizeof *items, sizeof *items, heads_of_key, compare_same, err);
    if (st != QIAO_OK)
        return st;
    merge_same(maker);
    if (maker->shared.failed)
        return qiao_fail_memory(err);
    return sort_items(items, maker->entries.length / sizeof *items, sizeof *items, heads_of_rank, compare_rank, err);
}

static void
heads_of_spelling(const void *item, uint64_t out[2])
{
    heads_of_text(texts + ((const qiaoi_spelling *)item)->text, out);
}

static int
compare_spellings(const void *a, const void *b)
{
    const qiaoi_spelling *x = a, *y = b;
    int order = strcmp(texts + x->text, texts + y->text);

    return order != 0 ? order : x->frequency > y->frequency ? -1 : x->frequency < y->frequency;
}

static qiao_status
order_spellings(qiaoi_suggest_maker *maker, qiao_error *err)
{
    qiaoi_spelling *items = (qiaoi_spelling *)(void *)maker->spellings.data;
    size_t count = maker->spellings.length / sizeof *items, kept = 0;
    qiao_status st;

    if (items == NULL)
        return QIAO_OK;
    texts = maker->text.data;
    st = sort_items(items, count, sizeof *items, heads_of_spelling, compare_spellings, err);
    if (st != QIAO_OK)
        return st;
    for (size_t i = 0; i < count; i++) {
        const char *before = kept > 0 ? texts + items[kept - 1].text : "", *word = texts + items[i].text;
        uint16_t shared = 0;

        if (strcmp(before, word) == 0)
            continue;
        while (before[shared] != '\0' && before[shared] == word[shared])
            shared++;
        items[kept] = items[i];
        items[kept++].shared = shared;
    }
    maker->spellings.length = kept * sizeof *items;
    return QIAO_OK;
}

/* ---- the file ----
 * Texts are laid down again in the order of the entries, so that the bytes do not depend on the order of adding. */

static uint32_t
move(const qiaoi_suggest_maker *maker, uint32_t offset, qiao_buffer *out)
{
    uint32_t to = (uint32_t)out->length;

    if (offset == QIAOI_NO_TEXT)
        return offset;
    qiao_buffer_append(out, maker->text.data + offset, strlen(maker->text.data + offset) + 1);
    return to;
}

void
qiaoi_maker_lay(const qiaoi_suggest_maker *maker, const qiaoi_maker_entry *item, uint32_t number,
                qiaoi_maker_laid *laid)
{
    const qiaoi_shared_title *shared = (const qiaoi_shared_title *)(const void *)maker->shared.data;
    uint8_t preference = item->preference > 2 ? 2 : (uint8_t)item->preference;
    qiaoi_suggest_entry entry = item->entry;

    entry.text = move(maker, entry.text, &laid->text);
    entry.translation = move(maker, entry.translation, &laid->text);
    entry.id = move(maker, entry.id, &laid->text);
    entry.field = move(maker, entry.field, &laid->text);
    qiao_buffer_append(&laid->entries, &entry, sizeof entry);
    qiao_buffer_append(&laid->preferences, &preference, 1);
    for (uint32_t i = 0; i < item->shared_count; i++) {
        qiaoi_shared_title row = shared[item->shared + i];

        row.entry = number;
        qiao_buffer_append(&laid->shared, &row, sizeof row);
    }
}

static void
lay_texts(const qiaoi_suggest_maker *maker, qiaoi_maker_laid *laid)
{
    const qiaoi_maker_entry *items = (const qiaoi_maker_entry *)(const void *)maker->entries.data;
    const qiaoi_spelling *spellings = (const qiaoi_spelling *)(const void *)maker->spellings.data;

    for (size_t i = 0; i < maker->entries.length / sizeof *items; i++)
        qiaoi_maker_lay(maker, &items[i], (uint32_t)i, laid);
    for (size_t i = 0; i < maker->spellings.length / sizeof *spellings; i++) {
        qiaoi_spelling spelling = spellings[i];

        spelling.text = move(maker, spelling.text, &laid->text);
        qiao_buffer_append(&laid->spellings, &spelling, sizeof spelling);
    }
}

void
qiaoi_maker_laid_done(qiaoi_maker_laid *laid)
{
    qiao_buffer_done(&laid->text);
    qiao_buffer_done(&laid->entries);
    qiao_buffer_done(&laid->spellings);
    qiao_buffer_done(&laid->shared);
    qiao_buffer_done(&laid->preferences);
}

static void
copy_section(const qiaoi_names *names, uint32_t id, uint32_t element_size, qiaoi_section_content *out)
{
    out->id = id;
    out->element_size = element_size;
    out->data = qiaoi_section_view(&names->sections, id, element_size, &out->count);
}

static qiaoi_section_content
section_of(uint32_t id, uint32_t element_size, const qiao_buffer *buffer)
{
    return (qiaoi_section_content){id, element_size, buffer->data, buffer->length / element_size};
}

qiao_status
qiaoi_maker_write(const qiaoi_suggest_maker *maker, const qiaoi_maker_laid *laid, const char *path, qiao_error *err)
{
    const uint64_t names = qiaoi_sections_checksum(&maker->names->sections);
    qiaoi_section_content all[QIAOI_SECTIONS_MAX];
    size_t n = 0;

    if (laid->text.failed || laid->entries.failed || laid->spellings.failed || laid->shared.failed ||
        laid->preferences.failed)
        return qiao_fail_memory(err);
    copy_section(maker->names, QIAOI_NAMES_SYLLABLES, QIAOI_SYLLABLE_BYTES, &all[n++]);
    copy_section(maker->names, QIAOI_NAMES_CHARACTERS, sizeof(qiaoi_character_reading), &all[n++]);
    copy_section(maker->names, QIAOI_NAMES_WORDS, sizeof(qiaoi_word_reading), &all[n++]);
    copy_section(maker->names, QIAOI_NAMES_WORD_KEYS, 1, &all[n++]);
    copy_section(maker->names, QIAOI_NAMES_WORD_SYLLABLES, sizeof(uint16_t), &all[n++]);
    all[n++] = section_of(QIAOI_SUGGEST_TEXT, 1, &laid->text);
    all[n++] = section_of(QIAOI_SUGGEST_ENTRIES, sizeof(qiaoi_suggest_entry), &laid->entries);
    all[n++] = section_of(QIAOI_SUGGEST_KEY_BYTES, 1, &maker->key_bytes);
    all[n++] = section_of(QIAOI_SUGGEST_SPELLINGS, sizeof(qiaoi_spelling), &laid->spellings);
    all[n++] = section_of(QIAOI_SUGGEST_CHINESE, sizeof(qiaoi_chinese), &maker->chinese);
    all[n++] = section_of(QIAOI_SUGGEST_SHARED, sizeof(qiaoi_shared_title), &laid->shared);
    all[n++] = section_of(QIAOI_SUGGEST_PREFERENCES, 1, &laid->preferences);
    all[n++] = (qiaoi_section_content){QIAOI_SUGGEST_NAMES, sizeof names, &names, 1};
    for (uint32_t i = 0; i < QIAOI_SUGGEST_LISTS; i++) {
        all[n++] = section_of(QIAOI_SUGGEST_KEYS + i, sizeof(qiaoi_suggest_key), &maker->lists[i]);
        all[n++] = section_of(QIAOI_SUGGEST_MINIMA + i, sizeof(uint32_t), &maker->minima[i]);
    }
    return qiaoi_sections_write(path, QIAOI_SUGGEST_MAGIC, all, n, err);
}

qiao_status
qiaoi_suggest_maker_write(qiaoi_suggest_maker *maker, const char *path, qiao_error *err)
{
    qiaoi_maker_laid laid = {.text = {0}};
    qiao_status st;

    st = qiaoi_maker_order(maker, err);
    if (st == QIAO_OK)
        st = order_spellings(maker, err);
    if (st == QIAO_OK)
        st = qiaoi_maker_lists(maker, err);
    if (st == QIAO_OK) {
        lay_texts(maker, &laid);
        st = qiaoi_maker_write(maker, &laid, path, err);
    }
    qiaoi_maker_laid_done(&laid);
    return st;
}
