/* The phrases of explanations: both languages, the same places, filled in any order. */
#include "match/phrases.h"
#include "support.h"

#include <string.h>

static unsigned
places_of(const char *form)
{
    unsigned places = 0;

    for (const char *at = strchr(form, '{'); at != NULL; at = strchr(at + 1, '{')) {
        if (at[1] < '1' || at[1] > '9' || at[2] != '}')
            fail_msg("a brace that is no place: %s", form);
        places |= 1u << (at[1] - '1');
    }
    return places;
}

static bool
has_chinese(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0xE3 && (unsigned char)*text <= 0xE9)
            return true;
    return false;
}

static void
every_phrase_has_both_languages_and_the_same_places(void **state)
{
    (void)state;
    for (int p = 0; p < QIAOI_PHRASE_COUNT; p++) {
        const char *zh = qiaoi_phrase_form((qiaoi_phrase)p, QIAO_LANGUAGE_ZH),
                   *en = qiaoi_phrase_form((qiaoi_phrase)p, QIAO_LANGUAGE_EN);

        if (*zh == '\0' || *en == '\0' || places_of(zh) != places_of(en))
            fail_msg("\"%s\" and \"%s\" differ in their places", zh, en);
        if (has_chinese(en))
            fail_msg("Chinese in the English form \"%s\"", en);
        if (!has_chinese(zh) && strpbrk(zh, "abcdefghijklmnopqrstuvwxyz") != NULL)
            fail_msg("no Chinese in \"%s\"", zh);
    }
}

static void
places_are_filled_wherever_they_stand(void **state)
{
    const char *const arguments[] = {"CO2", "ten", "four"};
    qiao_buffer out = {0};

    (void)state;
    qiaoi_phrase_write(&out, QIAOI_PHRASE_FIGURE_MET, QIAO_LANGUAGE_EN, arguments, 3);
    assert_string_equal(out.data, "CO2: ten wanted, four stated, met");
    qiao_buffer_clear(&out);
    qiaoi_phrase_write(&out, QIAOI_PHRASE_FIGURE_MET, QIAO_LANGUAGE_ZH, arguments, 3);
    assert_string_equal(out.data, "CO2要求ten，对方为four，满足");
    qiao_buffer_done(&out);
}

static void
a_place_without_argument_stays_empty_and_braces_in_arguments_are_text(void **state)
{
    const char *const arguments[] = {"{2}", NULL};
    qiao_buffer out = {0};

    (void)state;
    qiaoi_phrase_write(&out, QIAOI_PHRASE_WORD_PAIR, QIAO_LANGUAGE_EN, arguments, 1);
    assert_string_equal(out.data, "“{2}” ()");
    qiao_buffer_done(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phrase_has_both_languages_and_the_same_places),
        cmocka_unit_test(places_are_filled_wherever_they_stand),
        cmocka_unit_test(a_place_without_argument_stays_empty_and_braces_in_arguments_are_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
