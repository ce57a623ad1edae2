/* Addresses, networks, and the two headers of proxies: X-Forwarded-For, and Forwarded (RFC 7239). */
#include "client_address.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define ADDRESS_TEXT 64

/* "1.2.3.4", "1.2.3.4:80", "::1", "[::1]", "[::1]:80", each with or without quotation marks. */
static bool
read_address(const char *text, size_t length, unsigned char out[16])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    char copy[ADDRESS_TEXT];
    char *colon;

    if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
        text++, length -= 2;
    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (copy[0] == '[') {
        char *end = strchr(copy, ']');

        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return false;
        *end = '\0';
        return inet_pton(AF_INET6, copy + 1, out) == 1;
    }
    colon = strchr(copy, ':');
    if (colon != NULL && strchr(colon + 1, ':') != NULL)
        return inet_pton(AF_INET6, copy, out) == 1;
    if (colon != NULL)
        *colon = '\0';
    memcpy(out, mapped, sizeof mapped);
    return inet_pton(AF_INET, copy, out + 12) == 1;
}

static bool
is_v4(const unsigned char address[16])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

    return memcmp(address, mapped, sizeof mapped) == 0;
}

static bool
read_network(const char *text, size_t length, qiaoi_network *out)
{
    const char *slash = memchr(text, '/', length);
    size_t address = slash != NULL ? (size_t)(slash - text) : length, digits = length - address;
    unsigned bits = 0, most;

    if (!read_address(text, address, out->address))
        return false;
    most = is_v4(out->address) ? 32 : 128;
    if (slash == NULL) {
        bits = most;
    } else {
        if (digits < 2 || digits > 4)
            return false;
        for (const char *at = slash + 1; at < text + length; at++) {
            if (*at < '0' || *at > '9')
                return false;
            bits = bits * 10 + (unsigned)(*at - '0');
        }
    }
    out->bits = bits + (128 - most);
    return bits <= most;
}

qiao_status
qiaoi_proxies_read(const char *list, const char *header, qiaoi_proxies *out, qiao_error *err)
{
    *out = (qiaoi_proxies){.header = strcmp(header, "forwarded") == 0 ? QIAOI_HEADER_FORWARDED
                                                                      : QIAOI_HEADER_X_FORWARDED_FOR};
    for (const char *at = list; at != NULL && *at != '\0';) {
        size_t length;

        at += strspn(at, ", \t");
        length = strcspn(at, ", \t");
        if (length == 0)
            break;
        if (length == 4 && memcmp(at, "unix", 4) == 0) {
            out->local = true;
        } else {
            if (out->count == QIAOI_PROXIES_MAX)
                return qiao_fail(err, QIAO_E_USAGE, "--trusted-proxies names more than %d", QIAOI_PROXIES_MAX);
            if (!read_network(at, length, &out->networks[out->count]))
                return qiao_fail(err, QIAO_E_USAGE,
                                 "--trusted-proxies takes addresses and networks, as in 127.0.0.1, 10.0.0.0/8, ::1, "
                                 "unix; not %s",
                                 at);
            out->count++;
        }
        at += length;
    }
    return QIAO_OK;
}

static bool
is_inside(const qiaoi_network *network, const unsigned char address[16])
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    return memcmp(network->address, address, whole) == 0 &&
           (rest == 0 || (network->address[whole] ^ address[whole]) >> (8 - rest) == 0);
}

static bool
is_trusted(const qiaoi_proxies *proxies, const unsigned char address[16])
{
    for (size_t i = 0; i < proxies->count; i++)
        if (is_inside(&proxies->networks[i], address))
            return true;
    return false;
}

/* The value of for= in an element of Forwarded. */
static const char *
value_of_for(const char *element, size_t *length)
{
    const char *end = element + *length;

    for (const char *at = element; at < end;) {
        size_t pair = 0;

        at += strspn(at, " \t;");
        while (at + pair < end && at[pair] != ';')
            pair++;
        if (pair > 4 && strncasecmp(at, "for=", 4) == 0) {
            *length = pair - 4;
            return at + 4;
        }
        at += pair + 1;
    }
    *length = 0;
    return element;
}

/* Walks the list from its end: what a trusted proxy says of whom it got the request from, and so on while that is one
 * too. */
static void
follow(const qiaoi_proxies *proxies, const char *list, unsigned char address[16])
{
    const char *end = list + strlen(list);

    while (end > list) {
        const char *start = end, *value;
        size_t length;
        unsigned char said[16];

        while (start > list && start[-1] != ',')
            start--;
        value = start + strspn(start, " \t");
        length = value < end ? (size_t)(end - value) : 0;
        while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
            length--;
        if (proxies->header == QIAOI_HEADER_FORWARDED)
            value = value_of_for(value, &length);
        if (!read_address(value, length, said))
            return; /* "unknown", a made-up name: what is known so far is the best there is */
        memcpy(address, said, sizeof said);
        if (!is_trusted(proxies, said))
            return;
        end = start > list ? start - 1 : list;
    }
}

static bool
is_loopback(const unsigned char address[16])
{
    return is_v4(address) ? address[12] == 127 : memcmp(address, &in6addr_loopback, 16) == 0;
}

void
qiaoi_client_of(const qiaoi_proxies *proxies, const qiaoi_http_request *request, qiaoi_client *out)
{
    const char *peer = request->peer != NULL ? request->peer : "", *list = request->headers[proxies->header];
    bool local = *peer == '\0' || !read_address(peer, strcspn(peer, "%"), out->address);

    if (local)
        memcpy(out->address, &in6addr_loopback, sizeof out->address);
    if (list != NULL && (local ? proxies->local : is_trusted(proxies, out->address)))
        follow(proxies, list, out->address);
    out->loopback = is_loopback(out->address);
    if (!is_v4(out->address) && !out->loopback)
        memset(out->address + 8, 0, 8);
}
