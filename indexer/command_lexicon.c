/*
 * qiao-indexer lexicon: how a text is read. `explain` prints words, translations, shares and sources; `stats` counts
 * the lexicon; `missing` lists the frequent words of the needs that found no translation (from which the thesaurus
 * grows); `import` adds a platform's own glossary.
 */
#include "commands.h"

#include "glossary_read.h"
#include "qiao/analyzer.h"
#include "qiao/catalog.h"
#include "qiao/generation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRANSLATIONS_SHOWN 8u

static qiao_status
open_generation(const char *data_dir, qiao_generation **out, qiao_error *err)
{
    uint64_t number;
    qiao_status st = qiao_catalog_current(data_dir, &number, err);

    return st != QIAO_OK ? st : qiao_generation_open(data_dir, number, out, err);
}

static void
write_sources(qiao_buffer *out, unsigned sources)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{QIAO_FROM_DICTIONARY, "dictionary"},
                 {QIAO_FROM_THESAURUS, "thesaurus"},
                 {QIAO_FROM_LEARNED, "learned"},
                 {QIAO_FROM_GLOSSARY, "glossary"},
                 {QIAO_FROM_RELATED, "related"}};
    bool first = true;

    qiao_buffer_char(out, '[');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((sources & names[i].bit) != 0) {
            qiao_buffer_printf(out, "%s\"%s\"", first ? "" : ",", names[i].name);
            first = false;
        }
    qiao_buffer_char(out, ']');
}

static void
write_token(qiao_buffer *out, const qiao_lexicon *lexicon, const char *text, const qiao_token *token)
{
    qiao_translation list[TRANSLATIONS_SHOWN];
    size_t n =
        qiao_lexicon_translations(lexicon, token->entry, token->form, token->form_length, list, TRANSLATIONS_SHOWN);

    qiao_buffer_text(out, "{\"text\":");
    qiao_buffer_json_string(out, text + token->start, token->end - token->start);
    qiao_buffer_text(out, ",\"form\":");
    qiao_buffer_json_string(out, token->form, token->form_length);
    qiao_buffer_printf(out,
                       ",\"start\":%u,\"end\":%u,\"language\":\"%s\",\"part\":%s,\"stop_word\":%s,\"translations\":[",
                       token->start, token->end, token->language, token->sub_word ? "true" : "false",
                       token->stop_word ? "true" : "false");
    for (size_t i = 0; i < n; i++) {
        qiao_buffer_text(out, i == 0 ? "{\"term\":" : ",{\"term\":");
        qiao_buffer_json_string(out, list[i].text, strlen(list[i].text));
        qiao_buffer_printf(out, ",\"share\":%.4f,\"projects\":%u,\"needs\":%u,\"sources\":", list[i].share,
                           list[i].documents[0], list[i].documents[1]);
        write_sources(out, list[i].sources);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_text(out, "]}");
}

static void
print_token(const qiao_lexicon *lexicon, const char *text, const qiao_token *token)
{
    qiao_translation list[TRANSLATIONS_SHOWN];
    qiao_buffer line = {0};
    size_t n =
        qiao_lexicon_translations(lexicon, token->entry, token->form, token->form_length, list, TRANSLATIONS_SHOWN);

    qiao_buffer_printf(&line, "%s%.*s", token->sub_word ? "    + " : "", (int)(token->end - token->start),
                       text + token->start);
    if (token->stop_word)
        qiao_buffer_text(&line, qiao_say("  (stop word)"));
    else if (n == 0)
        qiao_buffer_text(&line, qiao_say("  (no translation in this generation)"));
    for (size_t i = 0; i < n; i++) {
        qiao_buffer_printf(&line, "%s%s %.3f ", i == 0 ? "  -> " : ", ", list[i].text, list[i].share);
        write_sources(&line, list[i].sources);
    }
    if (!line.failed)
        puts(line.data);
    qiao_buffer_done(&line);
}

static qiao_status
explain_text(const qiao_lexicon *lexicon, const char *text, const char *language, bool json, qiao_error *err)
{
    qiao_analyzer *analyzer = NULL;
    const qiao_token *tokens = NULL;
    qiao_buffer out = {0};
    size_t count = 0;
    qiao_status st = qiao_analyzer_new(lexicon, &analyzer, err);

    if (st == QIAO_OK)
        st = qiao_analyze(analyzer, text, strlen(text), language, true, &tokens, &count, err);
    if (st == QIAO_OK && json)
        qiao_buffer_printf(&out, "{\"language\":\"%s\",\"words\":[",
                           language != NULL ? language : qiao_language_of(text, strlen(text)));
    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        if (!json) {
            print_token(lexicon, text, &tokens[i]);
            continue;
        }
        if (i > 0)
            qiao_buffer_char(&out, ',');
        write_token(&out, lexicon, text, &tokens[i]);
    }
    if (st == QIAO_OK && json) {
        qiao_buffer_text(&out, "]}");
        st = qiao_buffer_check(&out, err);
        if (st == QIAO_OK)
            puts(out.data);
    }
    qiao_buffer_done(&out);
    qiao_analyzer_free(analyzer);
    return st;
}

/*
 * --lang names the language of the text here, too. Another than those of the messages is taken out of the line, since
 * the common options would refuse it; returns it, or NULL.
 */
static const char *
text_language(int *argc, char **argv)
{
    for (int i = 1; i + 1 < *argc; i++)
        if (strcmp(argv[i], "--lang") == 0) {
            const char *language = argv[i + 1];

            if (strncmp(language, "zh", 2) == 0 || strncmp(language, "en", 2) == 0)
                return language;
            memmove(&argv[i], &argv[i + 2], (size_t)(*argc - i - 2) * sizeof *argv);
            *argc -= 2;
            return language;
        }
    return NULL;
}

static int
run_explain(int argc, char **argv)
{
    const char *data = NULL, *language = text_language(&argc, argv);
    bool json = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true},
        {"language", QIAO_OPTION_TEXT, &language, "CODE", "language of the text (default: found)", false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "report as JSON", false},
    };
    const qiao_usage usage = {"lexicon explain",
                              "TEXT",
                              "Show how a text is read: words, translations, shares, sources.",
                              table,
                              sizeof table / sizeof *table,
                              1,
                              1};
    qiao_generation *generation = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    st = open_generation(data, &generation, &err);
    if (st == QIAO_OK)
        st = explain_text(qiao_generation_lexicon(generation), argv[first], language, json, &err);
    qiao_generation_close(generation);
    return st == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}

static void
print_stats(const qiao_lexicon *lexicon)
{
    static const char *const names[] = {"zh", "ja", "de", "fr"};
    static const char *const sources[] = {"dictionary", "thesaurus", "learned", "glossary", "related"};
    qiao_lexicon_counts n;

    qiao_lexicon_count(lexicon, &n);
    printf("{\"version\":\"%s\",\"bytes\":%llu,\"terms\":%llu,\"pairs\":%llu,\"translations\":%llu,\"entries\":{",
           qiao_lexicon_version(lexicon), (unsigned long long)n.bytes, (unsigned long long)n.terms,
           (unsigned long long)n.pairs, (unsigned long long)n.translations);
    for (int l = 0; l < 4; l++)
        printf("%s\"%s\":{\"all\":%llu,\"translated\":%llu}", l == 0 ? "" : ",", names[l],
               (unsigned long long)n.entries[l], (unsigned long long)n.translated[l]);
    printf("},\"entries_by_source\":{");
    for (int s = 0; s < 5; s++)
        printf("%s\"%s\":%llu", s == 0 ? "" : ",", sources[s], (unsigned long long)n.by_source[s]);
    printf("},\"learned\":{\"bilingual_records\":%llu,\"sentence_pairs\":%llu,\"words\":%llu,\"compounds\":%llu}}\n",
           (unsigned long long)n.bilingual_records, (unsigned long long)n.sentence_pairs,
           (unsigned long long)n.learned_words, (unsigned long long)n.learned_compounds);
}

static int
run_stats(int argc, char **argv)
{
    const char *data = NULL;
    const qiao_option table[] = {{"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true}};
    const qiao_usage usage = {"lexicon stats",
                              "",
                              "Count the entries and translations of the served generation's lexicon (JSON).",
                              table,
                              1,
                              0,
                              0};
    qiao_generation *generation = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    st = open_generation(data, &generation, &err);
    if (st == QIAO_OK)
        print_stats(qiao_generation_lexicon(generation));
    qiao_generation_close(generation);
    return st == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}

/* ---- missing ---- */

typedef struct missing_word {
    const char *form;
    uint32_t needs, projects;
} missing_word;

static int
compare_missing(const void *a, const void *b)
{
    const missing_word *x = a, *y = b;
    uint32_t n = x->needs + x->projects, m = y->needs + y->projects;

    if (n != m)
        return n > m ? -1 : 1;
    return strcmp(x->form, y->form);
}

static size_t
gather_missing(const qiao_lexicon *lexicon, missing_word *list)
{
    uint32_t term = 0, documents[2];
    const char *form;
    size_t count = 0;

    while (qiao_lexicon_next_missing(lexicon, &term, &form, documents))
        list[count++] = (missing_word){form, documents[1], documents[0]};
    qsort(list, count, sizeof *list, compare_missing);
    return count;
}

static int
run_missing(int argc, char **argv)
{
    const char *data = NULL;
    uint64_t limit = 100;
    const qiao_option table[] = {{"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true},
                                 {"limit", QIAO_OPTION_NUMBER, &limit, "N", "words to list (default 100)", false}};
    const qiao_usage usage = {"lexicon missing",
                              "",
                              "List frequent words without translation: word, needs and projects that use it.",
                              table,
                              2,
                              0,
                              0};
    qiao_generation *generation = NULL;
    missing_word *list;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    st = open_generation(data, &generation, &err);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    list = qiao_alloc(((size_t)qiao_lexicon_term_count(qiao_generation_lexicon(generation)) + 1) * sizeof *list);
    if (list != NULL) {
        size_t count = gather_missing(qiao_generation_lexicon(generation), list);

        for (size_t i = 0; i < count && i < limit; i++)
            printf("%s\t%u\t%u\n", list[i].form, list[i].needs, list[i].projects);
    } else {
        st = qiao_fail_memory(&err);
    }
    qiao_free(list);
    qiao_generation_close(generation);
    return st == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}

static int
run_import(int argc, char **argv)
{
    const char *data = NULL;
    const qiao_option table[] = {{"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true}};
    const qiao_usage usage = {
        "lexicon import",
        "FILE",
        "Add a glossary (CSV with a header such as zh,en, or TBX): it wins over the dictionary from the next build on.",
        table,
        1,
        1,
        1};
    qiao_glossary_report report;
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);

    if (exit_code >= 0)
        return exit_code;
    if (qiao_glossary_read(data, argv[first], &report, &err) != QIAO_OK)
        return qiao_console_fail(&err);
    printf(qiao_say("glossary: %zu entries taken, %zu lines refused\n"), report.taken, report.refused);
    for (size_t i = 0; i < report.shown; i++)
        fprintf(stderr, qiao_say("  line %zu: %s\n"), report.lines[i].line,
                qiao_message(report.lines[i].reason, qiao_console_language()));
    return report.refused > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}

int
qiao_command_lexicon(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } verbs[] = {{"explain", run_explain}, {"stats", run_stats}, {"missing", run_missing}, {"import", run_import}};

    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    fputs(qiao_say("usage: qiao-indexer lexicon explain|stats|missing|import --data DIR ... (each with --help)\n"),
          stderr);
    return argc > 1 && strcmp(argv[1], "--help") == 0 ? QIAO_EXIT_DONE : QIAO_EXIT_USAGE;
}
