/* Reads the configuration of a night: see nightly.h. */
#include "nightly.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_BYTES_MAX ((size_t)256 << 10)
#define KEEP_MAX 1000

typedef enum option_kind { TEXT, NUMBER, FLAG } option_kind;

static const struct option {
    const char *name, *argument;
    option_kind kind;
} options[] = {
    {"feed", "--feed", TEXT},
    {"preset", "--preset", TEXT},
    {"url", "--url", TEXT},
    {"source", "--source", TEXT},
    {"header_file", "--header-file", TEXT},
    {"contact", "--contact", TEXT},
    {"allow_private", "--allow-private", FLAG},
    {"max_page", "--max-page", NUMBER},
    {"max_pages", "--max-pages", NUMBER},
    {"max_records", "--max-records", NUMBER},
};
#define OPTIONS (sizeof options / sizeof *options)

void
qiao_nightly_config_done(qiao_nightly_config *config)
{
    for (size_t i = 0; i < config->source_count; i++)
        for (size_t k = 0; k < config->sources[i].count; k++)
            qiao_free(config->sources[i].arguments[k]);
    *config = (qiao_nightly_config){0};
}

static qiao_status
add_argument(qiao_nightly_source *source, const char *text, qiao_error *err)
{
    if (source->count == QIAO_NIGHTLY_ARGUMENTS_MAX)
        return qiao_fail(err, QIAO_E_INPUT, "a source has too many fields");
    source->arguments[source->count] = qiao_strdup(text);
    if (source->arguments[source->count] == NULL)
        return qiao_fail_memory(err);
    source->count++;
    return QIAO_OK;
}

static qiao_status
add_option(qiao_nightly_source *source, const struct option *option, const cJSON *value, bool *fits, qiao_error *err)
{
    char number[32];
    qiao_status st;

    *fits = option->kind == TEXT     ? cJSON_IsString(value) && value->valuestring[0] != '\0'
            : option->kind == NUMBER ? cJSON_IsNumber(value) && value->valuedouble >= 1 && value->valuedouble <= 1e15
                                     : cJSON_IsBool(value);
    if (!*fits || (option->kind == FLAG && !cJSON_IsTrue(value)))
        return QIAO_OK;
    st = add_argument(source, option->argument, err);
    if (st != QIAO_OK || option->kind == FLAG)
        return st;
    snprintf(number, sizeof number, "%.0f", option->kind == NUMBER ? value->valuedouble : 0.0);
    return add_argument(source, option->kind == NUMBER ? number : value->valuestring, err);
}

static qiao_status
read_source(const char *path, size_t index, const cJSON *object, qiao_nightly_source *source, qiao_error *err)
{
    const cJSON *item;
    bool named = false;

    cJSON_ArrayForEach(item, object)
    {
        size_t o = 0;
        bool fits;
        qiao_status st;

        while (o < OPTIONS && strcmp(options[o].name, item->string) != 0)
            o++;
        if (o == OPTIONS)
            return qiao_fail(err, QIAO_E_INPUT, "%s: source %zu of harvest: there is no field %s", path, index + 1,
                             item->string);
        st = add_option(source, &options[o], item, &fits, err);
        if (st != QIAO_OK)
            return st;
        if (!fits)
            return qiao_fail(err, QIAO_E_INPUT, "%s: source %zu of harvest: %s must be %s", path, index + 1,
                             options[o].name,
                             options[o].kind == TEXT     ? "a text"
                             : options[o].kind == NUMBER ? "a number from 1"
                                                         : "true or false");
        named = named || strcmp(options[o].name, "feed") == 0 || strcmp(options[o].name, "preset") == 0;
    }
    if (!named)
        return qiao_fail(err, QIAO_E_INPUT, "%s: source %zu of harvest names neither feed nor preset", path, index + 1);
    return QIAO_OK;
}

static qiao_status
read_sources(const char *path, const cJSON *list, qiao_nightly_config *out, qiao_error *err)
{
    const cJSON *item;
    qiao_status st = QIAO_OK;

    if (!cJSON_IsArray(list) || (size_t)cJSON_GetArraySize(list) > QIAO_NIGHTLY_SOURCES_MAX)
        return qiao_fail(err, QIAO_E_INPUT, "%s: harvest must be a list of at most %u sources", path,
                         QIAO_NIGHTLY_SOURCES_MAX);
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsObject(item))
            return qiao_fail(err, QIAO_E_INPUT, "%s: harvest must be a list of at most %u sources", path,
                             QIAO_NIGHTLY_SOURCES_MAX);
        out->source_count++;
        st = read_source(path, out->source_count - 1, item, &out->sources[out->source_count - 1], err);
        if (st != QIAO_OK)
            return st;
    }
    return st;
}

static qiao_status
read_fields(const char *path, const cJSON *root, qiao_nightly_config *out, qiao_error *err)
{
    const cJSON *item;
    qiao_status st = QIAO_OK;

    if (!cJSON_IsObject(root))
        return qiao_fail(err, QIAO_E_INPUT, "%s: is not a JSON object", path);
    cJSON_ArrayForEach(item, root)
    {
        if (strcmp(item->string, "harvest") == 0) {
            st = out->source_count > 0 ? qiao_fail(err, QIAO_E_INPUT, "%s: %s stands there twice", path, "harvest")
                                       : read_sources(path, item, out, err);
        } else if (strcmp(item->string, "keep") == 0) {
            if (!cJSON_IsNumber(item) || item->valuedouble < 1 || item->valuedouble > KEEP_MAX)
                return qiao_fail(err, QIAO_E_INPUT, "%s: %s must be a whole number from %u to %u", path, "keep", 1u,
                                 (unsigned)KEEP_MAX);
            out->keep = (uint32_t)item->valuedouble;
        } else {
            st = qiao_fail(err, QIAO_E_INPUT, "%s: there is no field %s", path, item->string);
        }
        if (st != QIAO_OK)
            return st;
    }
    return st;
}

qiao_status
qiao_nightly_config_read(const char *path, qiao_nightly_config *out, qiao_error *err)
{
    qiao_buffer text = {0};
    cJSON *root = NULL;
    qiao_status st = qiao_file_read(path, CONFIG_BYTES_MAX, &text, err);

    *out = (qiao_nightly_config){0};
    if (st == QIAO_OK) {
        root = cJSON_ParseWithLength(text.data == NULL ? "" : text.data, text.length);
        st = root == NULL ? qiao_fail(err, QIAO_E_INPUT, "%s: is not a JSON object", path)
                          : read_fields(path, root, out, err);
    }
    cJSON_Delete(root);
    qiao_buffer_done(&text);
    if (st != QIAO_OK)
        qiao_nightly_config_done(out);
    return st;
}
