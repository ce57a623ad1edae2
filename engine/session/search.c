/* qiao_search_json: reads the query, checks the filters, searches, and has the answer written. */
#include "session/did_you_mean.h"

#include "store/generation_internal.h"

#include <string.h>

/* With so few documents that have every word, those with some of them are shown after them. */
#define RELAX_BELOW 5u

static qiao_status
check_request(const qiao_search_request *request, qiao_error *err)
{
    if (request->limit > QIAOI_SEARCH_LIMIT_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "limit %u is more than %u", request->limit, QIAOI_SEARCH_LIMIT_MAX);
    if (request->offset > QIAOI_SEARCH_DEPTH_MAX || request->offset + request->limit > QIAOI_SEARCH_DEPTH_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "offset and limit together reach past the first %u", QIAOI_SEARCH_DEPTH_MAX);
    if (request->order > QIAO_ORDER_DEADLINE)
        return qiao_fail(err, QIAO_E_QUERY, "there is no such order");
    return qiaoi_bounds_check(request, err);
}

typedef struct search {
    qiao_session *session;
    const qiao_search_request *request;
    qiaoi_search_words words;
    qiao_fulltext_word *asked; /* one for each of words */
    const char *filters[QIAOI_FILTERS_MAX];
    size_t own_filters; /* of the request, from the second on; then the scope, an id, the years */
    bool by_id;
    qiaoi_view *view;
    qiao_fulltext_query query;
    qiao_fulltext_hit *hits;
    qiaoi_search_result result;
} search;

static qiao_status
add_filter(search *s, const char *name, const char *value, qiao_error *err)
{
    size_t name_length = strlen(name), length = strlen(value);
    char *filter = qiao_arena_alloc(s->session->arena, name_length + length + 1);

    if (filter == NULL)
        return qiao_fail_memory(err);
    memcpy(filter, name, name_length);
    memcpy(filter + name_length, value, length + 1);
    s->filters[s->query.filter_count++] = filter;
    return QIAO_OK;
}

static const qiao_fulltext_order orders[] = {[QIAO_ORDER_RELEVANCE] = QIAO_FT_ORDER_RELEVANCE,
                                             [QIAO_ORDER_NEWEST] = QIAO_FT_ORDER_NEWEST,
                                             [QIAO_ORDER_OLDEST] = QIAO_FT_ORDER_OLDEST,
                                             [QIAO_ORDER_TRL] = QIAO_FT_ORDER_TRL,
                                             [QIAO_ORDER_DEADLINE] = QIAO_FT_ORDER_DEADLINE};

static qiao_status
add_conditions(search *s, const char *id, qiao_error *err)
{
    const qiao_search_request *request = s->request;
    qiao_status st = QIAO_OK;

    s->own_filters = s->query.filter_count - 1;
    s->by_id = id != NULL;
    if (request->scope != NULL)
        st = add_filter(s, "", request->scope, err);
    if (st == QIAO_OK && id != NULL)
        st = add_filter(s, "id:", id, err);
    return st;
}

static qiao_status
prepare(search *s, qiao_error *err)
{
    const qiao_search_request *request = s->request;
    const char *id = NULL;
    qiao_status st = qiaoi_search_filters(s->session, request, s->filters, &s->query.filter_count, err);

    if (st == QIAO_OK)
        st = qiaoi_view_open(s->session, request->side, request->scope, &s->view, err);
    if (st == QIAO_OK)
        st = qiaoi_search_read(s->session, s->view, request, &s->words, &id, err);
    if (st == QIAO_OK)
        st = add_conditions(s, id, err);
    if (st != QIAO_OK)
        return st;
    s->query.filters = s->filters;
    s->query.offset = request->offset;
    s->query.limit = request->limit == 0 ? QIAOI_SEARCH_LIMIT_DEFAULT : request->limit;
    s->query.order = orders[request->order];
    s->query.today = qiaoi_generation_day(s->session->snapshot->generation);
    s->query.hidden = (const char *const *)s->view->hidden;
    s->query.hidden_count = s->view->hidden_count;
    s->asked = qiao_arena_alloc(s->session->arena, (s->words.count + 1) * sizeof *s->asked);
    s->hits = qiao_arena_alloc(s->session->arena, s->query.limit * sizeof *s->hits);
    return s->asked == NULL || s->hits == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

/*
 * How much a document must have. STRICT: every word; of a translation of several words, enough of them. RELAXED: the quoted words, and one word at
 * least. LOOSE: of a translation any word.
 */
typedef enum strictness { STRICT, RELAXED, LOOSE } strictness;

/* Has the run of a word one that is asked for? */
static bool
has_major(const search *s, uint32_t run)
{
    for (size_t i = 0; i < s->words.count; i++)
        if (s->words.items[i].run == run && !s->words.items[i].minor)
            return true;
    return false;
}

static void
ask(search *s, strictness how)
{
    for (size_t i = 0; i < s->words.count; i++) {
        const qiaoi_search_word *word = &s->words.items[i];
        bool all = how == STRICT || word->negative; /* what is left out has all of the words */

        s->asked[i] = (qiao_fulltext_word){.alternatives = word->alternatives,
                                           .count = word->count,
                                           .run = word->run,
                                           .fields = word->fields,
                                           .required = word->quoted || (all && (!word->minor || !has_major(s, word->run))),
                                           .together_least = word->together_least,
                                           .together_weight = word->together_weight};
    }
    s->query.words = s->asked;
    s->query.word_count = s->words.count;
    s->query.prefer_all = how != STRICT;
    s->query.loose = how == LOOSE;
    if (s->words.tree != NULL) {
        s->query.nodes = s->words.tree->nodes;
        s->query.node_count = s->words.tree->count;
    }
}

static qiao_status
run(search *s, qiao_error *err)
{
    qiaoi_search_result *result = &s->result;

    return qiao_fulltext_search(s->view->fulltext, &s->query, s->hits, &result->hit_count, &result->total, &result->estimated, err);
}

static qiao_status
count_with(search *s, qiaoi_bound but, bool known, uint64_t *out, qiao_error *err)
{
    qiao_fulltext_query query = s->query;
    const char *filters[QIAOI_FILTERS_MAX];
    qiao_status st;

    query.range_count = 0;
    query.filter_count = s->own_filters + 1 + (s->request->scope != NULL) + s->by_id;
    memcpy(filters, s->filters, query.filter_count * sizeof *filters);
    query.filters = filters;
    st = qiaoi_bounds_add(s->session->arena, s->request, but, known, &query, filters, err);
    return st == QIAO_OK ? qiao_fulltext_total(s->view->fulltext, &query, out, err) : st;
}

/* What a bound leaves out only because the value is not known. */
static qiao_status
count_unknown(search *s, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (qiaoi_bound bound = 0; st == QIAO_OK && bound < QIAOI_BOUND_COUNT; bound++) {
        uint64_t all = 0, known = 0;

        s->result.bounded[bound] = qiaoi_bounds_asked(s->request, bound);
        if (!s->result.bounded[bound])
            continue;
        st = count_with(s, bound, false, &all, err);
        if (st == QIAO_OK)
            st = count_with(s, bound, true, &known, err);
        s->result.unknown[bound] = all - known;
    }
    return st;
}

/* A query of nothing that can be looked for ("???") finds nothing; an empty one finds everything. */
static bool
asks_for_nothing(const search *s)
{
    return !s->words.blank && s->words.count == 0 && !s->by_id;
}

/* Is there a word of whose translation a part would do? */
static bool
has_phrase(const search *s)
{
    for (size_t i = 0; i < s->words.count; i++) {
        const qiaoi_search_word *word = &s->words.items[i];
        size_t members = 0;

        for (size_t k = 0; k < word->count; k++)
            members += word->alternatives[k].together;
        if (members > 1)
            return true;
    }
    return false;
}

static qiao_status
run_as(search *s, strictness how, qiao_error *err)
{
    ask(s, how);
    return run(s, err);
}

/* Counted as it was run last. */
static qiao_status
count_facets(search *s, qiao_error *err)
{
    qiaoi_search_result *result = &s->result;
    qiao_status st = qiaoi_facets_count(s->session, s->view, s->request, &s->query, s->filters + 1, s->own_filters,
                                        &result->facets, err);

    if (st == QIAO_OK && result->facets != NULL) {
        result->total = result->facets->total;
        result->estimated = false;
    }
    return st;
}

static qiao_status
find(search *s, qiao_error *err)
{
    qiaoi_search_result *result = &s->result;
    /* an order that says nothing of how good a record is would mix those with some words among those with all */
    uint64_t enough = s->request->order == QIAO_ORDER_RELEVANCE && !s->words.exact ? RELAX_BELOW : 1;
    qiao_status st = qiaoi_bounds_add(s->session->arena, s->request, QIAOI_BOUND_COUNT, false, &s->query, s->filters, err);

    if (st == QIAO_OK)
        st = run_as(s, STRICT, err);
    result->with_all = result->total;
    if (st == QIAO_OK && result->total < enough && s->words.count > 1)
        st = run_as(s, RELAXED, err);
    if (st == QIAO_OK && result->total < enough && has_phrase(s))
        st = run_as(s, LOOSE, err);
    result->relaxed = result->total != result->with_all;
    if (st == QIAO_OK)
        st = count_unknown(s, err);
    return st == QIAO_OK ? count_facets(s, err) : st;
}

/* A page is full, the next one may be asked for, and there is something on it. */
static bool
has_more(const search *s)
{
    uint64_t next = (uint64_t)s->query.offset + s->query.limit;

    return s->result.hit_count == s->query.limit && s->result.total > next && next < QIAOI_SEARCH_DEPTH_MAX;
}

static qiao_status
find_nothing(search *s, qiao_error *err)
{
    s->query.filter_count = 0;
    return qiaoi_facets_count(s->session, s->view, s->request, NULL, NULL, 0, &s->result.facets, err);
}

qiao_status
qiaoi_search_count(qiao_session *session, const qiao_search_request *request, const char *query, size_t length,
                   uint64_t *out, qiao_error *err)
{
    qiao_search_request changed = *request;
    search s = {.session = session, .request = &changed};
    qiao_status st;

    changed.query = query;
    changed.query_length = length;
    changed.limit = 1;
    changed.offset = 0;
    *out = 0;
    st = prepare(&s, err);
    if (st != QIAO_OK || asks_for_nothing(&s))
        return st;
    st = qiaoi_bounds_add(session->arena, &changed, QIAOI_BOUND_COUNT, false, &s.query, s.filters, err);
    if (st == QIAO_OK)
        st = run_as(&s, STRICT, err);
    *out = s.result.total;
    return st;
}

qiao_status
qiao_search_json(qiao_session *session, const qiao_search_request *request, qiao_buffer *out, qiao_error *err)
{
    search s = {.session = session, .request = request};
    size_t before = out->length;
    qiao_status st = check_request(request, err);

    if (st == QIAO_OK)
        st = qiaoi_facets_check(request, err);
    if (st != QIAO_OK)
        return st;
    qiao_arena_reset(session->arena);
    st = prepare(&s, err);
    if (st == QIAO_OK)
        st = asks_for_nothing(&s) ? find_nothing(&s, err) : find(&s, err);
    if (st != QIAO_OK)
        return st;
    s.result.more = has_more(&s);
    s.result.view = s.view;
    s.result.request = request;
    s.result.words = &s.words;
    s.result.hits = s.hits;
    st = qiaoi_search_answer(session, &s.result, out, err);
    if (st != QIAO_OK && out->data != NULL) {
        out->length = before; /* no half an answer */
        out->data[before] = '\0';
    }
    return st;
}

qiao_status
qiao_search_basis(qiao_session *session, qiao_kind side, const char *scope, uint64_t *out, qiao_error *err)
{
    qiaoi_view *view;
    qiao_status st = qiaoi_view_open(session, side, scope, &view, err);

    *out = st == QIAO_OK ? view->basis : 0;
    return st;
}
