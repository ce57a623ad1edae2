/* Reads the two forms in which CC-CEDICT comes: see cedict_file.h. */
#include "lexicon/compile/cedict_file.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <string.h>

typedef struct reader {
    const char *path;
    cedict_visit visit;
    void *context;
    size_t count;
} reader;

static qiao_status
visit(reader *r, const char *simplified, const char *pinyin, const char *const *senses, size_t count, qiao_error *err)
{
    r->count++;
    return r->visit(&(cedict_entry){simplified, pinyin, senses, count}, r->context, err);
}

static qiao_status
read_package(reader *r, const char *text, qiao_error *err)
{
    const char *json = strchr(text, '{');
    cJSON *root = json == NULL ? NULL : cJSON_Parse(json);
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(root, "all"), *item;
    qiao_status st = QIAO_OK;

    if (!cJSON_IsArray(all)) {
        cJSON_Delete(root);
        return qiao_fail(err, QIAO_E_INPUT, "%s is not the data file of the cc-cedict package", r->path);
    }
    cJSON_ArrayForEach(item, all)
    {
        const cJSON *simplified = cJSON_GetArrayItem(item, 1), *pinyin = cJSON_GetArrayItem(item, 2),
                    *english = cJSON_GetArrayItem(item, 3), *one;
        const char *senses[CEDICT_SENSES_MAX];
        size_t n = 0;

        if (!cJSON_IsString(simplified) || !cJSON_IsString(pinyin))
            continue;
        if (cJSON_IsString(english))
            senses[n++] = english->valuestring;
        else
            cJSON_ArrayForEach(one, english) if (cJSON_IsString(one) && n < CEDICT_SENSES_MAX) senses[n++] =
                one->valuestring;
        st = visit(r, simplified->valuestring, pinyin->valuestring, senses, n, err);
        if (st != QIAO_OK)
            break;
    }
    cJSON_Delete(root);
    return st;
}

/* 臺灣 台湾 [Tai2 wan1] /Taiwan/ */
static qiao_status
read_line(reader *r, char *line, qiao_error *err)
{
    char *space = strchr(line, ' '), *simplified, *bracket, *close, *slash;
    const char *senses[CEDICT_SENSES_MAX];
    size_t n = 0;

    if (*line == '#' || space == NULL)
        return QIAO_OK;
    simplified = space + 1;
    space = strchr(simplified, ' ');
    bracket = strchr(simplified, '[');
    close = bracket == NULL ? NULL : strchr(bracket, ']');
    slash = close == NULL ? NULL : strchr(close, '/');
    if (space == NULL || slash == NULL)
        return QIAO_OK;
    *space = *close = '\0';
    while (slash != NULL && n < CEDICT_SENSES_MAX) {
        char *next = strchr(slash + 1, '/');

        if (next == NULL)
            break;
        *next = '\0';
        senses[n++] = slash + 1;
        slash = next;
    }
    return visit(r, simplified, bracket + 1, senses, n, err);
}

qiao_status
cedict_each(const char *path, cedict_visit visit_entry, void *context, qiao_error *err)
{
    static const char head[] = "export default";
    reader r = {path, visit_entry, context, 0};
    qiao_buffer file = {0};
    qiao_status st = qiao_file_read(path, 0, &file, err);

    if (st == QIAO_OK && file.length > sizeof head && strncmp(file.data, head, sizeof head - 1) == 0) {
        st = read_package(&r, file.data, err);
    } else if (st == QIAO_OK) {
        char *line = file.data, *next;

        for (; st == QIAO_OK && line != NULL && *line != '\0'; line = next) {
            next = strchr(line, '\n');
            if (next != NULL)
                *next++ = '\0';
            st = read_line(&r, line, err);
        }
    }
    if (st == QIAO_OK && r.count == 0)
        st = qiao_fail(err, QIAO_E_INPUT, "%s holds no CC-CEDICT entries", path);
    qiao_buffer_done(&file);
    return st;
}
