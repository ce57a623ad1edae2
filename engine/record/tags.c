/* Tags of a record: see qiao/tags.h. Hierarchical fields give their parents too, so that a filter on the parent finds
 * the child. */
#include "qiao/tags.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

typedef struct tag_list {
    const char **tags;
    size_t count;
    qiao_arena *arena;
    bool complete;
} tag_list;

static void
add(tag_list *list, const char *name, const char *value, size_t length)
{
    char text[200];
    int n;
    const char *copy;

    if (value == NULL || length == 0 || length > 120 || list->count == QIAO_TAGS_MAX)
        return;
    n = snprintf(text, sizeof text, "%s:%.*s", name, (int)length, value);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->tags[i], text) == 0)
            return;
    copy = qiao_arena_strndup(list->arena, text, (size_t)n);
    if (copy == NULL)
        list->complete = false;
    else
        list->tags[list->count++] = copy;
}

static void
add_text(tag_list *list, const char *name, const char *value)
{
    if (value != NULL)
        add(list, name, value, strlen(value));
}

static void
add_codes(tag_list *list, const char *name, const qiao_codes *codes)
{
    for (size_t i = 0; i < codes->count; i++)
        add_text(list, name, codes->items[i]);
}

static void
add_fields(tag_list *list, const qiao_codes *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const char *code = fields->items[i], *dot = code;

        add_text(list, "field", code);
        while ((dot = strchr(dot, '.')) != NULL) {
            add(list, "field", code, (size_t)(dot - code));
            dot++;
        }
    }
}

static void
add_groups(tag_list *list, const qiao_record *record, const qiao_vocabulary *vocabulary, int day)
{
    const char *groups[32];
    size_t n;

    if (record->country == NULL || vocabulary == NULL)
        return;
    n = qiao_vocabulary_groups_of(vocabulary, record->country, day, groups, 32);
    for (size_t i = 0; i < n && i < 32; i++)
        add_text(list, "group", groups[i]);
}

static void
add_trl(tag_list *list, const qiao_record *record)
{
    int32_t low = record->kind == QIAO_PROJECT ? record->trl : record->trl_min;
    int32_t high = record->kind == QIAO_PROJECT ? record->trl : record->trl_max;
    char digit[2] = "0";

    if (low == QIAO_UNKNOWN && high == QIAO_UNKNOWN)
        return;
    low = low == QIAO_UNKNOWN || low < 1 ? 1 : low;
    high = high == QIAO_UNKNOWN || high > 9 ? 9 : high;
    for (int32_t level = low; level <= high; level++) {
        digit[0] = (char)('0' + level);
        add(list, "trl", digit, 1);
    }
}

/* Civil year of a day number (proleptic Gregorian; Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int
year_of(int32_t day)
{
    int64_t z = (int64_t)day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);

    return (int)(yoe + era * 400 + (doy >= 306));
}

static void
add_year(tag_list *list, const qiao_record *record)
{
    char year[12];
    int n;

    if (record->published_day == QIAO_UNKNOWN)
        return;
    n = snprintf(year, sizeof year, "%d", year_of(record->published_day));
    add(list, "year", year, (size_t)n);
}

/* Whose need it is, without its name: a filter may say so where the name may not be said. */
static void
add_owner(tag_list *list, const qiao_record *record)
{
    char hash[33];

    if (record->kind != QIAO_NEED || record->org_name == NULL)
        return;
    qiao_hash128_hex(record->org_name, strlen(record->org_name), hash);
    add_text(list, "owner", hash);
}

/* May everybody see it? A project that says nothing is public, a need is not. */
static void
add_access(tag_list *list, const qiao_record *record)
{
    bool open = record->visibility == NULL ? record->kind == QIAO_PROJECT : strcmp(record->visibility, "public") == 0;

    add_text(list, "access", open ? "public" : "closed");
}

size_t
qiao_record_tags(const qiao_record *record, const qiao_vocabulary *vocabulary, int day, qiao_arena *arena,
                 const char *tags[QIAO_TAGS_MAX], bool *complete)
{
    tag_list list = {tags, 0, arena, true};

    add_text(&list, "kind", record->kind == QIAO_PROJECT ? "project" : "need");
    add_text(&list, "status", record->status == NULL ? "published" : record->status);
    add_text(&list, "country", record->country);
    add_groups(&list, record, vocabulary, day);
    add_text(&list, "region", record->region);
    add_fields(&list, &record->fields);
    add_text(&list, "park", record->park);
    add_codes(&list, "park", &record->landing_pref);
    add_codes(&list, "mode", &record->coop_modes);
    add_text(&list, "org_kind", record->org_kind);
    add_text(&list, "source", record->source);
    add_text(&list, "record_kind", record->record_kind);
    add_text(&list, "visibility", record->visibility);
    add_access(&list, record);
    add_owner(&list, record);
    for (size_t i = 0; i < record->text_count; i++)
        if (strcmp(record->texts[i].language, "und") != 0)
            add_text(&list, "language", record->texts[i].language);
    add_trl(&list, record);
    add_year(&list, record);
    *complete = list.complete;
    return list.count;
}
