/* Texts from tables into the nested form of records, by the types of the schema. What does not fit its type stays a
 * text: the record parser then refuses it with field, value and reason. */
#include "import_flat.h"

#include "qiao/file.h"
#include "qiao/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_SIZE 160
#define DATE_SIZE 16

static bool
add(cJSON *object, const char *key, cJSON *value)
{
    if (value != NULL && cJSON_AddItemToObject(object, key, value))
        return true;
    cJSON_Delete(value);
    return false;
}

/* Behind a day, without a zone: " 0:00", " 15:10:23", "T00:00:00". With one the text is a time that records may hold.
 */
static bool
is_time_of_day(const char *text)
{
    return (*text == ' ' || *text == 'T') && text[1] >= '0' && text[1] <= '9' && strchr(text, ':') != NULL &&
           text[1 + strspn(text + 1, "0123456789:.")] == '\0';
}

/* "2026/3/1", "2026.3.1", "2026年3月1日", "20260301" to out ("2026-03-01"); false where it is something else. */
static bool
read_date(const char *text, char out[DATE_SIZE])
{
    unsigned parts[3] = {0};
    size_t digits[3] = {0}, part = 0;

    for (; *text != '\0' && part < 3; text++) {
        if (*text >= '0' && *text <= '9' && digits[part] < 8) {
            parts[part] = parts[part] * 10 + (unsigned)(*text - '0');
            digits[part]++;
        } else if (digits[part] > 0 && (strchr("/.-", *text) != NULL || strncmp(text, "年", 3) == 0 ||
                                        strncmp(text, "月", 3) == 0 || strncmp(text, "日", 3) == 0)) {
            text += (unsigned char)*text >= 0x80 ? 2 : 0;
            part++;
        } else {
            break;
        }
    }
    if (*text != '\0' && !is_time_of_day(text))
        return false;
    if (digits[0] == 8 && digits[1] == 0) {
        parts[2] = parts[0] % 100;
        parts[1] = parts[0] / 100 % 100;
        parts[0] /= 10000;
    } else if (digits[0] != 4 || digits[1] == 0 || digits[1] > 2 || digits[2] == 0 || digits[2] > 2) {
        return false;
    }
    snprintf(out, DATE_SIZE, "%04u-%02u-%02u", parts[0] % 10000, parts[1] % 100, parts[2] % 100);
    return true;
}

static cJSON *
date_value(const char *text)
{
    char day[DATE_SIZE];

    return cJSON_CreateString(read_date(text, day) ? day : text);
}

/* Is it "-12.5" or the like? cJSON reads more than JSON knows. */
static bool
is_number(const char *text)
{
    size_t n = strspn(text, "0123456789+-.eE");

    return n > 0 && n < 60 && text[n] == '\0' && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
}

/* "2 073 781,25", "2,073,781.25", "￥500" stays; out keeps digits and one point. Only what is surely a number is
 * touched. */
static void
clean_number(const char *text, bool decimal_comma, char *out, size_t size)
{
    size_t n = 0;

    for (const char *at = text; *at != '\0' && n + 1 < size; at++) {
        if (*at == ' ' ||
            (*at == (decimal_comma ? '.' : ',') && at[1] >= '0' && at[1] <= '9' && at[2] != '\0' && at[3] != '\0'))
            continue;
        out[n++] = decimal_comma && *at == ',' ? '.' : *at;
    }
    out[n] = '\0';
    if (!is_number(out))
        snprintf(out, size, "%s", text);
}

static void
scale_number(char *text, size_t size, double scale)
{
    double value = strtod(text, NULL) * scale;
    size_t n;

    if (scale == 0.0 || !is_number(text) || !isfinite(value))
        return;
    n = (size_t)snprintf(text, size, "%.4f", value);
    while (n > 0 && n < size && text[n - 1] == '0')
        text[--n] = '\0';
    if (n > 0 && n < size && text[n - 1] == '.')
        text[n - 1] = '\0';
}

static cJSON *
number_value(const char *text, const qiaoi_flat_options *options, bool as_text)
{
    char number[400];
    cJSON *value;

    clean_number(text, options->decimal_comma, number, sizeof number);
    scale_number(number, sizeof number, options->scale);
    if (as_text || !is_number(number))
        return cJSON_CreateString(number);
    value = cJSON_ParseWithOpts(number, NULL, 1);
    return value != NULL ? value : cJSON_CreateString(number);
}

static cJSON *
boolean_value(const char *text)
{
    static const char *const yes[] = {"true", "TRUE", "yes", "Yes", "Y", "y", "1", "是", "有"};
    static const char *const no[] = {"false", "FALSE", "no", "No", "N", "n", "0", "否", "无"};

    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (strcmp(text, yes[i]) == 0)
            return cJSON_CreateTrue();
        if (strcmp(text, no[i]) == 0)
            return cJSON_CreateFalse();
    }
    return cJSON_CreateString(text);
}

/* Bytes of a separator that stands at text; 0 where none does. */
static size_t
separator_length(const char *text, const char *separators)
{
    if (separators != NULL)
        return *separators != '\0' && strncmp(text, separators, strlen(separators)) == 0 ? strlen(separators) : 0;
    if (*text == ';' || *text == '|' || *text == '\n')
        return 1;
    return strncmp(text, "；", 3) == 0 || strncmp(text, "、", 3) == 0 ? 3 : 0;
}

static bool
add_trimmed(cJSON *list, const char *text, size_t length)
{
    char *copy;
    cJSON *item;

    while (length > 0 && (*text == ' ' || *text == '\r' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\r' || text[length - 1] == '\t'))
        length--;
    if (length == 0)
        return true;
    copy = qiao_strndup(text, length);
    item = copy == NULL ? NULL : cJSON_CreateString(copy);
    qiao_free(copy);
    if (item == NULL)
        return false;
    cJSON_AddItemToArray(list, item);
    return true;
}

cJSON *
qiaoi_flat_list(const char *text, const char *separators)
{
    cJSON *list = cJSON_CreateArray();
    const char *start = text;
    bool sound = list != NULL;

    for (const char *at = text; sound; at++) {
        size_t n = *at == '\0' ? 0 : separator_length(at, separators);

        if (*at != '\0' && n == 0)
            continue;
        sound = add_trimmed(list, start, (size_t)(at - start));
        if (*at == '\0')
            break;
        at += n - 1;
        start = at + 1;
    }
    if (!sound) {
        cJSON_Delete(list);
        return NULL;
    }
    return list;
}

static cJSON *
json_value(const char *text)
{
    cJSON *value = *text == '{' || *text == '[' ? cJSON_ParseWithOpts(text, NULL, 1) : NULL;

    return value != NULL ? value : cJSON_CreateString(text);
}

static cJSON *
value_of(qiao_field_type type, const char *text, const qiaoi_flat_options *options)
{
    switch (type) {
    case QIAO_FIELD_TEXT:
    case QIAO_FIELD_LABEL:
    case QIAO_FIELD_STRING:
    case QIAO_FIELD_CODE:
    case QIAO_FIELD_OPERATOR:
        return cJSON_CreateString(text);
    case QIAO_FIELD_TEXTS:
    case QIAO_FIELD_STRINGS:
    case QIAO_FIELD_CODES:
        return qiaoi_flat_list(text, options->list_separator);
    case QIAO_FIELD_INTEGER:
    case QIAO_FIELD_NUMBER:
        return number_value(text, options, false);
    case QIAO_FIELD_DECIMAL:
        return number_value(text, options, true);
    case QIAO_FIELD_DATE:
        return date_value(text);
    case QIAO_FIELD_BOOLEAN:
        return boolean_value(text);
    case QIAO_FIELD_OBJECT:
    case QIAO_FIELD_OBJECTS:
    case QIAO_FIELD_ANY:
        return json_value(text);
    }
    return cJSON_CreateString(text);
}

/* The object that path's parents stand for, made where it is not there; a list of objects gets its first. NULL when out
 * of memory. */
static cJSON *
parent_of(cJSON *record, const char *path, const char **key_out)
{
    const char *dot = strchr(path, '.');
    char name[FIELD_SIZE];
    const qiao_field *row;
    cJSON *child;

    *key_out = path;
    if (dot == NULL)
        return record;
    snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
    row = qiao_record_field(name);
    child = cJSON_GetObjectItemCaseSensitive(record, name);
    if (child == NULL) {
        child = row != NULL && row->type == QIAO_FIELD_OBJECTS ? cJSON_CreateArray() : cJSON_CreateObject();
        if (!add(record, name, child))
            return NULL;
    }
    if (cJSON_IsArray(child)) {
        cJSON *first = child->child != NULL ? child->child : cJSON_CreateObject();

        if (first != NULL && child->child == NULL)
            cJSON_AddItemToArray(child, first);
        child = first;
    }
    *key_out = dot + 1;
    return child;
}

/* Puts a value under its last key, in place of what stood there. */
static bool
put(cJSON *record, const char *path, cJSON *value)
{
    const char *key;
    cJSON *parent = value == NULL ? NULL : parent_of(record, path, &key);

    if (parent == NULL) {
        cJSON_Delete(value);
        return false;
    }
    if (!cJSON_IsObject(parent)) { /* a text where an object belongs: the parser will say so */
        cJSON_Delete(value);
        return true;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(parent, key);
    return add(parent, key, value);
}

/* "title.en": the row of title, and base cut before the language. NULL where the last part is no language of a text. */
static const qiao_field *
field_with_language(const char *field, char base[FIELD_SIZE])
{
    const char *dot = strrchr(field, '.');
    const qiao_field *row;

    if (dot == NULL || (size_t)(dot - field) >= FIELD_SIZE)
        return NULL;
    snprintf(base, FIELD_SIZE, "%.*s", (int)(dot - field), field);
    row = qiao_record_field(base);
    return row != NULL &&
                   (row->type == QIAO_FIELD_TEXT || row->type == QIAO_FIELD_TEXTS || row->type == QIAO_FIELD_LABEL)
               ? row
               : NULL;
}

/* Where a record field leads: its row, and the language where one is named. NULL for a field the schema does not know.
 */
static const qiao_field *
row_of(const char *field, char base[FIELD_SIZE], const char **language_out)
{
    const qiao_field *row = qiao_record_field(field);

    *language_out = NULL;
    if (row != NULL)
        return row;
    row = field_with_language(field, base);
    if (row != NULL)
        *language_out = strrchr(field, '.') + 1;
    return row;
}

qiao_field_type
qiaoi_flat_type(const char *field)
{
    char base[FIELD_SIZE];
    const char *language;
    const qiao_field *row = row_of(field, base, &language);

    return row == NULL ? QIAO_FIELD_STRING : row->type;
}

static bool
put_language(cJSON *record, const char *base, const char *language, cJSON *value)
{
    const char *key;
    cJSON *parent = parent_of(record, base, &key);
    cJSON *map = parent == NULL ? NULL : cJSON_GetObjectItemCaseSensitive(parent, key);

    if (parent != NULL && map == NULL && add(parent, key, cJSON_CreateObject()))
        map = cJSON_GetObjectItemCaseSensitive(parent, key);
    if (map == NULL || !cJSON_IsObject(map)) { /* out of memory, or a plain text stands there already and stays */
        cJSON_Delete(value);
        return map != NULL;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(map, language);
    return add(map, language, value);
}

bool
qiaoi_flat_put(cJSON *record, const char *field, cJSON *value)
{
    char base[FIELD_SIZE];
    const char *language;
    const qiao_field *row = row_of(field, base, &language);

    if (value == NULL)
        return false;
    if (language != NULL)
        return put_language(record, base, language, value);
    if (row != NULL)
        return put(record, field, value);
    cJSON_DeleteItemFromObjectCaseSensitive(record, field);
    return add(record, field, value);
}

bool
qiaoi_flat_set(cJSON *record, const char *field, const char *text, const qiaoi_flat_options *options)
{
    return qiaoi_flat_put(record, field, value_of(qiaoi_flat_type(field), text, options));
}
