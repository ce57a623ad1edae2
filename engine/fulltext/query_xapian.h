/*
 * Part of fulltext_xapian.cc, which includes <xapian.h> before it: from a qiao_fulltext_query to a query object. Words are in words_xapian.h; here
 * is what joins them (runs, AND, OR, NOT), and the conditions beside them: filters, ranges, records that are not looked at.
 */
#ifndef QIAO_FULLTEXT_QUERY_XAPIAN_H
#define QIAO_FULLTEXT_QUERY_XAPIAN_H

#include "fulltext/terms.h"
#include "fulltext/words_xapian.h"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace {

/* Not Query::MatchAll: that shared object's reference count is not safe between threads. */
Xapian::Query
everything()
{
    return Xapian::Query(std::string());
}

/* One filter string "a|b". An empty query result means that it is none. */
bool
filter_query(const char *filter, Xapian::Query &out)
{
    std::vector<Xapian::Query> any;
    char term[QIAOI_TERM_ROOM];

    for (const char *at = filter;;) {
        size_t length = std::strcspn(at, "|"), term_length = qiaoi_fulltext_tag_term(at, length, term);

        if (term_length == 0)
            return false;
        any.emplace_back(std::string(term, term_length));
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    out = Xapian::Query(Xapian::Query::OP_OR, any.begin(), any.end());
    return true;
}

/* Open at the low end still means "known": an empty value sorts below every number. */
Xapian::Query
range_query(qiao_fulltext_slot slot, double low, double high)
{
    std::string from = Xapian::sortable_serialise(std::isnan(low) ? -1e300 : low);

    if (std::isnan(high))
        return Xapian::Query(Xapian::Query::OP_VALUE_GE, slot, from);
    return Xapian::Query(Xapian::Query::OP_VALUE_RANGE, slot, from, Xapian::sortable_serialise(high));
}

/* ---- operators ---- */

/* Something joined, or its opposite. */
struct operand {
    Xapian::Query query;
    bool negative;
};

Xapian::Query
all_but(const Xapian::Query &these, const Xapian::Query &those)
{
    return Xapian::Query(Xapian::Query::OP_AND_NOT, these, those);
}

/* "NOT a" by itself: every document but those, which says nothing of how good one is. */
Xapian::Query
positive(const operand &from)
{
    return from.negative ? Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, all_but(everything(), from.query), 0.0) : from.query;
}

operand
join_all(const operand *first, const operand *last)
{
    std::vector<Xapian::Query> with, without;

    for (const operand *at = first; at != last; ++at)
        (at->negative ? without : with).push_back(at->query);
    Xapian::Query any(Xapian::Query::OP_OR, without.begin(), without.end());

    if (with.empty())
        return {any, true};
    Xapian::Query all(Xapian::Query::OP_AND, with.begin(), with.end());

    return {without.empty() ? all : all_but(all, any), false};
}

operand
join_any(const operand *first, const operand *last)
{
    std::vector<Xapian::Query> any;

    for (const operand *at = first; at != last; ++at)
        any.push_back(positive(*at));
    return {Xapian::Query(Xapian::Query::OP_OR, any.begin(), any.end()), false};
}

/* false: the nodes are no expression. */
bool
expression_query(const Xapian::Database &database, const Xapian::Database &ranking, const qiao_fulltext_query &query, Xapian::Query &out)
{
    std::vector<operand> stack;

    for (size_t i = 0; i < query.node_count; i++) {
        const qiao_fulltext_node &node = query.nodes[i];
        size_t needed = node.operation == QIAO_FT_NOT ? 1 : node.operation == QIAO_FT_RUN ? 0 : node.value;

        if (needed > stack.size() || (needed == 0 && node.operation != QIAO_FT_RUN))
            return false;
        if (node.operation == QIAO_FT_RUN) {
            stack.push_back({words_query(database, ranking, query, node.value), false});
        } else if (node.operation == QIAO_FT_NOT) {
            stack.back().negative = !stack.back().negative;
        } else {
            const operand *last = stack.data() + stack.size(), *first = last - needed;
            operand joined = node.operation == QIAO_FT_AND ? join_all(first, last) : join_any(first, last);

            stack.resize(stack.size() - needed);
            stack.push_back(joined);
        }
    }
    if (stack.size() != 1)
        return false;
    out = positive(stack[0]);
    return true;
}

/* ---- the whole ---- */

/* Documents with one of those ids. */
Xapian::Query
hidden_query(const qiao_fulltext_query &query)
{
    std::vector<Xapian::Query> any;
    char term[QIAOI_TERM_ROOM];

    for (size_t i = 0; i < query.hidden_count; i++) {
        std::string tag = std::string("id:") + query.hidden[i];

        any.emplace_back(std::string(term, qiaoi_fulltext_tag_term(tag.data(), tag.size(), term)));
    }
    return Xapian::Query(Xapian::Query::OP_OR, any.begin(), any.end());
}

qiao_status
add_conditions(const qiao_fulltext_query &query, std::vector<Xapian::Query> &conditions, qiao_error *err)
{
    for (size_t i = 0; i < query.filter_count; i++) {
        Xapian::Query filter;

        if (!filter_query(query.filters[i], filter))
            return qiao_fail(err, QIAO_E_QUERY, "a filter is written name:value, this is not: %s", query.filters[i]);
        conditions.push_back(filter);
    }
    for (size_t i = 0; i < query.range_count; i++)
        conditions.push_back(range_query(query.ranges[i].slot, query.ranges[i].low, query.ranges[i].high));
    return QIAO_OK;
}

qiao_status
build_query(const Xapian::Database &database, const Xapian::Database &ranking, const qiao_fulltext_query &query, Xapian::Query &out, qiao_error *err)
{
    std::vector<Xapian::Query> conditions;
    qiao_status st = add_conditions(query, conditions, err);

    if (st != QIAO_OK)
        return st;
    if (query.word_count > QIAO_FULLTEXT_WORDS_MAX)
        return qiao_fail(err, QIAO_E_QUERY, "the query has %zu words, at most %u are searched", query.word_count,
                         QIAO_FULLTEXT_WORDS_MAX);
    if (query.node_count > 0 && !expression_query(database, ranking, query, out))
        return qiao_fail(err, QIAO_E_USAGE, "the operators of a query do not fit its operands");
    if (query.node_count == 0)
        out = query.word_count == 0 ? everything() : words_query(database, ranking, query, QIAO_FULLTEXT_EVERY_RUN);
    if (!conditions.empty())
        out = Xapian::Query(Xapian::Query::OP_FILTER, out, Xapian::Query(Xapian::Query::OP_AND, conditions.begin(), conditions.end()));
    if (query.hidden_count > 0 && &database == &ranking) /* what lies beside has the same ids */
        out = all_but(out, hidden_query(query));
    return QIAO_OK;
}

/* ---- orders ---- */

/*
 * Keys that sort ascending as bytes: a class (known before unknown), the day or level, then the id. Values of days are small whole numbers, also
 * before 1970.
 */
class order_key : public Xapian::KeyMaker {
  public:
    order_key(qiao_fulltext_order order, int today) : order_(order), today_(today)
    {
    }

    std::string
    operator()(const Xapian::Document &document) const override
    {
        std::string key, tie = document.get_value(QIAO_SLOT_COUNT);

        switch (order_) {
        case QIAO_FT_ORDER_OLDEST:
            add(key, document.get_value(QIAO_SLOT_UPDATED), false);
            break;
        case QIAO_FT_ORDER_TRL:
            add(key, document.get_value(QIAO_SLOT_TRL_MIN), true);
            break;
        case QIAO_FT_ORDER_DEADLINE:
            add_deadline(key, document.get_value(QIAO_SLOT_EXPIRES));
            break;
        case QIAO_FT_ORDER_RELEVANCE:
        case QIAO_FT_ORDER_NEWEST:
            break;
        }
        return key + tie.substr(std::min<size_t>(4, tie.size()));
    }

  private:
    static void
    put(std::string &key, char rank, int64_t number)
    {
        uint32_t bits = static_cast<uint32_t>(number + INT64_C(0x7fffffff));

        key.push_back(rank);
        for (int shift = 24; shift >= 0; shift -= 8)
            key.push_back(static_cast<char>(bits >> shift & 0xffu));
    }

    static void
    add(std::string &key, const std::string &value, bool descending)
    {
        int64_t number = value.empty() ? 0 : static_cast<int64_t>(Xapian::sortable_unserialise(value));

        put(key, value.empty() ? 2 : 0, descending ? -number : number);
    }

    /* what comes next first, then what is past, the latest first */
    void
    add_deadline(std::string &key, const std::string &value) const
    {
        int64_t day = value.empty() ? 0 : static_cast<int64_t>(Xapian::sortable_unserialise(value));
        bool past = !value.empty() && day < today_;

        put(key, value.empty() ? 2 : past ? 1 : 0, past ? -day : day);
    }

    qiao_fulltext_order order_;
    int today_;
};

} // namespace

#endif
