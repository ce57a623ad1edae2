/* qiao-lexicon-compile: reads the dictionary sources and writes the base lexicon; or, with --lint, checks the
 * thesaurus. Run by the build, once, and by the tests. */
#include "lexicon/compile/builder.h"
#include "lexicon/compile/concepts.h"
#include "qiao/file.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

typedef struct sources {
    const char *cedict, *frequencies, *thesaurus, *german, *french, *edict, *out;
    const char *fields; /* with --lint: the vocabulary of fields */
} sources;

static qiao_status
read_sources(lexicon_builder *builder, const sources *from, qiao_error *err)
{
    qiao_status st = read_cedict(builder, from->cedict, err);

    if (st == QIAO_OK && from->frequencies != NULL)
        st = read_frequencies(builder, from->frequencies, err);
    if (st == QIAO_OK && from->thesaurus != NULL)
        st = read_thesaurus(builder, from->thesaurus, err);
    if (st == QIAO_OK && from->german != NULL)
        st = read_freedict(builder, QIAOI_DE, from->german, err);
    if (st == QIAO_OK && from->french != NULL)
        st = read_freedict(builder, QIAOI_FR, from->french, err);
    if (st == QIAO_OK && from->edict != NULL)
        st = read_edict(builder, from->edict, err);
    return st;
}

/* "cc-cedict+frequencies+thesaurus+deu+fra+edict" and a hash of what came out of them */
static void
make_version(const lexicon_builder *builder, const sources *from, char *out, size_t size)
{
    char hash[33];

    qiao_hash128_hex(builder->keys.keys.data, builder->keys.keys.length, hash);
    hash[8] = '\0';
    snprintf(out, size, "cc-cedict%s%s%s%s%s:%s", from->frequencies != NULL ? "+freq" : "",
             from->thesaurus != NULL ? "+thesaurus" : "", from->german != NULL ? "+deu" : "",
             from->french != NULL ? "+fra" : "", from->edict != NULL ? "+edict" : "", hash);
}

/* Exit code: 0 without errors (there may be warnings), 1 with some. */
static int
lint_thesaurus(const sources *from)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer text = {0};
    size_t errors = 0, warnings = 0;
    concept_list list;
    qiao_status st = concepts_read(from->thesaurus, &list, &err);

    if (st == QIAO_OK)
        st = concepts_lint(&list, from->fields, &text, &errors, &warnings, &err);
    if (st == QIAO_OK) {
        fputs(text.length > 0 ? text.data : "", stdout);
        printf("%zu concepts, %zu errors, %zu warnings\n", list.count, errors, warnings);
    } else {
        fprintf(stderr, "qiao-lexicon-compile: %s\n", err.message);
    }
    concepts_done(&list);
    qiao_buffer_done(&text);
    return st == QIAO_OK && errors == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {{"cedict", required_argument, NULL, 'c'},
                                            {"frequencies", required_argument, NULL, 'f'},
                                            {"thesaurus", required_argument, NULL, 't'},
                                            {"german", required_argument, NULL, 'd'},
                                            {"french", required_argument, NULL, 'r'},
                                            {"edict", required_argument, NULL, 'e'},
                                            {"out", required_argument, NULL, 'o'},
                                            {"lint", required_argument, NULL, 'l'},
                                            {NULL, 0, NULL, 0}};
    static lexicon_builder builder;
    sources from = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status st;
    char version[128];
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            from.cedict = optarg;
            break;
        case 'f':
            from.frequencies = optarg;
            break;
        case 't':
            from.thesaurus = optarg;
            break;
        case 'd':
            from.german = optarg;
            break;
        case 'r':
            from.french = optarg;
            break;
        case 'e':
            from.edict = optarg;
            break;
        case 'o':
            from.out = optarg;
            break;
        case 'l':
            from.fields = optarg;
            break;
        default:
            return 2;
        }
    }
    if (from.fields != NULL && from.thesaurus != NULL)
        return lint_thesaurus(&from);
    if (from.cedict == NULL || from.out == NULL) {
        fprintf(stderr, "usage: qiao-lexicon-compile --cedict FILE --out FILE [--frequencies FILE] [--thesaurus DIR] "
                        "[--german BASE] [--french BASE] [--edict FILE]\n"
                        "       qiao-lexicon-compile --lint field.tsv --thesaurus DIR\n");
        return 2;
    }
    st = builder_init(&builder, &err);
    if (st == QIAO_OK)
        st = read_sources(&builder, &from, &err);
    make_version(&builder, &from, version, sizeof version);
    if (st == QIAO_OK)
        st = builder_write(&builder, from.out, version, &err);
    if (st != QIAO_OK)
        fprintf(stderr, "qiao-lexicon-compile: %s\n", err.message);
    else
        printf("lexicon: zh %llu, de %llu, fr %llu, ja %llu headwords, %zu senses -> %s\n",
               (unsigned long long)builder.counts[QIAOI_ZH], (unsigned long long)builder.counts[QIAOI_DE],
               (unsigned long long)builder.counts[QIAOI_FR], (unsigned long long)builder.counts[QIAOI_JA],
               builder.sense_count, from.out);
    builder_done(&builder);
    return st == QIAO_OK ? 0 : 1;
}
