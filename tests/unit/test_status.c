/* Errors: texts, both languages, what is quoted from outside, and the message table itself. */
#include "base/messages.h"
#include "support.h"

#include <errno.h>
#include <string.h>

static void
every_status_has_token_meaning_and_chinese(void **state)
{
    (void)state;
    for (int i = 0; i < QIAO_STATUS_COUNT; i++) {
        qiao_status status = (qiao_status)i;
        const char *meaning = qiao_status_meaning(status), *action = qiao_status_action(status);

        assert_true(qiao_status_token(status)[0] != '\0');
        assert_string_not_equal(qiao_message(meaning, QIAO_LANGUAGE_ZH), meaning);
        if (action[0] != '\0')
            assert_string_not_equal(qiao_message(action, QIAO_LANGUAGE_ZH), action);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(qiao_status_token(status), qiao_status_token((qiao_status)j));
    }
}

static void
unknown_status_number_reads_as_internal(void **state)
{
    (void)state;
    assert_string_equal(qiao_status_token((qiao_status)999), "internal");
    assert_string_equal(qiao_status_token((qiao_status)-1), "internal");
}

static void
fail_renders_both_languages_and_the_hint(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_int_equal(qiao_fail(&err, QIAO_E_LOCKED, "process %ld holds %s", 42L, "/data/indexer.lock"), QIAO_E_LOCKED);
    assert_int_equal(err.status, QIAO_E_LOCKED);
    assert_string_equal(err.message, "process 42 holds /data/indexer.lock");
    assert_string_equal(err.message_zh, "进程 42 正占用 /data/indexer.lock");
    assert_string_equal(err.hint, "wait for it to end and run again");
    assert_string_equal(err.hint_zh, "请等它结束后再运行");
    assert_ptr_equal(qiao_error_message(&err, QIAO_LANGUAGE_ZH), err.message_zh);
    assert_ptr_equal(qiao_error_message(&err, QIAO_LANGUAGE_EN), err.message);
    assert_ptr_equal(qiao_error_hint_text(&err, QIAO_LANGUAGE_ZH), err.hint_zh);
}

static void
message_without_translation_stays_english_in_both(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_fail(&err, QIAO_E_INPUT, "no entry for this %s", "text");
    assert_string_equal(err.message, "no entry for this text");
    assert_string_equal(err.message_zh, err.message);
}

static void
null_error_only_gives_the_status(void **state)
{
    (void)state;
    assert_int_equal(qiao_fail(NULL, QIAO_E_QUERY, "%d", 1), QIAO_E_QUERY);
    assert_int_equal(qiao_fail_errno(NULL, ENOSPC, "%d", 1), QIAO_E_NOSPACE);
    assert_int_equal(qiao_fail_memory(NULL), QIAO_E_NOMEM);
    qiao_error_hint(NULL, "%d", 1);
}

static void
system_errors_map_to_statuses(void **state)
{
    static const struct {
        int number;
        qiao_status status;
        const char *english, *chinese;
    } cases[] = {
        {ENOSPC, QIAO_E_NOSPACE, "cannot write x: No space left on device", "无法写入 x：磁盘空间不足"},
        {EDQUOT, QIAO_E_NOSPACE, "cannot write x: Disk quota exceeded", "无法写入 x：超出磁盘配额"},
        {ENOMEM, QIAO_E_NOMEM, "cannot write x: Cannot allocate memory", "无法写入 x：内存不足"},
        {ENOENT, QIAO_E_NOTFOUND, "cannot write x: No such file or directory", "无法写入 x：文件或目录不存在"},
        {EIO, QIAO_E_IO, "cannot write x: Input/output error", "无法写入 x：输入/输出错误"},
        {ENOTBLK, QIAO_E_IO, "cannot write x: Block device required", "无法写入 x：Block device required"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_error err = QIAO_ERROR_INIT;

        assert_int_equal(qiao_fail_errno(&err, cases[i].number, "cannot write %s", "x"), cases[i].status);
        assert_int_equal(err.system_errno, cases[i].number);
        assert_string_equal(err.message, cases[i].english);
        assert_string_equal(err.message_zh, cases[i].chinese);
    }
}

static void
quoted_values_become_one_clean_line(void **state)
{
    static const struct {
        const char *value, *message;
    } cases[] = {
        {"a\nb\tc", "cannot open a b c"},     {"\x1b[31mred", "cannot open  [31mred"},
        {"bad\xff\xfe", "cannot open bad??"}, {"cut \xe4\xb8", "cannot open cut ??"},
        {"钙钛矿", "cannot open 钙钛矿"},     {"\xed\xa0\x80", "cannot open ???"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_error err = QIAO_ERROR_INIT;

        qiao_fail(&err, QIAO_E_IO, "cannot open %s", cases[i].value);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void
long_messages_are_cut_at_a_character(void **state)
{
    char long_name[2000];

    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        qiao_error err = QIAO_ERROR_INIT;
        size_t length;

        memset(long_name, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof long_name; i += 3)
            memcpy(long_name + i, "桥", 3);
        long_name[sizeof long_name - 4] = '\0';
        qiao_fail(&err, QIAO_E_IO, "%s", long_name);
        length = strlen(err.message);
        assert_in_range(length, sizeof err.message - 3, sizeof err.message - 1);
        assert_memory_equal(err.message, long_name, length);
        assert_int_equal((length - shift) % 3, 0);
        qiao_fail_errno(&err, EIO, "%s", long_name);
        length = strlen(err.message) - strlen(": Input/output error");
        assert_string_equal(err.message + length, ": Input/output error");
        assert_memory_equal(err.message, long_name, length);
        assert_int_equal((length - shift) % 3, 0);
    }
}

static void
message_may_quote_the_error_it_replaces(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_fail(&err, QIAO_E_INPUT, "inner");
    qiao_fail(&err, QIAO_E_INPUT, "line %d: %s", 7, err.message);
    assert_string_equal(err.message, "line 7: inner");
    qiao_error_hint(&err, "see %s", err.hint);
    assert_string_equal(err.hint, "see mend the named place and send it again");
}

static void
hint_replaces_the_default_in_both_languages(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_fail(&err, QIAO_E_LOCKED, "another process holds %s", "x");
    qiao_error_hint(&err, "wait for process %ld to end, or stop it with kill %ld, and run again", 7L, 7L);
    assert_string_equal(err.hint, "wait for process 7 to end, or stop it with kill 7, and run again");
    assert_string_equal(err.hint_zh, "请等进程 7 结束，或用 kill 7 停止它，然后重新运行");
}

/* "%-5.3lld" -> "lld", one after the other: what the arguments must be. A star takes an argument of its own. */
static void
conversions(const char *format, char *out, size_t size)
{
    size_t used = 0;

    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%')
            continue;
        if (*++at == '%')
            continue;
        for (; *at != '\0' && strchr("-+ #0123456789.*", *at) != NULL; at++)
            if (*at == '*' && used + 2 < size)
                out[used++] = '*';
        for (; *at != '\0' && used + 2 < size; at++) {
            out[used++] = *at;
            if (strchr("hljztL", *at) == NULL)
                break;
        }
        out[used++] = ' ';
    }
    out[used] = '\0';
}

static void
every_chinese_form_takes_the_same_arguments(void **state)
{
    const qiaoi_message *message;
    size_t count = 0;

    (void)state;
    for (; (message = qiaoi_message_at(count)) != NULL; count++) {
        char english[128], chinese[128];

        conversions(message->english, english, sizeof english);
        conversions(message->chinese, chinese, sizeof chinese);
        if (strcmp(english, chinese) != 0 || strchr(message->chinese, '$') != NULL)
            fail_msg("'%s' and '%s' take different arguments", message->english, message->chinese);
        assert_true(message->chinese[0] != '\0');
    }
    assert_true(count > 50);
}

static void
equal_english_texts_have_one_chinese_form(void **state)
{
    const qiaoi_message *a, *b;

    (void)state;
    for (size_t i = 0; (a = qiaoi_message_at(i)) != NULL; i++)
        for (size_t j = i + 1; (b = qiaoi_message_at(j)) != NULL; j++)
            if (strcmp(a->english, b->english) == 0 && strcmp(a->chinese, b->chinese) != 0)
                fail_msg("'%s' has two forms: '%s' and '%s'", a->english, a->chinese, b->chinese);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_token_meaning_and_chinese),
        cmocka_unit_test(unknown_status_number_reads_as_internal),
        cmocka_unit_test(fail_renders_both_languages_and_the_hint),
        cmocka_unit_test(message_without_translation_stays_english_in_both),
        cmocka_unit_test(null_error_only_gives_the_status),
        cmocka_unit_test(system_errors_map_to_statuses),
        cmocka_unit_test(quoted_values_become_one_clean_line),
        cmocka_unit_test(long_messages_are_cut_at_a_character),
        cmocka_unit_test(message_may_quote_the_error_it_replaces),
        cmocka_unit_test(hint_replaces_the_default_in_both_languages),
        cmocka_unit_test(every_chinese_form_takes_the_same_arguments),
        cmocka_unit_test(equal_english_texts_have_one_chinese_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
