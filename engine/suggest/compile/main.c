/* qiao-names-compile: reads CC-CEDICT and the thesaurus and writes names.bin: how Chinese is read, the concepts with
 * their names, English words. Run by the build, once. */
#include "lexicon/compile/concepts.h"
#include "suggest/compile/names_builder.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static qiao_status
write_concepts(const concept_list *list, qiao_buffer *rows, qiao_buffer *text, qiao_error *err)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < CONCEPT_COLUMNS; k++) {
            uint32_t offset = (uint32_t)text->length;

            qiao_buffer_append(rows, &offset, sizeof offset);
            qiao_buffer_append(text, list->items[i].column[k], strlen(list->items[i].column[k]) + 1);
        }
    return rows->failed || text->failed ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
write_names(const names_builder *b, const qiao_buffer *rows, const qiao_buffer *text, const char *path, qiao_error *err)
{
    const qiaoi_section_content sections[] = {
        {QIAOI_NAMES_SYLLABLES, QIAOI_SYLLABLE_BYTES, b->out_syllables.data, b->syllable_count},
        {QIAOI_NAMES_CHARACTERS, sizeof(qiaoi_character_reading), b->out_characters.data,
         b->out_characters.length / sizeof(qiaoi_character_reading)},
        {QIAOI_NAMES_WORDS, sizeof(qiaoi_word_reading), b->out_words.data,
         b->out_words.length / sizeof(qiaoi_word_reading)},
        {QIAOI_NAMES_WORD_KEYS, 1, b->out_keys.data, b->out_keys.length},
        {QIAOI_NAMES_WORD_SYLLABLES, sizeof(uint16_t), b->out_word_syllables.data,
         b->out_word_syllables.length / sizeof(uint16_t)},
        {QIAOI_NAMES_CONCEPTS, CONCEPT_COLUMNS * sizeof(uint32_t), rows->data,
         rows->length / (CONCEPT_COLUMNS * sizeof(uint32_t))},
        {QIAOI_NAMES_CONCEPT_TEXT, 1, text->data, text->length},
        {QIAOI_NAMES_ENGLISH, 1, b->out_english.data, b->out_english.length},
    };

    return qiaoi_sections_write(path, QIAOI_NAMES_MAGIC, sections, sizeof sections / sizeof *sections, err);
}

static qiao_status
compile(const char *lexicon, const char *cedict, const char *thesaurus, const char *out, qiao_error *err)
{
    names_builder builder = {0};
    qiao_lexicon *base = NULL;
    qiao_buffer rows = {0}, text = {0};
    concept_list list = {0};
    qiao_status st = qiao_lexicon_open(lexicon, &base, err);

    builder.lexicon = base;
    if (st == QIAO_OK)
        st = names_read(&builder, cedict, err);
    if (st == QIAO_OK)
        st = names_finish(&builder, err);
    if (st == QIAO_OK && thesaurus != NULL)
        st = concepts_read(thesaurus, &list, err);
    if (st == QIAO_OK)
        st = write_concepts(&list, &rows, &text, err);
    if (st == QIAO_OK)
        st = write_names(&builder, &rows, &text, out, err);
    if (st == QIAO_OK)
        printf("names: %u syllables, %zu characters, %zu words read otherwise, %zu concepts -> %s\n",
               builder.syllable_count, builder.out_characters.length / sizeof(qiaoi_character_reading),
               builder.out_words.length / sizeof(qiaoi_word_reading), list.count, out);
    concepts_done(&list);
    qiao_buffer_done(&rows);
    qiao_buffer_done(&text);
    names_builder_done(&builder);
    qiao_lexicon_close(base);
    return st;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {{"lexicon", required_argument, NULL, 'l'},
                                            {"cedict", required_argument, NULL, 'c'},
                                            {"thesaurus", required_argument, NULL, 't'},
                                            {"out", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    const char *lexicon = NULL, *cedict = NULL, *thesaurus = NULL, *out = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'l':
            lexicon = optarg;
            break;
        case 'c':
            cedict = optarg;
            break;
        case 't':
            thesaurus = optarg;
            break;
        case 'o':
            out = optarg;
            break;
        default:
            return 2;
        }
    }
    if (lexicon == NULL || cedict == NULL || out == NULL) {
        fprintf(stderr, "usage: qiao-names-compile --lexicon FILE --cedict FILE --out FILE [--thesaurus DIR]\n");
        return 2;
    }
    if (compile(lexicon, cedict, thesaurus, out, &err) != QIAO_OK) {
        fprintf(stderr, "qiao-names-compile: %s\n", err.message);
        return 1;
    }
    return 0;
}
