/*
 * Counts by tag of what a search finds: the documents that match, once, then each facet's tag bitmaps against them.
 * Documents beside the generation are counted by their own tags.
 *
 * Where a facet is counted as if it were not filtered by, the filters of the request stay out of the query and are laid
 * over the documents as bitmaps, all but the facet's own. What the caller may see is no filter: it always holds.
 */
#include "session/search_internal.h"

#include "store/generation_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct counting {
    qiao_session *session;
    const qiaoi_view *view;
    const qiao_search_request *request;
    const char *const *filters; /* laid over; none where the query holds them */
    size_t filter_count;
    uint32_t *docids; /* of the side, ascending */
    size_t docid_count;
    const uint32_t *beside; /* with QIAO_FULLTEXT_BESIDE */
    size_t beside_count;
    qiaoi_facets *out;
} counting;

static int
compare_docids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* From numbers of the full-text index to those of the side; what lies beside stays as it is. */
static qiao_status
place(counting *c, const uint32_t *found, size_t count, qiao_error *err)
{
    const qiao_generation *generation = c->session->snapshot->generation;
    size_t inside = count;

    while (inside > 0 && found[inside - 1] >= QIAO_FULLTEXT_BESIDE)
        inside--;
    c->beside = found + inside;
    c->beside_count = count - inside;
    c->docids = qiao_arena_alloc(c->session->arena, (inside + 1) * sizeof *c->docids);
    if (c->docids == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; i < inside; i++) {
        qiao_kind kind;

        if (!qiaoi_generation_place(generation, found[i] - 1, &kind, &c->docids[i]) || kind != c->request->side)
            return qiao_fail(err, QIAO_E_CORRUPT, "the full-text index has a document %lu that no record goes with",
                             (unsigned long)found[i]);
    }
    c->docid_count = inside;
    qsort(c->docids, inside, sizeof *c->docids, compare_docids);
    return QIAO_OK;
}

/* ---- filters ---- */

/* Is it a filter of that name ("country:DE|group:EU" is one of country)? */
static bool
is_of(const char *filter, const char *name)
{
    size_t length = strlen(name);

    return name[0] != '\0' && strncmp(filter, name, length) == 0 && filter[length] == ':';
}

static bool
has_any(const qiaoi_beside *one, const char *filter)
{
    while (*filter != '\0') {
        size_t length = strcspn(filter, "|");

        for (size_t i = 0; i < one->tag_count; i++)
            if (strncmp(one->tags[i], filter, length) == 0 && one->tags[i][length] == '\0')
                return true;
        filter += length + (filter[length] == '|');
    }
    return false;
}

/* Does a document beside pass every filter but those of a name? */
static bool
passes(const counting *c, const qiaoi_beside *one, const char *but)
{
    for (size_t i = 0; i < c->filter_count; i++)
        if (!is_of(c->filters[i], but) && !has_any(one, c->filters[i]))
            return false;
    return true;
}

static const qiaoi_beside *
beside_of(const counting *c, size_t at)
{
    return &c->view->beside[c->beside[at] - QIAO_FULLTEXT_BESIDE - 1];
}

/* The documents that pass every filter but those of a name. */
static qiao_status
narrow(const counting *c, const char *but, qiaoi_docset **out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    *out = qiaoi_docset_new(c->docids, c->docid_count);
    if (*out == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; st == QIAO_OK && i < c->filter_count; i++)
        if (!is_of(c->filters[i], but))
            st = qiaoi_docset_filter(*out, c->session->snapshot->generation, c->request->side, c->filters[i], err);
    return st;
}

/* ---- one facet ---- */

typedef struct value_list {
    qiao_arena *arena;
    qiaoi_facet_value *values;
    size_t count, room;
} value_list;

static qiao_status
add_value(const char *value, size_t length, uint64_t count, void *context, qiao_error *err)
{
    value_list *list = context;

    if (list->count == list->room) {
        size_t room = list->room == 0 ? 64 : list->room * 2;
        qiaoi_facet_value *values = qiao_arena_alloc(list->arena, room * sizeof *values);

        if (values == NULL)
            return qiao_fail_memory(err);
        if (list->count > 0)
            memcpy(values, list->values, list->count * sizeof *values);
        list->values = values;
        list->room = room;
    }
    list->values[list->count].value = qiao_arena_strndup(list->arena, value, length);
    list->values[list->count].count = count;
    return list->values[list->count++].value == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
add_one(value_list *list, const char *value, qiao_error *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->values[i].value, value) == 0) {
            list->values[i].count++;
            return QIAO_OK;
        }
    return add_value(value, strlen(value), 1, list, err);
}

static qiao_status
add_beside(const counting *c, const char *name, const char *but, value_list *list, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < c->beside_count; i++) {
        const qiaoi_beside *one = beside_of(c, i);

        for (size_t t = 0; st == QIAO_OK && t < one->tag_count && passes(c, one, but); t++)
            if (is_of(one->tags[t], name))
                st = add_one(list, one->tags[t] + strlen(name) + 1, err);
    }
    return st;
}

static int
compare_values(const void *a, const void *b)
{
    const qiaoi_facet_value *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->value, y->value);
}

static qiao_status
count_facet(counting *c, const qiaoi_docset *all, const char *name, qiao_error *err)
{
    uint32_t most = c->request->facet_values == 0 ? QIAOI_FACET_VALUES_DEFAULT : c->request->facet_values;
    qiaoi_facet *facet = &c->out->items[c->out->count];
    const char *but = "";
    value_list list = {.arena = c->session->arena};
    qiaoi_docset *own = NULL;
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < c->filter_count; i++)
        if (is_of(c->filters[i], name))
            but = name;
    if (but[0] != '\0')
        st = narrow(c, but, &own, err);
    if (st == QIAO_OK)
        st = qiaoi_docset_tags(own != NULL ? own : all, c->session->snapshot->generation, c->request->side, name,
                               add_value, &list, err);
    if (st == QIAO_OK)
        st = add_beside(c, name, but, &list, err);
    qiaoi_docset_free(own);
    if (st != QIAO_OK)
        return st;
    if (list.count > 0)
        qsort(list.values, list.count, sizeof *list.values, compare_values);
    *facet = (qiaoi_facet){
        .name = name, .values = list.values, .count = list.count < most ? list.count : most, .cut = list.count > most};
    c->out->count++;
    return QIAO_OK;
}

/* ---- the whole ---- */

static qiao_status
count_all(counting *c, qiao_error *err)
{
    qiaoi_docset *all = NULL;
    qiao_status st = narrow(c, "", &all, err);

    if (st == QIAO_OK)
        c->out->total = qiaoi_docset_count(all);
    for (size_t i = 0; st == QIAO_OK && i < c->beside_count; i++)
        c->out->total += passes(c, beside_of(c, i), "");
    for (size_t i = 0; st == QIAO_OK && i < c->request->facet_count; i++)
        st = count_facet(c, all, c->request->facets[i], err);
    qiaoi_docset_free(all);
    return st;
}

/* The query without the filters of the request. */
static void
take_out(const qiao_fulltext_query *query, const char *const *filters, size_t count, const char **room,
         qiao_fulltext_query *out)
{
    *out = *query;
    out->filters = room;
    out->filter_count = 0;
    for (size_t i = 0; i < query->filter_count; i++) {
        bool own = false;

        for (size_t k = 0; k < count; k++)
            own = own || query->filters[i] == filters[k];
        if (!own)
            room[out->filter_count++] = query->filters[i];
    }
}

static bool
lays_over(const qiao_search_request *request, const char *const *filters, size_t count)
{
    for (size_t i = 0; request->disjunctive && i < request->facet_count; i++)
        for (size_t k = 0; k < count; k++)
            if (is_of(filters[k], request->facets[i]))
                return true;
    return false;
}

/* Asks the query for nothing but tags? Then the bitmaps know what it finds, and no document is looked at. */
static bool
asks_for_tags(const qiao_fulltext_query *query, const qiaoi_view *view)
{
    if (query->word_count > 0 || query->node_count > 0 || query->range_count > 0 || query->hidden_count > 0)
        return false;
    for (size_t i = 0; i < query->filter_count; i++)
        if (is_of(query->filters[i], "id"))
            return false;
    for (size_t i = 0; i < view->beside_count; i++)
        if (view->beside[i].id != NULL)
            return false;
    return true;
}

/* The documents of the side that pass the filters of a query of tags. */
static qiao_status
take_tagged(counting *c, const qiao_fulltext_query *query, qiao_error *err)
{
    uint64_t *words = NULL, passing = 0;
    qiao_status st = qiao_generation_filter(c->session->snapshot->generation, c->request->side, query->filters,
                                            query->filter_count, &words, &passing, err);

    if (st != QIAO_OK)
        return st;
    c->docids = qiao_arena_alloc(c->session->arena, ((size_t)passing + 1) * sizeof *c->docids);
    if (c->docids == NULL)
        st = qiao_fail_memory(err);
    for (uint32_t at = 0; st == QIAO_OK && c->docid_count < passing; at++)
        if ((words[at >> 6] >> (at & 63u) & 1u) != 0)
            c->docids[c->docid_count++] = at;
    qiao_free(words);
    return st;
}

static qiao_status
take_found(counting *c, qiaoi_view *view, const qiao_fulltext_query *query, qiao_error *err)
{
    const uint32_t *found = NULL;
    size_t count = 0;
    qiao_status st = qiao_fulltext_matches(view->fulltext, query, &found, &count, err);

    return st == QIAO_OK ? place(c, found, count, err) : st;
}

qiao_status
qiaoi_facets_count(qiao_session *session, qiaoi_view *view, const qiao_search_request *request,
                   const qiao_fulltext_query *query, const char *const *filters, size_t filter_count,
                   const qiaoi_facets **out, qiao_error *err)
{
    counting c = {.session = session, .view = view, .request = request};
    const char *room[QIAOI_FILTERS_MAX];
    qiao_fulltext_query asked;
    qiao_status st = QIAO_OK;

    *out = NULL;
    if (request->facet_count == 0)
        return QIAO_OK;
    c.out = qiao_arena_alloc(session->arena, sizeof *c.out);
    if (c.out == NULL)
        return qiao_fail_memory(err);
    memset(c.out, 0, sizeof *c.out);
    if (query != NULL) {
        if (lays_over(request, filters, filter_count)) {
            c.filters = filters;
            c.filter_count = filter_count;
        }
        take_out(query, c.filters, c.filter_count, room, &asked);
        st = asks_for_tags(&asked, view) ? take_tagged(&c, &asked, err) : take_found(&c, view, &asked, err);
    }
    if (st == QIAO_OK)
        st = count_all(&c, err);
    *out = c.out;
    return st;
}
