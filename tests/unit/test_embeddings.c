/* The parts of the embedding client that need no server: answers, embeddings.json, and what the HTTP client decides by itself. */
#include "embeddings.h"
#include "http_client.h"
#include "support.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- answers ---- */

typedef struct answer_case {
    const char *json;
    qiao_status status;
    const char *message; /* part of it, where it fails */
    const char *states;  /* d, r, f for each of two texts */
} answer_case;

static const answer_case answers[] = {
    {"{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":1,\"embedding\":[-3,4.5e-1]}]}", QIAO_OK, NULL, "dd"},
    {"{\"data\":[{\"index\":1,\"embedding\":[3,4]},{\"embedding\":[1,2],\"index\":0}]}", QIAO_OK, NULL, "dd"},
    {" { \"object\" : \"list\" , \"data\" : [ { \"embedding\" : [ 1 , 2 ] } , { \"embedding\" : [ 3 , 4 ] } ] , \"usage\" : { } } \n", QIAO_OK, NULL, "dd"},
    {"{\"x\":[[[{\"data\":[1]}]]],\"y\":\"\\\"]}\",\"data\":[{\"embedding\":[1,2]},{\"embedding\":[3,4],\"z\":null}],\"w\":[true,false,null,-1.5]}", QIAO_OK,
     NULL, "dd"},
    {"{\"data\":[{\"embedding\":[null,2]},{\"embedding\":[3,4]}]}", QIAO_OK, NULL, "rd"},
    {"{\"data\":[{\"embedding\":[\"1\",2]},{\"embedding\":[3,{\"a\":[4]}]}]}", QIAO_OK, NULL, "rr"},
    {"{\"data\":[{\"embedding\":[1e999,2]},{\"embedding\":[3,-1e39]}]}", QIAO_OK, NULL, "rr"},
    {"{\"data\":[{\"embedding\":[0,-0.0]},{\"embedding\":[1e-60,0]}]}", QIAO_OK, NULL, "rr"},
    {"{\"data\":[{\"embedding\":[]},{\"embedding\":[3,4]}]}", QIAO_OK, NULL, "rd"},
    {"{\"data\":[{\"embedding\":[1,2,3]},{\"embedding\":[3,4,5]}]}", QIAO_E_REFUSED, "3 numbers a vector, embeddings.json says 2", "ff"},
    {"{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[3]}]}", QIAO_E_REFUSED, "1 numbers", "ff"},
    {"{\"data\":[{\"index\":0,\"embedding\":[1,2]}]}", QIAO_E_INPUT, "1 vectors for 2 texts", "ff"},
    {"{\"data\":[]}", QIAO_E_INPUT, "0 vectors for 2 texts", "ff"},
    {"{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[1,2]},{\"embedding\":[1,2]}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":0,\"embedding\":[1,2]}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":[{\"index\":2,\"embedding\":[1,2]},{\"index\":0,\"embedding\":[1,2]}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":[{\"index\":-1,\"embedding\":[1,2]}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":[{\"index\":0.5,\"embedding\":[1,2]}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":[{\"index\":0},{\"index\":1}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":[{\"embedding\":\"AACAPw==\"},{\"embedding\":[1,2]}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":[{},{}]}", QIAO_E_INPUT, "one vector for each", "ff"},
    {"{\"data\":null}", QIAO_E_INPUT, "no list", "ff"},
    {"{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[1,2]}],\"data\":[]}", QIAO_E_INPUT, "no list", "ff"},
    {"{\"error\":{\"message\":\"x\"}}", QIAO_E_INPUT, "no list", "ff"},
    {"{}", QIAO_E_INPUT, "no list", "ff"},
    {"[]", QIAO_E_INPUT, "no JSON", "ff"},
    {"", QIAO_E_INPUT, "no JSON", "ff"},
    {"<html></html>", QIAO_E_INPUT, "no JSON", "ff"},
    {"{\"data\":[{\"embedding\":[NaN,2]},{\"embedding\":[3,4]}]}", QIAO_E_INPUT, "no JSON", "ff"},
    {"{\"data\":[{\"embedding\":[1.2.3,2]},{\"embedding\":[3,4]}]}", QIAO_E_INPUT, "no JSON", "ff"},
    {"{\"data\":[{\"embedding\":[-,2]},{\"embedding\":[3,4]}]}", QIAO_E_INPUT, "no JSON", "ff"},
    {"{\"data\":[{\"embedding\":[1,2,]},{\"embedding\":[3,4]}]}", QIAO_E_INPUT, "no JSON", "ff"},
    {"{\"data\":[{\"embedding\":[1 2]},{\"embedding\":[3,4]}]}", QIAO_E_INPUT, "no JSON", "ff"},
    {"{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[3,4]}]} x", QIAO_E_INPUT, "no JSON", "ff"},
};

static void
check_states(const qiao_embed_state *states, const char *expected, const char *json)
{
    static const char letters[] = "fdr";

    for (size_t i = 0; expected[i] != '\0'; i++)
        if (letters[states[i]] != expected[i])
            fail_msg("%s: text %zu is %c instead of %c", json, i, letters[states[i]], expected[i]);
}

static void
an_answer_is_believed_only_when_it_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const answer_case *c = &answers[i];
        qiao_embed_state states[2] = {QIAO_EMBED_DONE, QIAO_EMBED_REFUSED};
        qiao_error err = QIAO_ERROR_INIT;
        float vectors[4] = {0};
        qiao_status st = qiaoi_embeddings_read_answer(c->json, strlen(c->json), 2, 2, vectors, states, &err);

        if (st != c->status || (c->message != NULL && strstr(err.message, c->message) == NULL))
            fail_msg("%s\n  gave %s: %s", c->json, qiao_status_token(st), err.message);
        check_states(states, c->states, c->json);
    }
}

static void
vectors_go_to_the_text_of_their_index(void **state)
{
    static const char json[] = "{\"data\":[{\"index\":2,\"embedding\":[5,6]},{\"index\":0,\"embedding\":[1,-2.5]},{\"embedding\":[3e0,4E+0],\"index\":1}]}";
    static const float expected[6] = {1, -2.5f, 3, 4, 5, 6};
    qiao_embed_state states[3];
    float vectors[6];
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiaoi_embeddings_read_answer(json, sizeof json - 1, 3, 2, vectors, states, &err), &err);
    assert_memory_equal(vectors, expected, sizeof expected);
}

/* Pages of which the last cannot be read; a text is put right before it. */
typedef struct edge {
    char *memory, *end;
    size_t page;
} edge;

static edge
make_edge(size_t longest)
{
    edge e = {.page = (size_t)sysconf(_SC_PAGESIZE)};
    size_t pages = longest / e.page + 2;
    void *memory = NULL;

    assert_int_equal(posix_memalign(&memory, e.page, pages * e.page), 0);
    e.memory = memory;
    e.end = e.memory + (pages - 1) * e.page;
    assert_int_equal(mprotect(e.end, e.page, PROT_NONE), 0);
    return e;
}

static void
free_edge(edge *e)
{
    assert_int_equal(mprotect(e->end, e->page, PROT_READ | PROT_WRITE), 0);
    free(e->memory);
}

static void
an_answer_cut_anywhere_is_no_answer(void **state)
{
    const char *json = answers[3].json;
    size_t whole = strlen(json);
    edge e = make_edge(whole);

    (void)state;
    for (size_t length = 0; length <= whole; length++) {
        qiao_embed_state states[2];
        float vectors[4];
        qiao_error err = QIAO_ERROR_INIT;

        memcpy(e.end - length, json, length);
        assert_status(qiaoi_embeddings_read_answer(e.end - length, length, 2, 2, vectors, states, &err), length == whole ? QIAO_OK : QIAO_E_INPUT, &err);
    }
    free_edge(&e);
}

static void
an_answer_with_any_byte_changed_does_no_harm(void **state)
{
    static const char bytes[] = "\"\\{}[],:0e-. \0\xff";
    size_t length = strlen(answers[3].json);
    char *json = malloc(length);

    (void)state;
    assert_non_null(json);
    for (size_t at = 0; at < length; at++)
        for (size_t b = 0; b < sizeof bytes; b++) {
            qiao_embed_state states[2];
            float vectors[4] = {0};
            qiao_error err = QIAO_ERROR_INIT;
            qiao_status st;

            memcpy(json, answers[3].json, length);
            json[at] = bytes[b];
            st = qiaoi_embeddings_read_answer(json, length, 2, 2, vectors, states, &err);
            if (st == QIAO_OK)
                for (int i = 0; i < 4; i++)
                    assert_true(isfinite(vectors[i]));
            else
                assert_true(st == QIAO_E_INPUT || st == QIAO_E_REFUSED);
        }
    free(json);
}

static void
deep_nesting_is_refused(void **state)
{
    char json[4096] = "{\"x\":";
    qiao_embed_state states[1];
    float vectors[1];
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    memset(json + 5, '[', sizeof json - 5);
    assert_status(qiaoi_embeddings_read_answer(json, sizeof json, 1, 1, vectors, states, &err), QIAO_E_INPUT, &err);
}

/* ---- embeddings.json ---- */

typedef struct config_case {
    const char *json, *message; /* NULL = good */
} config_case;

#define BASE "\"url\":\"https://h/v1/embeddings\",\"model\":\"m\",\"dimension\":8"

static const config_case configs[] = {
    {"{" BASE "}", NULL},
    {"{" BASE ",\"batch\":2048,\"timeout_seconds\":1,\"retries\":0,\"retry_after_seconds\":0,\"budget_seconds\":1,\"allow_private\":false}", NULL},
    {"{\"url\":\"http://127.0.0.1/x\",\"model\":\"m\",\"dimension\":8,\"allow_private\":true}", NULL},
    {"{\"url\":\"http://h/x\",\"model\":\"m\",\"dimension\":8}", "allow_private"},
    {"{\"url\":\"ftp://h/x\",\"model\":\"m\",\"dimension\":8,\"allow_private\":true}", "https://"},
    {"{\"model\":\"m\",\"dimension\":8}", "url is missing"},
    {"{\"url\":\"https://h\",\"dimension\":8}", "model is missing"},
    {"{\"url\":\"https://h\",\"model\":\"m\"}", "dimension is missing"},
    {"{\"url\":\"\",\"model\":\"m\",\"dimension\":8}", "url must be a text"},
    {"{\"url\":5,\"model\":\"m\",\"dimension\":8}", "url must be a text"},
    {"{\"url\":\"https://h\",\"model\":\"m\",\"dimension\":0}", "dimension must be a whole number from 1 to 8192"},
    {"{\"url\":\"https://h\",\"model\":\"m\",\"dimension\":8.5}", "dimension must be"},
    {"{\"url\":\"https://h\",\"model\":\"m\",\"dimension\":\"8\"}", "dimension must be"},
    {"{\"url\":\"https://h\",\"model\":\"m\",\"dimension\":8193}", "dimension must be"},
    {"{" BASE ",\"batch\":0}", "batch must be"},
    {"{" BASE ",\"batch\":1e99}", "batch must be"},
    {"{" BASE ",\"retries\":21}", "retries must be"},
    {"{" BASE ",\"allow_private\":\"yes\"}", "allow_private must be true or false"},
    {"{" BASE ",\"keyfile\":\"k\"}", "there is no field keyfile"},
    {"{" BASE ",\"model\":\"n\"}", "model stands there twice"},
    {"{" BASE ",\"space\":\"\"}", "space must have"},
    {"{" BASE ",\"space\":null}", "space must be a text"},
    {"[1]", "no JSON object"},
    {"{", "no JSON object"},
    {"", "no JSON object"},
};

static int
set_up(void **state)
{
    static qiao_test_folder folder;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_http_start(&err), &err); /* opens what it keeps open */
    qiao_test_folder_init(&folder);
    *state = &folder;
    return 0;
}

static int
tear_down(void **state)
{
    qiao_test_folder_done(*state);
    return 0;
}

static void
a_configuration_is_checked_field_by_field(void **state)
{
    const char *path = qiao_test_path(*state, "embeddings.json");

    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        qiaoi_embeddings_config *config;
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status st;

        qiao_test_write_text(path, configs[i].json);
        st = qiaoi_embeddings_config_read(path, &config, &err);
        if (st != (configs[i].message == NULL ? QIAO_OK : QIAO_E_INPUT) ||
            (configs[i].message != NULL && (strstr(err.message, configs[i].message) == NULL || strstr(err.message, path) == NULL)))
            fail_msg("%s\n  gave %s: %s", configs[i].json, qiao_status_token(st), err.message);
        assert_true((config != NULL) == (st == QIAO_OK));
        qiaoi_embeddings_config_free(config);
    }
}

static qiaoi_embeddings_config *
read_config(const qiao_test_folder *folder, const char *json)
{
    const char *path = qiao_test_path(folder, "embeddings.json");
    qiaoi_embeddings_config *config;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_write_text(path, json);
    assert_ok(qiaoi_embeddings_config_read(path, &config, &err), &err);
    return config;
}

static void
what_is_not_said_has_its_default(void **state)
{
    qiaoi_embeddings_config *config = read_config(*state, "{" BASE "}");

    assert_int_equal(config->batch, 32);
    assert_int_equal(config->timeout_seconds, 60);
    assert_int_equal(config->retries, 4);
    assert_int_equal(config->retry_after_seconds, 120);
    assert_int_equal(config->budget_seconds, 3600);
    assert_false(config->allow_private);
    assert_null(config->key);
    assert_string_equal(config->prefix[QIAO_NEED], "");
    qiaoi_embeddings_config_free(config);
}

static void
a_space_is_named_by_all_that_changes_vectors(void **state)
{
    static const char *const others[] = {
        "{\"url\":\"https://i/v1/embeddings\",\"model\":\"m\",\"dimension\":8}",
        "{\"url\":\"https://h/v1/embeddings\",\"model\":\"n\",\"dimension\":8}",
        "{" BASE ",\"need_prefix\":\"query: \"}",
        "{" BASE ",\"project_prefix\":\"query: \"}",
        "{" BASE ",\"space\":\"mine\"}",
    };
    static const char *const same[] = {"{" BASE ",\"batch\":7,\"key_file\":\"absent\",\"retries\":1}"};
    qiaoi_embeddings_config *config = read_config(*state, "{" BASE "}");
    char seen[6][QIAO_DENSE_SPACE_MAX];

    memcpy(seen[0], config->space, sizeof seen[0]);
    qiaoi_embeddings_config_free(config);
    for (size_t i = 0; i < 5; i++) {
        config = read_config(*state, others[i]);
        memcpy(seen[i + 1], config->space, sizeof seen[0]);
        for (size_t j = 0; j <= i; j++)
            assert_string_not_equal(config->space, seen[j]);
        qiaoi_embeddings_config_free(config);
    }
    config = read_config(*state, same[0]);
    assert_string_equal(config->space, seen[0]);
    qiaoi_embeddings_config_free(config);
    config = read_config(*state, "{\"url\":\"https://h\",\"dimension\":8,\"model\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                 "模模模模模模模模\"}");
    assert_memory_equal(config->space + 79, "#", 1); /* cut before the character that does not fit */
    qiaoi_embeddings_config_free(config);
}

static void
the_key_is_one_line_beside_the_configuration(void **state)
{
    static const struct {
        const char *content, *key;
    } cases[] = {{"secret-1\n", "secret-1"}, {"secret-1", "secret-1"},  {"secret-1\r\nmore", "secret-1"}, {"secret 2", "secret"}, {"", NULL}, {"\n", NULL},
                 {" secret", NULL},          {"sec\xc3\xa9", NULL}, {"a\x01", NULL}};
    const char *path = qiao_test_path(*state, "key");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiaoi_embeddings_config *config;

        qiao_test_write_text(path, cases[i].content);
        config = read_config(*state, "{" BASE ",\"key_file\":\"key\"}");
        if (cases[i].key != NULL) {
            assert_int_equal(config->key_fault.status, QIAO_OK);
            assert_string_equal(config->key, cases[i].key);
        } else {
            assert_null(config->key);
            assert_int_equal(config->key_fault.status, QIAO_E_INPUT);
            assert_null(strstr(config->key_fault.message, "sec"));
        }
        qiaoi_embeddings_config_free(config);
    }
}

static void
a_configuration_that_cannot_be_used_is_a_fault_and_no_failure(void **state)
{
    const char *path = qiao_test_path(*state, "embeddings.json");
    qiaoi_embeddings *e;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_write_text(path, "{}");
    assert_ok(qiaoi_embeddings_open(path, NULL, &e, &err), &err);
    assert_null(qiaoi_embeddings_embedder(e)->embed);
    assert_null(qiaoi_embeddings_embedder(e)->space);
    assert_int_equal(qiaoi_embeddings_embedder(e)->fault->status, QIAO_E_INPUT);
    qiaoi_embeddings_close(e);
    assert_ok(qiaoi_embeddings_open("/nowhere/embeddings.json", NULL, &e, &err), &err);
    assert_int_equal(qiaoi_embeddings_embedder(e)->fault->status, QIAO_E_NOTFOUND);
    qiaoi_embeddings_close(e);
    qiao_test_write_text(path, "{" BASE ",\"key_file\":\"absent\"}");
    assert_ok(qiaoi_embeddings_open(path, NULL, &e, &err), &err);
    assert_null(qiaoi_embeddings_embedder(e)->embed);
    assert_non_null(qiaoi_embeddings_embedder(e)->space); /* known: what was embedded before is still good */
    assert_int_equal(qiaoi_embeddings_embedder(e)->fault->status, QIAO_E_NOTFOUND);
    qiaoi_embeddings_close(e);
}

/* ---- the HTTP client ---- */

static void
retry_after_is_read_as_seconds_or_date(void **state)
{
    static const struct {
        const char *value;
        int64_t expected;
    } cases[] = {{"0", 0},
                 {"120", 120},
                 {"99999999999999999999", INT32_MAX},
                 {"Thu, 01 Jan 1970 00:20:00 GMT", 200}, /* now is 1000 */
                 {"Thu, 01 Jan 1970 00:10:00 GMT", 0},
                 {"Thursday, 01-Jan-1970 00:20:00 GMT", 200},
                 {"Thu Jan  1 00:20:00 1970", 200},
                 {"", -1},
                 {"-5", -1},
                 {"soon", -1},
                 {"1.5", -1},
                 {"12x", -1},
                 {"a:b", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = qiao_http_retry_after(cases[i].value, 1000);

        if (seconds != cases[i].expected)
            fail_msg("%s: %lld instead of %lld", cases[i].value, (long long)seconds, (long long)cases[i].expected);
    }
}

static void
only_addresses_of_the_public_internet_are_public(void **state)
{
    static const char *const public[] = {"8.8.8.8",    "1.1.1.1",     "172.15.255.255", "172.32.0.1", "192.167.255.255",     "100.63.255.255",
                                         "100.128.0.1", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808",
                                         "2002:808:808::1"};
    static const char *const private[] = {"0.0.0.0",       "10.1.2.3",       "100.64.0.1",      "127.0.0.1",       "127.255.255.255", "169.254.169.254",
                                          "172.16.0.1",    "172.31.255.255", "192.168.1.1",     "198.18.0.1",      "224.0.0.1",       "255.255.255.255",
                                          "::",            "::1",            "fe80::1",         "fc00::1",         "fd12::1",         "ff02::1",
                                          "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:db8::1",   "2001::1",         "fec0::1",
                                          "::127.0.0.1",   "192.0.2.1",      "203.0.113.9",     "100::1"};

    (void)state;
    for (int wanted = 0; wanted < 2; wanted++) {
        const char *const *list = wanted ? public : private;
        size_t count = wanted ? sizeof public / sizeof *public : sizeof private / sizeof *private;

        for (size_t i = 0; i < count; i++) {
            unsigned char address[16];
            int family = strchr(list[i], ':') != NULL ? AF_INET6 : AF_INET;

            assert_int_equal(inet_pton(family, list[i], address), 1);
            if (qiao_http_address_public(family, address) != wanted)
                fail_msg("%s is taken for %s", list[i], wanted ? "private" : "public");
        }
    }
    assert_false(qiao_http_address_public(AF_UNIX, (const unsigned char *)"/tmp"));
}

static void
what_is_shown_of_a_url_holds_no_secret(void **state)
{
    static const char *const cases[][2] = {{"https://user:pass@host.example:8443/a/b?key=secret#frag", "https://host.example:8443/a/b"},
                                           {"http://host/", "http://host/"},
                                           {"https://[::1]:8/x", "https://[::1]:8/x"},
                                           {"not a url", "?"}};
    char out[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_http_display(cases[i][0], out, sizeof out);
        assert_string_equal(out, cases[i][1]);
    }
    qiao_http_display(cases[0][0], out, 12);
    assert_string_equal(out, "https://hos");
}

static void
a_request_that_cannot_be_sent_is_refused_before_it_is(void **state)
{
    static const char *const broken[] = {"X: a\r\nEvil: b"}, *const nameless[] = {"no colon"};
    char longest[QIAO_HTTP_URL_MAX + 8] = "http://h/";
    const struct {
        qiao_http_request request;
        qiao_status status;
        const char *message;
    } cases[] = {{{.url = "ftp://h/x"}, QIAO_E_USAGE, "no http or https"},
                 {{.url = "file:///etc/passwd"}, QIAO_E_USAGE, "no http or https"},
                 {{.url = "nothing at all"}, QIAO_E_USAGE, "no http or https"},
                 {{.url = "https://me:secret@h/"}, QIAO_E_USAGE, "user name"},
                 {{.url = longest}, QIAO_E_USAGE, "longer than"},
                 {{.url = "http://h/", .method = "GET /x"}, QIAO_E_USAGE, "no HTTP method"},
                 {{.url = "http://h/", .method = ""}, QIAO_E_USAGE, "no HTTP method"},
                 {{.url = "http://h/", .headers = broken, .header_count = 1}, QIAO_E_USAGE, "header 1"},
                 {{.url = "http://h/", .headers = nameless, .header_count = 1}, QIAO_E_USAGE, "header 1"},
                 {{.url = "http://127.0.0.1:9/"}, QIAO_E_REFUSED, "private network"},
                 {{.url = "http://[::1]:9/"}, QIAO_E_REFUSED, "private network"},
                 {{.url = "http://0x7f.1:9/"}, QIAO_E_REFUSED, "private network"},
                 {{.url = "http://localhost:9/"}, QIAO_E_REFUSED, "private network"}};
    qiao_http_client *client;
    qiao_http_response response = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    memset(longest + 9, 'x', sizeof longest - 10);
    assert_ok(qiao_http_client_new(&client, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_status st = qiao_http_send(client, &cases[i].request, &response, &err);

        if (st != cases[i].status || strstr(err.message, cases[i].message) == NULL || strstr(err.message, "secret") != NULL ||
            strstr(err.message, "Evil") != NULL)
            fail_msg("case %zu: %s: %s", i, qiao_status_token(st), err.message);
        assert_int_equal(response.status, 0);
    }
    qiao_http_response_done(&response);
    qiao_http_client_free(client);
}

static void
a_port_where_nobody_listens_is_no_connection(void **state)
{
    const qiao_http_request request = {.url = "http://127.0.0.1:9/v1?key=secret", .allow_private = true, .timeout_ms = 5000};
    qiao_http_client *client;
    qiao_http_response response = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_http_client_new(&client, &err), &err);
    assert_status(qiao_http_send(client, &request, &response, &err), QIAO_E_IO, &err);
    assert_int_equal(response.failure, QIAO_HTTP_CONNECTION);
    assert_string_equal(err.message, "GET http://127.0.0.1:9/v1: no connection");
    assert_string_equal(err.message_zh, "GET http://127.0.0.1:9/v1：无法建立连接");
    qiao_http_response_done(&response);
    qiao_http_client_free(client);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_believed_only_when_it_is_whole),
        cmocka_unit_test(vectors_go_to_the_text_of_their_index),
        cmocka_unit_test(an_answer_cut_anywhere_is_no_answer),
        cmocka_unit_test(an_answer_with_any_byte_changed_does_no_harm),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test_setup_teardown(a_configuration_is_checked_field_by_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_said_has_its_default, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_space_is_named_by_all_that_changes_vectors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_key_is_one_line_beside_the_configuration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_configuration_that_cannot_be_used_is_a_fault_and_no_failure, set_up, tear_down),
        cmocka_unit_test(retry_after_is_read_as_seconds_or_date),
        cmocka_unit_test(only_addresses_of_the_public_internet_are_public),
        cmocka_unit_test(what_is_shown_of_a_url_holds_no_secret),
        cmocka_unit_test(a_request_that_cannot_be_sent_is_refused_before_it_is),
        cmocka_unit_test(a_port_where_nobody_listens_is_no_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
