/* Finds routes. The table is short: it is walked from the top. */
#include "router.h"

#include <stdio.h>
#include <string.h>

/* Does the path fit, and where is its id? */
static bool
fits(const char *pattern, const char *path, size_t length, const char **id_out, size_t *id_length_out)
{
    const char *mark = strstr(pattern, "{id}"), *suffix = mark != NULL ? mark + 4 : "";
    size_t prefix_length = mark != NULL ? (size_t)(mark - pattern) : strlen(pattern), suffix_length = strlen(suffix);

    *id_out = NULL;
    *id_length_out = 0;
    if (mark == NULL)
        return length == prefix_length && memcmp(pattern, path, length) == 0;
    if (length <= prefix_length + suffix_length || memcmp(path, pattern, prefix_length) != 0 ||
        memcmp(path + length - suffix_length, suffix, suffix_length) != 0)
        return false;
    *id_out = path + prefix_length;
    *id_length_out = length - prefix_length - suffix_length;
    return true;
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
        if (pattern == NULL && fits(at->pattern, path, path_length, &out->id, &out->id_length))
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
