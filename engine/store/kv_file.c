/*
 * Structure check of an LMDB data file (format 1, 64 bit) by plain reads: LMDB trusts its pages, and a page beyond the
 * end of a shortened file kills the process with SIGBUS as soon as it is touched. Nothing here maps the file.
 *
 * Layout, little words first on the machines we run on, all numbers in native order:
 *   page    u64 number, u16 pad, u16 flags, then u16 lower, u16 upper (trees) or u32 pages (overflow run)
 *   tree    u16 offsets of nodes from byte 16 up to lower; nodes from upper to the end
 *   node    u16 low, u16 high, u16 flags, u16 key size, key, data. Branch: low, high, flags are the child's number.
 *           Leaf: low, high are the size of the data; flags 1 = the data is in an overflow run, 2 = the data is a tree
 * of its own header  pages 0 and 1: u32 magic, u32 version, u64 address, u64 map size, free tree, main tree (48 bytes
 * each), u64 last page, u64 txn tree record (48 bytes)  u32 page size (free tree of a header only), u16 flags, u16
 * depth, u64 branch, leaf, overflow, entries, root
 */
#include "store/kv_file.h"

#include "qiao/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0xBEEFC0DEu
#define DATA_VERSION 1u
#define PAGE_HEADER 16u
#define NODE_HEADER 8u
#define TREE_RECORD 48u
#define META_SIZE 136u
#define DEEPEST 32
#define NO_PAGE UINT64_MAX

enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8 };
enum { NODE_BIG = 1, NODE_TREE = 2 };

typedef struct checker {
    const char *path;
    int fd;
    qiaoi_kv_header header;
    unsigned char *seen;  /* one bit a page: a page belongs to one place only */
    unsigned char *pages; /* DEEPEST + 1 page buffers, one a level */
    qiao_error *err;
} checker;

static uint16_t
u16_at(const unsigned char *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t
u32_at(const unsigned char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t
u64_at(const unsigned char *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static qiao_status
read_at(int fd, const char *path, uint64_t offset, void *out, size_t length, size_t *read_out, qiao_error *err)
{
    size_t done = 0;

    while (done < length) {
        ssize_t n = pread(fd, (char *)out + done, length - done, (off_t)(offset + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return qiao_fail_errno(err, errno, "cannot read %s", path);
        if (n == 0)
            break;
        done += (size_t)n;
    }
    *read_out = done;
    return QIAO_OK;
}

static bool
header_decode(const unsigned char *page, uint64_t file_size, qiaoi_kv_header *out)
{
    const unsigned char *meta = page + PAGE_HEADER;
    uint32_t size = u32_at(meta + 24);

    if ((u16_at(page + 10) & PAGE_META) == 0 || u32_at(meta) != MAGIC)
        return false;
    if (size < 512 || size > 65536 || (size & (size - 1)) != 0)
        return false;
    *out = (qiaoi_kv_header){.page_size = size, .file_size = file_size};
    out->free_root = u64_at(meta + 24 + 40);
    out->main_root = u64_at(meta + 72 + 40);
    out->last_page = u64_at(meta + 120);
    out->transaction = u64_at(meta + 128);
    return out->last_page >= 1 && out->last_page < UINT64_MAX / 65536;
}

static qiao_status
header_from(int fd, const char *path, qiaoi_kv_header *out, qiao_error *err)
{
    unsigned char page[PAGE_HEADER + META_SIZE];
    qiaoi_kv_header first, second;
    bool first_good, second_good;
    struct stat facts;
    size_t got = 0;
    qiao_status status;

    if (fstat(fd, &facts) != 0)
        return qiao_fail_errno(err, errno, "cannot read the size of %s", path);
    status = read_at(fd, path, 0, page, sizeof page, &got, err);
    if (status != QIAO_OK)
        return status;
    first_good = got == sizeof page && header_decode(page, (uint64_t)facts.st_size, &first);
    if (!first_good)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is no store or its header is damaged", path);
    if (u32_at(page + PAGE_HEADER + 4) != DATA_VERSION)
        return qiao_fail(err, QIAO_E_VERSION, "%s was written by another version of LMDB", path);
    status = read_at(fd, path, first.page_size, page, sizeof page, &got, err);
    if (status != QIAO_OK)
        return status;
    second_good = got == sizeof page && header_decode(page, (uint64_t)facts.st_size, &second);
    if (!second_good || second.page_size != first.page_size)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is no store or its header is damaged", path);
    *out = second.transaction > first.transaction ? second : first;
    return QIAO_OK;
}

qiao_status
qiaoi_kv_header_read(const char *path, qiaoi_kv_header *out, qiao_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    qiao_status status;

    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    status = header_from(fd, path, out, err);
    close(fd);
    return status;
}

/* One whole sentence each, so that each has its Chinese form. */
#define DAMAGED(c, page, what)                                                                                         \
    qiao_fail((c)->err, QIAO_E_CORRUPT, "%s is damaged: page %llu " what, (c)->path, (unsigned long long)(page))

static qiao_status
claim(checker *c, uint64_t page)
{
    unsigned char bit = (unsigned char)(1u << (page % 8));

    if (page < 2 || page > c->header.last_page)
        return DAMAGED(c, page, "does not exist");
    if ((page + 1) * c->header.page_size > c->header.file_size)
        return DAMAGED(c, page, "is beyond the end of the file");
    if ((c->seen[page / 8] & bit) != 0)
        return DAMAGED(c, page, "is used twice");
    c->seen[page / 8] |= bit;
    return QIAO_OK;
}

static qiao_status
load_page(checker *c, uint64_t page, void *out, size_t length)
{
    size_t got = 0;
    qiao_status status = claim(c, page);

    if (status == QIAO_OK)
        status = read_at(c->fd, c->path, page * c->header.page_size, out, length, &got, c->err);
    if (status != QIAO_OK)
        return status;
    if (got != length || u64_at(out) != page)
        return DAMAGED(c, page, "holds something else");
    return QIAO_OK;
}

static qiao_status
check_overflow(checker *c, uint64_t page, uint64_t size)
{
    unsigned char head[PAGE_HEADER];
    uint64_t needed = (PAGE_HEADER + size + c->header.page_size - 1) / c->header.page_size;
    qiao_status status = load_page(c, page, head, sizeof head);

    if (status != QIAO_OK)
        return status;
    if ((u16_at(head + 10) & PAGE_OVERFLOW) == 0 || u32_at(head + 12) != needed)
        return DAMAGED(c, page, "is no value of that size");
    for (uint64_t i = 1; status == QIAO_OK && i < needed; i++)
        status = claim(c, page + i);
    return status;
}

static qiao_status check_tree(checker *c, uint64_t root, int level, uint64_t *entries_out);

/* The data of a leaf node: inside the page, in an overflow run, or a tree of its own (a named database). */
static qiao_status
check_leaf_node(checker *c, uint64_t page, const unsigned char *node, size_t room, int level)
{
    uint64_t size = (uint64_t)u16_at(node) | (uint64_t)u16_at(node + 2) << 16;
    uint16_t flags = u16_at(node + 4);
    size_t key_size = u16_at(node + 6);
    const unsigned char *data = node + NODE_HEADER + key_size;
    size_t left, inside = (flags & NODE_BIG) != 0 ? sizeof(uint64_t) : (size_t)size;
    uint64_t entries = 0;
    qiao_status status;

    if (NODE_HEADER + key_size > room)
        return DAMAGED(c, page, "has a key that runs over");
    left = room - NODE_HEADER - key_size;
    if (inside > left)
        return DAMAGED(c, page, "has a value that runs over");
    if ((flags & NODE_BIG) != 0)
        return check_overflow(c, u64_at(data), size);
    if ((flags & NODE_TREE) == 0)
        return QIAO_OK;
    if (size != TREE_RECORD)
        return DAMAGED(c, page, "has a broken table entry");
    status = check_tree(c, u64_at(data + 40), level + 1, &entries);
    if (status == QIAO_OK && entries != u64_at(data + 32))
        return DAMAGED(c, page, "counts its entries wrongly");
    return status;
}

static qiao_status
check_node(checker *c, uint64_t page, const unsigned char *bytes, size_t index, int level, uint64_t *entries)
{
    size_t offset = u16_at(bytes + PAGE_HEADER + 2 * index);
    const unsigned char *node = bytes + offset;
    uint64_t child;

    if (offset < u16_at(bytes + 14) || offset + NODE_HEADER > c->header.page_size)
        return DAMAGED(c, page, "has an entry outside of itself");
    if ((u16_at(bytes + 10) & PAGE_LEAF) != 0) {
        *entries += 1;
        return check_leaf_node(c, page, node, c->header.page_size - offset, level);
    }
    if (NODE_HEADER + (size_t)u16_at(node + 6) > c->header.page_size - offset)
        return DAMAGED(c, page, "has a key that runs over");
    child = (uint64_t)u16_at(node) | (uint64_t)u16_at(node + 2) << 16 | (uint64_t)u16_at(node + 4) << 32;
    return check_tree(c, child, level + 1, entries);
}

/* root may be any page of a tree; entries are added up. */
static qiao_status
check_tree(checker *c, uint64_t root, int level, uint64_t *entries_out)
{
    unsigned char *bytes = c->pages + (size_t)(level < DEEPEST ? level : 0) * c->header.page_size;
    size_t lower, upper;
    unsigned kind;
    qiao_status status;

    if (root == NO_PAGE)
        return QIAO_OK;
    if (level >= DEEPEST)
        return DAMAGED(c, root, "is nested too deep");
    status = load_page(c, root, bytes, c->header.page_size);
    if (status != QIAO_OK)
        return status;
    kind = u16_at(bytes + 10) & (PAGE_BRANCH | PAGE_LEAF | PAGE_OVERFLOW | PAGE_META);
    lower = u16_at(bytes + 12);
    upper = u16_at(bytes + 14);
    if ((kind != PAGE_BRANCH && kind != PAGE_LEAF) || lower < PAGE_HEADER || lower > upper ||
        upper > c->header.page_size)
        return DAMAGED(c, root, "has a broken head");
    for (size_t i = 0; status == QIAO_OK && i < (lower - PAGE_HEADER) / 2; i++)
        status = check_node(c, root, bytes, i, level, entries_out);
    return status;
}

static qiao_status
check_all(checker *c)
{
    uint64_t entries = 0;
    qiao_status status;

    c->seen = qiao_calloc((size_t)(c->header.last_page / 8 + 1), 1);
    c->pages = qiao_realloc_array(NULL, DEEPEST, c->header.page_size);
    if (c->seen == NULL || c->pages == NULL)
        return qiao_fail_memory(c->err);
    status = check_tree(c, c->header.free_root, 0, &entries);
    if (status == QIAO_OK)
        status = check_tree(c, c->header.main_root, 0, &entries);
    return status;
}

qiao_status
qiaoi_kv_pages_check(const char *path, qiao_error *err)
{
    checker c = {.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC), .err = err};
    qiao_status status;

    if (c.fd < 0)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    status = header_from(c.fd, path, &c.header, err);
    if (status == QIAO_OK)
        status = check_all(&c);
    qiao_free(c.seen);
    qiao_free(c.pages);
    close(c.fd);
    return status;
}
