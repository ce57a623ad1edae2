/*
 * Part of fulltext_xapian.cc, which includes <xapian.h> before it: the pieces of a shard, and their merging.
 *
 * A shard is a folder of databases that hold consecutive documents each. A piece is filled in one go and not touched
 * again, since a commit into a table that is not empty copies most of its blocks. Where there are more pieces than can
 * be open at once, so many become one of the next level, as runs of a merge sort do (Knuth, TAOCP 3, 5.4): every
 * posting is written once a level, of which a catalogue of a million records has two.
 */
#ifndef QIAO_FULLTEXT_PIECES_XAPIAN_H
#define QIAO_FULLTEXT_PIECES_XAPIAN_H

#include "qiao/file.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

constexpr const char *format_key = "qiao.format";
/* Files that the library holds open of a database that it reads. */
constexpr size_t files_of_database = 4;
/* Left to the rest of the program. */
constexpr size_t files_spared = 128;
constexpr size_t merged_at_least = 4, merged_at_most = 256;

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

Xapian::WritableDatabase
create_database(const std::string &path)
{
    Xapian::WritableDatabase database(path,
                                      Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC);

    database.set_metadata(format_key, QIAO_FULLTEXT_FORMAT);
    return database;
}

/* So many databases may be merged into one while others do the same: what the process may open, dealt out. */
size_t
merged_at_once(unsigned writers)
{
    struct rlimit limit = {};
    size_t files = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<size_t>(limit.rlim_cur) : 1024;
    size_t room = files > files_spared ? (files - files_spared) / files_of_database / std::max(writers, 1u) : 0;

    return std::min(std::max(room, merged_at_least), merged_at_most);
}

/* Databases whose docids do not cross, into one. */
void
merge_databases(const std::vector<std::string> &paths, const std::string &path, int flags)
{
    Xapian::Database all;

    for (const std::string &one : paths)
        all.add_database(open_database(one));
    all.compact(path, Xapian::DBCOMPACT_NO_RENUMBER | Xapian::DB_NO_SYNC | flags);
}

qiao_status
remove_folders(const std::vector<std::string> &paths, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < paths.size(); i++)
        st = qiao_file_remove_tree(paths[i].c_str(), err);
    return st;
}

/* A piece that is not listed would be lost without a word, so a list that breaks off is an error. */
std::vector<std::string>
folders_in(const std::string &path)
{
    std::vector<std::string> found;
    std::unique_ptr<DIR, int (*)(DIR *)> folder(opendir(path.c_str()), closedir);

    if (folder == nullptr)
        throw Xapian::DatabaseNotFoundError("no such folder");
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder.get());

        if (entry == nullptr && errno != 0)
            throw Xapian::DatabaseOpeningError("its folder cannot be listed", errno);
        if (entry == nullptr)
            return found;
        if (entry->d_name[0] != '.')
            found.push_back(path + "/" + entry->d_name);
    }
}

/* The complete pieces of one shard. */
class pieces
{
  public:
    pieces(const std::string &folder, unsigned writers)
        : folder_(folder), at_once_(merged_at_once(writers)), named_(0), levels_(1)
    {
    }

    std::string
    next_path()
    {
        return folder_ + "/" + std::to_string(named_++);
    }

    /* One more, which is closed. */
    qiao_status
    add(const std::string &path, qiao_error *err)
    {
        qiao_status st = QIAO_OK;

        levels_[0].push_back(path);
        for (size_t level = 0; st == QIAO_OK && level < levels_.size() && levels_[level].size() >= at_once_; level++)
            st = lift(level, err);
        return st;
    }

  private:
    /* All of a level become one of the next. */
    qiao_status
    lift(size_t level, qiao_error *err)
    {
        std::string path = next_path();
        std::vector<std::string> merged;

        merge_databases(levels_[level], path, Xapian::Compactor::STANDARD);
        merged.swap(levels_[level]);
        if (level + 1 == levels_.size())
            levels_.emplace_back();
        levels_[level + 1].push_back(path);
        return remove_folders(merged, err);
    }

    std::string folder_;
    size_t at_once_;
    size_t named_; /* so far */
    std::vector<std::vector<std::string>> levels_;
};

/* A database and the documents it holds. */
struct range {
    std::string path;
    Xapian::docid first, last;
};

/* Of all the pieces in the shards, in order of documents; empty ones are left out. */
std::vector<range>
ranges_of(const char *const *shards, size_t count)
{
    std::vector<range> ranges;

    for (size_t i = 0; i < count; i++)
        for (const std::string &path : folders_in(shards[i])) {
            Xapian::Database database = open_database(path);

            if (database.get_doccount() > 0)
                ranges.push_back({path, *database.postlist_begin(std::string()), database.get_lastdocid()});
        }
    std::sort(ranges.begin(), ranges.end(), [](const range &a, const range &b) { return a.first < b.first; });
    return ranges;
}

/* Neighbours become one, beside path, until few enough are left to be merged in one go. */
void
merge_neighbours(std::vector<std::string> &paths, const std::string &path, std::vector<std::string> &made)
{
    size_t at_once = merged_at_once(1);

    while (paths.size() > at_once) {
        std::vector<std::string> fewer;

        for (size_t i = 0; i < paths.size(); i += at_once) {
            auto first = paths.begin() + static_cast<std::ptrdiff_t>(i);
            auto end = paths.begin() + static_cast<std::ptrdiff_t>(std::min(i + at_once, paths.size()));

            made.push_back(path + "." + std::to_string(made.size()));
            merge_databases({first, end}, made.back(), Xapian::Compactor::STANDARD);
            fewer.push_back(made.back());
        }
        paths.swap(fewer);
    }
}

} // namespace

#endif
