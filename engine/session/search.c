/* qiao_search_json: reads the query, checks the filters, searches, and has the answer written. */
#include "session/search_internal.h"

#include <math.h>
#include <stdio.h>
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
    if ((request->trl_min != QIAO_UNKNOWN && (request->trl_min < 1 || request->trl_min > 9)) ||
        (request->trl_max != QIAO_UNKNOWN && (request->trl_max < 1 || request->trl_max > 9)))
        return qiao_fail(err, QIAO_E_QUERY, "a TRL is between 1 and 9");
    if (request->trl_min != QIAO_UNKNOWN && request->trl_max != QIAO_UNKNOWN && request->trl_min > request->trl_max)
        return qiao_fail(err, QIAO_E_QUERY, "trl_min %d is above trl_max %d", (int)request->trl_min, (int)request->trl_max);
    return QIAO_OK;
}

static double
bound(int32_t level)
{
    return level == QIAO_UNKNOWN ? (double)NAN : (double)level;
}

/* A record whose TRL range meets the one asked for. */
static void
add_trl(const qiao_search_request *request, qiao_fulltext_query *query)
{
    if (request->trl_min == QIAO_UNKNOWN && request->trl_max == QIAO_UNKNOWN)
        return;
    query->ranges[0].slot = QIAO_SLOT_TRL_MAX;
    query->ranges[0].low = bound(request->trl_min);
    query->ranges[0].high = (double)NAN;
    query->ranges[1].slot = QIAO_SLOT_TRL_MIN;
    query->ranges[1].low = (double)NAN;
    query->ranges[1].high = bound(request->trl_max);
    query->range_count = 2;
}

typedef struct search {
    qiao_session *session;
    const qiao_search_request *request;
    qiaoi_search_words words;
    qiao_fulltext_word *asked; /* one for each of words */
    const char *filters[QIAOI_FILTERS_MAX];
    bool by_id;
    qiao_fulltext_query query;
    qiao_fulltext_hit *hits;
    qiaoi_search_result result;
} search;

static qiao_status
add_id(search *s, const char *id, qiao_error *err)
{
    size_t length = strlen(id);
    char *filter = qiao_arena_alloc(s->session->arena, length + 4);

    if (filter == NULL)
        return qiao_fail_memory(err);
    memcpy(filter, "id:", 3);
    memcpy(filter + 3, id, length + 1);
    s->filters[s->query.filter_count++] = filter;
    s->by_id = true;
    return QIAO_OK;
}

static qiao_status
prepare(search *s, qiao_error *err)
{
    const char *id = NULL;
    qiao_status st = qiaoi_search_filters(s->session, s->request, s->filters, &s->query.filter_count, err);

    if (st == QIAO_OK)
        st = qiaoi_search_read(s->session, s->request, &s->words, &id, err);
    if (st != QIAO_OK)
        return st;
    if (id != NULL)
        st = add_id(s, id, err);
    if (st != QIAO_OK)
        return st;
    s->query.filters = s->filters;
    s->query.offset = s->request->offset;
    s->query.limit = s->request->limit == 0 ? QIAOI_SEARCH_LIMIT_DEFAULT : s->request->limit;
    add_trl(s->request, &s->query);
    s->asked = qiao_arena_alloc(s->session->arena, (s->words.count + 1) * sizeof *s->asked);
    s->hits = qiao_arena_alloc(s->session->arena, s->query.limit * sizeof *s->hits);
    return s->asked == NULL || s->hits == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

/*
 * How much a document must have. STRICT: every word; of a translation of several words, enough of them. RELAXED: the quoted words, and one word at
 * least. LOOSE: of a translation any word.
 */
typedef enum strictness { STRICT, RELAXED, LOOSE } strictness;

static void
ask(search *s, strictness how)
{
    size_t major = 0;

    for (size_t i = 0; i < s->words.count; i++)
        major += !s->words.items[i].minor;
    for (size_t i = 0; i < s->words.count; i++) {
        const qiaoi_search_word *word = &s->words.items[i];

        s->asked[i] = (qiao_fulltext_word){.alternatives = word->alternatives,
                                           .count = word->count,
                                           .fields = word->fields,
                                           .required = word->quoted || (how == STRICT && (!word->minor || major == 0)),
                                           .together_least = word->together_least,
                                           .together_weight = word->together_weight};
    }
    s->query.words = s->asked;
    s->query.word_count = s->words.count;
    s->query.prefer_all = how != STRICT;
    s->query.loose = how == LOOSE;
}

static qiao_status
run(search *s, qiao_error *err)
{
    qiaoi_search_result *result = &s->result;

    return qiao_fulltext_search(s->session->fulltext, &s->query, s->hits, &result->hit_count, &result->total, &result->estimated, err);
}

/* What the TRL bounds leave out only because it is not known. */
static qiao_status
count_unknown_trl(search *s, qiao_error *err)
{
    qiao_fulltext_query query = s->query;
    uint64_t all = 0, with_trl = 0;
    qiao_status st;

    query.range_count = 0;
    st = qiao_fulltext_total(s->session->fulltext, &query, &all, err);
    query.range_count = 1;
    query.ranges[0].slot = QIAO_SLOT_TRL_MIN;
    query.ranges[0].low = query.ranges[0].high = (double)NAN;
    if (st == QIAO_OK)
        st = qiao_fulltext_total(s->session->fulltext, &query, &with_trl, err);
    s->result.trl_asked = true;
    s->result.trl_unknown = all - with_trl;
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

static qiao_status
find(search *s, qiao_error *err)
{
    qiaoi_search_result *result = &s->result;
    qiao_status st;

    if (asks_for_nothing(s))
        return QIAO_OK;
    st = run_as(s, STRICT, err);
    result->with_all = result->total;
    if (st == QIAO_OK && result->total < RELAX_BELOW && s->words.count > 1)
        st = run_as(s, RELAXED, err);
    if (st == QIAO_OK && result->total < RELAX_BELOW && has_phrase(s))
        st = run_as(s, LOOSE, err);
    result->relaxed = result->total != result->with_all;
    if (st == QIAO_OK && s->query.range_count > 0)
        st = count_unknown_trl(s, err);
    return st;
}

qiao_status
qiao_search_json(qiao_session *session, const qiao_search_request *request, qiao_buffer *out, qiao_error *err)
{
    search s = {.session = session, .request = request};
    size_t before = out->length;
    qiao_status st = check_request(request, err);

    if (st != QIAO_OK)
        return st;
    qiao_arena_reset(session->arena);
    st = prepare(&s, err);
    if (st == QIAO_OK)
        st = find(&s, err);
    if (st != QIAO_OK)
        return st;
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
