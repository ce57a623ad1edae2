/* Entries that are touched leave and come again as they are now; runs of others are copied. See update.h. */
#include "suggest/update_internal.h"

#include "suggest/normal.h"

#include <stdlib.h>
#include <string.h>

typedef struct owner {
    uint32_t project;
    char language[QIAOI_LANGUAGE_BYTES];
} owner;

bool
qiaoi_suggest_can_update(const qiaoi_suggest *before, const qiaoi_names *names)
{
    return before->names != NULL && *before->names == qiaoi_sections_checksum(&names->sections) &&
           before->preference_count == before->entry_count;
}

static qiao_status
does_not_fit(qiao_error *err)
{
    qiao_fail(err, QIAO_E_CORRUPT, "suggestions of the earlier generation are not those of its projects");
    qiao_error_hint(err, "make everything anew: qiao-indexer build --full");
    return QIAO_E_CORRUPT;
}

/* ---- what is touched ---- */

static int
compare_changes(const void *a, const void *b)
{
    const qiaoi_suggest_change *x = a, *y = b;
    int order = x->kind < y->kind ? -1 : x->kind > y->kind;

    return order != 0 ? order : strcmp(x->text, y->text);
}

/* The entry of before with that kind and text; entry_count where there is none. */
static uint32_t
find_entry(const qiaoi_update *u, const qiaoi_suggest_change *change, const char *key, size_t key_length)
{
    const qiaoi_suggest *before = u->before;
    uint32_t low, high;

    qiaoi_suggest_range(before, QIAOI_NAMES_WHOLE, key, key_length, true, &low, &high);
    for (; low < high; low++) {
        uint32_t entry = before->lists[QIAOI_NAMES_WHOLE].keys[low].entry;

        if (before->entries[entry].kind == change->kind &&
            strcmp(before->text + before->entries[entry].text, change->text) == 0)
            return entry;
    }
    return before->entry_count;
}

static owner
owner_of(uint32_t project, const char *language)
{
    owner one = {.project = project};
    size_t length = strlen(language);

    if (length < QIAOI_LANGUAGE_BYTES - 1) /* as an entry keeps it */
        memcpy(one.language, language, length);
    return one;
}

static void
add_owner(qiaoi_update *u, uint32_t project, const char *language)
{
    const owner one = owner_of(project, language);

    qiao_buffer_append(&u->owners, &one, sizeof one);
}

/* Who had the title then. */
static void
gather_owners(qiaoi_update *u, uint32_t entry)
{
    const qiaoi_suggest *before = u->before;
    uint32_t low = 0, high = before->shared_count;

    if (before->entries[entry].frequency == 1) {
        add_owner(u, before->entries[entry].group & ~QIAOI_TITLE_GROUP, before->entries[entry].language);
        return;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (before->shared[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < before->shared_count && before->shared[low].entry == entry; low++)
        add_owner(u, before->shared[low].project, before->shared[low].language);
}

static bool
remove_owner(qiaoi_update *u, const qiaoi_suggest_change *change)
{
    const owner gone = owner_of(change->project, change->language);
    owner *owners = (owner *)(void *)u->owners.data;
    size_t count = u->owners.length / sizeof *owners;

    for (size_t i = 0; i < count; i++)
        if (memcmp(&owners[i], &gone, sizeof gone) == 0) {
            owners[i] = owners[count - 1];
            u->owners.length -= sizeof *owners;
            return true;
        }
    return false;
}

static int
compare_owners(const void *a, const void *b)
{
    const owner *x = a, *y = b;

    if (x->project != y->project)
        return x->project < y->project ? -1 : 1;
    return strcmp(x->language, y->language);
}

/* Owners of now: those that stayed, under their numbers of now, and those that came. */
static qiao_status
settle_owners(qiaoi_update *u, const qiaoi_suggest_change *first, size_t count, uint32_t entry, qiao_error *err)
{
    owner *owners;

    qiao_buffer_clear(&u->owners);
    if (entry < u->before->entry_count)
        gather_owners(u, entry);
    for (size_t i = 0; i < count; i++)
        if (!first[i].came && !remove_owner(u, &first[i]))
            return u->owners.failed ? qiao_fail_memory(err) : does_not_fit(err);
    owners = (owner *)(void *)u->owners.data;
    for (size_t i = 0; i < u->owners.length / sizeof *owners; i++) {
        if (owners[i].project >= u->changes->moved_count || u->changes->moved[owners[i].project] == QIAOI_PROJECT_GONE)
            return does_not_fit(err);
        owners[i].project = u->changes->moved[owners[i].project];
    }
    for (size_t i = 0; i < count; i++)
        if (first[i].came)
            add_owner(u, first[i].project, first[i].language);
    if (u->owners.length > 0)
        qsort(u->owners.data, u->owners.length / sizeof *owners, sizeof *owners, compare_owners);
    return u->owners.failed ? qiao_fail_memory(err) : QIAO_OK;
}

static void
share_among(qiaoi_update *u, size_t count)
{
    const owner *owners = (const owner *)(const void *)u->owners.data;
    qiao_buffer *shared = &u->maker->shared;
    qiaoi_maker_entry *last =
        (qiaoi_maker_entry *)(void *)(u->maker->entries.data + u->maker->entries.length - sizeof *last);

    last->shared = (uint32_t)(shared->length / sizeof(qiaoi_shared_title));
    last->shared_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        qiaoi_shared_title row = {.project = owners[i].project};

        memcpy(row.language, owners[i].language, sizeof row.language);
        qiao_buffer_append(shared, &row, sizeof row);
    }
}

static qiao_status
add_title(qiaoi_update *u, const char *text, qiao_error *err)
{
    const owner *owners = (const owner *)(const void *)u->owners.data;
    size_t count = u->owners.length / sizeof *owners;
    bool one = owners[0].project == owners[count - 1].project;
    qiao_status st = qiaoi_suggest_maker_add(
        u->maker,
        &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_TITLE,
                              .text = text,
                              .length = strlen(text),
                              .language = owners[0].language,
                              .id = one ? u->changes->id_of(owners[0].project, u->changes->context) : NULL,
                              .group = one ? QIAOI_TITLE_GROUP | owners[0].project : 0,
                              .frequency = (uint32_t)count,
                              .preference = 1},
        err);

    if (st == QIAO_OK && count > 1)
        share_among(u, count);
    return st;
}

/* In how many projects an organisation stands is all that is known of it. */
static qiao_status
add_organisation(qiaoi_update *u, const qiaoi_suggest_change *first, size_t count, uint32_t entry, qiao_error *err)
{
    uint32_t frequency = entry < u->before->entry_count ? u->before->entries[entry].frequency : 0;

    for (size_t i = 0; i < count; i++) {
        if (!first[i].came && frequency == 0)
            return does_not_fit(err);
        frequency += first[i].came ? 1u : UINT32_MAX;
    }
    if (frequency == 0)
        return QIAO_OK;
    return qiaoi_suggest_maker_add(u->maker,
                                   &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_ORGANISATION,
                                                         .text = first->text,
                                                         .length = strlen(first->text),
                                                         .language = first->language,
                                                         .frequency = frequency,
                                                         .preference = 1},
                                   err);
}

/* All changes of one text: its entry leaves, and comes again as it is now. */
static qiao_status
touch(qiaoi_update *u, const qiaoi_suggest_change *first, size_t count, qiao_error *err)
{
    char key[QIAOI_KEY_BYTES_MAX];
    size_t length = strlen(first->text), n;
    uint32_t entry;
    qiao_status st;

    n = length > QIAOI_SUGGEST_TEXT_MAX
            ? 0
            : qiaoi_name_key(u->maker->lexicon->normal, first->text, length, key, sizeof key);
    if (n == 0)
        return QIAO_OK; /* passed over, then as now */
    entry = find_entry(u, first, key, n);
    if (entry < u->before->entry_count)
        u->placed[entry].dropped = true;
    if (first->kind == QIAOI_SUGGEST_ORGANISATION)
        return add_organisation(u, first, count, entry, err);
    st = settle_owners(u, first, count, entry, err);
    return st == QIAO_OK && u->owners.length > 0 ? add_title(u, first->text, err) : st;
}

static qiao_status
touch_all(qiaoi_update *u, qiao_error *err)
{
    qiaoi_suggest_change *items = u->changes->items;
    size_t count = u->changes->count;
    qiao_status st = QIAO_OK;

    if (count > 0)
        qsort(items, count, sizeof *items, compare_changes);
    for (size_t i = 0, end; st == QIAO_OK && i < count; i = end) {
        for (end = i + 1; end < count && compare_changes(&items[i], &items[end]) == 0;)
            end++;
        st = touch(u, items + i, end - i, err);
    }
    return st == QIAO_OK ? qiaoi_maker_order(u->maker, err) : st;
}

/* ---- all of it ---- */

static qiao_status
run(qiaoi_update *u, const char *path, qiao_error *err)
{
    qiao_status st;

    u->placed = qiao_calloc((size_t)u->before->entry_count + 1, sizeof *u->placed);
    st = u->placed == NULL ? qiao_fail_memory(err) : touch_all(u, err);
    if (st == QIAO_OK)
        st = qiaoi_update_lay(u, err);
    if (st == QIAO_OK && u->misfit)
        st = does_not_fit(err);
    return st == QIAO_OK ? qiaoi_maker_write(u->maker, &u->laid, path, err) : st;
}

static void
finish(qiaoi_update *u)
{
    qiao_free(u->placed);
    qiao_free(u->key_begins);
    qiao_free(u->places);
    qiao_free(u->numbers);
    qiao_free(u->shifts);
    qiao_buffer_done(&u->owners);
    qiaoi_maker_laid_done(&u->laid);
    qiao_buffer_done(&u->key_bytes);
    for (int i = 0; i < QIAOI_SUGGEST_LISTS; i++)
        qiao_buffer_done(&u->lists[i]);
    qiaoi_suggest_maker_free(u->maker);
}

qiao_status
qiaoi_suggest_update(const qiaoi_suggest *before, const qiao_lexicon *lexicon, const qiaoi_names *names,
                     const qiaoi_suggest_changes *changes, const char *path, qiao_error *err)
{
    qiaoi_update u = {.before = before, .changes = changes};
    qiao_status st = qiaoi_suggest_maker_new(lexicon, names, &u.maker, err);

    if (st == QIAO_OK)
        st = run(&u, path, err);
    finish(&u);
    return st;
}
