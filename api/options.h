/*
 * The commands and options of qiao-api: one table in options.c describes each; parsing, --help and the tests read it.
 *
 * Lifetime: strings are borrowed from argv.
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

typedef struct qiaoi_options {
    qiaoi_command command;
    const char *operand; /* NULL where the command takes none */
    const char *data;
    const char *listen;
    const char *lang; /* "zh", "en"; NULL: by the environment */
    uint64_t threads; /* 0 = one for each core */
    uint64_t max_body;
    uint64_t timeout; /* seconds */
    uint64_t connections;
    const char *role, *org, *park, *label, *expires; /* of key create; NULL = not given */
    bool public_reads;
    bool help, version;
} qiaoi_options;

/* The command stands first; none is serve. QIAO_E_USAGE names the option and the value. */
qiao_status qiaoi_options_read(int argc, char **argv, qiaoi_options *out, qiao_error *err) QIAO_CHECK;
/* --help, in one of the languages. */
void qiaoi_options_help(qiao_language language, qiao_buffer *out);
/* Language of messages to the operator: the option, else LC_ALL, LC_MESSAGES, LANG. */
qiao_language qiaoi_options_language(const qiaoi_options *given);

#endif
