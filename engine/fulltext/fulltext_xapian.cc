/*
 * Full-text index over Xapian: the only C++ file of the engine and the only one that includes <xapian.h>.
 *
 * Every exported function runs its body inside guarded(), which turns whatever is thrown into a qiao_status; nothing passes it. Results are
 * copied out before a call ends. A shard is written without syncs: it is merged into the final database and thrown away, and the whole
 * generation is synced once before it is published. Databases keep their termlist table (4 % of the time of a build): without it nothing could be
 * taken out again, and an update takes out.
 */
#include "qiao/fulltext.h"

#include "fulltext/fulltext_guard.h"
#include "fulltext/terms.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <xapian.h>

#include "fulltext/guard_xapian.h"
#include "fulltext/words_xapian.h"

namespace {

/* Pending postings are written at this many: measured best of 60 to 480 thousand; the library itself would only count documents. */
constexpr size_t flush_postings = 120000;
/* Below the library's own limit of 10,000, so that ours alone decides. */
constexpr unsigned flush_documents = 8000;
/* Documents looked at before the library may estimate the total. */
constexpr Xapian::doccount exact_totals = 2000;
constexpr int modified_tries = 2;
constexpr const char *format_key = "qiao.format";
/* Value that orders equal documents: newest first, then by id. */
constexpr Xapian::valueno order_slot = QIAO_SLOT_COUNT;
/* An update holds this many pending postings at most: some 100 MB; the fewer commits the better. */
constexpr size_t update_postings = 1000000;

bool
folder_exists(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0;
}

/* Says "not there" and "another version" before the library says "damaged". */
Xapian::Database
open_database(const std::string &path)
{
    if (!folder_exists(path.c_str()))
        throw Xapian::DatabaseNotFoundError("no such folder");
    return Xapian::Database(path, Xapian::DB_BACKEND_GLASS);
}

void
check_format(const Xapian::Database &database)
{
    std::string format = database.get_metadata(format_key);

    if (format.empty())
        throw Xapian::DatabaseCorruptError("its format number is missing");
    if (format != QIAO_FULLTEXT_FORMAT)
        throw Xapian::DatabaseVersionError("format " + format + ", this program reads " QIAO_FULLTEXT_FORMAT);
}

Xapian::WritableDatabase
create_database(const std::string &path)
{
    Xapian::WritableDatabase database(path, Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC);

    database.set_metadata(format_key, QIAO_FULLTEXT_FORMAT);
    return database;
}

} // namespace

struct qiao_fulltext_writer {
    std::string path;
    Xapian::WritableDatabase database;
    size_t pending_postings;
    unsigned pending_documents;
    uint32_t last;
    bool update;
};

struct qiao_fulltext {
    std::string path;
    Xapian::Database database;
};

/* ---- writing ---- */

extern "C" qiao_status
qiao_fulltext_writer_open(const char *path, qiao_fulltext_writer **out, qiao_error *err)
{
    *out = nullptr;
    return guarded(err, path, [&] {
        *out = new qiao_fulltext_writer{path, create_database(path), 0, 0, 0, false};
        return QIAO_OK;
    });
}

extern "C" qiao_status
qiao_fulltext_update_open(const char *path, qiao_fulltext_writer **out, qiao_error *err)
{
    *out = nullptr;
    return guarded(err, path, [&] {
        check_format(open_database(path));
        *out = new qiao_fulltext_writer{
            path, Xapian::WritableDatabase(path, Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC), 0, 0, 0, true};
        return QIAO_OK;
    });
}

namespace {

/* Four bytes that sort newest first and unknown last, then the id. */
std::string
order_value(const qiao_fulltext_document &from)
{
    double day = from.slots[QIAO_SLOT_UPDATED];
    uint32_t age = std::isnan(day) ? UINT32_MAX : static_cast<uint32_t>(INT64_C(0x7fffffff) - static_cast<int64_t>(day));
    std::string value;

    for (int shift = 24; shift >= 0; shift -= 8)
        value.push_back(static_cast<char>(age >> shift & 0xffu));
    return value + from.id;
}

void
fill_document(const qiao_fulltext_document &from, Xapian::Document &to)
{
    char term[QIAOI_TERM_ROOM];
    std::string text;

    for (size_t i = 0; i < from.term_count; i++) {
        const qiao_fulltext_term &word = from.terms[i];

        text.assign(term, qiaoi_fulltext_word_term(word.field, word.form, word.length, term));
        to.add_term(text, word.count);
    }
    for (size_t i = 0; i < from.filter_count; i++) {
        size_t length = qiaoi_fulltext_tag_term(from.filters[i], std::strlen(from.filters[i]), term);

        if (length == 0)
            throw Xapian::InvalidArgumentError(std::string("tag ") + from.filters[i]);
        to.add_boolean_term(std::string(term, length));
    }
    text = std::string("id:") + from.id;
    to.add_boolean_term(std::string(term, qiaoi_fulltext_tag_term(text.data(), text.size(), term)));
    for (unsigned slot = 0; slot < QIAO_SLOT_COUNT; slot++)
        if (!std::isnan(from.slots[slot]))
            to.add_value(slot, Xapian::sortable_serialise(from.slots[slot]));
    to.add_value(order_slot, order_value(from));
}

void
flush(qiao_fulltext_writer &writer)
{
    writer.database.commit();
    writer.pending_postings = 0;
    writer.pending_documents = 0;
}

} // namespace

extern "C" qiao_status
qiao_fulltext_add(qiao_fulltext_writer *writer, const qiao_fulltext_document *document, qiao_error *err)
{
    return guarded(err, writer->path.c_str(), [&] {
        Xapian::Document filled;

        if (!writer->update && document->docid <= writer->last)
            return qiao_fail(err, QIAO_E_USAGE, "document %lu came after %lu into the full-text index %s",
                             static_cast<unsigned long>(document->docid), static_cast<unsigned long>(writer->last),
                             writer->path.c_str());
        fill_document(*document, filled);
        writer->database.replace_document(document->docid, filled);
        writer->last = document->docid;
        writer->pending_postings += document->term_count + document->filter_count + 1;
        writer->pending_documents++;
        if (writer->pending_postings >= (writer->update ? update_postings : flush_postings) ||
            writer->pending_documents >= flush_documents)
            flush(*writer);
        return QIAO_OK;
    });
}

extern "C" qiao_status
qiao_fulltext_remove(qiao_fulltext_writer *writer, uint32_t docid, qiao_error *err)
{
    return guarded(err, writer->path.c_str(), [&] {
        try {
            writer->database.delete_document(docid);
        } catch (const Xapian::DocNotFoundError &) {
            return qiao_fail(err, QIAO_E_CORRUPT, "the full-text index %s has no document %lu", writer->path.c_str(),
                             static_cast<unsigned long>(docid));
        }
        if (++writer->pending_documents >= flush_documents)
            flush(*writer);
        return QIAO_OK;
    });
}

extern "C" qiao_status
qiao_fulltext_writer_close(qiao_fulltext_writer *writer, qiao_error *err)
{
    qiao_status st;

    if (writer == nullptr)
        return QIAO_OK;
    st = guarded(err, writer->path.c_str(), [&] {
        flush(*writer);
        writer->database.close();
        return QIAO_OK;
    });
    qiao_fulltext_writer_abandon(writer);
    return st;
}

extern "C" void
qiao_fulltext_writer_abandon(qiao_fulltext_writer *writer)
{
    delete writer; /* the library's destructor keeps its errors to itself */
}

namespace {

struct shard {
    Xapian::Database database;
    Xapian::docid first, last;
};

std::vector<shard>
open_shards(const char *const *paths, size_t count)
{
    std::vector<shard> shards;

    for (size_t i = 0; i < count; i++) {
        Xapian::Database database = open_database(paths[i]);

        if (database.get_doccount() > 0)
            shards.push_back({database, *database.postlist_begin(std::string()), database.get_lastdocid()});
    }
    std::sort(shards.begin(), shards.end(), [](const shard &a, const shard &b) { return a.first < b.first; });
    return shards;
}

} // namespace

extern "C" qiao_status
qiao_fulltext_compact(const char *const *shards, size_t count, const char *path, qiao_error *err)
{
    return guarded(err, path, [&] {
        std::vector<shard> sources = open_shards(shards, count);
        Xapian::Database all;

        if (sources.empty()) {
            create_database(path).close();
            return QIAO_OK;
        }
        for (size_t i = 0; i < sources.size(); i++) {
            if (i > 0 && sources[i].first <= sources[i - 1].last)
                return qiao_fail(err, QIAO_E_USAGE, "shards of the full-text index %s cross at document %lu", path,
                                 static_cast<unsigned long>(sources[i].first));
            all.add_database(sources[i].database);
        }
        all.compact(path, Xapian::DBCOMPACT_NO_RENUMBER | Xapian::DB_NO_SYNC | Xapian::Compactor::FULL);
        return QIAO_OK;
    });
}

/* ---- reading ---- */

extern "C" qiao_status
qiao_fulltext_open(const char *path, qiao_fulltext **out, qiao_error *err)
{
    *out = nullptr;
    return guarded(err, path, [&] {
        Xapian::Database database = open_database(path);

        check_format(database);
        *out = new qiao_fulltext{path, database};
        return QIAO_OK;
    });
}

extern "C" void
qiao_fulltext_close(qiao_fulltext *fulltext)
{
    delete fulltext;
}

extern "C" qiao_status
qiao_fulltext_check(const char *path, qiao_error *err)
{
    return guarded(err, path, [&] {
        size_t bad;

        check_format(open_database(path));
        bad = Xapian::Database::check(path, 0, nullptr);
        if (bad != 0)
            return qiao_fail(err, QIAO_E_CORRUPT, "the full-text index %s is damaged: %zu faults in its tables", path, bad);
        return QIAO_OK;
    });
}

extern "C" uint32_t
qiao_fulltext_count(const qiao_fulltext *fulltext)
{
    return fulltext->database.get_doccount();
}

extern "C" uint32_t
qiao_fulltext_frequency(qiao_fulltext *fulltext, const char *form, size_t length)
{
    uint32_t frequency = 0;
    qiao_status st = guarded(nullptr, fulltext->path.c_str(), [&] {
        char term[QIAOI_TERM_ROOM];

        for (unsigned field = 0; field < QIAO_FT_FIELD_COUNT; field++) {
            size_t n = qiaoi_fulltext_word_term(static_cast<qiao_fulltext_field>(field), form, length, term);

            frequency = std::max(frequency, fulltext->database.get_termfreq(std::string(term, n)));
        }
        return QIAO_OK;
    });

    return st == QIAO_OK ? frequency : 0;
}

namespace {

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

/* Not Query::MatchAll: that shared object's reference count is not safe between threads. */
Xapian::Query
everything()
{
    return Xapian::Query(std::string());
}

qiao_status
build_query(const Xapian::Database &database, const qiao_fulltext_query &query, Xapian::Query &out, qiao_error *err)
{
    std::vector<Xapian::Query> conditions;

    if (query.word_count > QIAO_FULLTEXT_WORDS_MAX)
        return qiao_fail(err, QIAO_E_QUERY, "the query has %zu words, at most %u are searched", query.word_count,
                         QIAO_FULLTEXT_WORDS_MAX);
    for (size_t i = 0; i < query.filter_count; i++) {
        Xapian::Query filter;

        if (!filter_query(query.filters[i], filter))
            return qiao_fail(err, QIAO_E_QUERY, "a filter is written name:value, this is not: %s", query.filters[i]);
        conditions.push_back(filter);
    }
    for (size_t i = 0; i < query.range_count; i++)
        conditions.push_back(range_query(query.ranges[i].slot, query.ranges[i].low, query.ranges[i].high));
    out = query.word_count == 0 ? everything() : words_query(database, query);
    if (!conditions.empty())
        out = Xapian::Query(Xapian::Query::OP_FILTER, out, Xapian::Query(Xapian::Query::OP_AND, conditions.begin(), conditions.end()));
    return QIAO_OK;
}

Xapian::MSet
run_query(const Xapian::Database &database, const Xapian::Query &query, const qiao_fulltext_query &request)
{
    Xapian::Enquire enquire(database);
    Xapian::doccount wanted = request.offset + request.limit;

    enquire.set_query(query);
    if (request.word_count == 0) {
        enquire.set_weighting_scheme(Xapian::BoolWeight());
        enquire.set_sort_by_value(order_slot, false);
    } else {
        enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 0, 0.6, 0.3));
        enquire.set_sort_by_relevance_then_value(order_slot, false);
    }
    return enquire.get_mset(request.offset, request.limit, std::max(wanted, exact_totals));
}

void
copy_hits(const Xapian::MSet &found, qiao_fulltext_hit *hits, size_t *count_out, uint64_t *total_out, bool *estimated_out)
{
    size_t count = 0;

    for (Xapian::MSetIterator hit = found.begin(); hit != found.end(); ++hit, count++)
        hits[count] = {*hit, hit.get_weight()};
    *count_out = count;
    *total_out = found.get_matches_estimated();
    *estimated_out = found.get_matches_lower_bound() != found.get_matches_upper_bound();
}

} // namespace

extern "C" qiao_status
qiao_fulltext_search(qiao_fulltext *fulltext, const qiao_fulltext_query *query, qiao_fulltext_hit *hits, size_t *count_out,
                     uint64_t *total_out, bool *estimated_out, qiao_error *err)
{
    return guarded(err, fulltext->path.c_str(), [&] {
        Xapian::Query built;
        qiao_status st = build_query(fulltext->database, *query, built, err);

        if (st != QIAO_OK)
            return st;
        for (int attempt = 1;; attempt++) {
            try {
                copy_hits(run_query(fulltext->database, built, *query), hits, count_out, total_out, estimated_out);
                return QIAO_OK;
            } catch (const Xapian::DatabaseModifiedError &) {
                if (attempt == modified_tries)
                    throw;
                fulltext->database.reopen();
            }
        }
    });
}

extern "C" qiao_status
qiao_fulltext_total(qiao_fulltext *fulltext, const qiao_fulltext_query *query, uint64_t *total_out, qiao_error *err)
{
    return guarded(err, fulltext->path.c_str(), [&] {
        Xapian::Enquire enquire(fulltext->database);
        Xapian::Query built;
        qiao_status st = build_query(fulltext->database, *query, built, err);

        if (st != QIAO_OK)
            return st;
        enquire.set_query(built);
        enquire.set_weighting_scheme(Xapian::BoolWeight());
        *total_out = enquire.get_mset(0, 0, fulltext->database.get_doccount()).get_matches_estimated();
        return QIAO_OK;
    });
}

extern "C" qiao_status
qiaoi_fulltext_guard_probe(qiaoi_fulltext_throw what, qiao_error *err)
{
    return guarded(err, "PROBE", [&] {
        if (what != QIAOI_THROW_NOTHING)
            throw_one(what);
        return QIAO_OK;
    });
}
