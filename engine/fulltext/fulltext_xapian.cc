/*
 * Full-text index over Xapian: the only C++ file of the engine and the only one that includes <xapian.h>.
 *
 * Every exported function runs its body inside guarded(), which turns whatever is thrown into a qiao_status; nothing
 * passes it. Results are copied out before a call ends. A shard is written without syncs: it is merged into the final
 * database and thrown away, and the whole generation is synced once before it is published. Databases keep their
 * termlist table (4 % of the time of a build): without it nothing could be taken out again, and an update takes out.
 */
#include "qiao/fulltext.h"

#include "fulltext/fulltext_guard.h"
#include "fulltext/terms.h"
#include "qiao/file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <xapian.h>

#include "fulltext/gather_xapian.h"
#include "fulltext/guard_xapian.h"
#include "fulltext/pieces_xapian.h"
#include "fulltext/query_xapian.h"

namespace
{

/* A piece of a shard holds so many postings: measured best of 15 to 120 thousand, what the cache holds of the library's
 * trees. */
constexpr size_t piece_postings = 60000;
/* Below the library's own limit of 10,000, so that ours alone decides. */
constexpr unsigned flush_documents = 8000;
/* Documents looked at before the library may estimate the total. */
constexpr Xapian::doccount exact_totals = 2000;
constexpr int modified_tries = 2;
/* An update holds this many pending postings at most: some 100 MB; the fewer commits the better. */
constexpr size_t update_postings = 1000000;

void
check_format(const Xapian::Database &database)
{
    std::string format = database.get_metadata(format_key);

    if (format.empty())
        throw Xapian::DatabaseCorruptError("its format number is missing");
    if (format != QIAO_FULLTEXT_FORMAT)
        throw Xapian::DatabaseVersionError("format " + format + ", this program reads " QIAO_FULLTEXT_FORMAT);
}

} // namespace

struct qiao_fulltext_writer {
    std::string path;
    Xapian::WritableDatabase database; /* for update the whole, else the piece at hand */
    gathered waiting;
    size_t removed; /* since the last commit */
    uint32_t last;
    bool update;
    pieces complete;
    std::string at_hand; /* the piece that is open; empty where none is */
};

struct qiao_fulltext {
    std::string path;
    Xapian::Database database;
    Xapian::WritableDatabase beside; /* searched by itself, and its hits put among the others: see search_beside */
    std::vector<uint32_t> matches;
};

/* ---- writing ---- */

namespace
{

void
begin_piece(qiao_fulltext_writer &writer)
{
    std::string path = writer.complete.next_path();

    writer.database = create_database(path);
    writer.at_hand = path;
}

qiao_status
end_piece(qiao_fulltext_writer &writer, qiao_error *err)
{
    std::string path;

    writer.database.commit();
    writer.database.close();
    path.swap(writer.at_hand);
    return writer.complete.add(path, err);
}

/* What an earlier shard left there, of which the first piece was locked and emptied. */
qiao_status
remove_others(const qiao_fulltext_writer &writer, qiao_error *err)
{
    std::vector<std::string> there = folders_in(writer.path);

    there.erase(std::remove(there.begin(), there.end(), writer.at_hand), there.end());
    return remove_folders(there, err);
}

} // namespace

extern "C" qiao_status
qiao_fulltext_writer_open(const char *path, unsigned writers, qiao_fulltext_writer **out, qiao_error *err)
{
    *out = nullptr;
    return guarded(err, path, [&] {
        std::unique_ptr<qiao_fulltext_writer> writer(new qiao_fulltext_writer{
            path, Xapian::WritableDatabase(), {}, 0, 0, false, pieces(path, writers), std::string()});
        qiao_status st = qiao_file_make_directories(path, err);

        if (st != QIAO_OK)
            return st;
        begin_piece(*writer);
        st = remove_others(*writer, err);
        if (st == QIAO_OK)
            *out = writer.release();
        return st;
    });
}

extern "C" qiao_status
qiao_fulltext_update_open(const char *path, qiao_fulltext_writer **out, qiao_error *err)
{
    *out = nullptr;
    return guarded(err, path, [&] {
        check_format(open_database(path));
        *out = new qiao_fulltext_writer{
            path,
            Xapian::WritableDatabase(path, Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC),
            {},
            0,
            0,
            true,
            pieces(path, 1),
            std::string()};
        return QIAO_OK;
    });
}

namespace
{

qiao_status
flush(qiao_fulltext_writer &writer, qiao_error *err)
{
    if (!writer.update && writer.at_hand.empty())
        begin_piece(writer);
    writer.waiting.write(writer.database);
    writer.removed = 0;
    if (!writer.update)
        return end_piece(writer, err);
    writer.database.commit();
    return QIAO_OK;
}

} // namespace

extern "C" qiao_status
qiao_fulltext_add(qiao_fulltext_writer *writer, const qiao_fulltext_document *document, qiao_error *err)
{
    return guarded(err, writer->path.c_str(), [&] {
        if (!writer->update && document->docid <= writer->last)
            return qiao_fail(err, QIAO_E_USAGE, "document %lu came after %lu into the full-text index %s",
                             static_cast<unsigned long>(document->docid), static_cast<unsigned long>(writer->last),
                             writer->path.c_str());
        writer->waiting.add(*document);
        writer->last = document->docid;
        if (writer->waiting.postings() >= (writer->update ? update_postings : piece_postings) ||
            writer->waiting.documents() >= flush_documents)
            return flush(*writer, err);
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
        return ++writer->removed >= flush_documents ? flush(*writer, err) : QIAO_OK;
    });
}

extern "C" qiao_status
qiao_fulltext_writer_close(qiao_fulltext_writer *writer, qiao_error *err)
{
    qiao_status st;

    if (writer == nullptr)
        return QIAO_OK;
    st = guarded(err, writer->path.c_str(), [&] {
        qiao_status flushed = writer->update || writer->waiting.documents() > 0 ? flush(*writer, err) : QIAO_OK;

        writer->database.close();
        return flushed;
    });
    qiao_fulltext_writer_abandon(writer);
    return st;
}

extern "C" void
qiao_fulltext_writer_abandon(qiao_fulltext_writer *writer)
{
    delete writer; /* the library's destructor keeps its errors to itself */
}

extern "C" qiao_status
qiao_fulltext_compact(const char *const *shards, size_t count, const char *path, qiao_error *err)
{
    return guarded(err, path, [&] {
        std::vector<range> sources = ranges_of(shards, count);
        std::vector<std::string> paths, made;

        if (sources.empty()) {
            create_database(path).close();
            return QIAO_OK;
        }
        for (size_t i = 0; i < sources.size(); i++) {
            if (i > 0 && sources[i].first <= sources[i - 1].last)
                return qiao_fail(err, QIAO_E_USAGE, "shards of the full-text index %s cross at document %lu", path,
                                 static_cast<unsigned long>(sources[i].first));
            paths.push_back(sources[i].path);
        }
        merge_neighbours(paths, path, made);
        merge_databases(paths, path, Xapian::Compactor::FULL);
        return remove_folders(made, err);
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
        *out = new qiao_fulltext{path, database, Xapian::WritableDatabase(), {}};
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
            return qiao_fail(err, QIAO_E_CORRUPT, "the full-text index %s is damaged: %zu faults in its tables", path,
                             bad);
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

            uint32_t beside =
                fulltext->beside.get_doccount() > 0 ? fulltext->beside.get_termfreq(std::string(term, n)) : 0;

            frequency = std::max(frequency, fulltext->database.get_termfreq(std::string(term, n)) + beside);
        }
        return QIAO_OK;
    });

    return st == QIAO_OK ? frequency : 0;
}

namespace
{

bool
is_by_date(const qiao_fulltext_query &request)
{
    return request.order == QIAO_FT_ORDER_NEWEST ||
           (request.order == QIAO_FT_ORDER_RELEVANCE && request.word_count == 0);
}

Xapian::MSet
run_query(const Xapian::Database &database, const Xapian::Query &query, const qiao_fulltext_query &request,
          uint32_t offset, uint32_t limit)
{
    Xapian::Enquire enquire(database);
    order_key key(request.order, request.today);

    enquire.set_query(query);
    enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 0, 0.6, 0.3));
    if (request.word_count == 0)
        enquire.set_weighting_scheme(Xapian::BoolWeight());
    if (is_by_date(request))
        enquire.set_sort_by_value(order_slot, false);
    else if (request.order == QIAO_FT_ORDER_RELEVANCE)
        enquire.set_sort_by_relevance_then_value(order_slot, false);
    else
        enquire.set_sort_by_key(&key, false);
    return enquire.get_mset(offset, limit, std::max(offset + limit, exact_totals));
}

/* What a search found so far. */
struct findings {
    std::vector<qiao_fulltext_hit> hits;
    uint64_t total;
    bool estimated;
};

void
add_findings(const Xapian::MSet &found, uint32_t base, findings &to)
{
    for (Xapian::MSetIterator hit = found.begin(); hit != found.end(); ++hit)
        to.hits.push_back({base + *hit, hit.get_weight()});
    to.total += found.get_matches_estimated();
    to.estimated = to.estimated || found.get_matches_lower_bound() != found.get_matches_upper_bound();
}

/* Does a stand before b? By what both were ordered by. */
bool
stands_before(const qiao_fulltext_query &request, const Xapian::MSetIterator &a, const Xapian::MSetIterator &b)
{
    order_key key(request.order, request.today);

    if (!is_by_date(request) && request.order != QIAO_FT_ORDER_RELEVANCE)
        return key(a.get_document()) < key(b.get_document());
    if (!is_by_date(request) && (a.get_weight() < b.get_weight() || a.get_weight() > b.get_weight()))
        return a.get_weight() > b.get_weight();
    return a.get_document().get_value(order_slot) < b.get_document().get_value(order_slot);
}

/*
 * Both databases are searched by themselves and their hits merged. The library could search them as one, but where one
 * lacks a word that stands in an AND, release 1.4.22 goes on with a list that it has freed.
 */
void
search_beside(const qiao_fulltext &fulltext, const Xapian::Query &disk, const Xapian::Query &beside,
              const qiao_fulltext_query &request, findings &to)
{
    uint32_t wanted = request.offset + request.limit, place = 0;
    Xapian::MSet first = run_query(fulltext.database, disk, request, 0, wanted),
                 second = run_query(fulltext.beside, beside, request, 0, wanted);
    Xapian::MSetIterator a = first.begin(), b = second.begin();

    add_findings(first, 0, to);
    add_findings(second, 0, to);
    to.hits.clear();
    for (; place < wanted && (a != first.end() || b != second.end()); place++) {
        bool from_disk = b == second.end() || (a != first.end() && stands_before(request, a, b));
        qiao_fulltext_hit hit = from_disk ? qiao_fulltext_hit{*a, a.get_weight()}
                                          : qiao_fulltext_hit{QIAO_FULLTEXT_BESIDE + *b, b.get_weight()};

        if (place >= request.offset)
            to.hits.push_back(hit);
        if (from_disk)
            ++a;
        else
            ++b;
    }
}

/* Notes every document of one database that matches; the library tells a document's number in its own database. */
class collector : public Xapian::MatchSpy
{
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

namespace
{

struct queries {
    Xapian::Query disk, beside;
};

bool
has_beside(const qiao_fulltext &fulltext)
{
    return fulltext.beside.get_doccount() > 0;
}

qiao_status
build_queries(const qiao_fulltext &fulltext, const qiao_fulltext_query &query, queries &out, qiao_error *err)
{
    qiao_status st = build_query(fulltext.database, fulltext.database, query, out.disk, err);

    if (st == QIAO_OK && has_beside(fulltext))
        st = build_query(fulltext.beside, fulltext.database, query, out.beside, err);
    return st;
}

uint64_t
count_matches(const Xapian::Database &database, const Xapian::Query &query)
{
    Xapian::Enquire enquire(database);

    enquire.set_query(query);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    return enquire.get_mset(0, 0, database.get_doccount()).get_matches_estimated();
}

findings
find(const qiao_fulltext &fulltext, const queries &built, const qiao_fulltext_query &query)
{
    findings found = {{}, 0, false};

    if (has_beside(fulltext))
        search_beside(fulltext, built.disk, built.beside, query, found);
    else
        add_findings(run_query(fulltext.database, built.disk, query, query.offset, query.limit), 0, found);
    return found;
}

} // namespace

extern "C" qiao_status
qiao_fulltext_search(qiao_fulltext *fulltext, const qiao_fulltext_query *query, qiao_fulltext_hit *hits,
                     size_t *count_out, uint64_t *total_out, bool *estimated_out, qiao_error *err)
{
    return guarded(err, fulltext->path.c_str(), [&] {
        queries built;
        qiao_status st = build_queries(*fulltext, *query, built, err);

        if (st != QIAO_OK)
            return st;
        for (int attempt = 1;; attempt++) {
            try {
                findings found = find(*fulltext, built, *query);

                std::copy(found.hits.begin(), found.hits.end(), hits);
                *count_out = found.hits.size();
                *total_out = found.total;
                *estimated_out = found.estimated;
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
        queries built;
        qiao_status st = build_queries(*fulltext, *query, built, err);

        if (st != QIAO_OK)
            return st;
        *total_out = count_matches(fulltext->database, built.disk);
        if (has_beside(*fulltext))
            *total_out += count_matches(fulltext->beside, built.beside);
        return QIAO_OK;
    });
}

extern "C" qiao_status
qiao_fulltext_matches(qiao_fulltext *fulltext, const qiao_fulltext_query *query, const uint32_t **out,
                      size_t *count_out, qiao_error *err)
{
    fulltext->matches.clear();
    return guarded(err, fulltext->path.c_str(), [&] {
        queries built;
        qiao_status st = build_queries(*fulltext, *query, built, err);

        if (st != QIAO_OK)
            return st;
        collect(fulltext->database, built.disk, 0, fulltext->matches);
        if (has_beside(*fulltext))
            collect(fulltext->beside, built.beside, QIAO_FULLTEXT_BESIDE, fulltext->matches);
        std::sort(fulltext->matches.begin(), fulltext->matches.end());
        *out = fulltext->matches.data();
        *count_out = fulltext->matches.size();
        return QIAO_OK;
    });
}

/* ---- documents beside ---- */

extern "C" qiao_status
qiao_fulltext_beside_put(qiao_fulltext *fulltext, const qiao_fulltext_document *document, qiao_error *err)
{
    return guarded(err, fulltext->path.c_str(), [&] {
        gathered one;

        if (document->docid == 0 || document->docid >= QIAO_FULLTEXT_BESIDE / 2)
            return qiao_fail(err, QIAO_E_USAGE, "no document beside the full-text index has the number %lu",
                             static_cast<unsigned long>(document->docid));
        one.add(*document);
        if (fulltext->beside.get_doccount() == 0 && fulltext->beside.get_lastdocid() == 0)
            fulltext->beside = Xapian::WritableDatabase(std::string(), Xapian::DB_BACKEND_INMEMORY);
        one.write(fulltext->beside);
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
