/* Scoring profiles: what is read, what is refused and how it is named, a platform's own, memory that runs out. */
#include "support.h"

#include "match/profile.h"
#include "qiao/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static qiao_buffer good;

static int
read_good(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_file_read(QIAO_SOURCE_DIR "/engine/match/profiles/default.json", 0, &good, &err), &err);
    return 0;
}

static int
drop_good(void **state)
{
    (void)state;
    qiao_buffer_done(&good);
    return 0;
}

static void
a_profile_written_and_read_again_is_the_same(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_profile profile, again;
    qiao_buffer text = {0};

    (void)state;
    assert_ok(qiaoi_profile_read(good.data, good.length, "a.json", &profile, &err), &err);
    assert_string_equal(profile.name, "default");
    assert_int_equal(strlen(profile.hash), 16);
    assert_true(profile.weights[QIAOI_SIGNAL_TEXT_BODY][0] > 0);
    assert_int_equal(profile.gates_off, 0);
    qiaoi_profile_write(&profile, "甲", "a", &text);
    assert_ok(qiaoi_profile_read(text.data, text.length, "b.json", &again, &err), &err);
    assert_memory_equal(&profile, &again, sizeof profile);
    qiao_buffer_done(&text);
}

/* The default profile with the first occurrence of a text replaced. */
static void
change(const char *from, const char *to, qiao_buffer *out)
{
    const char *at = strstr(good.data, from);

    assert_non_null(at);
    qiao_buffer_clear(out);
    qiao_buffer_append(out, good.data, (size_t)(at - good.data));
    qiao_buffer_text(out, to);
    qiao_buffer_text(out, at + strlen(from));
}

static void
each_mistake_is_named_by_file_and_pointer(void **state)
{
    static const struct {
        const char *from, *to, *pointer;
    } cases[] = {
        {"{", "[", "is no JSON"},
        {"\"name\": \"default\"", "\"name\": \"a b\"", "/name"},
        {"\"name\": \"default\"", "\"name\": 3", "/name"},
        {"\"name\": \"default\",", "", "/name"},
        {"\"policy_cap\": 50", "\"policy_cap\": 1001", "/policy_cap"},
        {"\"policy_cap\": 50", "\"policy_cap\": \"50\"", "/policy_cap"},
        {"\"policy_cap\": 50", "\"policy_kap\": 50", "/policy_kap"},
        {"\"policy_cap\": 50", "\"policy_cap\": 50, \"suggested_share\": 1001", "/suggested_share"},
        {"\"trl\": [30, 20]", "\"trl\": [30]", "/weights/trl"},
        {"\"trl\": [30, 20]", "\"trl\": [30, -1]", "/weights/trl"},
        {"\"trl\": [30, 20]", "\"trl\": 30", "/weights/trl"},
        {"\"trl\": [30, 20],", "", "/weights/trl"},
        {"\"trl\": [30, 20]", "\"trl\": [30, 20], \"luck\": [1, 1]", "/weights/luck"},
        {"\"expired\": true", "\"expired\": 1", "/gates/expired"},
        {"\"topic_share\": 0.75", "\"topic_share\": 1.5", "/text/topic_share"},
        {"\"evidence\": 0.16", "\"evidence\": 0.9", "/bands/possible"},
        {"\"text_body\": [800, 800]", "\"text_body\": [0, 0]", NULL},
    };
    qiao_buffer text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiaoi_profile profile;

        change(cases[i].from, cases[i].to, &text);
        if (cases[i].pointer == NULL) { /* other signals still count: that is a profile */
            assert_ok(qiaoi_profile_read(text.data, text.length, "p.json", &profile, &err), &err);
            continue;
        }
        assert_status(qiaoi_profile_read(text.data, text.length, "p.json", &profile, &err), QIAO_E_INPUT, &err);
        if (strstr(err.message, "p.json") == NULL || strstr(err.message, cases[i].pointer) == NULL)
            fail_msg("%s", err.message);
        assert_string_not_equal(err.message, err.message_zh);
    }
    qiao_buffer_done(&text);
}

static void
a_platforms_own_profile_stands_beside_the_shipped_ones(void **state)
{
    qiao_test_folder folder;
    qiao_error err = QIAO_ERROR_INIT;
    const qiaoi_profile *found = NULL;
    qiao_profiles *profiles;
    qiao_buffer text = {0};

    (void)state;
    qiao_test_folder_init(&folder);
    assert_ok(qiao_file_make_directories(qiao_test_path(&folder, "profiles"), &err), &err);
    change("\"name\": \"default\"", "\"name\": \"careful\"", &text);
    qiao_test_write_text(qiao_test_path(&folder, "profiles/own.json"), text.data);
    qiao_test_write_text(qiao_test_path(&folder, "profiles/notes.txt"), "not a profile");
    assert_ok(qiao_profiles_open(QIAO_BUILD_DIR "/share/qiao", folder.path, &profiles, &err), &err);
    assert_string_equal(qiao_profiles_name(profiles, 0), "default");
    assert_ok(qiaoi_profiles_find(profiles, "careful", &found, &err), &err);
    assert_string_equal(found->name, "careful");
    assert_ok(qiaoi_profiles_find(profiles, NULL, &found, &err), &err);
    assert_string_equal(found->name, "default");
    assert_status(qiaoi_profiles_find(profiles, "unheard", &found, &err), QIAO_E_QUERY, &err);
    assert_non_null(strstr(err.message, "default, careful"));
    qiao_profiles_close(profiles);
    qiao_test_write_text(qiao_test_path(&folder, "profiles/broken.json"), "{}");
    assert_status(qiao_profiles_open(QIAO_BUILD_DIR "/share/qiao", folder.path, &profiles, &err), QIAO_E_INPUT, &err);
    assert_non_null(strstr(err.message, "broken.json"));
    assert_null(profiles);
    qiao_buffer_done(&text);
    qiao_test_folder_done(&folder);
}

static qiao_status
read_it(void *context, qiao_error *err)
{
    qiaoi_profile profile;

    (void)context;
    return qiaoi_profile_read(good.data, good.length, "p.json", &profile, err);
}

static void
memory_that_runs_out_is_an_answer(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, read_it, *state) > 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_written_and_read_again_is_the_same),
        cmocka_unit_test(each_mistake_is_named_by_file_and_pointer),
        cmocka_unit_test(a_platforms_own_profile_stands_beside_the_shipped_ones),
        cmocka_unit_test(memory_that_runs_out_is_an_answer),
    };

    return cmocka_run_group_tests(tests, read_good, drop_good);
}
