/*
 * Bringing a generation in: an empty staging folder, and the step that turns a filled one into a generation. Everything
 * of it is on disk before the rename, so a folder called gen-... is always whole.
 */
#include "qiao/catalog.h"

#include "qiao/file.h"
#include "store/catalog_folder.h"
#include "store/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX (sizeof(((qiao_manifest *)0)->files) / sizeof(((qiao_manifest *)0)->files[0]))
#define NAME_SIZE sizeof(((qiao_manifest *)0)->files[0].name)
#define SUBFOLDERS_MAX 8

/* --- staging --- */

/* One more than every number that is or was in use. */
static qiao_status
next_number(const char *data_dir, uint64_t *out, qiao_error *err)
{
    uint64_t *numbers, newest = 0, current = 0;
    size_t count;
    qiao_status status = qiaoi_catalog_numbers(data_dir, &numbers, &count, err);

    if (status != QIAO_OK)
        return status;
    newest = count != 0 ? numbers[count - 1] : 0;
    qiao_free(numbers);
    status = qiao_catalog_current(data_dir, &current, err);
    if (status != QIAO_OK && status != QIAO_E_NOTFOUND && status != QIAO_E_CORRUPT)
        return status; /* a damaged CURRENT is mended by the publication to come */
    if (current > newest)
        newest = current;
    if (newest >= QIAOI_GENERATION_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "generation numbers are used up");
    *out = newest + 1;
    return QIAO_OK;
}

qiao_status
qiao_catalog_stage(const char *data_dir, char *path_out, uint64_t *number_out, qiao_error *err)
{
    char name[64], folder[QIAO_PATH_MAX];
    uint64_t number = 0;
    qiao_status status = qiaoi_catalog_file(data_dir, NULL, folder, err);

    if (status == QIAO_OK)
        status = qiao_file_make_directories(folder, err);
    if (status == QIAO_OK)
        status = qiaoi_catalog_clean(data_dir, err);
    if (status == QIAO_OK)
        status = next_number(data_dir, &number, err);
    if (status != QIAO_OK)
        return status;
    snprintf(name, sizeof name, "%s%ld-%010" PRIu64, QIAOI_STAGED_PREFIX, (long)getpid(), number);
    status = qiaoi_catalog_file(data_dir, name, folder, err);
    if (status == QIAO_OK)
        status = qiao_file_make_directories(folder, err);
    if (status != QIAO_OK)
        return status;
    memcpy(path_out, folder, strlen(folder) + 1);
    *number_out = number;
    return QIAO_OK;
}

/* --- file list --- */

typedef struct collector {
    const char *data_dir, *staged;
    qiao_manifest *manifest;
    char folders[SUBFOLDERS_MAX][NAME_SIZE]; /* still to be read */
    size_t folder_count;
    qiao_error *err;
} collector;

static bool
is_lock_file(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && strcmp(name + length - 5, "-lock") == 0;
}

static qiao_status
join(const collector *c, const char *name, char out[QIAO_PATH_MAX])
{
    int n = snprintf(out, QIAO_PATH_MAX, "%s/%s", c->staged, name);

    if (n < 0 || n >= QIAO_PATH_MAX)
        return qiao_fail(c->err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", c->staged);
    return QIAO_OK;
}

/* The sum that a generation's manifest has for a file, where that is the very same file under another name. */
static bool
sum_in(const collector *c, uint64_t generation, const char *name, const struct stat *facts, char out[33])
{
    char folder[QIAO_PATH_MAX], path[QIAO_PATH_MAX + NAME_SIZE];
    qiao_manifest manifest;
    struct stat there;

    if (qiao_catalog_path(c->data_dir, generation, folder, NULL) != QIAO_OK)
        return false;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (lstat(path, &there) != 0 || there.st_dev != facts->st_dev || there.st_ino != facts->st_ino ||
        qiao_catalog_manifest(c->data_dir, generation, &manifest, NULL) != QIAO_OK)
        return false;
    for (size_t i = 0; i < manifest.file_count; i++)
        if (strcmp(manifest.files[i].name, name) == 0) {
            memcpy(out, manifest.files[i].checksum, sizeof manifest.files[i].checksum);
            return true;
        }
    return false;
}

/*
 * Of a file that another generation shares, its sum is taken from there: should the file have been damaged since, the
 * next check finds it, where a sum made now would not.
 */
static qiao_status
sum_of(const collector *c, const char *name, const char *path, char out[33])
{
    uint64_t *numbers;
    struct stat facts;
    size_t count;
    bool found = false;

    if (lstat(path, &facts) != 0)
        return qiao_fail_errno(c->err, errno, "cannot read %s", path);
    if (facts.st_nlink > 1 && qiaoi_catalog_numbers(c->data_dir, &numbers, &count, NULL) == QIAO_OK) {
        while (count > 0 && !found)
            found = sum_in(c, numbers[--count], name, &facts, out);
        qiao_free(numbers);
    }
    return found ? QIAO_OK : qiao_file_checksum(path, out, c->err);
}

static qiao_status
add_file(collector *c, const char *name, const char *path)
{
    qiao_manifest *m = c->manifest;
    qiao_status status;

    if (m->file_count >= FILES_MAX)
        return qiao_fail(c->err, QIAO_E_LIMIT, "a generation may have at most %zu files: %s", FILES_MAX, name);
    memcpy(m->files[m->file_count].name, name, strlen(name) + 1);
    status = qiao_file_size(path, &m->files[m->file_count].size, c->err);
    if (status == QIAO_OK)
        status = sum_of(c, name, path, m->files[m->file_count].checksum);
    if (status == QIAO_OK)
        m->file_count++;
    return status;
}

static qiao_status
add_folder(collector *c, const char *name)
{
    if (c->folder_count >= SUBFOLDERS_MAX)
        return qiao_fail(c->err, QIAO_E_LIMIT, "a generation may have at most %d folders: %s", SUBFOLDERS_MAX, name);
    memcpy(c->folders[c->folder_count++], name, strlen(name) + 1);
    return QIAO_OK;
}

/* inside is the folder's path within the generation, "" for its top. */
static qiao_status
collect_one(collector *c, const char *inside, const char *entry)
{
    char name[NAME_SIZE], path[QIAO_PATH_MAX];
    struct stat facts;
    int n = snprintf(name, sizeof name, "%s%s%s", inside, *inside != '\0' ? "/" : "", entry);
    qiao_status status;

    if (n < 0 || (size_t)n >= sizeof name)
        return qiao_fail(c->err, QIAO_E_LIMIT, "a file name in a generation is too long: %s/%s", inside, entry);
    if (strcmp(name, QIAOI_MANIFEST_NAME) == 0)
        return QIAO_OK;
    status = join(c, name, path);
    if (status != QIAO_OK)
        return status;
    if (lstat(path, &facts) != 0)
        return qiao_fail_errno(c->err, errno, "cannot read %s", path);
    if (S_ISDIR(facts.st_mode))
        return add_folder(c, name);
    if (!S_ISREG(facts.st_mode) || !qiaoi_manifest_path_good(name))
        return qiao_fail(c->err, QIAO_E_REFUSED, "%s does not belong in a generation", path);
    if (!is_lock_file(name))
        return add_file(c, name, path);
    if (unlink(path) != 0)
        return qiao_fail_errno(c->err, errno, "cannot remove %s", path);
    return QIAO_OK;
}

static qiao_status
collect_folder(collector *c, const char *inside)
{
    char path[QIAO_PATH_MAX];
    struct dirent *entry;
    DIR *folder;
    qiao_status status = join(c, inside, path);

    if (status != QIAO_OK)
        return status;
    folder = opendir(path);
    if (folder == NULL)
        return qiao_fail_errno(c->err, errno, "cannot list %s", path);
    for (;;) {
        errno = 0;
        entry = readdir(folder);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            status = collect_one(c, inside, entry->d_name);
        if (status != QIAO_OK)
            break;
    }
    if (status == QIAO_OK && errno != 0)
        status = qiao_fail_errno(c->err, errno, "cannot list %s", path);
    closedir(folder);
    return status;
}

/* Order of names, so that the manifest does not depend on the order of the folder. */
static int
compare_files(const void *a, const void *b)
{
    return strcmp(a, b); /* the name is the first member */
}

static qiao_status
collect_files(const char *data_dir, const char *staged, qiao_manifest *manifest, qiao_error *err)
{
    collector c = {.data_dir = data_dir, .staged = staged, .manifest = manifest, .err = err};
    qiao_status status;

    manifest->file_count = 0;
    status = collect_folder(&c, "");
    for (size_t i = 0; status == QIAO_OK && i < c.folder_count; i++)
        status = collect_folder(&c, c.folders[i]);
    if (status == QIAO_OK && manifest->file_count == 0)
        return qiao_fail(err, QIAO_E_USAGE, "the staged generation %s is empty", staged);
    if (status == QIAO_OK)
        qsort(manifest->files, manifest->file_count, sizeof manifest->files[0], compare_files);
    return status;
}

/* --- installation --- */

/* The number that stage put at the end of the folder's name; 0 where it is no staged folder. */
static uint64_t
number_of_staged(const char *staged)
{
    const char *base = strrchr(staged, '/');
    const char *digits;
    uint64_t number = 0;

    base = base != NULL ? base + 1 : staged;
    digits = strrchr(base, '-');
    if (strncmp(base, QIAOI_STAGED_PREFIX, sizeof QIAOI_STAGED_PREFIX - 1) != 0 || digits == NULL ||
        strlen(digits + 1) != 10)
        return 0;
    for (digits++; *digits >= '0' && *digits <= '9'; digits++)
        number = number * 10 + (uint64_t)(*digits - '0');
    return *digits == '\0' ? number : 0;
}

static void
fill_defaults(qiao_manifest *manifest)
{
    manifest->format_version = QIAO_FORMAT_VERSION;
    if (manifest->created[0] == '\0')
        qiao_clock_utc(manifest->created);
    if (manifest->software[0] == '\0')
        snprintf(manifest->software, sizeof manifest->software, "qiao %s", QIAO_VERSION);
}

static qiao_status
write_manifest(const char *staged, const qiao_manifest *manifest, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    qiao_buffer text = {0};
    int n = snprintf(path, sizeof path, "%s/%s", staged, QIAOI_MANIFEST_NAME);
    qiao_status status;

    if (n < 0 || (size_t)n >= sizeof path)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", staged);
    status = qiaoi_manifest_write(manifest, &text, err);
    if (status == QIAO_OK)
        status = qiao_file_write_atomic(path, text.data, text.length, err);
    qiao_buffer_done(&text);
    return status;
}

static qiao_status
install(const char *data_dir, const char *staged, qiao_manifest *manifest, qiao_error *err)
{
    char target[QIAO_PATH_MAX];
    qiao_status status = qiao_catalog_path(data_dir, manifest->generation, target, err);

    if (status != QIAO_OK)
        return status;
    if (qiao_file_exists(target))
        return qiao_fail(err, QIAO_E_REFUSED, "%s exists already and is never changed", target);
    status = collect_files(data_dir, staged, manifest, err);
    if (status != QIAO_OK)
        return status;
    fill_defaults(manifest);
    status = write_manifest(staged, manifest, err);
    if (status == QIAO_OK)
        status = qiao_file_sync_tree(staged, err);
    if (status == QIAO_OK)
        status = qiao_file_rename(staged, target, err);
    return status;
}

qiao_status
qiao_catalog_install(const char *data_dir, const char *staged, qiao_manifest *manifest, qiao_error *err)
{
    uint64_t number = number_of_staged(staged);
    qiao_status status;

    if (number == 0) /* nothing is removed that was not made by qiao_catalog_stage */
        return qiao_fail(err, QIAO_E_USAGE, "%s is no staged generation", staged);
    if (manifest->generation == 0)
        manifest->generation = number;
    status = install(data_dir, staged, manifest, err);
    if (status != QIAO_OK && qiao_file_remove_tree(staged, NULL) != QIAO_OK)
        return status; /* what could not be removed now is a leftover, removed by the next qiao_catalog_stage */
    return status;
}
