/*
 * Which generations there are, which one is served, whether they are whole. CURRENT is one line with a generation's
 * name and is only ever replaced by rename; a generation that is removed is renamed first, so that no half of one is
 * ever listed.
 */
#include "qiao/catalog.h"

#include "qiao/file.h"
#include "store/catalog_folder.h"
#include "store/manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CURRENT_MAX 64
#define MANIFEST_MAX ((size_t)1 << 20)

qiao_status
qiao_catalog_path(const char *data_dir, uint64_t generation, char *path_out, qiao_error *err)
{
    char name[QIAO_GENERATION_NAME_SIZE];

    if (generation == 0 || generation > QIAOI_GENERATION_MAX)
        return qiao_fail(err, QIAO_E_NOTFOUND, "there is no generation %" PRIu64, generation);
    qiaoi_generation_name(generation, name);
    return qiaoi_catalog_file(data_dir, name, path_out, err);
}

/* --- CURRENT --- */

static qiao_status
parse_current(const qiao_buffer *text, const char *path, uint64_t *generation_out, qiao_error *err)
{
    size_t length = text->length;
    uint64_t number = 0;

    if (length > 0 && text->data[length - 1] == '\n')
        number = qiaoi_generation_number(text->data, length - 1);
    if (number == 0) {
        qiao_fail(err, QIAO_E_CORRUPT, "%s does not name a generation", path);
        qiao_error_hint(err, "run qiao-indexer rollback: it serves the newest generation that is whole");
        return QIAO_E_CORRUPT;
    }
    *generation_out = number;
    return QIAO_OK;
}

qiao_status
qiao_catalog_current(const char *data_dir, uint64_t *generation_out, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    qiao_buffer text = {0};
    qiao_status status = qiaoi_catalog_file(data_dir, "CURRENT", path, err);

    if (status != QIAO_OK)
        return status;
    status = qiao_file_read(path, CURRENT_MAX, &text, err);
    if (status == QIAO_E_NOTFOUND) {
        qiao_fail(err, QIAO_E_NOTFOUND, "no generation is served from %s yet", data_dir);
        qiao_error_hint(err, "import records and run qiao-indexer build --data %s", data_dir);
    } else if (status == QIAO_OK || status == QIAO_E_LIMIT) {
        status = parse_current(&text, path, generation_out, err); /* of an over-long file nothing was kept */
    }
    qiao_buffer_done(&text);
    return status;
}

static qiao_status
write_current(const char *data_dir, uint64_t generation, qiao_error *err)
{
    char path[QIAO_PATH_MAX], line[QIAO_GENERATION_NAME_SIZE + 1];
    qiao_status status = qiaoi_catalog_file(data_dir, "CURRENT", path, err);
    size_t length;

    if (status != QIAO_OK)
        return status;
    qiaoi_generation_name(generation, line);
    length = strlen(line);
    line[length] = '\n';
    return qiao_file_write_atomic(path, line, length + 1, err);
}

qiao_status
qiao_catalog_publish(const char *data_dir, uint64_t generation, qiao_error *err)
{
    qiao_manifest manifest;
    qiao_status status = qiao_catalog_manifest(data_dir, generation, &manifest, err);

    return status == QIAO_OK ? write_current(data_dir, generation, err) : status;
}

/* --- one generation --- */

static qiao_status
fail_no_manifest(const char *folder, uint64_t generation, qiao_error *err)
{
    if (qiao_file_exists(folder))
        return qiao_fail(err, QIAO_E_CORRUPT, "%s has no %s", folder, QIAOI_MANIFEST_NAME);
    qiao_fail(err, QIAO_E_NOTFOUND, "there is no generation %" PRIu64, generation);
    qiao_error_hint(err, "qiao-indexer generations lists those there are");
    return QIAO_E_NOTFOUND;
}

static qiao_status
read_manifest(const char *path, uint64_t generation, qiao_manifest *out, qiao_error *err)
{
    qiao_buffer text = {0};
    qiao_manifest manifest;
    qiao_status status = qiao_file_read(path, MANIFEST_MAX, &text, err);

    if (status == QIAO_E_LIMIT)
        status = qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged or was changed by hand", path);
    if (status == QIAO_OK)
        status = qiaoi_manifest_read(text.data != NULL ? text.data : "", text.length, path, &manifest, err);
    if (status == QIAO_OK && manifest.generation != generation)
        status = qiao_fail(err, QIAO_E_CORRUPT, "%s is the manifest of generation %" PRIu64, path, manifest.generation);
    if (status == QIAO_OK)
        *out = manifest;
    qiao_buffer_done(&text);
    return status;
}

qiao_status
qiao_catalog_manifest(const char *data_dir, uint64_t generation, qiao_manifest *out, qiao_error *err)
{
    char folder[QIAO_PATH_MAX], path[QIAO_PATH_MAX];
    qiao_status status = qiao_catalog_path(data_dir, generation, folder, err);
    int n;

    if (status != QIAO_OK)
        return status;
    n = snprintf(path, sizeof path, "%s/%s", folder, QIAOI_MANIFEST_NAME);
    if (n < 0 || (size_t)n >= sizeof path)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", folder);
    if (!qiao_file_exists(path))
        return fail_no_manifest(folder, generation, err);
    return read_manifest(path, generation, out, err);
}

static qiao_status
verify_file(const char *folder, const qiao_manifest *manifest, size_t index, qiao_error *err)
{
    char path[QIAO_PATH_MAX], checksum[33];
    uint64_t size = 0, expected = manifest->files[index].size;
    int n = snprintf(path, sizeof path, "%s/%s", folder, manifest->files[index].name);
    qiao_status status;

    if (n < 0 || (size_t)n >= sizeof path)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", folder);
    status = qiao_file_size(path, &size, err);
    if (status == QIAO_E_NOTFOUND)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is missing", path);
    if (status == QIAO_OK && size != expected)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s has %" PRIu64 " bytes instead of %" PRIu64, path, size, expected);
    if (status == QIAO_OK)
        status = qiao_file_checksum(path, checksum, err);
    if (status == QIAO_OK && strcmp(checksum, manifest->files[index].checksum) != 0)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s does not have the checksum of its manifest", path);
    return status;
}

qiao_status
qiao_catalog_verify(const char *data_dir, uint64_t generation, qiao_error *err)
{
    char folder[QIAO_PATH_MAX];
    qiao_manifest manifest;
    qiao_status status = qiao_catalog_path(data_dir, generation, folder, err);

    if (status == QIAO_OK)
        status = qiao_catalog_manifest(data_dir, generation, &manifest, err);
    for (size_t i = 0; status == QIAO_OK && i < manifest.file_count; i++)
        status = verify_file(folder, &manifest, i, err);
    return status;
}

/* --- all generations --- */

qiao_status
qiao_catalog_list(const char *data_dir, uint64_t *numbers, size_t capacity, size_t *count_out, qiao_error *err)
{
    uint64_t *all;
    size_t count, shown;
    qiao_status status = qiaoi_catalog_numbers(data_dir, &all, &count, err);

    if (status != QIAO_OK)
        return status;
    shown = count < capacity ? count : capacity;
    if (shown != 0)
        memcpy(numbers, all, shown * sizeof *numbers);
    qiao_free(all);
    *count_out = count;
    return QIAO_OK;
}

static qiao_status
fail_no_earlier(const char *data_dir, qiao_error *err)
{
    qiao_fail(err, QIAO_E_NOTFOUND, "no earlier generation in %s is whole", data_dir);
    qiao_error_hint(err, "run qiao-indexer build --full --data %s", data_dir);
    return QIAO_E_NOTFOUND;
}

/* Newest whole generation below current; damaged ones are passed over, other failures end the search. */
qiao_status
qiaoi_catalog_earlier(const char *data_dir, uint64_t current, uint64_t *out, qiao_error *err)
{
    uint64_t *all;
    size_t count;
    qiao_status status = qiaoi_catalog_numbers(data_dir, &all, &count, err);

    if (status != QIAO_OK)
        return status;
    status = QIAO_E_NOTFOUND;
    while (status == QIAO_E_NOTFOUND && count > 0) {
        uint64_t candidate = all[--count];

        if (candidate >= current)
            continue;
        status = qiao_catalog_verify(data_dir, candidate, err);
        if (status == QIAO_OK)
            *out = candidate;
        else if (status == QIAO_E_CORRUPT || status == QIAO_E_VERSION)
            status = QIAO_E_NOTFOUND;
    }
    qiao_free(all);
    return status == QIAO_E_NOTFOUND ? fail_no_earlier(data_dir, err) : status;
}

qiao_status
qiao_catalog_rollback(const char *data_dir, uint64_t to, uint64_t *now_out, qiao_error *err)
{
    uint64_t current = 0;
    qiao_status status = QIAO_OK;

    if (to == 0) {
        status = qiao_catalog_current(data_dir, &current, err);
        if (status == QIAO_E_CORRUPT) { /* nobody can say what was served: take the newest that is whole */
            current = UINT64_MAX;
            status = QIAO_OK;
        }
        if (status == QIAO_OK)
            status = qiaoi_catalog_earlier(data_dir, current, &to, err);
    } else {
        status = qiao_catalog_verify(data_dir, to, err);
    }
    if (status == QIAO_OK)
        status = write_current(data_dir, to, err);
    if (status == QIAO_OK)
        *now_out = to;
    return status;
}

qiao_status
qiaoi_catalog_remove(const char *data_dir, uint64_t generation, qiao_error *err)
{
    char name[QIAO_GENERATION_NAME_SIZE], doomed_name[64], path[QIAO_PATH_MAX], doomed[QIAO_PATH_MAX];
    qiao_status status;

    qiaoi_generation_name(generation, name);
    snprintf(doomed_name, sizeof doomed_name, "%s%s", QIAOI_REMOVED_PREFIX, name);
    status = qiaoi_catalog_file(data_dir, name, path, err);
    if (status == QIAO_OK)
        status = qiaoi_catalog_file(data_dir, doomed_name, doomed, err);
    if (status == QIAO_OK)
        status = qiao_file_remove_tree(doomed, err);
    if (status == QIAO_OK)
        status = qiao_file_rename(path, doomed, err);
    if (status == QIAO_OK)
        status = qiao_file_remove_tree(doomed, err);
    return status;
}

qiao_status
qiao_catalog_prune(const char *data_dir, size_t keep, size_t *removed_out, qiao_error *err)
{
    uint64_t *all, current = 0;
    size_t count, removed = 0;
    qiao_status status = qiao_catalog_current(data_dir, &current, err);

    if (status != QIAO_OK && status != QIAO_E_NOTFOUND)
        return status; /* not knowing what is served, nothing may be removed */
    status = qiaoi_catalog_numbers(data_dir, &all, &count, err);
    if (status != QIAO_OK)
        return status;
    if (keep == 0)
        keep = 1;
    for (size_t i = 0; status == QIAO_OK && i < count && count - removed > keep; i++) {
        if (all[i] == current)
            continue;
        status = qiaoi_catalog_remove(data_dir, all[i], err);
        removed += status == QIAO_OK ? 1 : 0;
    }
    qiao_free(all);
    if (status == QIAO_OK)
        *removed_out = removed;
    return status;
}
