/*
 * The vocabulary object: opening a folder of data files, cross-checking them, look-ups. Relies on vocabulary_file.c for
 * the format and on index.c for the tables; used by the record layer for every code it sees, so look-ups are one hash
 * probe.
 */
#include "vocab/vocabulary_internal.h"

#include "qiao/file.h"
#include "qiao/share.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define FILES_MAX 256
#define PATH_SIZE 4096
#define NAME_SIZE 256 /* of a folded name */

typedef struct file_names {
    char *items[FILES_MAX];
    size_t count;
} file_names;

static int
compare_names(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;

    return strcmp(*left, *right);
}

static bool
is_table(const char *name)
{
    size_t n = strlen(name);

    return n > 4 && name[0] != '.' && strcmp(name + n - 4, ".tsv") == 0;
}

static void
free_names(file_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        qiao_free(names->items[i]);
    names->count = 0;
}

/* In order of name, so that the hash does not depend on the file system. */
static qiao_status
list_files(const char *folder, file_names *names, qiao_error *err)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    qiao_status status = QIAO_OK;

    if (dir == NULL)
        return qiao_fail_errno(err, errno, "cannot open the vocabulary folder %s", folder);
    while (status == QIAO_OK && (entry = readdir(dir)) != NULL) {
        if (!is_table(entry->d_name))
            continue;
        if (names->count == FILES_MAX)
            status = qiao_fail(err, QIAO_E_LIMIT, "vocabulary folder %s holds more than %d files", folder, FILES_MAX);
        else if ((names->items[names->count] = qiao_strdup(entry->d_name)) == NULL)
            status = qiao_fail_memory(err);
        else
            names->count++;
    }
    closedir(dir);
    if (status == QIAO_OK && names->count == 0)
        status = qiao_fail(err, QIAO_E_NOTFOUND, "no vocabulary files (*.tsv) in %s", folder);
    qsort(names->items, names->count, sizeof names->items[0], compare_names);
    return status;
}

static qiao_status
read_one(qiao_vocabulary *vocabulary, const char *folder, const char *name, qiao_error *err)
{
    qiao_buffer bytes = {0};
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    qiao_status status;

    if (n < 0 || n >= PATH_SIZE)
        return qiao_fail(err, QIAO_E_LIMIT, "the path of vocabulary file %s is too long", name);
    status = qiao_file_read(path, FILE_BYTES_MAX, &bytes, err);
    if (status == QIAO_OK) {
        vocabulary->hash = qiao_hash64(name, strlen(name), vocabulary->hash);
        vocabulary->hash = qiao_hash64(bytes.data, bytes.length, vocabulary->hash);
        status =
            bytes.length == 0 ? QIAO_OK : qiaoi_vocabulary_read_file(vocabulary, name, bytes.data, bytes.length, err);
    }
    qiao_buffer_done(&bytes);
    return status;
}

static qiao_status
read_folder(qiao_vocabulary *vocabulary, const char *folder, qiao_error *err)
{
    file_names names = {.count = 0};
    qiao_status status = list_files(folder, &names, err);

    for (size_t i = 0; status == QIAO_OK && i < names.count; i++)
        status = read_one(vocabulary, folder, names.items[i], err);
    free_names(&names);
    if (status == QIAO_OK)
        status = qiaoi_vocabulary_finish(vocabulary, err);
    return status;
}

qiao_status
qiao_vocabulary_open(const char *folder, qiao_vocabulary **out, qiao_error *err)
{
    char shared[PATH_SIZE];
    qiao_vocabulary *vocabulary;
    qiao_status status = QIAO_OK;

    *out = NULL;
    if (folder == NULL)
        status = qiao_share_path("vocab", shared, err);
    if (status != QIAO_OK)
        return status;
    vocabulary = qiao_calloc(1, sizeof *vocabulary);
    if (vocabulary == NULL)
        return qiao_fail_memory(err);
    vocabulary->arena = qiao_arena_new((size_t)64 << 10);
    if (vocabulary->arena == NULL)
        status = qiao_fail_memory(err);
    if (status == QIAO_OK)
        status = read_folder(vocabulary, folder != NULL ? folder : shared, err);
    if (status != QIAO_OK) {
        qiao_vocabulary_close(vocabulary);
        return status;
    }
    *out = vocabulary;
    return QIAO_OK;
}

void
qiao_vocabulary_close(qiao_vocabulary *vocabulary)
{
    if (vocabulary == NULL)
        return;
    qiaoi_index_done(&vocabulary->by_code);
    qiaoi_index_done(&vocabulary->by_name);
    qiao_free(vocabulary->codes);
    qiao_free(vocabulary->code_aliases);
    qiao_free(vocabulary->ordered);
    qiao_free(vocabulary->lists);
    qiao_free(vocabulary->relations);
    qiao_free(vocabulary->relations_by[QIAOI_RELATION_FROM]);
    qiao_free(vocabulary->relations_by[QIAOI_RELATION_TO]);
    qiao_free(vocabulary->relation_kinds);
    qiao_free(vocabulary->crosswalks);
    qiao_arena_free(vocabulary->arena);
    qiao_free(vocabulary);
}

const char *
qiao_vocabulary_version(const qiao_vocabulary *vocabulary)
{
    return vocabulary->version;
}

const qiao_code *
qiao_vocabulary_find(const qiao_vocabulary *vocabulary, const char *list, const char *code)
{
    size_t at;

    return qiaoi_index_get(&vocabulary->by_code, list, code, &at) ? &vocabulary->codes[at] : NULL;
}

const qiao_code *
qiao_vocabulary_resolve(const qiao_vocabulary *vocabulary, const char *list, const char *name)
{
    const qiao_code *exact = qiao_vocabulary_find(vocabulary, list, name);
    char folded[NAME_SIZE];
    size_t at;

    if (exact != NULL)
        return exact;
    if (!qiaoi_name_fold(name, strlen(name), folded, sizeof folded))
        return NULL;
    return qiaoi_index_get(&vocabulary->by_name, list, folded, &at) ? &vocabulary->codes[at] : NULL;
}

const qiao_code *const *
qiao_vocabulary_list(const qiao_vocabulary *vocabulary, const char *list, size_t *count_out)
{
    *count_out = 0;
    for (size_t i = 0; i < vocabulary->list_count; i++) {
        if (strcmp(vocabulary->lists[i].name, list) == 0) {
            *count_out = vocabulary->lists[i].count;
            return vocabulary->ordered + vocabulary->lists[i].first;
        }
    }
    return NULL;
}

/* Does prefix begin code, without cutting a number in two? After the slash of a patent class digits subdivide, so there
 * they may be cut. */
static bool
begins(const char *code, const char *prefix)
{
    size_t n = strlen(prefix);

    if (n == 0 || strncmp(code, prefix, n) != 0)
        return false;
    return strchr(prefix, '/') != NULL ||
           !(prefix[n - 1] >= '0' && prefix[n - 1] <= '9' && code[n] >= '0' && code[n] <= '9');
}

static const qiaoi_crosswalk *
longest_prefix(const qiao_vocabulary *vocabulary, const char *scheme, const char *code)
{
    const qiaoi_crosswalk *best = NULL;
    size_t best_length = 0;

    for (size_t i = 0; i < vocabulary->crosswalk_count; i++) {
        const qiaoi_crosswalk *row = &vocabulary->crosswalks[i];
        size_t n = strlen(row->prefix);

        if (n > best_length && strcmp(row->scheme, scheme) == 0 && begins(code, row->prefix)) {
            best = row;
            best_length = n;
        }
    }
    return best;
}

size_t
qiao_vocabulary_crosswalk(const qiao_vocabulary *vocabulary, const char *scheme, const char *code, const char **fields,
                          size_t capacity)
{
    const qiaoi_crosswalk *row = longest_prefix(vocabulary, scheme, code);
    const char *at = row == NULL ? "" : row->fields;
    size_t n = 0;

    while (*at != '\0' && n < capacity) {
        size_t length = strcspn(at, "|");
        char name[64];

        snprintf(name, sizeof name, "%.*s", (int)length, at);
        fields[n++] = qiao_vocabulary_find(vocabulary, "field", name)->code; /* checked when the files were read */
        at += length + (at[length] == '|' ? 1 : 0);
    }
    return n;
}
