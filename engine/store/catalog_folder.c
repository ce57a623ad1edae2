/* The folder DIR/catalog: how its parts are called, which generations stand there, and what a killed process left
 * behind. */
#include "store/catalog_folder.h"

#include "qiao/file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LENGTH (sizeof "gen-0000000001" - 1)

qiao_status
qiaoi_catalog_file(const char *data_dir, const char *name, char *out, qiao_error *err)
{
    int n = snprintf(out, QIAO_PATH_MAX, "%s/catalog%s%s", data_dir, name != NULL ? "/" : "", name != NULL ? name : "");

    if (n < 0 || n >= QIAO_PATH_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", data_dir);
    return QIAO_OK;
}

void
qiaoi_generation_name(uint64_t generation, char out[QIAO_GENERATION_NAME_SIZE])
{
    snprintf(out, QIAO_GENERATION_NAME_SIZE, "gen-%010" PRIu64, generation % (QIAOI_GENERATION_MAX + 1));
}

uint64_t
qiaoi_generation_number(const char *text, size_t length)
{
    uint64_t number = 0;

    if (length != NAME_LENGTH || memcmp(text, "gen-", 4) != 0)
        return 0;
    for (size_t i = 4; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    return number;
}

typedef qiao_status (*name_visit)(const char *name, void *context, qiao_error *err);

static qiao_status
each_name(const char *data_dir, name_visit visit, void *context, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    struct dirent *entry;
    DIR *folder;
    qiao_status status = qiaoi_catalog_file(data_dir, NULL, path, err);

    if (status != QIAO_OK)
        return status;
    folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? QIAO_OK : qiao_fail_errno(err, errno, "cannot list %s", path);
    while (status == QIAO_OK) {
        errno = 0;
        entry = readdir(folder);
        if (entry == NULL)
            break;
        status = visit(entry->d_name, context, err);
    }
    if (status == QIAO_OK && errno != 0)
        status = qiao_fail_errno(err, errno, "cannot list %s", path);
    closedir(folder);
    return status;
}

typedef struct number_list {
    uint64_t *items;
    size_t count, capacity;
} number_list;

static qiao_status
add_number(const char *name, void *context, qiao_error *err)
{
    number_list *list = context;
    uint64_t number = qiaoi_generation_number(name, strlen(name));

    if (number == 0)
        return QIAO_OK;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity * 2 + 16;
        uint64_t *items = qiao_realloc_array(list->items, capacity, sizeof *items);

        if (items == NULL)
            return qiao_fail_memory(err);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = number;
    return QIAO_OK;
}

static int
compare_numbers(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

qiao_status
qiaoi_catalog_numbers(const char *data_dir, uint64_t **out, size_t *count_out, qiao_error *err)
{
    number_list list = {NULL, 0, 0};
    qiao_status status = each_name(data_dir, add_number, &list, err);

    *out = NULL;
    *count_out = 0;
    if (status != QIAO_OK) {
        qiao_free(list.items);
        return status;
    }
    if (list.count != 0)
        qsort(list.items, list.count, sizeof list.items[0], compare_numbers);
    *out = list.items;
    *count_out = list.count;
    return QIAO_OK;
}

static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);

    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

typedef struct cleaning {
    const char *data_dir;
} cleaning;

static qiao_status
remove_leftover(const char *name, void *context, qiao_error *err)
{
    const cleaning *c = context;
    char path[QIAO_PATH_MAX];
    qiao_status status;

    if (strncmp(name, QIAOI_STAGED_PREFIX, sizeof QIAOI_STAGED_PREFIX - 1) != 0 &&
        strncmp(name, QIAOI_REMOVED_PREFIX, sizeof QIAOI_REMOVED_PREFIX - 1) != 0 &&
        !(strncmp(name, "CURRENT.", 8) == 0 && ends_with(name, ".tmp")))
        return QIAO_OK;
    status = qiaoi_catalog_file(c->data_dir, name, path, err);
    return status == QIAO_OK ? qiao_file_remove_tree(path, err) : status;
}

qiao_status
qiaoi_catalog_clean(const char *data_dir, qiao_error *err)
{
    cleaning c = {data_dir};

    return each_name(data_dir, remove_leftover, &c, err);
}
