/* A parsed record: release, texts, completeness. */
#include "record/schema.h"

#include <string.h>

#define MILLION 1000000
#define STAND_INS_MAX 16u /* rows of the schema that stand for others: fewer than that */

void
qiao_record_free(qiao_record *record)
{
    if (record != NULL)
        qiao_arena_free(record->arena); /* the record itself stands in it */
}

const qiao_text *
qiao_record_text(const qiao_record *record, const char *name, const char *language)
{
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];

        if (strcmp(text->name, name) == 0 && (language == NULL || strcmp(text->language, language) == 0))
            return text;
    }
    return NULL;
}

const qiao_text *
qiao_record_title(const qiao_record *record, const char *language)
{
    const qiao_text *wanted = qiao_record_text(record, "title", language);

    return wanted != NULL ? wanted : qiao_record_text(record, "title", NULL);
}

static bool
is_filled(const qiao_record *record, size_t row)
{
    return (record->filled[row / 64] >> (row % 64) & 1) != 0;
}

/* Is path one of "a|b"? */
static bool
names(const char *list, const char *path)
{
    size_t n = strlen(path);

    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, "|");

        if (length == n && strncmp(list, path, n) == 0)
            return true;
        list += length + (list[length] == '|' ? 1 : 0);
    }
    return false;
}

/* What the filled rows stand for, besides themselves. */
typedef struct stand_ins {
    const char *lists[STAND_INS_MAX];
    size_t count;
} stand_ins;

static void
find_stand_ins(const qiao_record *record, stand_ins *found)
{
    const qiaoi_schema_row *row;

    found->count = 0;
    for (size_t i = 0; (row = qiaoi_schema_row_at(i)) != NULL; i++)
        if (row->stands_for != NULL && is_filled(record, i) && found->count < STAND_INS_MAX)
            found->lists[found->count++] = row->stands_for;
}

static bool
another_stands_for(const stand_ins *found, const char *path)
{
    for (size_t i = 0; i < found->count; i++)
        if (names(found->lists[i], path))
            return true;
    return false;
}

int32_t
qiao_record_completeness(const qiao_record *record, const char **missing_out, size_t capacity, size_t *missing_count)
{
    int64_t total = 0, filled = 0;
    const qiaoi_schema_row *row;
    size_t missing = 0;
    stand_ins others;

    find_stand_ins(record, &others);
    for (size_t i = 0; (row = qiaoi_schema_row_at(i)) != NULL; i++) {
        int64_t weight = record->kind == QIAO_PROJECT ? row->field.weight_project : row->field.weight_need;

        if (weight == 0 || (row->field.sides & 1u << record->kind) == 0)
            continue;
        total += weight;
        if (is_filled(record, i) || another_stands_for(&others, row->field.path)) {
            filled += weight;
            continue;
        }
        if (missing < capacity)
            missing_out[missing] = row->field.path;
        missing++;
    }
    if (missing_count != NULL)
        *missing_count = missing < capacity ? missing : capacity;
    return (int32_t)(filled * MILLION / total);
}
