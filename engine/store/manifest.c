/*
 * manifest.json: one JSON object a person can read, and whose last line is a checksum (XXH3-128) over all bytes before
 * that line. So a damaged or edited manifest is recognised before any of it is believed. Written by hand, read by
 * cJSON.
 */
#include "store/manifest.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

#define NUMBER_MAX ((uint64_t)1 << 53) /* JSON readers keep whole numbers exact up to here */
#define TAIL_HEAD "  \"checksum\": \""
#define TAIL_END "\"\n}\n"
#define HEX 32
#define TAIL_SIZE (sizeof TAIL_HEAD - 1 + HEX + sizeof TAIL_END - 1)
#define FILES_MAX (sizeof(((qiao_manifest *)0)->files) / sizeof(((qiao_manifest *)0)->files[0]))

/* One table says which number and text stands under which name, for writing and reading. */
typedef struct number_field {
    const char *name;
    size_t offset;
} number_field;

typedef struct text_field {
    const char *name;
    size_t offset, size;
} text_field;

static const number_field numbers[] = {
    {"generation", offsetof(qiao_manifest, generation)},
    {"parent", offsetof(qiao_manifest, parent)},
    {"projects", offsetof(qiao_manifest, projects)},
    {"needs", offsetof(qiao_manifest, needs)},
    {"terms", offsetof(qiao_manifest, terms)},
    {"postings", offsetof(qiao_manifest, postings)},
    {"bilingual", offsetof(qiao_manifest, bilingual)},
    {"source_sequence", offsetof(qiao_manifest, source_sequence)},
    {"statistics", offsetof(qiao_manifest, statistics)},
    {"drift_projects", offsetof(qiao_manifest, drift_projects)},
    {"drift_needs", offsetof(qiao_manifest, drift_needs)},
};

#define TEXT_FIELD(name)                                                                                               \
    {                                                                                                                  \
#name, offsetof(qiao_manifest, name), sizeof(((qiao_manifest *)0)->name)                                       \
    }
static const text_field texts[] = {
    TEXT_FIELD(created), TEXT_FIELD(vocabulary), TEXT_FIELD(lexicon), TEXT_FIELD(profile), TEXT_FIELD(software),
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

bool
qiaoi_manifest_path_good(const char *name)
{
    if (*name == '\0' || *name == '/' || strcmp(name, QIAOI_MANIFEST_NAME) == 0)
        return false;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/' ? 1 : 0;
        if (*part == '\0' || *part == '/' || strncmp(part, "../", 3) == 0 || strcmp(part, "..") == 0)
            return false;
    }
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == '\\' || *at == '"')
            return false;
    return true;
}

/* --- writing --- */

static qiao_status
check_number(const char *name, uint64_t value, qiao_error *err)
{
    if (value > NUMBER_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%s of the manifest is too large: %" PRIu64, name, value);
    return QIAO_OK;
}

static qiao_status
write_numbers(const qiao_manifest *manifest, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer_printf(out, "  \"format_version\": %" PRIu32 ",\n", manifest->format_version);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        uint64_t value;
        qiao_status status;

        memcpy(&value, (const char *)manifest + numbers[i].offset, sizeof value);
        status = check_number(numbers[i].name, value, err);
        if (status != QIAO_OK)
            return status;
        qiao_buffer_printf(out, "  \"%s\": %" PRIu64 ",\n", numbers[i].name, value);
    }
    return QIAO_OK;
}

static void
write_texts(const qiao_manifest *manifest, qiao_buffer *out)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *value = (const char *)manifest + texts[i].offset;
        const char *end = memchr(value, '\0', texts[i].size);

        qiao_buffer_printf(out, "  \"%s\": ", texts[i].name);
        qiao_buffer_json_string(out, value, end != NULL ? (size_t)(end - value) : texts[i].size - 1);
        qiao_buffer_text(out, ",\n");
    }
}

static qiao_status
write_files(const qiao_manifest *manifest, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer_text(out, "  \"files\": [");
    for (size_t i = 0; i < manifest->file_count; i++) {
        qiao_status status = check_number(manifest->files[i].name, manifest->files[i].size, err);

        if (status != QIAO_OK)
            return status;
        qiao_buffer_text(out, i == 0 ? "\n    {\"name\": " : ",\n    {\"name\": ");
        qiao_buffer_json_string(out, manifest->files[i].name, strlen(manifest->files[i].name));
        qiao_buffer_printf(out, ", \"size\": %" PRIu64 ", \"checksum\": \"%s\"}", manifest->files[i].size,
                           manifest->files[i].checksum);
    }
    qiao_buffer_text(out, manifest->file_count == 0 ? "],\n" : "\n  ],\n");
    return QIAO_OK;
}

qiao_status
qiaoi_manifest_write(const qiao_manifest *manifest, qiao_buffer *out, qiao_error *err)
{
    size_t start = out->length;
    char hex[HEX + 1];
    qiao_status status;

    qiao_buffer_text(out, "{\n");
    status = write_numbers(manifest, out, err);
    if (status != QIAO_OK)
        return status;
    write_texts(manifest, out);
    status = write_files(manifest, out, err);
    if (status == QIAO_OK)
        status = qiao_buffer_check(out, err);
    if (status != QIAO_OK)
        return status;
    qiao_hash128_hex(out->data + start, out->length - start, hex);
    qiao_buffer_printf(out, "%s%s%s", TAIL_HEAD, hex, TAIL_END);
    return qiao_buffer_check(out, err);
}

/* --- reading --- */

typedef struct reader {
    const char *path;
    qiao_error *err;
} reader;

static qiao_status
fail_damaged(const reader *r)
{
    return qiao_fail(r->err, QIAO_E_CORRUPT, "%s is damaged or was changed by hand", r->path);
}

static qiao_status
fail_field(const reader *r, const char *name)
{
    return qiao_fail(r->err, QIAO_E_CORRUPT, "%s has no usable field %s", r->path, name);
}

static bool
checksum_matches(const char *text, size_t length)
{
    const char *tail;
    char hex[HEX + 1];

    if (length < TAIL_SIZE)
        return false;
    tail = text + length - TAIL_SIZE;
    if (memcmp(tail, TAIL_HEAD, sizeof TAIL_HEAD - 1) != 0 ||
        memcmp(text + length - (sizeof TAIL_END - 1), TAIL_END, sizeof TAIL_END - 1) != 0)
        return false;
    qiao_hash128_hex(text, length - TAIL_SIZE, hex);
    return memcmp(tail + sizeof TAIL_HEAD - 1, hex, HEX) == 0;
}

static bool
read_number(const cJSON *object, const char *name, uint64_t *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0.0) || item->valuedouble > (double)NUMBER_MAX)
        return false;
    *out = (uint64_t)item->valuedouble;
    return true;
}

/* Copies the text of that name into out of size bytes; false where it is absent or too long. */
static bool
read_text(const cJSON *object, const char *name, char *out, size_t size)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    size_t length = value != NULL ? strlen(value) : size;

    if (length >= size)
        return false;
    memcpy(out, value, length + 1);
    return true;
}

static qiao_status
read_files(const reader *r, const cJSON *root, qiao_manifest *out)
{
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(root, "files"), *item;

    if (!cJSON_IsArray(files))
        return fail_field(r, "files");
    cJSON_ArrayForEach(item, files)
    {
        size_t i = out->file_count;

        if (i >= FILES_MAX || !read_text(item, "name", out->files[i].name, sizeof out->files[i].name) ||
            !qiaoi_manifest_path_good(out->files[i].name) || !read_number(item, "size", &out->files[i].size) ||
            !read_text(item, "checksum", out->files[i].checksum, sizeof out->files[i].checksum))
            return fail_field(r, "files");
        out->file_count++;
    }
    return QIAO_OK;
}

static qiao_status
read_fields(const reader *r, const cJSON *root, qiao_manifest *out)
{
    uint64_t value;

    if (!read_number(root, "format_version", &value) || value > UINT32_MAX)
        return fail_field(r, "format_version");
    out->format_version = (uint32_t)value;
    if (value != QIAO_FORMAT_VERSION)
        return qiao_fail(r->err, QIAO_E_VERSION, "%s has format %" PRIu64 ", this program reads format %d", r->path,
                         value, QIAO_FORMAT_VERSION);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        if (!read_number(root, numbers[i].name, &value))
            return fail_field(r, numbers[i].name);
        memcpy((char *)out + numbers[i].offset, &value, sizeof value);
    }
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!read_text(root, texts[i].name, (char *)out + texts[i].offset, texts[i].size))
            return fail_field(r, texts[i].name);
    return read_files(r, root, out);
}

qiao_status
qiaoi_manifest_read(const char *text, size_t length, const char *path, qiao_manifest *out, qiao_error *err)
{
    reader r = {path, err};
    qiao_manifest manifest;
    qiao_status status;
    cJSON *root;

    if (!checksum_matches(text, length))
        return fail_damaged(&r);
    root = cJSON_ParseWithLength(text, length);
    if (root == NULL) /* its checksum is right, so it is not the text that is wrong */
        return qiao_fail_memory(err);
    memset(&manifest, 0, sizeof manifest);
    status = cJSON_IsObject(root) ? read_fields(&r, root, &manifest) : fail_damaged(&r);
    cJSON_Delete(root);
    if (status == QIAO_OK)
        *out = manifest;
    return status;
}
