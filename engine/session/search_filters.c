/*
 * Filters of a search, checked against the vocabularies: a mistyped code must not look like an empty catalogue. Relies on qiao/tags.h for the names
 * that records are tagged with.
 */
#include "session/search_internal.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_LENGTH 32u
#define VALUE_MAX_LENGTH 120u
#define NEAR_MAX 4u

/* Tag names and the vocabulary lists their values come from; no list: any value. */
static const struct {
    const char *name;
    const char *lists[2];
} known[] = {
    {"country", {"country", NULL}},
    {"group", {"country_group", NULL}},
    {"field", {"field", NULL}},
    {"park", {"park", "zone"}},
    {"mode", {"coop_mode", NULL}},
    {"org_kind", {"org_kind", NULL}},
    {"status", {"status", NULL}},
    {"record_kind", {"record_kind", "need_kind"}},
    {"visibility", {"visibility", NULL}},
    {"access", {NULL, NULL}},
    {"owner", {NULL, NULL}},
    {"trl", {"trl", NULL}},
    {"region", {NULL, NULL}},
    {"source", {NULL, NULL}},
    {"language", {NULL, NULL}},
    {"year", {NULL, NULL}},
    {"suggested_country", {"country", NULL}},
    {"suggested_group", {"country_group", NULL}},
    {"suggested_field", {"field", NULL}},
    {"suggested_trl", {"trl", NULL}},
};

#define KNOWN_COUNT (sizeof known / sizeof known[0])

static size_t
find_name(const char *name)
{
    size_t i = 0;

    while (i < KNOWN_COUNT && strcmp(known[i].name, name) != 0)
        i++;
    return i;
}

static qiao_status
fail_name(const char *name, qiao_error *err)
{
    qiao_buffer names = {0};
    qiao_status st;

    for (size_t i = 0; i < KNOWN_COUNT; i++)
        qiao_buffer_printf(&names, "%s%s", i == 0 ? "" : ", ", known[i].name);
    st = names.failed ? qiao_fail_memory(err) : qiao_fail(err, QIAO_E_QUERY, "there is no filter \"%s\"; there are: %s", name, names.data);
    qiao_buffer_done(&names);
    return st;
}

/* Names the value and what it might have been. */
static qiao_status
fail_value(const qiao_vocabulary *vocabulary, size_t at, const char *value, qiao_error *err)
{
    qiao_buffer near = {0};
    qiao_status st;

    for (size_t list = 0; list < 2 && known[at].lists[list] != NULL; list++) {
        const qiao_code *codes[NEAR_MAX];
        size_t n = qiao_vocabulary_nearest(vocabulary, known[at].lists[list], value, codes, NEAR_MAX);

        for (size_t i = 0; i < n && i < NEAR_MAX; i++)
            qiao_buffer_printf(&near, "%s%s (%s)", near.length == 0 ? "" : ", ", codes[i]->code, codes[i]->zh);
    }
    if (near.failed)
        st = qiao_fail_memory(err);
    else if (near.length > 0)
        st = qiao_fail(err, QIAO_E_QUERY, "%s has no value \"%s\"; near it: %s", known[at].name, value, near.data);
    else
        st = qiao_fail(err, QIAO_E_QUERY, "%s has no value \"%s\"", known[at].name, value);
    qiao_buffer_done(&near);
    return st;
}

static const qiao_code *
find_code(const qiao_vocabulary *vocabulary, size_t at, const char *value)
{
    const qiao_code *code = NULL;

    for (size_t list = 0; list < 2 && known[at].lists[list] != NULL && code == NULL; list++)
        code = qiao_vocabulary_resolve(vocabulary, known[at].lists[list], value);
    return code;
}

/* A group given where a country belongs ("country:EU") means its members, which are tagged with the group. */
static qiao_status
add_value(qiao_session *session, size_t at, const char *value, qiao_buffer *out, qiao_error *err)
{
    const qiao_vocabulary *vocabulary = session->engine->tables.vocabulary;
    const char *name = known[at].name;
    const qiao_code *code;

    if (known[at].lists[0] == NULL) {
        qiao_buffer_printf(out, "%s:%s", name, value);
        return QIAO_OK;
    }
    code = find_code(vocabulary, at, value);
    if (code == NULL && strcmp(name, "country") == 0) {
        code = qiao_vocabulary_resolve(vocabulary, "country_group", value);
        name = "group";
    }
    if (code == NULL)
        return fail_value(vocabulary, at, value, err);
    qiao_buffer_printf(out, "%s:%s", name, code->code);
    return QIAO_OK;
}

static bool
copy_piece(const char *from, size_t length, char *to, size_t room)
{
    if (length == 0 || length >= room)
        return false;
    memcpy(to, from, length);
    to[length] = '\0';
    return true;
}

/* "name:value|name:value" or, shorter, "name:value|value". */
static qiao_status
read_filter(qiao_session *session, const char *filter, qiao_buffer *out, qiao_error *err)
{
    char name[NAME_MAX_LENGTH + 1] = "", value[VALUE_MAX_LENGTH + 1];
    qiao_status st = QIAO_OK;

    for (const char *at = filter; st == QIAO_OK; at++) {
        size_t length = strcspn(at, "|"), name_length = strcspn(at, ":|");
        size_t known_at;

        if (at[name_length] == ':' && copy_piece(at, name_length, name, sizeof name)) {
            at += name_length + 1;
            length -= name_length + 1;
        }
        if (name[0] == '\0' || !copy_piece(at, length, value, sizeof value))
            return qiao_fail(err, QIAO_E_QUERY, "a filter is written name:value, this is not: %s", filter);
        known_at = find_name(name);
        if (known_at == KNOWN_COUNT)
            return fail_name(name, err);
        if (out->length > 0)
            qiao_buffer_char(out, '|');
        st = add_value(session, known_at, value, out, err);
        at += length;
        if (*at == '\0')
            break;
    }
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}

qiao_status
qiaoi_search_filters(qiao_session *session, const qiao_search_request *request, const char **filters, size_t *count, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    filters[(*count)++] = request->side == QIAO_PROJECT ? "kind:project" : "kind:need";
    if (request->filter_count > QIAOI_REQUEST_FILTERS_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%zu filters are more than the %u allowed", request->filter_count, QIAOI_REQUEST_FILTERS_MAX);
    for (size_t i = 0; i < request->filter_count && st == QIAO_OK; i++) {
        qiao_buffer text = {0};

        st = read_filter(session, request->filters[i], &text, err);
        if (st == QIAO_OK) {
            filters[*count] = qiao_arena_strndup(session->arena, text.data, text.length);
            if (filters[(*count)++] == NULL)
                st = qiao_fail_memory(err);
        }
        qiao_buffer_done(&text);
    }
    return st;
}

qiao_status
qiaoi_facets_check(const qiao_search_request *request, qiao_error *err)
{
    if (request->facet_count > QIAOI_FACETS_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%zu facets are more than the %u allowed", request->facet_count, QIAOI_FACETS_MAX);
    if (request->facet_values > QIAOI_FACET_VALUES_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%u values of a facet are more than %u", request->facet_values, QIAOI_FACET_VALUES_MAX);
    for (size_t i = 0; i < request->facet_count; i++)
        if (find_name(request->facets[i]) == KNOWN_COUNT)
            return fail_name(request->facets[i], err);
    return QIAO_OK;
}
