/* Finds the share folder. Relies on /proc/self/exe for the place of the running program. */
#include "qiao/share.h"

#include "qiao/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHARE_PATH_SIZE 4096

#ifndef QIAO_SHARE_DEFAULT
#define QIAO_SHARE_DEFAULT "/usr/local/share/qiao"
#endif

static bool
try_folder(const char *folder, const char *name, char *path_out)
{
    int n = snprintf(path_out, SHARE_PATH_SIZE, "%s/%s", folder, name);

    return n > 0 && n < SHARE_PATH_SIZE && qiao_file_exists(path_out);
}

static bool
folder_beside_program(char *folder_out)
{
    char program[SHARE_PATH_SIZE];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash;

    if (n <= 0)
        return false;
    program[n] = '\0';
    slash = strrchr(program, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    n = snprintf(folder_out, SHARE_PATH_SIZE, "%s/../share/qiao", program);
    return n > 0 && n < SHARE_PATH_SIZE;
}

qiao_status
qiao_share_path(const char *name, char *path_out, qiao_error *err)
{
    const char *environment = getenv("QIAO_SHARE");
    char folder[SHARE_PATH_SIZE];

    if (environment != NULL && *environment != '\0') {
        if (try_folder(environment, name, path_out))
            return QIAO_OK;
        return qiao_fail(err, QIAO_E_NOTFOUND, "QIAO_SHARE=%s holds no %s", environment, name);
    }
    if (folder_beside_program(folder) && try_folder(folder, name, path_out))
        return QIAO_OK;
    if (try_folder(QIAO_SHARE_DEFAULT, name, path_out))
        return QIAO_OK;
    return qiao_fail(err, QIAO_E_NOTFOUND, "data file %s not found beside the program or in %s", name,
                     QIAO_SHARE_DEFAULT);
}
