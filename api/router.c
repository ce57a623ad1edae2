/* Finds routes. The table is short: it is walked from the top. */
#include "router.h"

#include <stdio.h>
#include <string.h>

/* Splits "need/project" where the pattern asks for two ids. */
static bool
split(qiaoi_routing *out)
{
    const char *slash = memchr(out->id, '/', out->id_length);

    if (slash == NULL || slash == out->id || slash + 1 == out->id + out->id_length)
        return false;
    out->other = slash + 1;
    out->other_length = out->id_length - (size_t)(out->other - out->id);
    out->id_length = (size_t)(slash - out->id);
    return true;
}

/* Does the path fit, and where are its ids? */
static bool
fits(const char *pattern, const char *path, size_t length, qiaoi_routing *out)
{
    const char *mark = strstr(pattern, "{id}"), *suffix = mark != NULL ? mark + 4 : "";
    bool two = strncmp(suffix, "/{other}", 8) == 0;
    size_t prefix_length = mark != NULL ? (size_t)(mark - pattern) : strlen(pattern), suffix_length;

    if (two)
        suffix += 8;
    suffix_length = strlen(suffix);
    out->id = out->other = NULL;
    out->id_length = out->other_length = 0;
    if (mark == NULL)
        return length == prefix_length && memcmp(pattern, path, length) == 0;
    if (length <= prefix_length + suffix_length || memcmp(path, pattern, prefix_length) != 0 ||
        memcmp(path + length - suffix_length, suffix, suffix_length) != 0)
        return false;
    out->id = path + prefix_length;
    out->id_length = length - prefix_length - suffix_length;
    return !two || split(out);
}

static void
allow(char *out, size_t size, const char *method)
{
    size_t used = strlen(out);

    snprintf(out + used, size - used, "%s%s%s", used != 0 ? ", " : "", method,
             strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

static bool
takes(const qiaoi_route *route, const char *method)
{
    return strcmp(route->method, method) == 0 || (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

void
qiaoi_route_find(const qiaoi_route *routes, const char *method, const char *path, size_t path_length,
                 qiaoi_routing *out)
{
    const char *pattern = NULL;

    *out = (qiaoi_routing){0};
    for (const qiaoi_route *at = routes; at->pattern != NULL; at++) {
        if (pattern == NULL && fits(at->pattern, path, path_length, out))
            pattern = at->pattern;
        if (pattern == NULL || strcmp(at->pattern, pattern) != 0)
            continue;
        allow(out->allow, sizeof out->allow, at->method);
        if (takes(at, method))
            out->route = at;
    }
    out->known = pattern != NULL;
    if (out->known)
        allow(out->allow, sizeof out->allow, "OPTIONS");
}
