/*
 * Part of fulltext_xapian.cc, which includes <xapian.h> before it: the guard around every call of the library, and the one place where what it
 * throws becomes a status.
 */
#ifndef QIAO_FULLTEXT_GUARD_XAPIAN_H
#define QIAO_FULLTEXT_GUARD_XAPIAN_H

#include "fulltext/fulltext_guard.h"

#include <cerrno>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#if defined(__SANITIZE_ADDRESS__)
/* The library's own check of a database (1.4.22) frees an object by another size than it had; nothing of ours, and nothing to be done here. */
extern "C" __attribute__((weak, visibility("default"))) const char *
__asan_default_options(void)
{
    return "new_delete_type_mismatch=0";
}
#endif

namespace {

/* The errno behind a library error, which only tells its text. 0 where there is none. */
int
errno_of(const Xapian::Error &error)
{
    static const int known[] = {ENOSPC, EDQUOT, EFBIG,  EIO,   ENOENT, ENOTDIR, EACCES,
                                EPERM,  EROFS,  EMFILE, ENFILE, ENOMEM, EINTR};
    const char *text = error.get_error_string();

    if (text == nullptr)
        return 0;
    for (int candidate : known)
        if (std::generic_category().message(candidate) == text)
            return candidate;
    return EIO;
}

/* Without an errno it is what was read that made no sense: a table that ends early, for one. */
qiao_status
fail_database(qiao_error *err, const char *path, const Xapian::Error &error)
{
    int system_errno = errno_of(error);

    if (system_errno != 0 && system_errno != ENOENT)
        return qiao_fail_errno(err, system_errno, "cannot use the full-text index %s", path);
    return qiao_fail(err, QIAO_E_CORRUPT, "the full-text index %s is damaged: %s", path, error.get_msg().c_str());
}

/* What was thrown, as status and message: from the specific to the general. Called inside a catch block. */
qiao_status
translate(qiao_error *err, const char *path) noexcept
{
    try {
        throw;
    } catch (const Xapian::DatabaseModifiedError &) {
        return qiao_fail(err, QIAO_E_STALE, "the full-text index %s changed while it was read", path);
    } catch (const Xapian::DatabaseLockError &) {
        return qiao_fail(err, QIAO_E_LOCKED, "another process writes the full-text index %s", path);
    } catch (const Xapian::DatabaseVersionError &error) {
        return qiao_fail(err, QIAO_E_VERSION, "the full-text index %s has another format: %s", path, error.get_msg().c_str());
    } catch (const Xapian::DatabaseNotFoundError &) {
        return qiao_fail(err, QIAO_E_NOTFOUND, "there is no full-text index at %s", path);
    } catch (const Xapian::DatabaseError &error) {
        return fail_database(err, path, error);
    } catch (const Xapian::SerialisationError &error) {
        return fail_database(err, path, error);
    } catch (const Xapian::RangeError &error) {
        return fail_database(err, path, error);
    } catch (const Xapian::QueryParserError &error) {
        return qiao_fail(err, QIAO_E_QUERY, "the query cannot be searched: %s", error.get_msg().c_str());
    } catch (const Xapian::InvalidArgumentError &error) {
        return qiao_fail(err, QIAO_E_USAGE, "the full-text library refused a value: %s", error.get_msg().c_str());
    } catch (const Xapian::FeatureUnavailableError &error) {
        return qiao_fail(err, QIAO_E_VERSION, "the full-text library lacks a feature: %s", error.get_msg().c_str());
    } catch (const Xapian::Error &error) {
        return qiao_fail(err, QIAO_E_INTERNAL, "the full-text library failed at %s: %s (%s)", path, error.get_msg().c_str(),
                         error.get_type());
    } catch (const std::bad_alloc &) {
        return qiao_fail_memory(err);
    } catch (const std::exception &error) {
        return qiao_fail(err, QIAO_E_INTERNAL, "the full-text library failed at %s: %s (%s)", path, error.what(), "exception");
    } catch (...) {
        return qiao_fail(err, QIAO_E_INTERNAL, "the full-text library failed at %s: %s (%s)", path, "unknown", "exception");
    }
}

template <typename Function>
qiao_status
guarded(qiao_error *err, const char *path, Function function) noexcept
{
    try {
        return function();
    } catch (...) {
        return translate(err, path);
    }
}

/* For tests: one of each kind. */
[[noreturn]] void
throw_one(qiaoi_fulltext_throw what)
{
    switch (what) {
    case QIAOI_THROW_MODIFIED:
        throw Xapian::DatabaseModifiedError("test");
    case QIAOI_THROW_LOCK:
        throw Xapian::DatabaseLockError("test");
    case QIAOI_THROW_NOT_FOUND:
        throw Xapian::DatabaseNotFoundError("test");
    case QIAOI_THROW_OPENING:
        throw Xapian::DatabaseOpeningError("test");
    case QIAOI_THROW_VERSION:
        throw Xapian::DatabaseVersionError("test");
    case QIAOI_THROW_CORRUPT:
        throw Xapian::DatabaseCorruptError("test");
    case QIAOI_THROW_SERIALISATION:
        throw Xapian::SerialisationError("test");
    case QIAOI_THROW_DISK_FULL:
        throw Xapian::DatabaseError("test", ENOSPC);
    case QIAOI_THROW_DEVICE:
        throw Xapian::DatabaseError("test", EIO);
    case QIAOI_THROW_OUT_OF_MEMORY_ERRNO:
        throw Xapian::DatabaseOpeningError("test", ENOMEM);
    case QIAOI_THROW_QUERY:
        throw Xapian::QueryParserError("test");
    case QIAOI_THROW_ARGUMENT:
        throw Xapian::InvalidArgumentError("test");
    case QIAOI_THROW_OPERATION:
        throw Xapian::InvalidOperationError("test");
    case QIAOI_THROW_FEATURE:
        throw Xapian::FeatureUnavailableError("test");
    case QIAOI_THROW_OTHER_LIBRARY:
        throw Xapian::AssertionError("test");
    case QIAOI_THROW_BAD_ALLOC:
        throw std::bad_alloc();
    case QIAOI_THROW_STANDARD:
        throw std::length_error("test");
    case QIAOI_THROW_NOTHING:
    case QIAOI_THROW_ANYTHING:
    case QIAOI_THROW_COUNT:
        break;
    }
    throw 42;
}

} // namespace

#endif
