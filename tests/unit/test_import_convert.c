/* Days and texts in the forms of sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "import_convert.h"

#include <string.h>

static void
days_are_read_in_the_form_that_the_row_names(void **state)
{
    static const struct {
        const char *kind, *text, *day; /* NULL: it is no such day */
    } cases[] = {{"us", "3/31/2026", "2026-03-31"},
                 {"us", "03/01/2026 0:00", "2026-03-01"},
                 {"us", "31/3/2026", NULL},
                 {"us", "2026-03-31", NULL},
                 {"epoch_ms", "1317423600000", "2011-09-30"},
                 {"epoch_s", "0", "1970-01-01"},
                 {"epoch_s", "-1", "1969-12-31"},
                 {"epoch_s", "86400", "1970-01-02"},
                 {"epoch_ms", "soon", NULL},
                 {"epoch_s", "99999999999999999999", NULL},
                 {"epoch_ms", "", NULL},
                 {NULL, "3/31/2026", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char day[QIAO_DATE_SIZE] = "";
        bool found = qiaoi_convert_date(cases[i].kind, cases[i].text, day);

        if (found != (cases[i].day != NULL) || (found && strcmp(day, cases[i].day) != 0))
            fail_msg("%s \"%s\" gives \"%s\"", cases[i].kind, cases[i].text, day);
    }
}

static void
markup_becomes_text(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"<p>One</p><p>Two</p>", "One\nTwo"},
        {"a<br/>b<BR>c", "a\nb\nc"},
        {"CO<sub>2</sub> &amp; H&#8322;O &lt;5&nbsp;&#x2103;", "CO2 & H\xE2\x82\x82O <5 \xE2\x84\x83"},
        {"NASA&#039;s <span class=\"highlight\">engine</span>", "NASA's engine"},
        {"p < 0.05 and q <5 &unknown; & more", "p < 0.05 and q <5 &unknown; & more"},
        {"&#0; &#xD800; &#1114112;", "&#0; &#xD800; &#1114112;"},
        {"<p></p>", ""},
        {"open <b", "open <b"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_buffer out = {.limit = 0};

        qiaoi_convert_html(cases[i][0], &out);
        assert_string_equal(out.data, cases[i][1]);
        assert_int_equal(out.length, strlen(cases[i][1]));
        qiao_buffer_done(&out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_read_in_the_form_that_the_row_names),
        cmocka_unit_test(markup_becomes_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
