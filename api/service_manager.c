/* sd_notify(3) and sd_listen_fds(3), as their protocol says. */
#include "service_manager.h"

#include "qiao/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_SOCKET 3

static void
notify(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    size_t length = path != NULL ? strlen(path) : 0;
    ssize_t sent;
    int fd;

    if (length < 2 || length >= sizeof place.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(place.sun_path, path, length);
    if (path[0] == '@')
        place.sun_path[0] = '\0'; /* the abstract name space */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&place,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    (void)sent; /* a manager that does not listen must not stop the service */
    close(fd);
}

void
qiaoi_manager_ready(void)
{
    notify("READY=1\nSTATUS=serving");
}

void
qiaoi_manager_reloading(void)
{
    char text[80];

    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, qiao_clock_monotonic_us());
    notify(text);
}

void
qiaoi_manager_stopping(void)
{
    notify("STOPPING=1\nSTATUS=ending what has begun");
}

void
qiaoi_manager_alive(void)
{
    notify("WATCHDOG=1");
}

static bool
is_for_us(const char *variable)
{
    const char *pid = getenv(variable);

    return pid != NULL && strtoll(pid, NULL, 10) == (long long)getpid();
}

uint64_t
qiaoi_manager_watchdog_us(void)
{
    const char *us = getenv("WATCHDOG_USEC");

    if (us == NULL || (getenv("WATCHDOG_PID") != NULL && !is_for_us("WATCHDOG_PID")))
        return 0;
    return strtoull(us, NULL, 10);
}

/* The next of the names with colons between them; "" at their end. */
static const char *
next_name(const char **names, size_t *length_out)
{
    const char *name = *names != NULL ? *names : "";

    *length_out = strcspn(name, ":");
    *names = name[*length_out] == ':' ? name + *length_out + 1 : "";
    return name;
}

qiao_status
qiaoi_manager_sockets(int *main_out, int *admin_out, qiao_error *err)
{
    const char *count_text = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
    long count = count_text != NULL && is_for_us("LISTEN_PID") ? strtol(count_text, NULL, 10) : 0;
    qiao_status status = QIAO_OK;

    *main_out = *admin_out = -1;
    for (long i = 0; i < count && status == QIAO_OK; i++) {
        size_t length;
        const char *name = next_name(&names, &length);
        bool admin = length == 5 && memcmp(name, "admin", 5) == 0;
        int *place = admin ? admin_out : main_out;

        if (*place >= 0)
            status = qiao_fail(err, QIAO_E_USAGE, "the service manager handed over %s twice",
                               admin ? "the admin socket" : "the socket to serve on");
        *place = FIRST_SOCKET + (int)i;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return status;
}
