/* A staged folder that shares the files of a generation: they are never changed, so a second name is as good as a copy.
 */
#include "store/catalog_folder.h"

#include "qiao/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static qiao_status
make_folder_of(char *path, qiao_error *err)
{
    char *slash = strrchr(path, '/');
    qiao_status st;

    *slash = '\0';
    st = qiao_file_make_directories(path, err);
    *slash = '/';
    return st;
}

static qiao_status
link_file(const char *from_folder, const char *staged, const char *name, qiao_error *err)
{
    char from[QIAO_PATH_MAX + 80], to[QIAO_PATH_MAX + 80];
    qiao_status st;

    snprintf(from, sizeof from, "%s/%s", from_folder, name);
    snprintf(to, sizeof to, "%s/%s", staged, name);
    st = make_folder_of(to, err);
    if (st == QIAO_OK && link(from, to) != 0)
        st = qiao_fail_errno(err, errno, "cannot link %s", from);
    return st;
}

qiao_status
qiaoi_catalog_link(const char *data_dir, const qiao_manifest *manifest, const char *without, const char *staged,
                   qiao_error *err)
{
    char folder[QIAO_PATH_MAX];
    qiao_status st = qiao_catalog_path(data_dir, manifest->generation, folder, err);

    for (size_t i = 0; st == QIAO_OK && i < manifest->file_count; i++)
        if (strcmp(manifest->files[i].name, without) != 0)
            st = link_file(folder, staged, manifest->files[i].name, err);
    return st;
}
