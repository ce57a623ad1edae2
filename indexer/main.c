/*
 * qiao-indexer: the table of commands. Each command stands in its own file command_NAME.c; what they share is in
 * commands.h.
 */
#include "commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* In the order in which people meet them. */
static const qiao_command commands[] = {
    {"import", "read record files into the source store", "将记录文件导入源数据库", qiao_command_import},
    {"harvest", "fetch the records of a source into the source store", "从数据源采集记录到源数据库",
     qiao_command_harvest},
    {"lint", "check record files without importing them", "检查记录文件（不导入）", qiao_command_lint},
    {"fold", "take what was posted by day into the source store", "将日间发布和反馈的内容并入源数据库",
     qiao_command_fold},
    {"build", "build a generation from the source store and publish it", "由源数据库构建并发布新版本",
     qiao_command_build},
    {"match", "match every need with every project", "全量匹配需求与项目", qiao_command_match},
    {"nightly", "harvest, fold, build, match, publish and report, unattended",
     "夜间任务：采集、并入、构建、匹配、发布并报告", qiao_command_nightly},
    {"diff", "what changed for the needs between two generations", "比较两个版本之间需求匹配的变化", qiao_command_diff},
    {"alerts", "run the saved searches, tell what is new", "运行已保存的检索，通报新变化", qiao_command_alerts},
    {"gaps", "needs without anything convincing", "尚无合适项目的需求", qiao_command_gaps},
    {"report", "figures for monitoring, by park, country, field, source, measure or month",
     "监测统计：按园区、国别、领域、数据源、政策举措或月份", qiao_command_report},
    {"duplicates", "records that say the same, as linked by the build", "查看被关联的重复记录",
     qiao_command_duplicates},
    {"feedback", "take verdicts of people about pairs", "导入对匹配结果的采纳与否决意见", qiao_command_feedback},
    {"tune", "propose weights from those verdicts", "根据反馈意见提出权重建议", qiao_command_tune},
    {"lexicon", "show how texts are read; add glossaries", "查看文本如何被识别，导入术语表", qiao_command_lexicon},
    {"indicators", "read values with units from texts", "从文本中识别带单位的指标", qiao_command_indicators},
    {"stats", "what the source store and the catalogue hold", "源数据库和目录的统计", qiao_command_stats},
    {"generations", "list the generations of the catalogue", "列出目录的各个版本", qiao_command_generations},
    {"verify", "check that a generation is whole", "校验某个版本是否完整", qiao_command_verify},
    {"rollback", "serve an earlier generation", "回退到较早的版本", qiao_command_rollback},
    {"prune", "remove old generations, reports and archives", "清理旧版本、旧报告和归档页面", qiao_command_prune},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void
print_commands(FILE *out)
{
    fputs(qiao_say("usage: qiao-indexer COMMAND [options]\n\n"), out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-12s %s\n", commands[i].name,
                qiao_console_language() == QIAO_LANGUAGE_ZH ? commands[i].help_zh : commands[i].help_en);
    fputs(qiao_say("\nqiao-indexer COMMAND --help tells more; --version tells the version.\n"), out);
}

/* --lang before the command; returns the index of the command. */
static int
skip_language(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--lang") == 0) {
        qiao_console_start(argv[2]);
        return 3;
    }
    if (argc > 1 && strncmp(argv[1], "--lang=", 7) == 0) {
        qiao_console_start(argv[1] + 7);
        return 2;
    }
    return 1;
}

int
main(int argc, char **argv)
{
    int at;

    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of the write, not the end of the program */
    qiao_console_start(NULL);
    at = skip_language(argc, argv);
    if (at >= argc) {
        print_commands(stderr);
        return QIAO_EXIT_USAGE;
    }
    if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 || strcmp(argv[at], "help") == 0) {
        print_commands(stdout);
        return QIAO_EXIT_DONE;
    }
    if (strcmp(argv[at], "--version") == 0) {
        puts("qiao-indexer " QIAO_VERSION);
        return QIAO_EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[at], commands[i].name) == 0)
            return commands[i].run(argc - at, argv + at);
    }
    fprintf(stderr, qiao_say("qiao-indexer: there is no command \"%s\"; qiao-indexer --help lists them\n"), argv[at]);
    return QIAO_EXIT_USAGE;
}
