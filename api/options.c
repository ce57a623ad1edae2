/* Reads the command line, the environment and the file by the table below. */
#include "options.h"

#include "config_file.h"
#include "options_table.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const qiaoi_option_row qiaoi_option_rows[QIAOI_OPTIONS_MAX] = {
    {"data", TEXT, offsetof(qiaoi_options, data), "DIR", NULL, 0, 0, FOR_ALL, SETTING,
     "data folder, as written by qiao-indexer (required)"},
    {"config", TEXT, offsetof(qiaoi_options, config), "FILE", NULL, 0, 0, FOR_ALL, FILE_NAME,
     "file of options, a line each: name = value"},
    {"listen", TEXT, offsetof(qiaoi_options, listen), "HOST:PORT", "127.0.0.1:8080", 0, 0, FOR(SERVE), SETTING,
     "address to listen on; port 0 takes a free one; unix:PATH is a socket of this machine"},
    {"allow-remote", FLAG, offsetof(qiaoi_options, allow_remote), NULL, NULL, 0, 0, FOR(SERVE), SETTING,
     "listen beyond this machine, without TLS: a proxy stands in front"},
    {"admin-listen", TEXT, offsetof(qiaoi_options, admin_listen), "HOST:PORT", NULL, 0, 0, FOR(SERVE), SETTING,
     "serve /metrics there, on loopback or a socket of this machine"},
    {"threads", NUMBER, offsetof(qiaoi_options, threads), "N", "0", 0, 512, FOR(SERVE), SETTING,
     "threads that answer; 0 = one for each core"},
    {"connections", NUMBER, offsetof(qiaoi_options, connections), "N", "1024", 1, 1000000, FOR(SERVE), SETTING,
     "connections open at once"},
    {"connections-per-address", NUMBER, offsetof(qiaoi_options, connections_per_address), "N", "0", 0, 1000000,
     FOR(SERVE), SETTING, "of them from one address; 0 = no limit of its own"},
    {"timeout", NUMBER, offsetof(qiaoi_options, timeout), "SECONDS", "30", 1, 3600, FOR(SERVE), SETTING,
     "a connection silent for so long is closed"},
    {"request-time", NUMBER, offsetof(qiaoi_options, request_time), "SECONDS", "60", 1, 3600, FOR(SERVE), SETTING,
     "longest time to send a request, and to take its answer"},
    {"drain-time", NUMBER, offsetof(qiaoi_options, drain_time), "SECONDS", "30", 1, 3600, FOR(SERVE), SETTING,
     "at the end, how long requests that have begun are waited for"},
    {"drain-delay", NUMBER, offsetof(qiaoi_options, drain_delay), "SECONDS", "0", 0, 600, FOR(SERVE), SETTING,
     "at the end, how long readyz says so before anything is refused"},
    {"max-body", NUMBER, offsetof(qiaoi_options, max_body), "BYTES", "1048576", 1024, 268435456, FOR(SERVE), SETTING,
     "largest body of a request"},
    {"max-target", NUMBER, offsetof(qiaoi_options, max_target), "BYTES", "8192", 256, 8192, FOR(SERVE), SETTING,
     "longest path and query"},
    {"max-headers", NUMBER, offsetof(qiaoi_options, max_headers), "BYTES", "16384", 1024, 32768, FOR(SERVE), SETTING,
     "headers of a request in all"},
    {"max-header-count", NUMBER, offsetof(qiaoi_options, max_header_count), "N", "64", 8, 256, FOR(SERVE), SETTING,
     "number of headers of a request"},
    {"max-json-depth", NUMBER, offsetof(qiaoi_options, max_json_depth), "N", "40", 4, 200, FOR(SERVE), SETTING,
     "deepest nesting of a body"},
    {"compress-min", NUMBER, offsetof(qiaoi_options, compress_min), "BYTES", "4096", 0, 1073741824, FOR(SERVE),
     SETTING | RELOADED, "answers from that size on are compressed where the client takes gzip; 0 = never"},
    {"key-rate", NUMBER, offsetof(qiaoi_options, key_rate), "N", "6000", 0, 1000000000, FOR(SERVE), SETTING | RELOADED,
     "requests a minute of one key; 0 = no limit"},
    {"key-burst", NUMBER, offsetof(qiaoi_options, key_burst), "N", "600", 1, 1000000000, FOR(SERVE), SETTING | RELOADED,
     "of them at once"},
    {"address-rate", NUMBER, offsetof(qiaoi_options, address_rate), "N", "3000", 0, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "requests a minute of one address; 0 = no limit"},
    {"address-burst", NUMBER, offsetof(qiaoi_options, address_burst), "N", "300", 1, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "of them at once"},
    {"write-rate", NUMBER, offsetof(qiaoi_options, write_rate), "N", "300", 0, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "requests a minute of one key that change something; 0 = no limit"},
    {"write-burst", NUMBER, offsetof(qiaoi_options, write_burst), "N", "60", 1, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "of them at once"},
    {"failed-rate", NUMBER, offsetof(qiaoi_options, failed_rate), "N", "10", 0, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "requests a minute of one address with a key that is not taken; 0 = no limit"},
    {"failed-burst", NUMBER, offsetof(qiaoi_options, failed_burst), "N", "20", 1, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "of them at once"},
    {"loopback-rate", NUMBER, offsetof(qiaoi_options, loopback_rate), "N", "6000000", 0, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "requests a minute from this machine, instead of all others; 0 = no limit"},
    {"loopback-burst", NUMBER, offsetof(qiaoi_options, loopback_burst), "N", "100000", 1, 1000000000, FOR(SERVE),
     SETTING | RELOADED, "of them at once"},
    {"trusted-proxies", TEXT, offsetof(qiaoi_options, trusted_proxies), "LIST", NULL, 0, 0, FOR(SERVE), SETTING,
     "proxies whose word for the address of a client is taken: 127.0.0.1, 10.0.0.0/8, unix"},
    {"proxy-header", PROXY_HEADER, offsetof(qiaoi_options, proxy_header), "NAME", "x-forwarded-for", 0, 0, FOR(SERVE),
     SETTING, "where they say it: x-forwarded-for or forwarded"},
    {"public", FLAG, offsetof(qiaoi_options, public_reads), NULL, NULL, 0, 0, FOR(SERVE), SETTING | RELOADED,
     "public projects are read without a key, where keys are in use"},
    {"check-config", FLAG, offsetof(qiaoi_options, check_config), NULL, NULL, 0, 0, FOR(SERVE), 0,
     "print the options as they are in force and where each comes from; serve nothing"},
    {"role", TEXT, offsetof(qiaoi_options, role), "ROLE", NULL, 0, 0, FOR(KEY_CREATE), 0,
     "whose key it is: staff, enterprise or job (required)"},
    {"org", TEXT, offsetof(qiaoi_options, org), "NAME", NULL, 0, 0, FOR(KEY_CREATE), 0,
     "the enterprise, as its needs name it (enterprise.name)"},
    {"park", TEXT, offsetof(qiaoi_options, park), "CODE", NULL, 0, 0, FOR(KEY_CREATE), 0,
     "staff of one park: they see its needs only"},
    {"label", TEXT, offsetof(qiaoi_options, label), "TEXT", NULL, 0, 0, FOR(KEY_CREATE), 0,
     "what the key is for, in your own words"},
    {"expires", TEXT, offsetof(qiaoi_options, expires), "DATE", NULL, 0, 0, FOR(KEY_CREATE), 0,
     "from that day on (2027-01-31) the key is refused"},
    {"lang", LANGUAGE, offsetof(qiaoi_options, lang), "zh|en", NULL, 0, 0, FOR_ALL, SETTING,
     "language of messages where a client asks for none; default by LANG"},
    {"help", FLAG, offsetof(qiaoi_options, help), NULL, NULL, 0, 0, FOR_ALL, 0, "this text"},
    {"version", FLAG, offsetof(qiaoi_options, version), NULL, NULL, 0, 0, FOR_ALL, 0, "version of the program"},
};

const qiaoi_command_row qiaoi_command_rows[QIAOI_COMMAND_COUNT] = {
#define COMMAND_ROW(name, words, operand, help) {words, operand, help},
    QIAOI_COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};

static bool
read_number(const char *text, const qiaoi_option_row *option, uint64_t *out)
{
    size_t length = strlen(text);
    uint64_t number = 0;

    if (length == 0 || length > 18)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *out = number;
    return number >= option->least && number <= option->most;
}

/* One of two words. */
static bool
is_choice(const qiaoi_option_row *option, const char *value)
{
    const char *first = option->kind == LANGUAGE ? "zh" : "x-forwarded-for";
    const char *second = option->kind == LANGUAGE ? "en" : "forwarded";

    return strcmp(value, first) == 0 || strcmp(value, second) == 0;
}

/* A flag in the environment or the file; on the command line it stands without a value. */
static bool
read_flag(const char *text, bool *out)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = i % 2 != 0;
            return true;
        }
    return false;
}

static qiao_status
refuse_value(const qiaoi_option_row *option, const char *value, qiao_error *err)
{
    switch (option->kind) {
    case LANGUAGE:
        return qiao_fail(err, QIAO_E_USAGE, "--%s takes zh or en, not %s", option->name, value);
    case PROXY_HEADER:
        return qiao_fail(err, QIAO_E_USAGE, "--%s takes x-forwarded-for or forwarded, not %s", option->name, value);
    case NUMBER:
        return qiao_fail(err, QIAO_E_USAGE, "--%s takes a whole number from %llu to %llu, not %s", option->name,
                         (unsigned long long)option->least, (unsigned long long)option->most, value);
    case FLAG:
        return qiao_fail(err, QIAO_E_USAGE, "--%s is yes or no, not %s", option->name, value);
    case TEXT:
        break;
    }
    return qiao_fail(err, QIAO_E_USAGE, "--%s needs a value", option->name);
}

/* A value is looked at in any case, and kept where what is there does not come first. */
static qiao_status
store(qiaoi_options *out, const qiaoi_option_row *option, const char *value, qiaoi_origin origin, qiao_error *err)
{
    qiaoi_origin *had = &out->origins[option - qiaoi_option_rows];
    char *place = (char *)out + option->offset;
    bool keep = origin.source >= had->source, fine = false, yes = false;
    uint64_t number = 0;
    const void *from = &value;
    size_t size = sizeof value;

    switch (option->kind) {
    case LANGUAGE:
    case PROXY_HEADER:
        fine = is_choice(option, value);
        break;
    case TEXT:
        fine = *value != '\0';
        break;
    case NUMBER:
        fine = read_number(value, option, &number);
        from = &number, size = sizeof number;
        break;
    case FLAG:
        fine = read_flag(value, &yes);
        from = &yes, size = sizeof yes;
        break;
    }
    if (!fine)
        return refuse_value(option, value, err);
    if (keep) {
        memcpy(place, from, size);
        *had = origin;
    }
    return QIAO_OK;
}

static const qiaoi_option_row *
find(const char *name, size_t length)
{
    for (size_t i = 0; qiaoi_option_rows[i].name != NULL; i++)
        if (strlen(qiaoi_option_rows[i].name) == length && memcmp(qiaoi_option_rows[i].name, name, length) == 0)
            return &qiaoi_option_rows[i];
    return NULL;
}

/* A line of the file. */
static qiao_status
take_line(void *context, unsigned line, const char *name, const char *value, qiao_error *err)
{
    qiaoi_options *out = context;
    const qiaoi_option_row *option = find(name, strlen(name));
    qiaoi_origin *origin = option != NULL ? &out->origins[option - qiaoi_option_rows] : NULL;
    const char *kept;

    if (option == NULL || (option->traits & SETTING) == 0) {
        qiao_fail(err, QIAO_E_USAGE, "there is no option %s of a file", name);
        qiao_error_hint(err, "qiao-api --check-config prints those there are");
        return QIAO_E_USAGE;
    }
    if (origin->source == QIAOI_SOURCE_FILE)
        return qiao_fail(err, QIAO_E_USAGE, "%s stands in line %u already", name, origin->line);
    kept = qiao_arena_strndup(out->texts, value, strlen(value));
    return kept == NULL ? qiao_fail_memory(err)
                        : store(out, option, kept, (qiaoi_origin){QIAOI_SOURCE_FILE, line}, err);
}

static qiao_status
set_defaults(qiaoi_options *out, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    *out = (qiaoi_options){0};
    for (size_t i = 0; qiaoi_option_rows[i].name != NULL && status == QIAO_OK; i++)
        if (qiaoi_option_rows[i].standard != NULL)
            status = store(out, &qiaoi_option_rows[i], qiaoi_option_rows[i].standard,
                           (qiaoi_origin){QIAOI_SOURCE_DEFAULT, 0}, err);
    return status;
}

/* Names the place before the message; a place has no language. */
static void
say_where(qiao_error *err, const char *place)
{
    char copy[sizeof err->message];

    if (err == NULL)
        return;
    snprintf(copy, sizeof copy, "%s", err->message);
    snprintf(err->message, sizeof err->message, "%.200s: %.300s", place, copy);
    snprintf(copy, sizeof copy, "%s", err->message_zh);
    snprintf(err->message_zh, sizeof err->message_zh, "%.200s：%.300s", place, copy);
}

void
qiaoi_option_environment(const qiaoi_option_row *option, char out[QIAOI_OPTION_ENVIRONMENT_SIZE])
{
    size_t i = 5;

    memcpy(out, "QIAO_", 5);
    for (const char *at = option->name; *at != '\0' && i < 63; at++)
        out[i++] = *at == '-' ? '_' : (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at);
    out[i] = '\0';
}

static qiao_status
read_environment(qiaoi_options *out, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    for (size_t i = 0; qiaoi_option_rows[i].name != NULL && status == QIAO_OK; i++) {
        char name[QIAOI_OPTION_ENVIRONMENT_SIZE];
        const char *value;

        qiaoi_option_environment(&qiaoi_option_rows[i], name);
        value = (qiaoi_option_rows[i].traits & (SETTING | FILE_NAME)) != 0 ? getenv(name) : NULL;
        if (value != NULL)
            status = store(out, &qiaoi_option_rows[i], value, (qiaoi_origin){QIAOI_SOURCE_ENVIRONMENT, 0}, err);
        if (status != QIAO_OK)
            say_where(err, name);
    }
    return status;
}

/* One option or operand at argv[*at], which moves past it and its value. */
static qiao_status
read_one(char **argv, int argc, int *at, qiaoi_options *out, qiao_error *err)
{
    const char *word = argv[*at], *name = word + 2, *equals;
    const qiaoi_option_row *option;
    size_t length;

    if (strncmp(word, "--", 2) != 0 && qiaoi_command_rows[out->command].operand != NULL && out->operand == NULL) {
        out->operand = argv[(*at)++];
        return QIAO_OK;
    }
    if (strncmp(word, "--", 2) != 0)
        return qiao_fail(err, QIAO_E_USAGE, "%s is neither a command nor an option; see qiao-api --help", word);
    equals = strchr(name, '=');
    length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    option = find(name, length);
    if (option == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "unknown option %s", word);
    if ((option->commands & 1u << out->command) == 0)
        return qiao_fail(err, QIAO_E_USAGE, "qiao-api %s does not take --%s", qiaoi_command_rows[out->command].words,
                         option->name);
    if (option->kind == FLAG && equals != NULL)
        return qiao_fail(err, QIAO_E_USAGE, "--%s takes no value", option->name);
    (*at)++;
    if (option->kind == FLAG || equals != NULL)
        return store(out, option, equals != NULL ? equals + 1 : "yes", (qiaoi_origin){QIAOI_SOURCE_LINE, 0}, err);
    if (*at == argc)
        return qiao_fail(err, QIAO_E_USAGE, "--%s needs a value", option->name);
    return store(out, option, argv[(*at)++], (qiaoi_origin){QIAOI_SOURCE_LINE, 0}, err);
}

/* How many words of the command line name the command. */
static int
find_command(int argc, char **argv, qiaoi_command *out)
{
    for (int i = 0; i < QIAOI_COMMAND_COUNT; i++) {
        const char *words = qiaoi_command_rows[i].words, *space = strchr(words, ' ');
        size_t first = space != NULL ? (size_t)(space - words) : strlen(words);

        if (argc < (space != NULL ? 3 : 2) || strncmp(argv[1], words, first) != 0 || argv[1][first] != '\0' ||
            (space != NULL && strcmp(argv[2], space + 1) != 0))
            continue;
        *out = (qiaoi_command)i;
        return space != NULL ? 2 : 1;
    }
    *out = QIAOI_COMMAND_SERVE;
    return 0;
}

static qiao_status
read_file(qiaoi_options *out, qiao_error *err)
{
    if (out->config == NULL)
        return QIAO_OK;
    out->texts = qiao_arena_new(4096);
    return out->texts == NULL ? qiao_fail_memory(err) : qiaoi_config_read(out->config, take_line, out, err);
}

qiao_status
qiaoi_options_read(int argc, char **argv, qiaoi_options *out, qiao_error *err)
{
    qiao_status status = set_defaults(out, err);
    int at = 1 + find_command(argc, argv, &out->command);
    const qiaoi_command_row *command = &qiaoi_command_rows[out->command];

    while (status == QIAO_OK && at < argc)
        status = read_one(argv, argc, &at, out, err);
    if (status != QIAO_OK || out->help || out->version)
        return status;
    status = read_environment(out, err);
    if (status == QIAO_OK)
        status = read_file(out, err);
    if (status != QIAO_OK)
        return status;
    if (out->data == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "--data is missing: name the data folder that qiao-indexer writes");
    if (command->operand != NULL && out->operand == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "qiao-api %s needs %s", command->words, command->operand);
    return QIAO_OK;
}

void
qiaoi_options_done(qiaoi_options *given)
{
    qiao_arena_free(given->texts);
    given->texts = NULL;
}
