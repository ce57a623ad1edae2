/* See suggested_tags.h. */
#include "facts/suggested_tags.h"

#include <stdio.h>
#include <string.h>

#define GROUPS_MAX 32u

typedef struct list {
    const char **tags;
    size_t count, capacity;
    qiao_arena *arena;
    bool complete;
} list;

static void
add(list *l, const char *name, const char *value, size_t length)
{
    char text[80];
    int n = snprintf(text, sizeof text, "suggested_%s:%.*s", name, (int)length, value);

    if (l->count == l->capacity || n < 0 || (size_t)n >= sizeof text)
        return;
    l->tags[l->count] = qiao_arena_strndup(l->arena, text, (size_t)n);
    if (l->tags[l->count] == NULL)
        l->complete = false;
    else
        l->count++;
}

static void
add_country(list *l, const char *country, const qiao_vocabulary *vocabulary, int day)
{
    const char *groups[GROUPS_MAX];
    size_t count = vocabulary == NULL ? 0 : qiao_vocabulary_groups_of(vocabulary, country, day, groups, GROUPS_MAX);

    add(l, "country", country, strlen(country));
    for (size_t i = 0; i < count && i < GROUPS_MAX; i++)
        add(l, "group", groups[i], strlen(groups[i]));
}

size_t
qiaoi_suggested_tags(const qiao_suggestion *suggestions, size_t suggestion_count, const qiao_vocabulary *vocabulary,
                     int day, qiao_arena *arena, const char **tags, size_t count, size_t capacity, bool *complete)
{
    list l = {tags, count, capacity, arena, true};

    for (size_t i = 0; i < suggestion_count; i++) {
        const char *value = suggestions[i].value;

        if (strcmp(suggestions[i].field, "fields") == 0) {
            add(&l, "field", value, strlen(value));
            if (strchr(value, '.') != NULL)
                add(&l, "field", value, strcspn(value, "."));
        } else if (strcmp(suggestions[i].field, "trl") == 0) {
            add(&l, "trl", value, strlen(value));
        } else {
            add_country(&l, value, vocabulary, day);
        }
    }
    *complete = *complete && l.complete;
    return l.count;
}

size_t
qiaoi_facts_suggested_tags(const qiaoi_facts *facts, const qiao_vocabulary *vocabulary, int day, qiao_arena *arena,
                           const char **tags, size_t count, size_t capacity, bool *complete)
{
    qiao_suggestion found[QIAO_SUGGESTIONS_MAX];
    const char *field = qiaoi_facts_text(facts, facts->suggested_field),
               *country = qiaoi_facts_text(facts, facts->suggested_country);
    size_t n = 0;

    if (field != NULL) {
        found[n].field = "fields";
        snprintf(found[n++].value, sizeof found[0].value, "%s", field);
    }
    if (facts->suggested_trl != QIAO_UNKNOWN) {
        found[n].field = "trl";
        snprintf(found[n++].value, sizeof found[0].value, "%d", (int)facts->suggested_trl);
    }
    if (country != NULL) {
        found[n].field = "country";
        snprintf(found[n++].value, sizeof found[0].value, "%s", country);
    }
    return qiaoi_suggested_tags(found, n, vocabulary, day, arena, tags, count, capacity, complete);
}
