/* The full-text index of a build: see text.h. */
#include "indexing/text.h"

#include "qiao/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_SIZE (QIAO_PATH_MAX + 32)
#define FILE_SIZE (PATH_SIZE + 257) /* a folder and a name in it */

/* A database is a folder of plain files. */
static qiao_status
copy_folder(const char *from, const char *to, qiao_error *err)
{
    char source[FILE_SIZE], target[FILE_SIZE];
    qiao_status st = qiao_file_make_directories(to, err);
    DIR *folder = st == QIAO_OK ? opendir(from) : NULL;

    if (st == QIAO_OK && folder == NULL)
        return qiao_fail_errno(err, errno, "cannot list %s", from);
    while (st == QIAO_OK) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(folder);
        if (entry == NULL && errno != 0)
            st = qiao_fail_errno(err, errno, "cannot list %s", from);
        if (entry == NULL)
            break;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
        st = qiao_file_copy(source, target, err);
    }
    if (folder != NULL)
        closedir(folder);
    return st;
}

qiao_status
qiaoi_text_copy(qiaoi_text *text, const char *data_dir, const qiaoi_reuse *reuse, qiao_error *err)
{
    char generation[QIAO_PATH_MAX], from[PATH_SIZE], to[PATH_SIZE];
    qiao_status st = qiao_catalog_path(data_dir, reuse->generation, generation, err);

    snprintf(from, sizeof from, "%s/text", generation);
    snprintf(to, sizeof to, "%s/text", text->folder);
    if (st == QIAO_OK)
        st = copy_folder(from, to, err);
    if (st == QIAO_OK)
        st = qiao_fulltext_update_open(to, &text->writer, err);
    for (uint32_t i = 0; st == QIAO_OK && i < reuse->removed_count; i++)
        st = qiao_fulltext_remove(text->writer, reuse->removed[i] + 1, err);
    return st;
}

static qiao_status
merge_shards(const qiaoi_text *text, qiao_error *err)
{
    char(*paths)[PATH_SIZE] = qiao_alloc((text->shards + 1u) * sizeof *paths), target[PATH_SIZE];
    const char **list = qiao_alloc((text->shards + 1u) * sizeof *list);
    qiao_status st = paths == NULL || list == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (unsigned i = 0; st == QIAO_OK && i < text->shards; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/text-%u", text->folder, i);
        list[i] = paths[i];
    }
    snprintf(target, sizeof target, "%s/text", text->folder);
    if (st == QIAO_OK)
        st = qiao_fulltext_compact(list, text->shards, target, err);
    for (unsigned i = 0; st == QIAO_OK && i < text->shards; i++)
        st = qiao_file_remove_tree(paths[i], err);
    qiao_free(paths);
    qiao_free(list);
    return st;
}

qiao_status
qiaoi_text_finish(qiaoi_text *text, qiao_error *err)
{
    qiao_fulltext_writer *writer = text->writer;

    text->writer = NULL;
    return writer != NULL ? qiao_fulltext_writer_close(writer, err) : merge_shards(text, err);
}

void
qiaoi_text_done(qiaoi_text *text)
{
    qiao_fulltext_writer_abandon(text->writer);
    text->writer = NULL;
}
