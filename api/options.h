/*
 * The options of qiao-api: one table in options.c describes each; parsing, --help and the tests read it.
 *
 * Lifetime: strings are borrowed from argv.
 */
#ifndef QIAO_API_OPTIONS_H
#define QIAO_API_OPTIONS_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdint.h>

typedef struct qiaoi_options {
    const char *data;
    const char *listen;
    const char *lang; /* "zh", "en"; NULL: by the environment */
    uint64_t threads; /* 0 = one for each core */
    uint64_t max_body;
    uint64_t timeout; /* seconds */
    uint64_t connections;
    bool help, version;
} qiaoi_options;

/* argv[1] may be "serve". QIAO_E_USAGE names the option and the value. */
qiao_status qiaoi_options_read(int argc, char **argv, qiaoi_options *out, qiao_error *err) QIAO_CHECK;
/* --help, in one of the languages. */
void qiaoi_options_help(qiao_language language, qiao_buffer *out);
/* Language of messages to the operator: the option, else LC_ALL, LC_MESSAGES, LANG. */
qiao_language qiaoi_options_language(const qiaoi_options *given);

#endif
