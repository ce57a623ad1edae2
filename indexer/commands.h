/*
 * Commands of qiao-indexer and what they share: language, messages, options, progress, exit codes.
 *
 * A new command is one file command_NAME.c with `int qiao_command_NAME(int argc, char **argv)` (argv[0] is the
 * command's name; the return value is the exit code) and one line in the table of main.c. Results go to stdout,
 * everything else to stderr. Messages are written in English where they arise; their Chinese form stands in
 * engine/base/messages_*.def.
 */
#ifndef QIAO_INDEXER_COMMANDS_H
#define QIAO_INDEXER_COMMANDS_H

#include "qiao/memory.h"
#include "qiao/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct qiao_command {
    const char *name;
    const char *help_en, *help_zh; /* one line for the list of commands */
    int (*run)(int argc, char **argv);
} qiao_command;

int qiao_command_import(int argc, char **argv);
int qiao_command_harvest(int argc, char **argv);
int qiao_command_lint(int argc, char **argv);
int qiao_command_build(int argc, char **argv);
int qiao_command_diff(int argc, char **argv);
int qiao_command_fold(int argc, char **argv);
int qiao_command_alerts(int argc, char **argv);
int qiao_command_feedback(int argc, char **argv);
int qiao_command_tune(int argc, char **argv);
int qiao_command_gaps(int argc, char **argv);
int qiao_command_report(int argc, char **argv);
int qiao_command_match(int argc, char **argv);
int qiao_command_nightly(int argc, char **argv);
int qiao_command_lexicon(int argc, char **argv);
int qiao_command_stats(int argc, char **argv);
int qiao_command_generations(int argc, char **argv);
int qiao_command_verify(int argc, char **argv);
int qiao_command_rollback(int argc, char **argv);
int qiao_command_prune(int argc, char **argv);
int qiao_command_duplicates(int argc, char **argv);
int qiao_command_indicators(int argc, char **argv);

enum { QIAO_EXIT_DONE = 0, QIAO_EXIT_FAILED = 1, QIAO_EXIT_USAGE = 2, QIAO_EXIT_REJECTED = 3, QIAO_EXIT_REFUSED = 4 };

/* OK 0; usage 2; refused by a safety rule 4; everything else 1. "Done with rejected input" (3) is for the command to
 * say. */
int qiao_exit_code(qiao_status status);

#if defined(__GNUC__)
#define QIAO_SAY __attribute__((format_arg(1)))
#else
#define QIAO_SAY
#endif

/* Language of this process: --lang, else LC_ALL, LC_MESSAGES, LANG. Set once, before threads start. */
void qiao_console_start(const char *lang);
qiao_language qiao_console_language(void);
/* The text in that language, from the message table: printf(qiao_say("%zu records\n"), n). */
const char *qiao_say(const char *english) QIAO_SAY;
/* Message and advice to stderr; returns the exit code of its status. */
int qiao_console_fail(const qiao_error *err);
/* The number of a generation, from "12" or "gen-0000000012"; QIAO_E_USAGE. */
qiao_status qiao_console_generation(const char *text, uint64_t *out, qiao_error *err) QIAO_CHECK;
/* "63,110" */
const char *qiao_console_number(uint64_t value, char out[32]);
/* Cuts a text at a character so that it takes at most columns on a terminal; control characters become spaces. Appends
 * to out. */
void qiao_console_clip(qiao_buffer *out, const char *text, size_t length, size_t columns);

/* ---- options ---- */

typedef enum qiao_option_kind {
    QIAO_OPTION_FLAG,   /* bool * */
    QIAO_OPTION_TEXT,   /* const char ** */
    QIAO_OPTION_NUMBER, /* uint64_t * */
    QIAO_OPTION_SIZE,   /* uint64_t *, bytes; 8M, 512K, 1G */
    QIAO_OPTION_MANY    /* qiao_option_texts *, may be given again and again */
} qiao_option_kind;

#define QIAO_OPTION_TEXTS_MAX 64
typedef struct qiao_option_texts {
    const char *items[QIAO_OPTION_TEXTS_MAX];
    size_t count;
} qiao_option_texts;

typedef struct qiao_option {
    const char *name; /* without the dashes */
    qiao_option_kind kind;
    void *target;
    const char *value; /* what the value is called in the help: "DIR"; NULL for flags */
    const char *help;  /* English; its Chinese form from the message table */
    bool required;
} qiao_option;

typedef struct qiao_usage {
    const char *command;  /* "import" */
    const char *operands; /* "FILE...", or "" */
    const char *help;     /* what the command does; English, may have several lines */
    const qiao_option *options;
    size_t option_count;
    size_t least, most; /* operands wanted */
} qiao_usage;

/*
 * Reads options by getopt_long; --help and --lang are understood everywhere. Operands stand at argv[*first_out] to
 * argv[argc - 1].
 * @return -1: go on; otherwise the exit code to return (0 after --help, 2 after a wrong command line, which was
 * explained on stderr).
 */
int qiao_options_read(int argc, char **argv, const qiao_usage *usage, int *first_out);

/* ---- progress ---- */

/* A bar on a terminal, a line every ten seconds elsewhere, on stderr. Nothing at all when quiet. */
typedef struct qiao_progress {
    const char *label; /* already in the person's language; borrowed */
    uint64_t started_us, shown_us;
    bool terminal, shown, quiet;
} qiao_progress;

void qiao_progress_start(qiao_progress *progress, const char *label, bool quiet);
/* total 0: unknown. detail ("63,110 records") may be NULL. Cheap to call often. */
void qiao_progress_show(qiao_progress *progress, uint64_t done, uint64_t total, const char *detail);
/* "1,203 a second, 5 min left": a detail for qiao_progress_show; what is left is 0 s at the end. */
#define QIAO_PROGRESS_RATE_SIZE 96
const char *qiao_progress_rate(const qiao_progress *progress, uint64_t done, uint64_t total,
                               char out[QIAO_PROGRESS_RATE_SIZE]);
/* Removes the bar; a line that stays is for the caller to print. */
void qiao_progress_end(qiao_progress *progress);

#endif
