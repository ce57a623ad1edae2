/* Best-path segmentation, against a search over every path. */
#include "support.h"
#include "tiny_lexicon.h"

#include "lexicon/segment.h"
#include "qiao/text.h"

#include <string.h>

static const qiao_test_word words[] = {
    {QIAOI_ZH, "固态电池", "solid state battery", 10},
    {QIAOI_ZH, "固态", "solid state", 10},
    {QIAOI_ZH, "电池", "battery", 9},
    {QIAOI_ZH, "电", "electricity", 12},
    {QIAOI_ZH, "池", "pool", 13},
    {QIAOI_ZH, "研究", "research", 8},
    {QIAOI_ZH, "研究生", "graduate student", 9},
    {QIAOI_ZH, "生命", "life", 9},
    {QIAOI_ZH, "命", "fate", 12},
    {QIAOI_ZH, "起源", "origin", 10},
    {QIAOI_ZH, "甲乙", "one", 6},
    {QIAOI_ZH, "乙丙", "two", 6},
    {QIAOI_ZH, "甲", "a", 6},
    {QIAOI_ZH, "丙", "c", 6},
    {QIAOI_JA, "電池", "battery", 9},
    {QIAOI_ZH, "一二三四五六七八九十一二三四五六", "sixteen", 9},
    {QIAOI_ZH, "𠮷野", "rare", 9},
    {QIAOI_LANGUAGES, NULL, NULL, 0},
};

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *lexicon;
    qiaoi_run run;
    qiaoi_piece pieces[QIAOI_RUN_MAX];
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
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_lexicon_close(f->lexicon);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static void
fill_run(qiaoi_run *run, const char *text)
{
    size_t at = 0, length = strlen(text);

    run->count = 0;
    run->starts[0] = 0;
    while (at < length) {
        run->characters[run->count++] = qiao_utf8_next(text, length, &at);
        run->starts[run->count] = (uint32_t)at;
    }
    memcpy(run->bytes, text, length);
}

/* The pieces joined by '/'. */
static void
join(const fixture *f, size_t count, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t from = f->run.starts[f->pieces[i].first], to = f->run.starts[f->pieces[i].end];

        if (i > 0)
            out[n++] = '/';
        memcpy(out + n, f->run.bytes + from, to - from);
        n += to - from;
    }
    out[n] = '\0';
}

static void
the_cheapest_path_wins(void **state)
{
    static const struct {
        qiaoi_lexicon_language language;
        const char *text, *whole, *parts;
    } cases[] = {
        {QIAOI_ZH, "固态电池", "固态电池", "固态/电池"},
        {QIAOI_ZH, "电池", "电池", "电/池"},
        {QIAOI_ZH, "研究生命起源", "研究/生命/起源", "研究/生命/起源"},
        {QIAOI_ZH, "研究生电池", "研究生/电池", "研究生/电池"},
        {QIAOI_ZH, "电", "电", ""},
        {QIAOI_ZH, "丁", "丁", ""},
        {QIAOI_ZH, "丁戊", "丁/戊", "丁/戊"},
        {QIAOI_ZH, "甲乙丙", "甲乙/丙", "甲乙/丙"}, /* as cheap as 甲/乙丙: the longer word stands further left */
        {QIAOI_ZH, "固态电池电池", "固态电池/电池", "固态电池/电池"},
        {QIAOI_JA, "電池", "電池", "電/池"},
        {QIAOI_JA, "固态", "固/态", "固/态"}, /* a word of the other language */
        {QIAOI_ZH, "𠮷野", "𠮷野", "𠮷/野"},
        {QIAOI_ZH, "一二三四五六七八九十一二三四五六", "一二三四五六七八九十一二三四五六",
         "一/二/三/四/五/六/七/八/九/十/一/二/三/四/五/六"},
    };
    fixture *f = *state;
    char found[256];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fill_run(&f->run, cases[i].text);
        join(f, qiaoi_segment(f->lexicon, cases[i].language, &f->run, 0, f->run.count, true, f->pieces), found);
        if (strcmp(found, cases[i].whole) != 0)
            fail_msg("%s: %s, not %s", cases[i].text, found, cases[i].whole);
        if (cases[i].parts[0] == '\0')
            continue;
        join(f, qiaoi_segment(f->lexicon, cases[i].language, &f->run, 0, f->run.count, false, f->pieces), found);
        if (strcmp(found, cases[i].parts) != 0)
            fail_msg("parts of %s: %s, not %s", cases[i].text, found, cases[i].parts);
    }
}

static uint32_t
cost_of(const fixture *f, uint32_t first, uint32_t end)
{
    uint32_t entry = qiaoi_lexicon_find(f->lexicon, QIAOI_ZH, f->run.bytes + f->run.starts[first],
                                        f->run.starts[end] - f->run.starts[first]);

    return entry != 0 ? f->lexicon->entries[entry - 1].cost : end - first == 1 ? QIAOI_COST_UNKNOWN : UINT32_MAX / 4;
}

/* Cheapest cost of first..end by trying everything. */
static uint32_t
cheapest(const fixture *f, uint32_t first, uint32_t end)
{
    uint32_t best = UINT32_MAX / 2;

    if (first == end)
        return 0;
    for (uint32_t cut = first + 1; cut <= end; cut++) {
        uint32_t cost = cost_of(f, first, cut);

        if (cost < UINT32_MAX / 4 && cost + cheapest(f, cut, end) < best)
            best = cost + cheapest(f, cut, end);
    }
    return best;
}

static void
no_path_is_cheaper_than_the_one_found(void **state)
{
    static const char *const letters[] = {"固", "态", "电", "池", "研", "究", "生", "命", "甲", "乙", "丙", "丁"};
    fixture *f = *state;
    uint32_t random = 1;

    for (int round = 0; round < 400; round++) {
        uint32_t total = 0, at = 0;
        char text[64] = "";
        size_t n = 0, count;

        for (uint32_t i = 0; i < 2 + (uint32_t)round % 7; i++) {
            random = random * 1664525u + 1013904223u;
            memcpy(text + n, letters[(random >> 16) % 12], 3);
            n += 3;
        }
        text[n] = '\0';
        fill_run(&f->run, text);
        count = qiaoi_segment(f->lexicon, QIAOI_ZH, &f->run, 0, f->run.count, true, f->pieces);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(f->pieces[i].first, at);
            at = f->pieces[i].end;
            total += cost_of(f, f->pieces[i].first, at);
        }
        assert_int_equal(at, f->run.count);
        if (total != cheapest(f, 0, f->run.count))
            fail_msg("%s: cost %u, cheapest %u", text, total, cheapest(f, 0, f->run.count));
    }
}

static void
a_range_inside_a_run_is_segmented_by_itself(void **state)
{
    fixture *f = *state;
    char found[256];

    fill_run(&f->run, "研究固态电池起源");
    join(f, qiaoi_segment(f->lexicon, QIAOI_ZH, &f->run, 2, 6, false, f->pieces), found);
    assert_string_equal(found, "固态/电池");
    join(f, qiaoi_segment(f->lexicon, QIAOI_ZH, &f->run, 3, 5, true, f->pieces), found);
    assert_string_equal(found, "态/电");
}

static void
the_longest_run_is_segmented(void **state)
{
    fixture *f = *state;
    static char text[QIAOI_RUN_MAX * 3 + 1];
    size_t count;

    for (size_t i = 0; i < QIAOI_RUN_MAX; i++)
        memcpy(text + 3 * i, i % 2 == 0 ? "电" : "池", 3);
    fill_run(&f->run, text);
    count = qiaoi_segment(f->lexicon, QIAOI_ZH, &f->run, 0, f->run.count, true, f->pieces);
    assert_int_equal(count, QIAOI_RUN_MAX / 2);
    assert_int_equal(f->pieces[count - 1].end, QIAOI_RUN_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cheapest_path_wins),
        cmocka_unit_test(no_path_is_cheaper_than_the_one_found),
        cmocka_unit_test(a_range_inside_a_run_is_segmented_by_itself),
        cmocka_unit_test(the_longest_run_is_segmented),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
