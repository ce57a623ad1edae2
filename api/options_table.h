/* The table of options as the files around options.c see it. */
#ifndef QIAO_API_OPTIONS_TABLE_H
#define QIAO_API_OPTIONS_TABLE_H

#include "options.h"

typedef enum qiaoi_option_kind { TEXT, NUMBER, LANGUAGE, PROXY_HEADER, FLAG } qiaoi_option_kind;

enum {
    SETTING = 1,  /* may stand in the environment and in the file */
    RELOADED = 2, /* read again on SIGHUP */
    FILE_NAME = 4 /* may stand in the environment, but not in the file that it names */
};

typedef struct qiaoi_option_row {
    const char *name;
    qiaoi_option_kind kind;
    size_t offset;
    const char *value;    /* as shown in the help */
    const char *standard; /* default; NULL = none */
    uint64_t least, most; /* of numbers */
    unsigned commands;    /* bits of the commands that take it */
    unsigned traits;
    const char *help;
} qiaoi_option_row;

/* Ends with a row without name. */
extern const qiaoi_option_row qiaoi_option_rows[QIAOI_OPTIONS_MAX];

typedef struct qiaoi_command_row {
    const char *words, *operand, *help;
} qiaoi_command_row;

extern const qiaoi_command_row qiaoi_command_rows[QIAOI_COMMAND_COUNT];

#define FOR(command) (1u << QIAOI_COMMAND_##command)
#define FOR_ALL UINT32_MAX

#define QIAOI_OPTION_ENVIRONMENT_SIZE 64
/* "max-body" is QIAO_MAX_BODY. */
void qiaoi_option_environment(const qiaoi_option_row *option, char out[QIAOI_OPTION_ENVIRONMENT_SIZE]);

#endif
