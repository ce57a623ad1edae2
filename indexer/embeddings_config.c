/* Reads embeddings.json and the key file: see embeddings.h. Every wrong field is named; the key appears in no message. */
#include "embeddings.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_BYTES_MAX ((size_t)64 << 10)
#define KEY_BYTES_MAX ((size_t)8 << 10)
#define TEXT_BYTES_MAX 4000u

typedef enum field_kind { TEXT, NUMBER, FLAG } field_kind;

typedef struct field {
    const char *name;
    field_kind kind;
    size_t offset;
    bool required;
    uint32_t least, most, standard; /* numbers */
} field;

/* What stands in the file before it is made into a configuration. */
typedef struct raw {
    char *url, *model, *key_file, *ca_file, *need_prefix, *project_prefix, *space;
    uint32_t dimension, batch, timeout_seconds, retries, retry_after_seconds, budget_seconds;
    bool allow_private;
} raw;

static const field fields[] = {
    {"url", TEXT, offsetof(raw, url), true, 0, 0, 0},
    {"model", TEXT, offsetof(raw, model), true, 0, 0, 0},
    {"dimension", NUMBER, offsetof(raw, dimension), true, 1, QIAO_DENSE_DIMENSION_MAX, 0},
    {"key_file", TEXT, offsetof(raw, key_file), false, 0, 0, 0},
    {"ca_file", TEXT, offsetof(raw, ca_file), false, 0, 0, 0},
    {"need_prefix", TEXT, offsetof(raw, need_prefix), false, 0, 0, 0},
    {"project_prefix", TEXT, offsetof(raw, project_prefix), false, 0, 0, 0},
    {"space", TEXT, offsetof(raw, space), false, 0, 0, 0},
    {"batch", NUMBER, offsetof(raw, batch), false, 1, 2048, 32},
    {"timeout_seconds", NUMBER, offsetof(raw, timeout_seconds), false, 1, 3600, 60},
    {"retries", NUMBER, offsetof(raw, retries), false, 0, 20, 4},
    {"retry_after_seconds", NUMBER, offsetof(raw, retry_after_seconds), false, 0, 86400, 120},
    {"budget_seconds", NUMBER, offsetof(raw, budget_seconds), false, 1, 604800, 3600},
    {"allow_private", FLAG, offsetof(raw, allow_private), false, 0, 0, 0},
};
#define FIELDS (sizeof fields / sizeof *fields)

static char **
text_of(raw *values, const field *f)
{
    return (char **)(void *)((char *)values + f->offset);
}

static uint32_t *
number_of(raw *values, const field *f)
{
    return (uint32_t *)(void *)((char *)values + f->offset);
}

static void
free_raw(raw *values)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].kind == TEXT)
            qiao_free(*text_of(values, &fields[i]));
}

static qiao_status
read_field(const char *path, const field *f, const cJSON *item, raw *values, qiao_error *err)
{
    double number = cJSON_IsNumber(item) ? item->valuedouble : -1;
    const char *text = cJSON_GetStringValue(item);

    switch (f->kind) {
    case TEXT:
        if (text == NULL || strlen(text) > TEXT_BYTES_MAX || (f->required && *text == '\0'))
            return qiao_fail(err, QIAO_E_INPUT, "%s: %s must be a text of at most %u bytes", path, f->name, TEXT_BYTES_MAX);
        *text_of(values, f) = qiao_strdup(text);
        return *text_of(values, f) == NULL ? qiao_fail_memory(err) : QIAO_OK;
    case NUMBER:
        if (!(number >= (double)f->least && number <= (double)f->most) || (double)(uint32_t)number < number)
            return qiao_fail(err, QIAO_E_INPUT, "%s: %s must be a whole number from %u to %u", path, f->name, (unsigned)f->least, (unsigned)f->most);
        *number_of(values, f) = (uint32_t)number;
        return QIAO_OK;
    case FLAG:
        if (!cJSON_IsBool(item))
            return qiao_fail(err, QIAO_E_INPUT, "%s: %s must be true or false", path, f->name);
        values->allow_private = cJSON_IsTrue(item) != 0;
        return QIAO_OK;
    }
    return QIAO_OK;
}

static const field *
field_named(const char *name)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (name != NULL && strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static qiao_status
read_fields(const char *path, const cJSON *root, raw *values, qiao_error *err)
{
    const cJSON *item;
    bool given[FIELDS] = {false};

    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].kind == NUMBER)
            *number_of(values, &fields[i]) = fields[i].standard;
    cJSON_ArrayForEach(item, root)
    {
        const field *f = field_named(item->string);
        qiao_status st;

        if (f == NULL)
            return qiao_fail(err, QIAO_E_INPUT, "%s: there is no field %s", path, item->string == NULL ? "" : item->string);
        if (given[f - fields])
            return qiao_fail(err, QIAO_E_INPUT, "%s: %s stands there twice", path, f->name);
        given[f - fields] = true;
        st = read_field(path, f, item, values, err);
        if (st != QIAO_OK)
            return st;
    }
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].required && !given[i])
            return qiao_fail(err, QIAO_E_INPUT, "%s: %s is missing", path, fields[i].name);
    return QIAO_OK;
}

static qiao_status
read_raw(const char *path, raw *values, qiao_error *err)
{
    qiao_buffer text = {0};
    cJSON *root = NULL;
    qiao_status st = qiao_file_read(path, CONFIG_BYTES_MAX, &text, err);

    if (st == QIAO_OK) {
        root = cJSON_ParseWithLength(text.data == NULL ? "" : text.data, text.length);
        st = cJSON_IsObject(root) ? read_fields(path, root, values, err) : qiao_fail(err, QIAO_E_INPUT, "%s is no JSON object", path);
    }
    cJSON_Delete(root);
    qiao_buffer_done(&text);
    return st;
}

/* ---- into a configuration ---- */

static void
wipe(char *text)
{
    for (volatile char *at = text; at != NULL && *at != '\0'; at++)
        *at = '\0';
}

static char *
move(char **from)
{
    char *text = *from;

    *from = NULL;
    return text;
}

/* A path as it is meant: relative ones from the folder of the configuration. NULL when out of memory. */
static char *
resolve(const char *config_path, const char *path)
{
    const char *slash = strrchr(config_path, '/');
    qiao_buffer out = {0};

    if (*path == '/' || slash == NULL)
        return qiao_strdup(path);
    qiao_buffer_append(&out, config_path, (size_t)(slash - config_path) + 1);
    qiao_buffer_text(&out, path);
    if (out.failed) {
        qiao_buffer_done(&out);
        return NULL;
    }
    return out.data;
}

/* The first line of the key file. What a header cannot hold is no key. */
static qiao_status
read_key(const char *path, char **out, qiao_error *err)
{
    qiao_buffer text = {0};
    size_t length = 0;
    qiao_status st = qiao_file_read(path, KEY_BYTES_MAX, &text, err);

    if (st == QIAO_OK) {
        while (length < text.length && text.data[length] > ' ' && text.data[length] < 0x7F)
            length++;
        if (length == 0 || (length < text.length && strchr("\r\n \t", text.data[length]) == NULL))
            st = qiao_fail(err, QIAO_E_INPUT, "%s holds no key: one line of printable ASCII is needed", path);
    }
    if (st == QIAO_OK) {
        *out = qiao_strndup(text.data, length);
        st = *out == NULL ? qiao_fail_memory(err) : QIAO_OK;
    }
    wipe(text.data);
    qiao_buffer_done(&text);
    return st;
}

/* Texts and keys go over the open network only where they are encrypted. */
static qiao_status
check_url(const char *path, const raw *values, qiao_error *err)
{
    bool secure = strncmp(values->url, "https://", 8) == 0;

    if (!secure && strncmp(values->url, "http://", 7) != 0)
        return qiao_fail(err, QIAO_E_INPUT, "%s: url must begin with https://", path);
    if (!secure && !values->allow_private)
        return qiao_fail(err, QIAO_E_INPUT, "%s: url must begin with https://, or allow_private be true for a service in your own network", path);
    return QIAO_OK;
}

static qiao_status
name_space(const char *path, const raw *values, qiaoi_embeddings_config *config, qiao_error *err)
{
    uint64_t hash = qiao_hash64(values->url, strlen(values->url), 0);
    int cut = (int)strlen(values->model);

    if (values->space != NULL) {
        if (strlen(values->space) >= sizeof config->space || *values->space == '\0')
            return qiao_fail(err, QIAO_E_INPUT, "%s: space must have 1 to %zu bytes", path, sizeof config->space - 1);
        memcpy(config->space, values->space, strlen(values->space) + 1);
        return QIAO_OK;
    }
    hash = qiao_hash64(values->model, strlen(values->model), hash);
    for (int kind = 0; kind < 2; kind++)
        hash = qiao_hash64(config->prefix[kind], strlen(config->prefix[kind]), hash);
    if (cut > 80)
        for (cut = 80; cut > 0 && ((unsigned char)values->model[cut] & 0xC0u) == 0x80u;)
            cut--;
    snprintf(config->space, sizeof config->space, "%.*s#%016llx", cut, values->model, (unsigned long long)hash);
    return QIAO_OK;
}

static char *
prefix_of(char **from)
{
    return *from != NULL ? move(from) : qiao_strdup("");
}

/* The files that the configuration names. A key that cannot be had is a fault of its own: the vector space is known all the same. */
static qiao_status
read_files(const char *path, const raw *values, qiaoi_embeddings_config *config, qiao_error *err)
{
    char *key_path = NULL;
    qiao_status st = QIAO_OK;

    if (values->ca_file != NULL) {
        config->ca_file = resolve(path, values->ca_file);
        if (config->ca_file == NULL)
            return qiao_fail_memory(err);
    }
    if (values->key_file == NULL)
        return QIAO_OK;
    key_path = resolve(path, values->key_file);
    if (key_path == NULL)
        return qiao_fail_memory(err);
    if (read_key(key_path, &config->key, &config->key_fault) == QIAO_E_NOMEM)
        st = qiao_fail_memory(err);
    qiao_free(key_path);
    return st;
}

static qiao_status
make(const char *path, raw *values, qiaoi_embeddings_config *config, qiao_error *err)
{
    qiao_status st = check_url(path, values, err);

    if (st != QIAO_OK)
        return st;
    config->prefix[QIAO_PROJECT] = prefix_of(&values->project_prefix);
    config->prefix[QIAO_NEED] = prefix_of(&values->need_prefix);
    if (config->prefix[0] == NULL || config->prefix[1] == NULL)
        return qiao_fail_memory(err);
    st = name_space(path, values, config, err);
    if (st != QIAO_OK)
        return st;
    config->url = move(&values->url);
    config->model = move(&values->model);
    config->dimension = values->dimension;
    config->batch = values->batch;
    config->timeout_seconds = values->timeout_seconds;
    config->retries = values->retries;
    config->retry_after_seconds = values->retry_after_seconds;
    config->budget_seconds = values->budget_seconds;
    config->allow_private = values->allow_private;
    return read_files(path, values, config, err);
}

void
qiaoi_embeddings_config_free(qiaoi_embeddings_config *config)
{
    if (config == NULL)
        return;
    wipe(config->key);
    qiao_free(config->key);
    qiao_free(config->url);
    qiao_free(config->model);
    qiao_free(config->ca_file);
    qiao_free(config->prefix[0]);
    qiao_free(config->prefix[1]);
    qiao_free(config);
}

qiao_status
qiaoi_embeddings_config_read(const char *path, qiaoi_embeddings_config **out, qiao_error *err)
{
    qiaoi_embeddings_config *config = qiao_calloc(1, sizeof *config);
    raw values = {0};
    qiao_status st;

    *out = NULL;
    if (config == NULL)
        return qiao_fail_memory(err);
    st = read_raw(path, &values, err);
    if (st == QIAO_OK)
        st = make(path, &values, config, err);
    free_raw(&values);
    if (st != QIAO_OK) {
        qiaoi_embeddings_config_free(config);
        return st;
    }
    *out = config;
    return QIAO_OK;
}
