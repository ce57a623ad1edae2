/* Opens the listening socket. Names are resolved by the system, and the first address that can be bound is taken. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

typedef struct place {
    char host[256], port[6];
} place;

static bool
is_port(const char *text)
{
    size_t length = strlen(text);
    unsigned number = 0;

    if (length == 0 || length > 5)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    return number <= 65535;
}

static qiao_status
read_place(const char *address, place *out, qiao_error *err)
{
    const char *colon = strrchr(address, ':'), *host = address;
    const char *port = colon != NULL ? colon + 1 : address;
    size_t length = colon != NULL ? (size_t)(colon - address) : 0;

    if (colon == NULL)
        host = "127.0.0.1", length = strlen(host);
    else if (length > 2 && host[0] == '[' && host[length - 1] == ']')
        host++, length -= 2;
    else if (memchr(host, ':', length) != NULL)
        length = 0; /* IPv6 without brackets: where it ends cannot be told */
    if (length == 0 || length >= sizeof out->host || !is_port(port))
        return qiao_fail(err, QIAO_E_USAGE,
                         "%s is no address to listen on; write HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080, "
                         "or unix:PATH",
                         address);
    memcpy(out->host, host, length);
    out->host[length] = '\0';
    memcpy(out->port, port, strlen(port) + 1);
    return QIAO_OK;
}

qiao_status
qiaoi_listen_check(const char *address, qiao_error *err)
{
    place where;

    return strncmp(address, "unix:", 5) == 0 ? QIAO_OK : read_place(address, &where, err);
}

static bool
is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
    return address->ss_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static bool
describe(int socket, qiaoi_listener *out)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof bound;
    char host[QIAOI_ADDRESS_SIZE - 10], port[8];

    if (getsockname(socket, (struct sockaddr *)&bound, &size) != 0)
        return false;
    if (bound.ss_family == AF_UNIX) {
        snprintf(out->address, sizeof out->address, "unix:%.107s",
                 ((const struct sockaddr_un *)(const void *)&bound)->sun_path);
        out->loopback = true;
        return true;
    }
    if (getnameinfo((struct sockaddr *)&bound, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return false;
    snprintf(out->address, sizeof out->address, bound.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    out->loopback = is_loopback(&bound);
    return true;
}

static bool
open_socket(const struct addrinfo *info, qiaoi_listener *out)
{
    int yes = 1, fd = socket(info->ai_family, info->ai_socktype, info->ai_protocol);
    int saved;

    if (fd < 0)
        return false;
    /* A port whose last connections still linger can be taken again at once: a restart must not wait for them. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
        fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && bind(fd, info->ai_addr, info->ai_addrlen) == 0 &&
        listen(fd, BACKLOG) == 0 && describe(fd, out)) {
        out->socket = fd;
        return true;
    }
    saved = errno;
    close(fd);
    errno = saved;
    return false;
}

/* The file of a socket that nobody listens on any more keeps its where. */
static void
remove_left_over(const struct sockaddr_un *where)
{
    struct stat found;
    int fd;

    if (lstat(where->sun_path, &found) != 0 || !S_ISSOCK(found.st_mode))
        return;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)where, sizeof *where) != 0 && errno == ECONNREFUSED)
        unlink(where->sun_path);
    close(fd);
}

static qiao_status
listen_unix(const char *path, qiaoi_listener *out, qiao_error *err)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int fd, saved;

    if (*path == '\0' || strlen(path) >= sizeof where.sun_path)
        return qiao_fail(err, QIAO_E_USAGE, "the path of a socket has 1 to %zu bytes: %s", sizeof where.sun_path - 1,
                         path);
    memcpy(where.sun_path, path, strlen(path) + 1);
    remove_left_over(&where);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&where, sizeof where) == 0) {
        out->unlink = true;
        if (chmod(path, 0660) == 0 && listen(fd, BACKLOG) == 0 && describe(fd, out)) {
            out->socket = fd;
            return QIAO_OK;
        }
    }
    saved = errno;
    if (fd >= 0)
        close(fd);
    if (out->unlink)
        unlink(path);
    out->unlink = false;
    return qiao_fail_errno(err, saved, "cannot listen on %s", path);
}

qiao_status
qiaoi_listen_inherit(int socket, qiaoi_listener *out, qiao_error *err)
{
    int listening = 0, flags = fcntl(socket, F_GETFL);
    socklen_t size = sizeof listening;

    *out = (qiaoi_listener){.socket = -1};
    if (getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0 || flags < 0 ||
        fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(socket, F_SETFD, FD_CLOEXEC) != 0 ||
        !describe(socket, out))
        return qiao_fail(err, QIAO_E_USAGE, "what the service manager handed over is no socket that listens");
    out->socket = socket;
    return QIAO_OK;
}

void
qiaoi_listen_close(qiaoi_listener *listener)
{
    if (listener->socket >= 0)
        close(listener->socket);
    if (listener->unlink)
        unlink(listener->address + strlen("unix:"));
    listener->socket = -1;
    listener->unlink = false;
}

qiao_status
qiaoi_listen(const char *address, qiaoi_listener *out, qiao_error *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list = NULL;
    qiao_status status;
    place where;
    int code, system_errno = 0;

    *out = (qiaoi_listener){.socket = -1};
    if (strncmp(address, "unix:", 5) == 0)
        return listen_unix(address + 5, out, err);
    status = read_place(address, &where, err);
    if (status != QIAO_OK)
        return status;
    code = getaddrinfo(where.host, where.port, &hints, &list);
    if (code != 0)
        return qiao_fail(err, QIAO_E_USAGE, "cannot listen on %s: %s", address, gai_strerror(code));
    for (const struct addrinfo *at = list; at != NULL && out->socket < 0; at = at->ai_next)
        if (!open_socket(at, out))
            system_errno = errno;
    freeaddrinfo(list);
    if (out->socket >= 0)
        return QIAO_OK;
    status = qiao_fail_errno(err, system_errno, "cannot listen on %s", address);
    if (system_errno == EADDRINUSE)
        qiao_error_hint(
            err, "stop the program that holds the port, or choose another one with --listen (port 0 takes a free one)");
    return status;
}
