/*
 * The commands and options of qiao-api: one table in options.c describes each; the command line, the environment
 * (QIAO_MAX_BODY), the file (max-body = ...), --help, --check-config and the tests read it. What stands on the command
 * line comes before the environment, that before the file, that before the default.
 *
 * Lifetime: strings are borrowed from argv, the environment, or what was read of the file, until qiaoi_options_done.
 */
#ifndef QIAO_API_OPTIONS_H
#define QIAO_API_OPTIONS_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdint.h>

/* X(name, words, operand, help) */
#define QIAOI_COMMANDS(X)                                                                                              \
    X(SERVE, "serve", NULL, "serve over HTTP (what is done without a command)")                                        \
    X(KEY_CREATE, "key create", NULL, "make a key of access; it is shown once, on the last line")                      \
    X(KEY_LIST, "key list", NULL, "list the keys of access, without their secrets")                                    \
    X(KEY_REVOKE, "key revoke", "NAME", "revoke a key, effective at once")                                             \
    X(BACKUP, "backup", "FILE", "copy the desk to a new file while it is in use")                                      \
    X(RESTORE, "restore", "FILE", "put a backup into a data folder that has no desk")                                  \
    X(VERIFY, "verify", NULL, "check the desk: every row, and the chain of the audit trail")                           \
    X(AUDIT, "audit", NULL, "write the audit trail, one line of JSON each, after it was checked")

typedef enum qiaoi_command {
#define QIAOI_COMMAND_ENUM(name, words, operand, help) QIAOI_COMMAND_##name,
    QIAOI_COMMANDS(QIAOI_COMMAND_ENUM)
#undef QIAOI_COMMAND_ENUM
        QIAOI_COMMAND_COUNT
} qiaoi_command;

/* Where a value comes from, weakest first. */
typedef enum qiaoi_source {
    QIAOI_SOURCE_DEFAULT,
    QIAOI_SOURCE_FILE,
    QIAOI_SOURCE_ENVIRONMENT,
    QIAOI_SOURCE_LINE
} qiaoi_source;

typedef struct qiaoi_origin {
    qiaoi_source source;
    unsigned line; /* of the file */
} qiaoi_origin;

#define QIAOI_OPTIONS_MAX 64

typedef struct qiaoi_options {
    qiaoi_command command;
    const char *operand; /* NULL where the command takes none */
    const char *config;  /* NULL = no file */
    const char *data;
    const char *listen;
    const char *admin_listen;                                /* NULL = metrics are not served */
    const char *lang;                                        /* "zh", "en"; NULL: by the environment */
    uint64_t threads;                                        /* 0 = one for each core */
    uint64_t connections, connections_per_address;           /* 0 = as many as there may be in all */
    uint64_t timeout, request_time, drain_time, drain_delay; /* seconds */
    uint64_t max_body, max_target, max_headers;              /* bytes */
    uint64_t max_header_count, max_json_depth;
    uint64_t compress_min;        /* bytes; 0 = never */
    uint64_t key_rate, key_burst; /* requests a minute, and at once; a rate of 0 is no limit */
    uint64_t address_rate, address_burst;
    uint64_t write_rate, write_burst;
    uint64_t failed_rate, failed_burst;
    uint64_t loopback_rate, loopback_burst;
    const char *trusted_proxies; /* NULL = none */
    const char *proxy_header;
    const char *role, *org, *park, *label, *expires; /* of key create; NULL = not given */
    bool public_reads, allow_remote;
    bool check_config, help, version;
    qiaoi_origin origins[QIAOI_OPTIONS_MAX]; /* by row of the table */
    qiao_arena *texts;                       /* of the file; NULL = none was read */
} qiaoi_options;

/*
 * The command stands first; none is serve. QIAO_E_USAGE names the option and the value, of a file its line too;
 * QIAO_E_NOTFOUND, QIAO_E_IO (the file). What was read is there after a failure too.
 */
qiao_status qiaoi_options_read(int argc, char **argv, qiaoi_options *out, qiao_error *err) QIAO_CHECK;
void qiaoi_options_done(qiaoi_options *options);
/* Takes over those values of fresh that can change while the service runs. False: others differ too, and wait for a
 * restart. */
bool qiaoi_options_reload(qiaoi_options *running, const qiaoi_options *fresh);
/* Every option that can stand in a file, its value and where that comes from; itself such a file. There is no option
 * whose value is a secret. */
void qiaoi_options_show(const qiaoi_options *options, qiao_buffer *out);
/* --help, in one of the languages. */
void qiaoi_options_help(qiao_language language, qiao_buffer *out);
/* Language of messages to the operator: the option, else LC_ALL, LC_MESSAGES, LANG. */
qiao_language qiaoi_options_language(const qiaoi_options *given);

#endif
