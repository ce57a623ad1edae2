/* Any bytes as the file of options of qiao-api: read, refused with a message, or shown as a file that reads the same.
 */
#define _GNU_SOURCE
#include "options.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory, by a path. */
static int
make_file(const void *bytes, size_t size, char path[64])
{
    int fd = memfd_create("config", MFD_CLOEXEC);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

static qiao_status
read_options(const void *bytes, size_t size, qiao_buffer *shown)
{
    char program[] = "qiao-api", command[] = "serve", option[] = "--config", path[64];
    char *argv[] = {program, command, option, path, NULL};
    int fd = make_file(bytes, size, path);
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_options options;
    qiao_status status = qiaoi_options_read(4, argv, &options, &err);

    if (status == QIAO_OK)
        qiaoi_options_show(&options, shown);
    else if (err.message[0] == '\0')
        abort(); /* refused without a word */
    qiaoi_options_done(&options);
    close(fd);
    return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    qiao_buffer shown = {0}, again = {0};

    if (read_options(data, size, &shown) == QIAO_OK && shown.length > 0 &&
        read_options(shown.data, shown.length, &again) != QIAO_OK)
        abort(); /* what --check-config prints is such a file */
    qiao_buffer_done(&shown);
    qiao_buffer_done(&again);
    return 0;
}
