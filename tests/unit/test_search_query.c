/* The query language: what a text is read as, and that no text is read as something that cannot be evaluated. */
#include "support.h"

#include "session/search_query.h"

#include <stdio.h>
#include <string.h>

typedef struct reading {
    const char *text;
    char words[4096]; /* words of each run, as "0:a 1:b" */
    size_t used;
} reading;

/* Takes the bytes of a piece as its words; a piece of marks alone has none. */
static qiao_status
read_piece(const qiaoi_piece *piece, uint32_t run, bool negative, void *context, bool *any_out, qiao_error *err)
{
    reading *r = context;
    size_t at = piece->start;

    (void)err;
    *any_out = false;
    while (at < piece->end)
        *any_out = qiao_script_of(qiao_utf8_next(r->text, piece->end, &at)) != QIAO_SCRIPT_NONE || *any_out;
    if (*any_out && r->used + (piece->end - piece->start) + 24 < sizeof r->words)
        r->used += (size_t)sprintf(r->words + r->used, "%s%s%u:%s%.*s%s", r->used > 0 ? " " : "", negative ? "!" : "",
                                   (unsigned)run, piece->fields != 0 ? "@" : "", (int)(piece->end - piece->start),
                                   r->text + piece->start, piece->kind == QIAOI_PIECE_PREFIX ? "*" : "");
    return QIAO_OK;
}

/* The tree in words: runs as numbers, operators behind their operands. */
static const char *
tree_of(const qiaoi_query_tree *tree)
{
    static char text[8192];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < tree->count && used + 24 < sizeof text; i++) {
        const qiao_fulltext_node *node = &tree->nodes[i];
        static const char *const names[] = {
            [QIAO_FT_RUN] = "", [QIAO_FT_AND] = "and", [QIAO_FT_OR] = "or", [QIAO_FT_NOT] = "not"};

        used += (size_t)sprintf(text + used, "%s%s", used > 0 ? " " : "", names[node->operation]);
        if (node->operation != QIAO_FT_NOT)
            used += (size_t)sprintf(text + used, "%u", (unsigned)node->value);
    }
    return text;
}

/* Is the tree something that leaves one operand? */
static bool
is_sound(const qiaoi_query_tree *tree)
{
    size_t depth = 0;

    for (size_t i = 0; i < tree->count; i++) {
        const qiao_fulltext_node *node = &tree->nodes[i];
        size_t needed = node->operation == QIAO_FT_RUN ? 0 : node->operation == QIAO_FT_NOT ? 1 : node->value;

        if (needed > depth || (node->operation != QIAO_FT_RUN && needed == 0))
            return false;
        depth = depth - needed + 1;
    }
    return depth == (tree->count > 0 ? 1 : 0) && tree->count < QIAOI_NODES_MAX;
}

static void
expect(const char *text, const char *words, const char *tree)
{
    static qiaoi_pieces pieces;
    static qiaoi_query_tree joined;
    reading r = {.text = text};
    qiao_error err = QIAO_ERROR_INIT;

    qiaoi_query_scan(text, strlen(text), &pieces);
    assert_ok(qiaoi_query_join(&pieces, read_piece, &r, &joined, &err), &err);
    assert_true(is_sound(&joined));
    if (strcmp(r.words, words) != 0 || strcmp(tree_of(&joined), tree) != 0)
        fail_msg("%s is read as\n  %s\n  %s\nnot\n  %s\n  %s", text, r.words, tree_of(&joined), words, tree);
}

static void
operators_bind_not_first_then_and_then_or(void **state)
{
    (void)state;
    expect("a b", "0:a b", "0");
    expect("a AND b", "0:a 0:b", "0");
    expect("a OR b", "0:a 1:b", "0 1 or2");
    expect("a b OR c d", "0:a b 1:c d", "0 1 or2");
    expect("a NOT b", "0:a !1:b", "1 not 0 and2");
    expect("NOT a b", "!1:a 0:b", "1 not 0 and2");
    expect("NOT a", "!1:a", "1 not");
    expect("NOT NOT a", "1:a", "1");
    expect("a -b c", "0:a !1:b 0:c", "1 not 0 and2");
    expect("甲 与 乙 或 丙", "0:甲 0:乙 1:丙", "0 1 or2");
    expect("甲 非 乙", "0:甲 !1:乙", "1 not 0 and2");
}

static void
parentheses_group_and_take_fields(void **state)
{
    (void)state;
    expect("(a OR b) c", "1:a 2:b 0:c", "1 2 or2 0 and2");
    expect("（甲 或 乙） 丙", "1:甲 2:乙 0:丙", "1 2 or2 0 and2");
    expect("NOT (a OR b) c", "!1:a !2:b 0:c", "1 2 or2 not 0 and2");
    expect("title:(a OR b) c", "1:@a 2:@b 0:c", "1 2 or2 0 and2");
    expect("-(a b)", "!1:a b", "1 not");
    expect("-title:a b", "!1:@a 0:b", "1 not 0 and2");
    expect("a -\"b c\"", "0:a !1:b c", "1 not 0 and2");
}

static void
prefixes_end_in_a_star_and_have_enough_before_it(void **state)
{
    (void)state;
    expect("perovsk* cell", "0:perovsk* 0:cell", "0");
    expect("固态*", "0:固态*", "0");
    expect("固态＊ a", "0:固态* 0:a", "0");
    expect("固* ab*", "0:固* ab*", "0"); /* too short: words as they stand */
    expect("a*b* **", "0:a*b* **", "0");
    expect("title:hydr* x", "0:@hydr* 0:x", "0");
    expect("NOT hydr*", "!1:hydr*", "1 not");
}

static void
what_joins_nothing_is_words(void **state)
{
    (void)state;
    expect("AND", "0:AND", "0");
    expect("OR OR", "0:OR 0:OR", "0");
    expect("a OR", "0:a 0:OR", "0");
    expect("NOT", "0:NOT", "0");
    expect("a AND AND b", "0:a 0:AND 0:b", "0");
    expect("and or not", "0:and or not", "0");
    expect("R&D -40 - x", "0:R&D -40 - x", "0");
    expect("(((", "", "");
    expect("(a", "0:a", "0");
    expect("a)", "0:a", "0");
    expect("() a ()", "0:a", "0");
    expect("", "", "");
    expect("手术或机器人", "0:手术或机器人", "0");
    expect("x\"y", "0:x\"y", "0");
}

static void
too_many_pieces_are_words(void **state)
{
    char text[8192];
    size_t used = 0;
    static qiaoi_pieces pieces;
    static qiaoi_query_tree joined;
    reading r = {.text = text};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    for (int i = 0; i < 1000; i++)
        used += (size_t)sprintf(text + used, "a%d OR ", i);
    qiaoi_query_scan(text, used, &pieces);
    assert_true(pieces.count <= QIAOI_PIECES_MAX);
    assert_ok(qiaoi_query_join(&pieces, read_piece, &r, &joined, &err), &err);
    assert_true(is_sound(&joined));
    assert_int_equal(pieces.items[pieces.count - 1].end, used - 1);
}

/* Texts drawn from what the language is made of. */
static void
every_text_is_read_as_something_sound(void **state)
{
    static const char *const parts[] = {"a",      "固态",  " ",   " ", " AND ", " OR ", " NOT ", " 与 ", " 或 ",
                                        "非",     " -",    "(",   ")", "（",    "）",   "\"",    "“",    "”",
                                        "title:", "org：", "id:", "*", "＊",    "ab*",  "abc*",  "-",    "\xff",
                                        "\t",     "《",    "«",   "»", "40",    "💥",    "NOT",   "OR",   "「"};
    static qiaoi_pieces pieces;
    static qiaoi_query_tree joined;
    uint64_t random = 12345;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[1024];
        size_t used = 0, count;
        reading r = {.text = text};
        qiao_error err = QIAO_ERROR_INIT;

        random = random * 6364136223846793005u + 1442695040888963407u;
        count = (size_t)(random >> 33) % 60;
        for (size_t i = 0; i < count; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            used += (size_t)sprintf(text + used, "%s", parts[(random >> 33) % (sizeof parts / sizeof *parts)]);
        }
        qiaoi_query_scan(text, used, &pieces);
        for (size_t i = 0; i < pieces.count; i++)
            assert_true(pieces.items[i].start <= pieces.items[i].end && pieces.items[i].end <= used);
        assert_ok(qiaoi_query_join(&pieces, read_piece, &r, &joined, &err), &err);
        if (!is_sound(&joined))
            fail_msg("%.*s is read as %s", (int)used, text, tree_of(&joined));
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_bind_not_first_then_and_then_or),
        cmocka_unit_test(parentheses_group_and_take_fields),
        cmocka_unit_test(prefixes_end_in_a_star_and_have_enough_before_it),
        cmocka_unit_test(what_joins_nothing_is_words),
        cmocka_unit_test(too_many_pieces_are_words),
        cmocka_unit_test(every_text_is_read_as_something_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
