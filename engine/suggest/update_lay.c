/* Lays out a file of suggestions that is brought up to date: runs of what stays, what comes in between. See
 * update_internal.h. */
#include "suggest/update_internal.h"

#include <string.h>

/* ---- places ---- */

static const qiaoi_maker_entry *
coming(const qiaoi_update *u, size_t i)
{
    return (const qiaoi_maker_entry *)(const void *)u->maker->entries.data + i;
}

/* How many of before stand before an entry that comes; those that left stand among them still. */
static uint32_t
place_of(const qiaoi_update *u, const qiaoi_maker_entry *item)
{
    uint32_t low = 0, high = u->before->entry_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const qiaoi_maker_entry known = {.entry = u->before->entries[middle],
                                         .preference = u->before->preferences[middle]};

        if (qiaoi_maker_compare(&known, u->before->text, item, u->maker->text.data) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static qiao_status
number_entries(qiaoi_update *u, qiao_error *err)
{
    uint32_t number = 0, entry = 0;

    u->came = u->maker->entries.length / sizeof(qiaoi_maker_entry);
    u->places = qiao_alloc((u->came + 1) * sizeof *u->places);
    u->numbers = qiao_alloc((u->came + 1) * sizeof *u->numbers);
    u->shifts = qiao_alloc((u->came + 1) * sizeof *u->shifts);
    if (u->places == NULL || u->numbers == NULL || u->shifts == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; i <= u->came; i++) {
        uint32_t end = u->places[i] = i < u->came ? place_of(u, coming(u, i)) : u->before->entry_count;

        for (; entry < end; entry++) {
            u->placed[entry].number = number;
            number += !u->placed[entry].dropped;
        }
        if (i < u->came)
            u->numbers[i] = number++;
    }
    return QIAO_OK;
}

/* ---- texts, entries and bytes of keys: run by run ---- */

static uint32_t
text_begin(const qiaoi_suggest *before, uint32_t entry)
{
    if (entry < before->entry_count)
        return before->entries[entry].text;
    return before->spelling_count > 0 ? before->spellings[0].text : before->text_bytes;
}

static uint32_t
shifted(uint32_t offset, uint32_t shift)
{
    return offset == QIAOI_NO_TEXT ? offset : offset + shift;
}

static uint32_t
project_now(qiaoi_update *u, uint32_t project)
{
    uint32_t now = project < u->changes->moved_count ? u->changes->moved[project] : QIAOI_PROJECT_GONE;

    u->misfit = u->misfit || now == QIAOI_PROJECT_GONE;
    return now;
}

/* Entries first .. end of before, none of which was dropped. */
static void
copy_run(qiaoi_update *u, uint32_t first, uint32_t end)
{
    const qiaoi_suggest *before = u->before;
    uint32_t begin = text_begin(before, first), shift = (uint32_t)u->laid.text.length - begin;
    uint32_t key_shift = (uint32_t)u->key_bytes.length - u->key_begins[first];
    qiaoi_suggest_entry *out;

    qiao_buffer_append(&u->laid.text, before->text + begin, text_begin(before, end) - begin);
    qiao_buffer_append(&u->key_bytes, before->key_bytes + u->key_begins[first],
                       u->key_begins[end] - u->key_begins[first]);
    qiao_buffer_append(&u->laid.preferences, before->preferences + first, end - first);
    qiao_buffer_append(&u->laid.entries, before->entries + first, (end - first) * sizeof *out);
    if (u->laid.entries.failed)
        return;
    out = (qiaoi_suggest_entry *)(void *)(u->laid.entries.data + u->laid.entries.length) - (end - first);
    for (uint32_t entry = first; entry < end; entry++, out++) {
        u->placed[entry].shift = key_shift;
        out->text += shift;
        out->translation = shifted(out->translation, shift);
        out->id = shifted(out->id, shift);
        out->field = shifted(out->field, shift);
        if (out->kind == QIAOI_SUGGEST_TITLE && out->group != 0)
            out->group = QIAOI_TITLE_GROUP | project_now(u, out->group & ~QIAOI_TITLE_GROUP);
    }
}

static void
copy_kept(qiaoi_update *u, uint32_t first, uint32_t end)
{
    for (uint32_t run; first < end; first = run) {
        for (; first < end && u->placed[first].dropped;)
            first++;
        for (run = first; run < end && !u->placed[run].dropped;)
            run++;
        if (run > first)
            copy_run(u, first, run);
    }
}

/* Those of entries before end. */
static void
copy_shared(qiaoi_update *u, uint32_t end)
{
    for (; u->rows < u->before->shared_count && u->before->shared[u->rows].entry < end; u->rows++) {
        qiaoi_shared_title row = u->before->shared[u->rows];

        if (u->placed[row.entry].dropped)
            continue;
        row.entry = u->placed[row.entry].number;
        row.project = project_now(u, row.project);
        qiao_buffer_append(&u->laid.shared, &row, sizeof row);
    }
}

/* What comes in between what stays, in order of their numbers. */
static void
lay_all(qiaoi_update *u)
{
    qiaoi_suggest_maker *maker = u->maker;
    uint32_t entry = 0;

    for (size_t i = 0; i <= u->came; i++) {
        size_t bytes = maker->key_bytes.length;

        copy_kept(u, entry, u->places[i]);
        copy_shared(u, u->places[i]);
        entry = u->places[i];
        if (i == u->came)
            break;
        qiaoi_maker_lay(maker, coming(u, i), u->numbers[i], &u->laid);
        qiaoi_maker_keys(maker, coming(u, i), u->numbers[i]);
        u->shifts[i] = (uint32_t)u->key_bytes.length - (uint32_t)bytes;
        qiao_buffer_append(&u->key_bytes, maker->key_bytes.data + bytes, maker->key_bytes.length - bytes);
    }
}

static void
copy_spellings(qiaoi_update *u)
{
    const qiaoi_suggest *before = u->before;
    uint32_t begin = text_begin(before, before->entry_count), shift = (uint32_t)u->laid.text.length - begin;

    qiao_buffer_append(&u->laid.text, before->text + begin, before->text_bytes - begin);
    for (uint32_t i = 0; i < before->spelling_count; i++) {
        qiaoi_spelling spelling = before->spellings[i];

        spelling.text += shift;
        qiao_buffer_append(&u->laid.spellings, &spelling, sizeof spelling);
    }
}

/* Words only, which all stay. */
static void
copy_chinese(qiaoi_update *u)
{
    for (uint32_t i = 0; i < u->before->chinese_count; i++) {
        qiaoi_chinese word = u->before->chinese[i];

        word.entry = u->placed[word.entry].number;
        qiao_buffer_append(&u->maker->chinese, &word, sizeof word);
    }
}

/* ---- keys ---- */

/* Every entry has one whole key, and its keys begin with that. */
static void
find_key_begins(qiaoi_update *u)
{
    static const int whole[2] = {QIAOI_WORDS_WHOLE, QIAOI_NAMES_WHOLE};

    for (int i = 0; i < 2; i++)
        for (uint32_t k = 0; k < u->before->lists[whole[i]].count; k++) {
            const qiaoi_suggest_key *key = &u->before->lists[whole[i]].keys[k];

            u->key_begins[key->entry] = key->bytes;
        }
    u->key_begins[u->before->entry_count] = u->before->key_bytes_count;
}

static uint32_t
shift_of(const qiaoi_update *u, uint32_t number)
{
    size_t low = 0, high = u->came;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (u->numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return u->shifts[low];
}

/* How many keys of before stand before one that comes. */
static uint32_t
place_of_key(const qiaoi_update *u, int list, const qiaoi_suggest_key *key, uint32_t from)
{
    const qiaoi_suggest *before = u->before;
    uint32_t low = from, high = before->lists[list].count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const qiaoi_suggest_key *known = &before->lists[list].keys[middle];
        int order =
            qiaoi_key_compare(before->key_bytes + known->bytes, known->length, u->maker->key_bytes.data + key->bytes,
                              key->length, qiaoi_maker_list_marked(list));

        if (order < 0 || (order == 0 && u->placed[known->entry].number < key->entry))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
copy_keys(qiaoi_update *u, int list, uint32_t first, uint32_t end)
{
    qiao_buffer *out = &u->lists[list];
    const qiaoi_suggest_key *keys = u->before->lists[list].keys;
    qiaoi_suggest_key *at;

    if (first == end || !qiao_buffer_reserve(out, (end - first) * sizeof *at))
        return;
    at = (qiaoi_suggest_key *)(void *)(out->data + out->length);
    for (; first < end; first++) {
        const qiaoi_update_placed *entry = &u->placed[keys[first].entry];

        if (entry->dropped)
            continue;
        *at = keys[first];
        at->bytes += entry->shift;
        at++->entry = entry->number;
    }
    out->length = (size_t)((char *)at - out->data);
}

static void
join_list(qiaoi_update *u, int list)
{
    const qiao_buffer *keys = &u->maker->lists[list];
    const qiaoi_suggest_key *coming_keys = (const qiaoi_suggest_key *)(const void *)keys->data;
    uint32_t from = 0;

    (void)qiao_buffer_reserve(&u->lists[list], u->before->lists[list].count * sizeof *coming_keys + keys->length + 1);
    for (size_t i = 0; i < keys->length / sizeof *coming_keys; i++) {
        qiaoi_suggest_key key = coming_keys[i];
        uint32_t place = place_of_key(u, list, &key, from);

        copy_keys(u, list, from, place);
        from = place;
        key.bytes += shift_of(u, key.entry);
        qiao_buffer_append(&u->lists[list], &key, sizeof key);
    }
    copy_keys(u, list, from, u->before->lists[list].count);
}

/* Keys of all take the place of those that the maker made of what comes. */
static qiao_status
join_keys(qiaoi_update *u, qiao_error *err)
{
    qiaoi_suggest_maker *maker = u->maker;
    qiao_status st = qiaoi_maker_sort(maker, err);

    if (st != QIAO_OK)
        return st;
    if (u->key_bytes.length > UINT32_MAX || u->laid.text.length > UINT32_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "the titles of this catalogue take more than 4 GiB");
    for (int i = 0; i < QIAOI_SUGGEST_LISTS; i++)
        join_list(u, i);
    for (int i = 0; i < QIAOI_SUGGEST_LISTS; i++) {
        qiao_buffer_done(&maker->lists[i]);
        maker->lists[i] = u->lists[i];
        u->lists[i] = (qiao_buffer){0};
        qiaoi_maker_minima(&maker->lists[i], &maker->minima[i]);
        if (maker->lists[i].failed || maker->minima[i].failed)
            return qiao_fail_memory(err);
    }
    qiao_buffer_done(&maker->key_bytes);
    maker->key_bytes = u->key_bytes;
    u->key_bytes = (qiao_buffer){0};
    return maker->key_bytes.failed || maker->chinese.failed ? qiao_fail_memory(err) : QIAO_OK;
}

/* Room for what is copied at least, so that it is not moved about. */
static void
make_room(qiaoi_update *u)
{
    const qiaoi_suggest *before = u->before;

    (void)qiao_buffer_reserve(&u->laid.text, (size_t)before->text_bytes + before->text_bytes / 16 + 4096);
    (void)qiao_buffer_reserve(&u->key_bytes, (size_t)before->key_bytes_count + before->key_bytes_count / 16 + 4096);
    (void)qiao_buffer_reserve(&u->laid.entries, ((size_t)before->entry_count + 4096) * sizeof *before->entries);
    (void)qiao_buffer_reserve(&u->laid.preferences, (size_t)before->entry_count + 4096);
}

qiao_status
qiaoi_update_lay(qiaoi_update *update, qiao_error *err)
{
    qiao_status st;

    update->key_begins = qiao_calloc((size_t)update->before->entry_count + 1, sizeof *update->key_begins);
    if (update->key_begins == NULL)
        return qiao_fail_memory(err);
    find_key_begins(update);
    make_room(update);
    st = number_entries(update, err);
    if (st != QIAO_OK)
        return st;
    lay_all(update);
    copy_spellings(update);
    copy_chinese(update);
    return join_keys(update, err);
}
