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
#include "fulltext/query_xapian.h"

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
    Xapian::Database database; /* what is searched: the one on disk, and the other where it holds anything */
    Xapian::Database disk;
    Xapian::WritableDatabase beside;
    std::vector<uint32_t> matches;
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
        *out = new qiao_fulltext{path, database, database, Xapian::WritableDatabase(), {}};
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

/* The library numbers the documents of two databases in turn. */
uint32_t
own_docid(const qiao_fulltext &fulltext, Xapian::docid docid)
{
    if (fulltext.beside.get_doccount() == 0)
        return docid;
    return (docid - 1) / 2 + 1 + ((docid - 1) % 2 == 0 ? 0 : QIAO_FULLTEXT_BESIDE);
}

Xapian::MSet
run_query(const Xapian::Database &database, const Xapian::Query &query, const qiao_fulltext_query &request)
{
    Xapian::Enquire enquire(database);
    Xapian::doccount wanted = request.offset + request.limit;
    order_key key(request.order, request.today);
    bool by_date = request.order == QIAO_FT_ORDER_NEWEST ||
                   (request.order == QIAO_FT_ORDER_RELEVANCE && request.word_count == 0);

    enquire.set_query(query);
    enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 0, 0.6, 0.3));
    if (request.word_count == 0)
        enquire.set_weighting_scheme(Xapian::BoolWeight());
    if (by_date)
        enquire.set_sort_by_value(order_slot, false);
    else if (request.order == QIAO_FT_ORDER_RELEVANCE)
        enquire.set_sort_by_relevance_then_value(order_slot, false);
    else
        enquire.set_sort_by_key(&key, false);
    return enquire.get_mset(request.offset, request.limit, std::max(wanted, exact_totals));
}

void
copy_hits(const qiao_fulltext &fulltext, const Xapian::MSet &found, qiao_fulltext_hit *hits, size_t *count_out, uint64_t *total_out,
          bool *estimated_out)
{
    size_t count = 0;

    for (Xapian::MSetIterator hit = found.begin(); hit != found.end(); ++hit, count++)
        hits[count] = {own_docid(fulltext, *hit), hit.get_weight()};
    *count_out = count;
    *total_out = found.get_matches_estimated();
    *estimated_out = found.get_matches_lower_bound() != found.get_matches_upper_bound();
}

/* Notes every document of one database that matches; the library tells a document's number in its own database. */
class collector : public Xapian::MatchSpy {
  public:
    collector(std::vector<uint32_t> &docids, uint32_t base) : docids_(docids), base_(base)
    {
    }

    void
    operator()(const Xapian::Document &document, double) override
    {
        docids_.push_back(base_ + document.get_docid());
    }

  private:
    std::vector<uint32_t> &docids_;
    uint32_t base_;
};

void
collect(const Xapian::Database &database, const Xapian::Query &query, uint32_t base, std::vector<uint32_t> &docids)
{
    Xapian::Enquire enquire(database);
    collector spy(docids, base);

    enquire.set_query(query);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.add_matchspy(&spy);
    enquire.get_mset(0, 1, database.get_doccount());
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
                copy_hits(*fulltext, run_query(fulltext->database, built, *query), hits, count_out, total_out, estimated_out);
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
qiao_fulltext_matches(qiao_fulltext *fulltext, const qiao_fulltext_query *query, const uint32_t **out, size_t *count_out,
                      qiao_error *err)
{
    fulltext->matches.clear();
    return guarded(err, fulltext->path.c_str(), [&] {
        Xapian::Query built;
        qiao_status st = build_query(fulltext->database, *query, built, err);

        if (st != QIAO_OK)
            return st;
        collect(fulltext->disk, built, 0, fulltext->matches);
        if (fulltext->beside.get_doccount() > 0)
            collect(fulltext->beside, built, QIAO_FULLTEXT_BESIDE, fulltext->matches);
        std::sort(fulltext->matches.begin(), fulltext->matches.end());
        *out = fulltext->matches.data();
        *count_out = fulltext->matches.size();
        return QIAO_OK;
    });
}

/* ---- documents beside ---- */

namespace {

/* A database that holds nothing is left out: searches without it are faster. */
void
join_databases(qiao_fulltext &fulltext)
{
    fulltext.database = Xapian::Database();
    fulltext.database.add_database(fulltext.disk);
    if (fulltext.beside.get_doccount() > 0)
        fulltext.database.add_database(fulltext.beside);
}

} // namespace

extern "C" qiao_status
qiao_fulltext_beside_put(qiao_fulltext *fulltext, const qiao_fulltext_document *document, qiao_error *err)
{
    return guarded(err, fulltext->path.c_str(), [&] {
        Xapian::Document filled;

        if (document->docid == 0 || document->docid >= QIAO_FULLTEXT_BESIDE / 2)
            return qiao_fail(err, QIAO_E_USAGE, "no document beside the full-text index has the number %lu",
                             static_cast<unsigned long>(document->docid));
        fill_document(*document, filled);
        filled.add_boolean_term(beside_term);
        if (fulltext->beside.get_doccount() == 0 && fulltext->beside.get_lastdocid() == 0)
            fulltext->beside = Xapian::WritableDatabase(std::string(), Xapian::DB_BACKEND_INMEMORY);
        fulltext->beside.replace_document(document->docid, filled);
        join_databases(*fulltext);
        return QIAO_OK;
    });
}

extern "C" qiao_status
qiao_fulltext_beside_remove(qiao_fulltext *fulltext, uint32_t docid, qiao_error *err)
{
    return guarded(err, fulltext->path.c_str(), [&] {
        try {
            if (fulltext->beside.get_doccount() > 0)
                fulltext->beside.delete_document(docid);
        } catch (const Xapian::DocNotFoundError &) {
            return QIAO_OK;
        }
        join_databases(*fulltext);
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
