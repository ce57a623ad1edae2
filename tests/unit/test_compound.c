/* Inflected words, German compounds, accents, French cognates. */
#include "guard.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "lexicon/compound.h"

#include <string.h>

static const qiao_test_word words[] = {
    {QIAOI_DE, "wasserstoff", "hydrogen", 0},
    {QIAOI_DE, "speicher", "storage", 0},
    {QIAOI_DE, "energie", "energy", 0},
    {QIAOI_DE, "forschung", "research", 0},
    {QIAOI_DE, "projekt", "project", 0},
    {QIAOI_DE, "batterie", "battery", 0},
    {QIAOI_DE, "wasser", "water", 0},
    {QIAOI_DE, "stoff", "material", 0},
    {QIAOI_DE, "brücke", "bridge", 0},
    {QIAOI_DE, "prüfung", "test", 0},
    {QIAOI_DE, "lager", "bearing", 0},
    {QIAOI_DE, "system", "system", 0},
    {QIAOI_DE, "teil", "part", 0},
    {QIAOI_DE, "über", "above", 0},
    {QIAOI_DE, "motor", "motor", 0},
    {QIAOI_FR, "matériau", "material", 0},
    {QIAOI_FR, "batterie", "battery", 0},
    {QIAOI_FR, "signal", "signal", 0},
    {QIAOI_LANGUAGES, NULL, NULL, 0},
};

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *lexicon;
    qiao_stemmer *german, *french;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;
    const char *path;

    qiao_test_folder_init(&f.folder);
    path = qiao_test_path(&f.folder, "lexicon.bin");
    qiao_test_write_lexicon(path, words);
    assert_ok(qiao_lexicon_open(path, &f.lexicon, &err), &err);
    assert_ok(qiao_stemmer_new("de", &f.german, &err), &err);
    assert_ok(qiao_stemmer_new("fr", &f.french, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_stemmer_free(f->german);
    qiao_stemmer_free(f->french);
    qiao_lexicon_close(f->lexicon);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static void
words_are_found_by_themselves_or_by_their_stem(void **state)
{
    static const struct {
        qiaoi_lexicon_language language;
        const char *word, *entry; /* NULL = not found */
    } cases[] = {
        {QIAOI_DE, "batterie", "batterie"},
        {QIAOI_DE, "batterien", "~batteri"},
        {QIAOI_DE, "forschungen", "~forschung"},
        {QIAOI_DE, "brücken", "~bruck"},
        {QIAOI_DE, "hydrogen", NULL},
        {QIAOI_FR, "matériaux", "matériau"},
        {QIAOI_FR, "matériau", "matériau"},
        {QIAOI_FR, "wasserstoff", NULL},
        {QIAOI_DE, "", NULL},
        {QIAOI_DE, "ab", NULL},
        {QIAOI_FR, "signaux", "signal"},
        {QIAOI_FR, "aux", NULL},
        {QIAOI_DE, "matériaux", NULL},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_stemmer *stemmer = cases[i].language == QIAOI_DE ? f->german : f->french;
        uint32_t entry =
            qiaoi_find_inflected(f->lexicon, cases[i].language, stemmer, cases[i].word, strlen(cases[i].word));
        const char *key = entry == 0 ? "nothing" : f->lexicon->keys + f->lexicon->entries[entry - 1].key;

        if (strcmp(key, cases[i].entry == NULL ? "nothing" : cases[i].entry) != 0)
            fail_msg("%s: %s", cases[i].word, key);
    }
}

static void
join(const fixture *f, const char *word, size_t length, char *out)
{
    qiaoi_compound_part parts[QIAOI_COMPOUND_PARTS_MAX];
    size_t count = qiaoi_split_compound(f->lexicon, f->german, word, length, parts), n = 0;

    for (size_t i = 0; i < count; i++) {
        const char *key = f->lexicon->keys + f->lexicon->entries[parts[i].entry - 1].key;

        assert_true((size_t)parts[i].start + parts[i].length <= length);
        assert_true(i == 0 ? parts[i].start == 0 : parts[i].start == parts[i - 1].start + parts[i - 1].length);
        if (i > 0)
            out[n++] = '+';
        memcpy(out + n, key, strlen(key));
        n += strlen(key);
    }
    out[n] = '\0';
}

static void
german_compounds_are_split_into_known_words(void **state)
{
    static const struct {
        const char *word, *parts;
    } cases[] = {
        {"wasserstoffspeicher", "wasserstoff+speicher"},
        {"energieforschung", "energie+forschung"},
        {"forschungsprojekt", "forschung+projekt"}, /* s */
        {"batteriensystem", "batterie+system"},     /* n */
        {"energiespeichern", "energie+~speich"},    /* the head inflected */
        {"wasserstoffspeichersystem", "wasserstoff+speicher+system"},
        {"energieforschungsprojektlager", "energie+forschung+projekt+lager"},
        {"wasserstoffspeicherprüfung", "wasserstoff+speicher+prüfung"},
        {"brückenprüfung", "brücke+prüfung"},
        {"wasserstoff", "wasser+stoff"}, /* asked to, it splits what is a word itself */
        {"speicher", ""},
        {"xyzspeicher", ""},
        {"speicherxyz", ""},
        {"a", ""},
        {"", ""},
        {"motormotormotormotormotor", "motor+motor+motor+motor+motor"},
        {"motormotormotormotormotormotor", ""}, /* more parts than are looked for */
    };
    fixture *f = *state;
    char found[128];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        join(f, cases[i].word, strlen(cases[i].word), found);
        if (strcmp(found, cases[i].parts) != 0)
            fail_msg("%s: %s, not %s", cases[i].word, found, cases[i].parts);
    }
}

static void
no_cut_of_a_compound_is_read_past_its_end(void **state)
{
    static const char whole[] = "überbrückenwasserstoffspeicherprüfungsteilprojektlager";
    fixture *f = *state;
    qiao_test_guard guard;
    char found[256];

    qiao_test_guard_init(&guard, 256);
    for (size_t length = 0; length < sizeof whole; length++) {
        const char *text = qiao_test_guard_put(&guard, whole, length);

        join(f, text, length, found);
        qiaoi_find_inflected(f->lexicon, QIAOI_DE, f->german, text, length);
    }
    qiao_test_guard_done(&guard);
}

static void
a_very_long_word_is_left_whole(void **state)
{
    fixture *f = *state;
    qiaoi_compound_part parts[QIAOI_COMPOUND_PARTS_MAX];
    char word[300];

    for (size_t i = 0; i < sizeof word; i++)
        word[i] = "motor"[i % 5];
    assert_int_equal(qiaoi_split_compound(f->lexicon, f->german, word, sizeof word, parts), 0);
    assert_int_equal(qiaoi_find_inflected(f->lexicon, QIAOI_DE, f->german, word, sizeof word), 0);
}

static void
accents_are_folded_to_plain_letters(void **state)
{
    static const struct {
        const char *word, *folded;
    } cases[] = {
        {"électrolyte", "electrolyte"},
        {"straße", "strasse"},
        {"müller", "muller"},
        {"cœur", "coeur"},
        {"æther", "aether"},
        {"þorn", "thorn"},
        {"łódź", "lodz"},
        {"čeština", "cestina"},
        {"ğış", "gis"},
        {"plain", "plain"},
        {"5g", "5g"},
        {"桥", "桥"},
        {"ÿ", "y"},
        {"ž", "z"},
        {"ſ", "s"},
        {"÷", "÷"},
        {"", ""},
        {"øre", "ore"},
        {"đak", "dak"},
        {"ŋ", "n"},
        {"ĳ", "ĳ"},
    };
    char out[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = qiaoi_fold_latin(cases[i].word, strlen(cases[i].word), out, sizeof out);

        if (strcmp(out, cases[i].folded) != 0 || n != strlen(out))
            fail_msg("%s: %s, not %s", cases[i].word, out, cases[i].folded);
    }
}

static void
folding_stops_before_its_room_ends(void **state)
{
    const char *word = "ßßßßßßßßßßßßßßßß";
    char out[40];

    (void)state;
    for (size_t room = 6; room <= sizeof out; room++) {
        size_t n;

        memset(out, '#', sizeof out);
        n = qiaoi_fold_latin(word, strlen(word), out, room);
        assert_true(n < room);
        assert_int_equal(out[n], '\0');
        for (size_t i = n + 1; i < sizeof out; i++)
            assert_int_equal(out[i], '#');
    }
}

static void
french_endings_become_their_english_ones(void **state)
{
    static const struct {
        const char *word, *cognate;
    } cases[] = {
        {"electrique", "electric"},
        {"electriques", "electric"},
        {"densite", "density"},
        {"optimisation", "optimization"},
        {"moteur", "motor"},
        {"capteurs", "captor"},
        {"technologie", "technology"},
        {"technologies", "technology"},
        {"poreux", "porous"},
        {"adaptatif", "adaptative"},
        {"binaire", "binary"},
        {"optimiser", "optimize"},
        {"metaux", "metal"},
        {"batterie", "batterie"},
        {"if", "if"},
        {"que", "que"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char word[32];
        size_t n = strlen(cases[i].word);

        memcpy(word, cases[i].word, n + 1);
        n = qiaoi_french_cognate(word, n, sizeof word);
        if (n != strlen(cases[i].cognate) || memcmp(word, cases[i].cognate, n) != 0)
            fail_msg("%s: %.*s, not %s", cases[i].word, (int)n, word, cases[i].cognate);
    }
}

static void
a_cognate_longer_than_its_room_is_left_out(void **state)
{
    char word[8] = "xxxite"; /* "xxxity" fits to the byte, with its NUL */

    (void)state;
    assert_int_equal(qiaoi_french_cognate(word, 6, 6), 6);
    assert_string_equal(word, "xxxite");
    assert_int_equal(qiaoi_french_cognate(word, 6, 7), 6);
    assert_string_equal(word, "xxxity");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_by_themselves_or_by_their_stem),
        cmocka_unit_test(german_compounds_are_split_into_known_words),
        cmocka_unit_test(no_cut_of_a_compound_is_read_past_its_end),
        cmocka_unit_test(a_very_long_word_is_left_whole),
        cmocka_unit_test(accents_are_folded_to_plain_letters),
        cmocka_unit_test(folding_stops_before_its_room_ends),
        cmocka_unit_test(french_endings_become_their_english_ones),
        cmocka_unit_test(a_cognate_longer_than_its_room_is_left_out),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
