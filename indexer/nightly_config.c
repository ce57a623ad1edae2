/* Reads the configuration of a night: see nightly.h. */
#include "nightly.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_BYTES_MAX ((size_t)256 << 10)

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
    {"max_time", "--max-time", NUMBER},
    {"max_stall", "--max-stall", NUMBER},
    {"max_drop", "--max-drop", NUMBER},
    {"query_file", "--query-file", TEXT},
    {"proxy", "--proxy", TEXT},
    {"ca_file", "--ca-file", TEXT},
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

/* "source" names it; else the map that it is read by, as harvest does. */
static const char *
name_of(const qiao_nightly_source *source)
{
    static const char *const by[] = {"--source", "--preset", "--feed"};

    for (size_t i = 0; i < sizeof by / sizeof *by; i++)
        for (size_t k = 0; k + 1 < source->count; k++)
            if (strcmp(source->arguments[k], by[i]) == 0)
                return source->arguments[k + 1];
    return "";
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
    source->name = name_of(source);
    return QIAO_OK;
}

/* Two harvests of one source at once would take each other's pages. */
static qiao_status
check_names(const char *path, const qiao_nightly_config *config, qiao_error *err)
{
    for (size_t i = 0; i < config->source_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(config->sources[i].name, config->sources[k].name) == 0)
                return qiao_fail(err, QIAO_E_INPUT,
                                 "%s: sources %zu and %zu of harvest have one name, %.60s: give "
                                 "each its own by \"source\"",
                                 path, k + 1, i + 1, config->sources[i].name);
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
    return check_names(path, out, err);
}

static const struct number_field {
    const char *name;
    size_t offset;
    uint32_t least, most, standard;
} numbers[] = {
    {"parallel", offsetof(qiao_nightly_config, parallel), 1, QIAO_NIGHTLY_PARALLEL_MAX, 4},
    {"keep", offsetof(qiao_nightly_config, keep), 2, 1000, 5},
    {"keep_days", offsetof(qiao_nightly_config, keep_days), 0, 36500, 0},
    {"report_days", offsetof(qiao_nightly_config, report_days), 0, 36500, 90},
    {"archive_days", offsetof(qiao_nightly_config, archive_days), 0, 36500, 0},
    {"reject_days", offsetof(qiao_nightly_config, reject_days), 0, 36500, 90},
    {"min_free_mib", offsetof(qiao_nightly_config, min_free_mib), 0, 1u << 30, 256},
    {"webhook_http", offsetof(qiao_nightly_config, webhook_http), 0, 1, 0},
    {"webhook_private", offsetof(qiao_nightly_config, webhook_private), 0, 1, 0},
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

static uint32_t *
number_of(qiao_nightly_config *config, size_t index)
{
    return (uint32_t *)(void *)((char *)config + numbers[index].offset);
}

static qiao_status
read_number(const char *path, const cJSON *item, qiao_nightly_config *out, qiao_error *err)
{
    size_t i = 0;

    while (i < NUMBERS && strcmp(numbers[i].name, item->string) != 0)
        i++;
    if (i == NUMBERS)
        return qiao_fail(err, QIAO_E_INPUT, "%s: there is no field %s", path, item->string);
    if (!cJSON_IsNumber(item) || item->valuedouble < numbers[i].least || item->valuedouble > numbers[i].most ||
        item->valuedouble != (double)(uint32_t)item->valuedouble)
        return qiao_fail(err, QIAO_E_INPUT, "%s: %s must be a whole number from %u to %u", path, item->string,
                         (unsigned)numbers[i].least, (unsigned)numbers[i].most);
    *number_of(out, i) = (uint32_t)item->valuedouble;
    return QIAO_OK;
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
        if (strcmp(item->string, "harvest") != 0)
            st = read_number(path, item, out, err);
        else
            st = out->source_count > 0 ? qiao_fail(err, QIAO_E_INPUT, "%s: %s stands there twice", path, "harvest")
                                       : read_sources(path, item, out, err);
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
    qiao_status st = QIAO_OK;

    *out = (qiao_nightly_config){0};
    for (size_t i = 0; i < NUMBERS; i++)
        *number_of(out, i) = numbers[i].standard;
    if (path == NULL)
        return QIAO_OK;
    st = qiao_file_read(path, CONFIG_BYTES_MAX, &text, err);
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
