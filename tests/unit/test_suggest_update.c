/* A file of suggestions brought up to date is, byte by byte, the one that the maker writes of what is there now. */
#include "support.h"

#include "qiao/catalog.h"
#include "qiao/file.h"
#include "suggest/maker.h"
#include "suggest/update.h"

#include <stdio.h>
#include <string.h>

#define SHARE QIAO_BUILD_DIR "/share/qiao"
#define PROJECTS 40u
#define ROUNDS 30

/* A project: its titles and its organisation by place in the lists below; NONE. */
#define NONE 99u
typedef struct project {
    bool there;
    unsigned titles[2], organisation;
} project;

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *lexicon;
    qiaoi_names names;
    project projects[PROJECTS], before[PROJECTS];
    char ids[PROJECTS][8];
    const char *ids_now[PROJECTS];
    uint64_t random;
} fixture;

static const struct {
    const char *text, *language;
} titles[] = {
    {"Solid film", "en"},        {"Solid film", "de"}, {"solid film", "en"},  {"Solid Electrolyte", "en"},
    {"固态电解质薄膜", "zh"},    {"传感器 A", "zh"},   {"Ab", "xx-longer"},   {"Zinc battery", "en"},
    {"A battery of zinc", "en"}, {"氮化镓器件", "zh"}, {"Künstliches", "de"}, {"...", "en"},
};
static const char *const organisations[] = {"Solid Power GmbH", "Zinc AG", "北京大学", "solid power gmbh"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static unsigned
roll(fixture *f, unsigned sides)
{
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(f->random >> 33) % sides;
}

static void
change_some(fixture *f)
{
    for (unsigned i = 0; i < PROJECTS; i++) {
        project *p = &f->projects[i];

        if (roll(f, 4) != 0)
            continue;
        p->there = roll(f, 3) != 0;
        p->titles[0] = roll(f, COUNT(titles));
        p->titles[1] = roll(f, 2) == 0 ? NONE : roll(f, COUNT(titles));
        p->organisation = roll(f, 2) == 0 ? NONE : roll(f, COUNT(organisations));
    }
}

static void
add(qiaoi_suggest_maker *maker, qiaoi_suggest_item item)
{
    qiao_error err = QIAO_ERROR_INIT;

    item.length = strlen(item.text);
    assert_ok(qiaoi_suggest_maker_add(maker, &item, &err), &err);
}

/* Words of every rank between which titles and organisations find their places. */
static void
add_words(qiaoi_suggest_maker *maker)
{
    qiao_error err = QIAO_ERROR_INIT;

    for (uint32_t frequency = 0; frequency < 4; frequency++) {
        const char *const words[] = {"solid", "zinc alloy", "机器学习", "薄膜"};
        const char *const names[] = {"Solid-state films", "固态薄膜", "Künstliches Licht", "Zinc cells"};
        const char *const languages[] = {"en", "zh", "de", "en"};

        add(maker, (qiaoi_suggest_item){.kind = QIAOI_SUGGEST_TERM,
                                        .text = words[frequency],
                                        .language = frequency < 2 ? "en" : "zh",
                                        .frequency = frequency + 1,
                                        .preference = frequency < 2 ? 3 : 1});
        add(maker, (qiaoi_suggest_item){.kind = QIAOI_SUGGEST_CONCEPT,
                                        .text = names[frequency],
                                        .language = languages[frequency],
                                        .id = "c",
                                        .field = "energy",
                                        .group = frequency + 1,
                                        .frequency = frequency == 2 ? 15 : 1,
                                        .preference = frequency % 2});
    }
    assert_ok(qiaoi_suggest_maker_spelling(maker, "solid", 5, 3, &err), &err);
    assert_ok(qiaoi_suggest_maker_spelling(maker, "solids", 6, 2, &err), &err);
}

static void
add_project(fixture *f, qiaoi_suggest_maker *maker, unsigned i, uint32_t number)
{
    const project *p = &f->projects[i];

    for (int t = 0; t < 2; t++)
        if (p->titles[t] != NONE)
            add(maker, (qiaoi_suggest_item){.kind = QIAOI_SUGGEST_TITLE,
                                            .text = titles[p->titles[t]].text,
                                            .language = titles[p->titles[t]].language,
                                            .id = f->ids[i],
                                            .group = QIAOI_TITLE_GROUP | number,
                                            .frequency = 1,
                                            .preference = 1});
    if (p->organisation != NONE)
        add(maker, (qiaoi_suggest_item){.kind = QIAOI_SUGGEST_ORGANISATION,
                                        .text = organisations[p->organisation],
                                        .language = "de",
                                        .frequency = 1,
                                        .preference = 1});
}

static void
make(fixture *f, const char *path)
{
    qiaoi_suggest_maker *maker;
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t number = 0;

    assert_ok(qiaoi_suggest_maker_new(f->lexicon, &f->names, &maker, &err), &err);
    add_words(maker);
    for (unsigned i = 0; i < PROJECTS; i++)
        if (f->projects[i].there)
            add_project(f, maker, i, number++);
    assert_ok(qiaoi_suggest_maker_write(maker, path, &err), &err);
    qiaoi_suggest_maker_free(maker);
}

typedef struct listed {
    qiaoi_suggest_change items[PROJECTS * 6];
    size_t count;
} listed;

static void
list(listed *all, const project *p, uint32_t number, bool came)
{
    for (int t = 0; t < 2; t++)
        if (p->titles[t] != NONE)
            all->items[all->count++] = (qiaoi_suggest_change){QIAOI_SUGGEST_TITLE, came, number,
                                                              titles[p->titles[t]].text, titles[p->titles[t]].language};
    if (p->organisation != NONE)
        all->items[all->count++] =
            (qiaoi_suggest_change){QIAOI_SUGGEST_ORGANISATION, came, number, organisations[p->organisation], "de"};
}

static const char *
id_of(uint32_t number, const void *context)
{
    return ((const fixture *)context)->ids_now[number];
}

static qiao_status
bring_up_to_date(fixture *f, const char *from, const char *to, bool whole, qiao_error *err)
{
    static listed all;
    uint32_t moved[PROJECTS], then = 0, now = 0;
    qiaoi_suggest *before;
    qiao_status st;

    all.count = 0;
    for (unsigned i = 0; i < PROJECTS; i++) {
        const project *a = &f->before[i], *b = &f->projects[i];
        bool same = a->there && b->there && memcmp(a, b, sizeof *a) == 0;

        if (a->there && !same && whole)
            list(&all, a, then, false);
        if (b->there && !same)
            list(&all, b, now, true);
        if (b->there)
            f->ids_now[now] = f->ids[i];
        if (a->there)
            moved[then++] = same ? now : QIAOI_PROJECT_GONE;
        now += b->there;
    }
    assert_ok(qiaoi_suggest_open(from, &before, err), err);
    assert_true(qiaoi_suggest_can_update(before, &f->names));
    st = qiaoi_suggest_update(
        before, f->lexicon, &f->names,
        &(qiaoi_suggest_changes){
            .items = all.items, .count = all.count, .moved = moved, .moved_count = then, .id_of = id_of, .context = f},
        to, err);
    qiaoi_suggest_close(before);
    return st;
}

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    memset(&f, 0, sizeof f);
    f.random = 11;
    qiao_test_folder_init(&f.folder);
    for (unsigned i = 0; i < PROJECTS; i++)
        snprintf(f.ids[i], sizeof f.ids[i], "p:%02u", i);
    assert_ok(qiao_lexicon_open(SHARE "/lexicon.bin", &f.lexicon, &err), &err);
    assert_ok(qiaoi_names_open(SHARE "/names.bin", &f.names, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_lexicon_close(f->lexicon);
    qiaoi_names_close(&f->names);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static void
any_changes_give_what_the_maker_gives(void **state)
{
    fixture *f = *state;
    char paths[2][QIAO_PATH_MAX], made[QIAO_PATH_MAX], sums[2][33];
    qiao_error err = QIAO_ERROR_INIT;

    for (int i = 0; i < 2; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%d.bin", f->folder.path, i);
    snprintf(made, sizeof made, "%s/made.bin", f->folder.path);
    make(f, paths[0]); /* of words alone */
    for (int round = 0; round < ROUNDS; round++) {
        const char *from = paths[round % 2], *to = paths[(round + 1) % 2];

        memcpy(f->before, f->projects, sizeof f->before);
        if (round % 7 != 6) /* once in a while nothing changes */
            change_some(f);
        assert_ok(bring_up_to_date(f, from, to, true, &err), &err);
        make(f, made);
        assert_ok(qiao_file_checksum(to, sums[0], &err), &err);
        assert_ok(qiao_file_checksum(made, sums[1], &err), &err);
        assert_string_equal(sums[0], sums[1]);
    }
}

static void
changes_that_do_not_fit_are_told(void **state)
{
    fixture *f = *state;
    char from[QIAO_PATH_MAX], to[QIAO_PATH_MAX];
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(from, sizeof from, "%s/from.bin", f->folder.path);
    snprintf(to, sizeof to, "%s/to.bin", f->folder.path);
    memset(f->projects, 0, sizeof f->projects);
    f->projects[0] = f->projects[1] = (project){true, {7, NONE}, NONE};
    f->projects[2] = (project){true, {3, NONE}, NONE};
    make(f, from);
    memcpy(f->before, f->projects, sizeof f->before);
    f->projects[1].there = false; /* of a shared title */
    assert_status(bring_up_to_date(f, from, to, false, &err), QIAO_E_CORRUPT, &err);
    f->projects[1].there = true;
    f->projects[2].there = false; /* of one of its own */
    assert_status(bring_up_to_date(f, from, to, false, &err), QIAO_E_CORRUPT, &err);
    f->before[1].titles[0] = 4; /* it never had that one */
    assert_status(bring_up_to_date(f, from, to, true, &err), QIAO_E_CORRUPT, &err);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_changes_give_what_the_maker_gives),
        cmocka_unit_test(changes_that_do_not_fit_are_told),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
