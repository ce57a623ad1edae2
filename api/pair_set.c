/* See pair_set.h. */
#include "pair_set.h"

#include "qiao/file.h"

#include <stdlib.h>
#include <string.h>

static uint64_t
hash_of(const char *need, const char *project)
{
    uint64_t hash = qiao_hash64(need, strlen(need), 0);

    return project == NULL ? hash : qiao_hash64(project, strlen(project), hash);
}

static qiao_status
add(qiaoi_hash_set *set, uint64_t hash, qiao_error *err)
{
    if (set->count == set->room) {
        size_t room = set->room == 0 ? 256 : 2 * set->room;
        uint64_t *more = qiao_realloc_array(set->items, room, sizeof *more);

        if (more == NULL)
            return qiao_fail_memory(err);
        set->items = more;
        set->room = room;
    }
    set->items[set->count++] = hash;
    return QIAO_OK;
}

static qiao_status
take_verdict(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    char copy[QIAO_DESK_ID_MAX + 1];
    const char *need, *project;
    qiaoi_desk_sets *sets = context;

    (void)more;
    if (row->withdrawn || !qiao_desk_pair_split(row->id, copy, &need, &project))
        return QIAO_OK;
    return add(&sets->judged, hash_of(need, project), err);
}

static qiao_status
take_case(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    char copy[QIAO_DESK_ID_MAX + 1];
    const char *need, *project;
    qiaoi_desk_sets *sets = context;
    bool closed =
        strstr(row->json, "\"status\":\"landed\"") != NULL || strstr(row->json, "\"status\":\"dropped\"") != NULL;
    qiao_status st = take_verdict(row, context, more, err);

    if (st == QIAO_OK && !row->withdrawn && !closed && qiao_desk_pair_split(row->id, copy, &need, &project))
        st = add(&sets->open_cases, hash_of(need, NULL), err);
    return st;
}

static qiao_status
take_need(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    qiaoi_desk_sets *sets = context;

    (void)more;
    return row->withdrawn ? add(&sets->withdrawn, hash_of(row->id, NULL), err) : QIAO_OK;
}

static int
compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void
sort(qiaoi_hash_set *set)
{
    if (set->count > 0)
        qsort(set->items, set->count, sizeof *set->items, compare);
}

qiao_status
qiaoi_desk_sets_read(qiao_desk *desk, qiaoi_desk_sets *out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    *out = (qiaoi_desk_sets){0};
    if (desk != NULL)
        st = qiao_desk_each(desk, QIAO_DESK_FEEDBACK, NULL, NULL, take_verdict, out, err);
    if (desk != NULL && st == QIAO_OK)
        st = qiao_desk_each(desk, QIAO_DESK_CASE, NULL, NULL, take_case, out, err);
    if (desk != NULL && st == QIAO_OK)
        st = qiao_desk_each(desk, QIAO_DESK_NEED, NULL, NULL, take_need, out, err);
    sort(&out->judged);
    sort(&out->open_cases);
    sort(&out->withdrawn);
    return st;
}

void
qiaoi_desk_sets_done(qiaoi_desk_sets *sets)
{
    qiao_free(sets->judged.items);
    qiao_free(sets->open_cases.items);
    qiao_free(sets->withdrawn.items);
    *sets = (qiaoi_desk_sets){0};
}

size_t
qiaoi_hash_set_count(const qiaoi_hash_set *set, const char *need, const char *project)
{
    uint64_t hash = hash_of(need, project);
    size_t low = 0, high = set->count, count = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->items[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < set->count && set->items[low + count] == hash)
        count++;
    return count;
}
