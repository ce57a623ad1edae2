/* qiao-bench: speed. One command a measurement; the table below names them. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

static const bench_command *const commands[] = {&bench_retrieval, &bench_analysis, &bench_all_pairs, &bench_needs,
                                                &bench_ready,     &bench_serve,    &bench_build,     &bench_update,
                                                &bench_explain,   &bench_suggest,  &bench_suggested, &bench_renewal};

static void
print_help(void)
{
    printf("qiao-bench COMMAND [options]   measures speed; the last line printed is one JSON object\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("%s\n", commands[i]->help);
    printf("The environment variable BENCH_COMMIT is kept with each result; the scripts beside set it.\n");
}

int
main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    qiao_error err = QIAO_ERROR_INIT;

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help();
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i]->name, name) == 0) {
            qiao_status st = commands[i]->run(argc - 1, argv + 1, &err);

            if (st != QIAO_OK)
                fprintf(stderr, "qiao-bench %s: %s\n", name, qiao_error_message(&err, QIAO_LANGUAGE_EN));
            return st == QIAO_OK ? 0 : 1;
        }
    fprintf(stderr, "qiao-bench: no command %s; see qiao-bench --help\n", *name == '\0' ? "given" : name);
    return 2;
}
