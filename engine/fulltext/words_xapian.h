/*
 * Part of fulltext_xapian.cc, which includes <xapian.h> before it: the words of a query as query objects. A word is the best of its alternatives,
 * each so scaled that its weight does not depend on how rare it happens to be; the numbers come from weights.h.
 */
#ifndef QIAO_FULLTEXT_WORDS_XAPIAN_H
#define QIAO_FULLTEXT_WORDS_XAPIAN_H

#include "fulltext/terms.h"
#include "fulltext/weights.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

/*
 * Something to be looked for, with how many documents are likely to have it. Of several words that is between the rarest's number, were they always
 * together, and that of chance: the geometric mean comes near (surgical robot, solid state battery, large language).
 */
struct piece {
    Xapian::Query query;
    double frequency;
};

/* Every field is a list of its own; together they count as one word, with one document frequency. */
piece
single_form(const Xapian::Database &database, const char *form, size_t form_length, unsigned fields)
{
    std::vector<Xapian::Query> lists;
    double documents = std::max(1u, database.get_doccount()), without = 1;
    char term[QIAOI_TERM_ROOM];

    for (unsigned field = 0; field < QIAO_FT_FIELD_COUNT; field++) {
        if (fields != 0 && (fields & (1u << field)) == 0)
            continue;
        size_t length = qiaoi_fulltext_word_term(static_cast<qiao_fulltext_field>(field), form, form_length, term);
        std::string text(term, length);
        Xapian::doccount frequency = database.get_termfreq(text);

        if (frequency == 0)
            continue;
        without *= 1 - frequency / documents;
        lists.emplace_back(text);
    }
    if (lists.size() <= 1)
        return {lists.empty() ? Xapian::Query() : lists[0], documents * (1 - without)};
    return {Xapian::Query(Xapian::Query::OP_SYNONYM, lists.begin(), lists.end()), documents * (1 - without)};
}

/* Terms read at most to find the commonest; a prefix that more have is one of one or two letters. */
constexpr size_t prefix_terms_read = 20000;

/* Every word that begins with the form, the commonest of them, as one word. */
piece
prefix_form(const Xapian::Database &database, const char *form, size_t form_length, unsigned fields)
{
    typedef std::pair<Xapian::doccount, std::string> word;
    std::vector<Xapian::Query> lists;
    double documents = std::max(1u, database.get_doccount()), without = 1;
    char term[QIAOI_TERM_ROOM];

    for (unsigned field = 0; field < QIAO_FT_FIELD_COUNT; field++) {
        if (fields != 0 && (fields & (1u << field)) == 0)
            continue;
        std::string prefix(term, qiaoi_fulltext_word_term(static_cast<qiao_fulltext_field>(field), form, form_length, term));
        std::vector<word> words;
        size_t read = 0;

        for (Xapian::TermIterator at = database.allterms_begin(prefix); at != database.allterms_end(prefix) && read < prefix_terms_read; ++at, read++)
            words.emplace_back(at.get_termfreq(), *at);
        std::sort(words.begin(), words.end(), [](const word &a, const word &b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
        words.resize(std::min<size_t>(words.size(), QIAO_FULLTEXT_EXPANSION_MAX));
        for (const word &one : words) {
            without *= 1 - one.first / documents;
            lists.emplace_back(one.second);
        }
    }
    return {lists.empty() ? Xapian::Query() : Xapian::Query(Xapian::Query::OP_SYNONYM, lists.begin(), lists.end()), documents * (1 - without)};
}

/* One alternative of a word. */
struct option {
    piece found;
    double idf; /* what the library will weigh it with; of several words the sum */
    double weight, share;
    bool together;
};

/* A form of several words asks for all of them. */
option
read_option(const Xapian::Database &database, const qiao_fulltext_alternative &alternative, unsigned fields)
{
    double documents = std::max(1u, database.get_doccount()), rarest = documents, chance = documents, idf = 0;
    std::vector<Xapian::Query> parts;
    const char *at = alternative.form, *end = at + alternative.length;

    while (at < end) {
        const char *space = std::find(at, end, ' ');

        if (space > at) {
            size_t length = static_cast<size_t>(space - at);
            piece part = alternative.prefix ? prefix_form(database, at, length, fields) : single_form(database, at, length, fields);

            parts.push_back(part.query);
            rarest = std::min(rarest, part.frequency);
            chance *= part.frequency / documents;
            idf += qiaoi_inverse_frequency(documents, part.frequency);
        }
        at = space == end ? end : space + 1;
    }
    return {{Xapian::Query(Xapian::Query::OP_AND, parts.begin(), parts.end()), parts.empty() ? 0 : std::sqrt(rarest * chance)},
            idf,
            std::min(1.0, std::max(1e-6, alternative.weight)),
            alternative.share,
            alternative.together};
}

/* The library would weigh each alternative by its own rarity: a word's rare spelling or a language with few records would win over all. */
Xapian::Query
scaled(const option &alternative, double idf_wanted, double idf_own)
{
    double factor = idf_own > 0 ? alternative.weight * idf_wanted / idf_own : alternative.weight;

    return Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, alternative.found.query, factor);
}

/* The members of a word that belong together, once a document has enough of them. */
struct sufficiency {
    Xapian::Query condition; /* without weight */
    double frequency;        /* how many documents may have enough */
    double worth;            /* of the best sufficient set, as the library would weigh it */
};

sufficiency
enough(const std::vector<option> &members, double least, double documents)
{
    double shares[QIAO_FULLTEXT_TOGETHER_MAX] = {};
    uint32_t sets[QIAOI_SETS_MAX];
    std::vector<Xapian::Query> any;
    sufficiency result = {Xapian::Query(), 0, 0};

    for (size_t i = 0; i < members.size(); i++)
        shares[i] = members[i].share;
    size_t count = qiaoi_sufficient_sets(shares, members.size(), least, sets);
    bool impossible = count == 0 && !members.empty(); /* too few of them are in the index at all: worth what they are together */

    if (impossible)
        sets[count++] = (1u << members.size()) - 1u;
    for (size_t at = 0; at < count; at++) {
        std::vector<Xapian::Query> all;
        double rarest = documents, chance = documents, worth = 0;

        for (size_t i = 0; i < members.size(); i++)
            if ((sets[at] & (1u << i)) != 0) {
                all.push_back(members[i].found.query);
                rarest = std::min(rarest, members[i].found.frequency);
                chance *= members[i].found.frequency / documents;
                worth += members[i].weight * members[i].idf;
            }
        any.emplace_back(Xapian::Query::OP_AND, all.begin(), all.end());
        result.frequency = std::max(result.frequency, std::sqrt(rarest * chance));
        result.worth = std::max(result.worth, worth);
    }
    if (!impossible)
        result.condition = Xapian::Query(Xapian::Query::OP_OR, any.begin(), any.end());
    return result;
}

/* What too few members are worth, of their weight, where a query is loose. */
constexpr double loose_share = 0.3;

/* The members add up, so scaled that a document with the best sufficient set has what the translation is worth. */
Xapian::Query
together_query(const std::vector<option> &members, const sufficiency &sufficient, double worth, bool loose)
{
    std::vector<Xapian::Query> sum;

    for (const option &member : members)
        sum.push_back(scaled(member, worth, sufficient.worth));
    Xapian::Query any(Xapian::Query::OP_OR, sum.begin(), sum.end());

    if (!loose)
        return Xapian::Query(Xapian::Query::OP_FILTER, any, sufficient.condition);

    Xapian::Query some(Xapian::Query::OP_SCALE_WEIGHT, any, loose_share);
    Xapian::Query whole(Xapian::Query::OP_SCALE_WEIGHT, any, 1 - loose_share);

    return Xapian::Query(Xapian::Query::OP_OR, some, Xapian::Query(Xapian::Query::OP_FILTER, whole, sufficient.condition));
}

/* A word in one database: its alternatives that some document has, and how rare it is there. */
struct known_word {
    std::vector<option> single, members;
    sufficiency sufficient;
    double idf;
};

/* A word is as rare as all its alternatives are together. */
known_word
read_word(const Xapian::Database &database, const qiao_fulltext_word &word)
{
    double documents = std::max(1u, database.get_doccount()), frequency = 0;
    known_word read = {{}, {}, {Xapian::Query(), 0, 0}, 0};

    for (size_t i = 0; i < word.count; i++) {
        option alternative = read_option(database, word.alternatives[i], word.fields);

        if (alternative.found.frequency <= 0)
            continue;
        if (!alternative.together)
            read.single.push_back(alternative);
        else if (read.members.size() < QIAO_FULLTEXT_TOGETHER_MAX)
            read.members.push_back(alternative);
    }
    read.sufficient = enough(read.members, word.together_least, documents);
    for (const option &alternative : read.single)
        frequency += alternative.weight * alternative.found.frequency;
    read.idf = qiaoi_inverse_frequency(documents, std::min(documents, frequency + read.sufficient.frequency));
    return read;
}

/*
 * The best of its alternatives: several translations of one word must not outweigh a second word. Those that no document has are left out. What the
 * word is worth is told by its rarity in ranking, which is another database for the few documents that lie beside the index.
 */
Xapian::Query
word_query(const Xapian::Database &database, const Xapian::Database &ranking, const qiao_fulltext_word &word, bool loose)
{
    known_word own = read_word(database, word);
    double idf = &database == &ranking ? own.idf : read_word(ranking, word).idf;
    std::vector<Xapian::Query> best;

    for (const option &alternative : own.single)
        best.push_back(scaled(alternative, idf, alternative.idf));
    if (!own.sufficient.condition.empty() || (loose && !own.members.empty()))
        best.push_back(together_query(own.members, own.sufficient, idf * (word.together_weight > 0 ? word.together_weight : 1), loose));
    return Xapian::Query(Xapian::Query::OP_MAX, best.begin(), best.end());
}

/* The words of one run, or of all. */
Xapian::Query
words_query(const Xapian::Database &database, const Xapian::Database &ranking, const qiao_fulltext_query &query, uint32_t run)
{
    std::vector<Xapian::Query> required, optional;

    for (size_t i = 0; i < query.word_count; i++)
        if (run == QIAO_FULLTEXT_EVERY_RUN || query.words[i].run == run)
            (query.words[i].required ? required : optional).push_back(word_query(database, ranking, query.words[i], query.loose));
    Xapian::Query any(Xapian::Query::OP_OR, optional.begin(), optional.end());

    if (query.prefer_all && optional.size() > 1)
        any = Xapian::Query(Xapian::Query::OP_OR, any, Xapian::Query(Xapian::Query::OP_AND, optional.begin(), optional.end()));
    if (required.empty())
        return any;

    Xapian::Query all(Xapian::Query::OP_AND, required.begin(), required.end());

    return optional.empty() ? all : Xapian::Query(Xapian::Query::OP_AND_MAYBE, all, any);
}

} // namespace

#endif
