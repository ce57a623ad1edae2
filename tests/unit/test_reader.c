/* Readers of record files: what comes out of them, where it stands, and what they say of files that are not sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "qiao/file.h"
#include "reader.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static qiao_test_folder folder;

static int
start(void **state)
{
    (void)state;
    qiao_test_folder_init(&folder);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    qiao_test_folder_done(&folder);
    return 0;
}

/* Everything that a reader gives, as text: "LINE:TEXT\n" for items, "LINE!REASON\n" for faults, then "end" or "STATUS:
 * MESSAGE". */
static void
read_all(const char *path, const qiaoi_reader_options *options, qiao_buffer *out)
{
    qiaoi_reader *reader;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = qiaoi_reader_open(path, options, &reader, &err);
    qiao_buffer bytes = {.limit = 0};

    while (status == QIAO_OK) {
        qiaoi_item item;

        qiao_buffer_clear(&bytes);
        status = qiaoi_reader_next(reader, &bytes, &item, &err);
        if (status != QIAO_OK)
            break;
        qiao_buffer_printf(out, "%llu%c", (unsigned long long)item.line, item.fault ? '!' : ':');
        if (item.fault)
            qiao_buffer_text(out, item.issue.reason);
        else
            qiao_buffer_append(out, bytes.data + item.text, item.text_length);
        qiao_buffer_char(out, '\n');
    }
    if (status == QIAO_E_NOTFOUND && err.message[0] == '\0')
        qiao_buffer_text(out, "end");
    else
        qiao_buffer_printf(out, "%s: %s", qiao_status_token(status), err.message);
    qiaoi_reader_close(reader);
    qiao_buffer_done(&bytes);
}

static void
expect(const char *name, const char *content, size_t length, const qiaoi_reader_options *options, const char *expected)
{
    qiao_buffer got = {.limit = 0};
    const char *path = qiao_test_path(&folder, name);

    qiao_test_write(path, content, length);
    read_all(path, options, &got);
    if (strstr(expected, "PATH") == NULL ? strcmp(got.data, expected) != 0
                                         : strncmp(got.data, expected, strcspn(expected, "P")) != 0)
        fail_msg("%s gives\n%s\nexpected\n%s", name, got.data, expected);
    qiao_buffer_done(&got);
}

static void
expect_text(const char *name, const char *content, const char *expected)
{
    const qiaoi_reader_options options = {.format = QIAOI_FORMAT_AUTO};

    expect(name, content, strlen(content), &options, expected);
}

static void
lines_are_records_with_their_numbers(void **state)
{
    (void)state;
    expect_text("a.ndjson", "{\"a\":1}\n\n  \n{\"b\":2}\r\n{\"c\":3}", "1:{\"a\":1}\n4:{\"b\":2}\n5:{\"c\":3}\nend");
    expect_text("b.jsonl", "\xEF\xBB\xBF{\"a\":1}\n", "1:{\"a\":1}\nend");
    expect_text("c.ndjson", "\n\n", "end");
    expect_text("d.ndjson", "not json\n", "1:not json\nend"); /* the record parser judges */
}

static void
a_long_line_is_refused_and_reading_goes_on(void **state)
{
    const qiaoi_reader_options options = {.line_limit = 300};
    char content[2000];

    (void)state;
    memset(content, 'x', sizeof content);
    memcpy(content, "{}\n", 3);
    memcpy(content + 1003, "\n{}\n", 4);
    expect(
        "a.ndjson", content, 1007, &options,
        "1:{}\n2!is 1000 bytes long, over the limit of 300; it was skipped (--max-line raises the limit)\n3:{}\nend");
}

static void
a_long_line_costs_no_memory(void **state)
{
    const qiaoi_reader_options options = {.line_limit = 4096};
    const char *path = qiao_test_path(&folder, "long.ndjson");
    FILE *file = fopen(path, "w");
    qiaoi_reader *reader;
    qiaoi_item item;
    qiao_buffer bytes = {.limit = 0};
    qiao_error err = QIAO_ERROR_INIT;
    char block[4096];

    (void)state;
    assert_non_null(file);
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(fwrite(block, 1, sizeof block, file), sizeof block);
    fputs("\n{}\n", file);
    assert_int_equal(fclose(file), 0);
    assert_ok(qiaoi_reader_open(path, &options, &reader, &err), &err);
    assert_ok(qiaoi_reader_next(reader, &bytes, &item, &err), &err);
    assert_true(item.fault);
    assert_int_equal(item.raw_length, 200);
    assert_true(bytes.capacity < 600000); /* a piece of the file, not the line */
    assert_ok(qiaoi_reader_next(reader, &bytes, &item, &err), &err);
    assert_int_equal(item.line, 2);
    qiaoi_reader_close(reader);
    qiao_buffer_done(&bytes);
}

static void
json_lists_are_cut_into_records(void **state)
{
    (void)state;
    expect_text("a.json", "[\n {\"a\":[1,{\"x\":\"]}\\\"\"}]},\n {\"b\":2}\n]\n",
                "2:{\"a\":[1,{\"x\":\"]}\\\"\"}]}\n3:{\"b\":2}\nend");
    expect_text("b.json", "[]", "end");
    expect_text("c.json", " {\n \"a\": 1\n}\n{ \"b\":\n2 }", "1:{\n \"a\": 1\n}\n4:{ \"b\":\n2 }\nend");
    expect_text("d.json", "[1,\"two\",null]", "1:1\n1:\"two\"\n1:null\nend");
    expect_text("e.json", "{\"a\":1}\n{\"b\":2}\n", "1:{\"a\":1}\n2:{\"b\":2}\nend"); /* lines under the name .json */
}

static void
json_that_breaks_off_keeps_what_was_sound(void **state)
{
    static const struct {
        const char *content, *expected;
    } cases[] = {
        {"[{\"a\":1},\n{\"b\"", "1:{\"a\":1}\nbad_input: PATH"},   {"[{\"a\":1}", "1:{\"a\":1}\nbad_input: PATH"},
        {"[{\"a\":1},", "1:{\"a\":1}\nbad_input: PATH"},           {"[{\"a\":1},]", "1:{\"a\":1}\nbad_input: PATH"},
        {"[{\"a\":1} {\"b\":2}]", "1:{\"a\":1}\nbad_input: PATH"}, {"[,{\"a\":1}]", "bad_input: PATH"},
        {"[{\"a\":1}}", "1:{\"a\":1}\nbad_input: PATH"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_text("a.json", cases[i].content, cases[i].expected);
}

static void
elements_become_objects(void **state)
{
    static const char list[] =
        "<?xml version=\"1.0\"?>\n<list xmlns:d=\"urn:d\">\n<record id=\"1\"><d:title xml:lang=\"de\"> A &amp; "
        "B\n</d:title><d:subject>x</d:subject><d:subject>y</d:subject></record>\n"
        "<record><header status=\"deleted\"><identifier>2</identifier></header></record>\n"
        "<record><empty/><link href=\"h\"/></record></list>";
    const qiaoi_reader_options small = {.line_limit = 64};
    const qiaoi_reader_options of_r = {.records = "r"};
    const char *doctype = "<!DOCTYPE l [<!ENTITY a \"aaaa\">]><l><r>&a;</r></l>";

    (void)state;
    expect("a.xml", list, strlen(list), &(qiaoi_reader_options){.records = NULL},
           "3:{\"@id\":\"1\",\"title\":\"A & B\",\"subject\":[\"x\",\"y\"]}\n"
           "6:{\"empty\":\"\",\"link\":{\"@href\":\"h\"}}\nend");
    expect("b.xml", "<l><r>1</r><r><a>2</a></r", 25, &of_r, "1:{}\nbad_input: PATH");
    expect("c.xml", doctype, strlen(doctype), &of_r, "bad_input: PATH");
    expect("d.xml", "<l/>", 4, &of_r, "end");
    expect("e.xml",
           "<l><record><a>0123456789012345678901234567890123456789012345678901234567890123456789</a></record>\n"
           "<record><a>1</a></record></l>",
           126, &small, "1!PATH");
}

static void
json_records_are_found_at_their_path(void **state)
{
    const qiaoi_reader_options at_docs = {.records = "response.docs"};
    const qiaoi_reader_options at_items = {.records = "items"};
    const char *solr = "{\"header\":{\"docs\":[9],\"x\":\"response\"},\"response\":{\"numFound\":2,\"docs\":[{\"a\":1},"
                       "{\"b\":2}],\"z\":0}}";

    (void)state;
    expect("a.json", solr, strlen(solr), &at_docs, "1:{\"a\":1}\n1:{\"b\":2}\nend");
    expect("b.json", "{\"items\":{\"a\":1}}", 17, &at_items, "1:{\"a\":1}\nend"); /* one object where a list is usual */
    expect("c.json", "{\"other\":[1]}", 13, &at_items, "bad_input: PATH");
    expect("d.json", "[1]", 3, &at_items, "bad_input: PATH");
    expect("e.json", "{\"items\":[]}", 12, &at_items, "end");
}

static void
a_long_json_item_is_refused_and_reading_goes_on(void **state)
{
    const qiaoi_reader_options options = {.line_limit = 300};
    char content[2000];
    size_t n = (size_t)snprintf(content, sizeof content, "[{\"a\":1},{\"b\":\"%0900d\"},\n{\"c\":3}]", 7);

    (void)state;
    expect("a.json", content, n, &options,
           "1:{\"a\":1}\n1!is 908 bytes long, over the limit of 300; it was skipped (--max-line raises the "
           "limit)\n2:{\"c\":3}\nend");
}

static void
tables_become_objects(void **state)
{
    (void)state;
    expect_text("a.csv", "id,title.zh,fields\r\n1,\"a \"\"b\"\", c\",x;y\r\n\r\n,,\r\n2,,\r\n",
                "2:{\"id\":\"1\",\"title.zh\":\"a \\\"b\\\", c\",\"fields\":\"x;y\"}\n5:{\"id\":\"2\"}\nend");
    expect_text("b.csv", "id;name\n1;\"two\nlines\"\n2;b",
                "2:{\"id\":\"1\",\"name\":\"two\\nlines\"}\n4:{\"id\":\"2\",\"name\":\"b\"}\nend");
    expect_text("c.tsv", "id\tname\n1\ta,b;c\n", "2:{\"id\":\"1\",\"name\":\"a,b;c\"}\nend");
    expect_text("d.csv",
                "\xEF\xBB\xBF"
                "id,name\n1,a\n",
                "2:{\"id\":\"1\",\"name\":\"a\"}\nend");
    expect_text("e.csv", "id,name\n1,a,b\n2,c\n",
                "2!has 3 cells, the header row names 2 columns: a delimiter or quote is "
                "wrong\n3:{\"id\":\"2\",\"name\":\"c\"}\nend");
    expect_text("f.csv", "id,name\n", "end");
    expect_text("g.csv", "id,name,id\n1,2,3\n", "bad_input: PATH");
    expect_text("h.csv", "\n,\n", "bad_input: PATH");
}

static void
an_unclosed_quote_is_named_where_it_begins(void **state)
{
    const qiaoi_reader_options small = {.line_limit = 20};

    (void)state;
    expect_text("a.csv", "id,name\n1,a\n2,\"b\n3,c\n4,d\n",
                "2:{\"id\":\"1\",\"name\":\"a\"}\n3!a quoted cell that begins in this row is never closed; the rest of "
                "the file was taken for its text\nend");
    expect("b.csv", "id,name\n1,\"aaaaaaaa\n2,bbbbbbbb\n3,cccccccc\n4,d\n", 46, &small,
           "2!a row is over the limit of 20 bytes: a quoted cell that begins in it is not closed (--max-line raises "
           "the limit)\n"
           "4:{\"id\":\"3\",\"name\":\"cccccccc\"}\n5:{\"id\":\"4\",\"name\":\"d\"}\nend");
}

/* 需求,名称 / 电池,甲 in GB18030 */
static const char gb_table[] = "\xD0\xE8\xC7\xF3,\xC3\xFB\xB3\xC6\n\xB5\xE7\xB3\xD8,\xBC\xD7\n";

static void
chinese_encodings_are_found_out(void **state)
{
    const qiaoi_reader_options utf8 = {.encoding = QIAOI_ENCODING_UTF8};
    const qiaoi_reader_options gb = {.encoding = QIAOI_ENCODING_GB18030};

    (void)state;
    expect_text("a.csv", gb_table, "2:{\"需求\":\"电池\",\"名称\":\"甲\"}\nend");
    expect_text("b.csv", "需求,名称\n电池,甲\n", "2:{\"需求\":\"电池\",\"名称\":\"甲\"}\nend");
    expect("c.csv", gb_table, strlen(gb_table), &gb, "2:{\"需求\":\"电池\",\"名称\":\"甲\"}\nend");
    expect("d.csv", gb_table, strlen(gb_table), &utf8, "bad_input: PATH");
    expect_text("e.csv", "id,名称\n1,\xB5\xE7\n2,乙\n",
                "2!is text neither in UTF-8 nor in GB18030; save the file as UTF-8, or name its encoding with "
                "--encoding\n3:{\"id\":\"2\",\"名称\":\"乙\"}\nend");
    expect_text("f.csv", "id,name\n1,\xFF\xFF\n2,b\n",
                "2!is text neither in UTF-8 nor in GB18030; save the file as UTF-8, or name its encoding with "
                "--encoding\n3:{\"id\":\"2\",\"name\":\"b\"}\nend");
}

static void
formats_are_told_by_content_where_the_name_says_nothing(void **state)
{
    static const struct {
        const char *content, *expected;
    } cases[] = {
        {"{\"a\":1}\n{\"b\":2}\n", "1:{\"a\":1}\n2:{\"b\":2}\nend"},
        {"{\n\"a\":1}\n", "1:{\n\"a\":1}\nend"},
        {" [ {\"a\":1} ]", "1:{\"a\":1}\nend"},
        {"id,name\n1,a\n", "2:{\"id\":\"1\",\"name\":\"a\"}\nend"},
        {"id\tname\n1\ta\n", "2:{\"id\":\"1\",\"name\":\"a\"}\nend"},
        {"words only\n", "bad_input: PATH"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_text("noname", cases[i].content, cases[i].expected);
}

static void
foreign_files_are_named_for_what_they_are(void **state)
{
    static const struct {
        const char *content;
        size_t length;
        const char *message;
    } cases[] = {
        {"", 0, "is empty"},
        {"PK\x03\x04rest", 8, "is a damaged or incomplete ZIP or Excel"},
        {"\xD0\xCF\x11\xE0\xA1", 5, "is an old Office file"},
        {"\xFF\xFEi\0d\0", 6, "is text in UTF-16"},
        {"<?xml version=\"1.0\"?>", 21, "is XML or a web page"},
        {"<html><body>502</body>", 22, "is XML or a web page"},
    };
    const qiaoi_reader_options options = {.format = QIAOI_FORMAT_AUTO};
    const char *path = qiao_test_path(&folder, "a.csv");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiaoi_reader *reader;
        qiao_error err = QIAO_ERROR_INIT;

        qiao_test_write(path, cases[i].content, cases[i].length);
        assert_int_equal(qiaoi_reader_open(path, &options, &reader, &err), QIAO_E_INPUT);
        assert_null(reader);
        if (strstr(err.message, cases[i].message) == NULL || strstr(err.message, path) == NULL ||
            strcmp(err.message, err.message_zh) == 0)
            fail_msg("case %zu: %s", i, err.message);
    }
    assert_int_equal(qiaoi_reader_open(folder.path, &options, &(qiaoi_reader *){NULL}, NULL), QIAO_E_INPUT);
    assert_int_equal(qiaoi_reader_open("/nowhere/at/all", &options, &(qiaoi_reader *){NULL}, NULL), QIAO_E_NOTFOUND);
}

/* count records of about 600 bytes */
static void
make_lines(qiao_buffer *out, int count)
{
    for (int i = 0; i < count; i++)
        qiao_buffer_printf(out, "{\"n\":%d,\"x\":\"%0*d\"}\n", i, 500 + i % 97, i * 7919);
}

static void
gzip(const qiao_buffer *in, qiao_buffer *out)
{
    z_stream z = {.next_in = (Bytef *)(void *)in->data, .avail_in = (uInt)in->length};

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_true(qiao_buffer_reserve(out, deflateBound(&z, in->length) + 100));
    z.next_out = (Bytef *)(void *)(out->data + out->length);
    z.avail_out = (uInt)(out->capacity - out->length - 1);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->length += z.total_out;
    deflateEnd(&z);
}

static void
zstd(const qiao_buffer *in, qiao_buffer *out)
{
    size_t n;

    assert_true(qiao_buffer_reserve(out, ZSTD_compressBound(in->length)));
    n = ZSTD_compress(out->data + out->length, out->capacity - out->length, in->data, in->length, 3);
    assert_false(ZSTD_isError(n));
    out->length += n;
}

/* Lines of a packed file: all, or those before the fault; *err_out says which. */
static size_t
count_lines(const char *name, const char *bytes, size_t length, qiao_error *err_out)
{
    const qiaoi_reader_options options = {.format = QIAOI_FORMAT_NDJSON};
    const char *path = qiao_test_path(&folder, name);
    qiaoi_reader *reader;
    qiao_buffer text = {.limit = 0};
    qiaoi_item item;
    size_t n = 0;
    qiao_status status;

    *err_out = (qiao_error)QIAO_ERROR_INIT;
    qiao_test_write(path, bytes, length);
    status = qiaoi_reader_open(path, &options, &reader, err_out);
    while (status == QIAO_OK) {
        qiao_buffer_clear(&text);
        status = qiaoi_reader_next(reader, &text, &item, err_out);
        if (status == QIAO_OK)
            assert_int_equal(item.line, ++n);
    }
    qiaoi_reader_close(reader);
    qiao_buffer_done(&text);
    return n;
}

static void
packed_files_are_read_and_members_may_follow_each_other(void **state)
{
    qiao_buffer lines = {.limit = 0}, packed = {.limit = 0};
    qiao_error err;

    (void)state;
    make_lines(&lines, 3000);
    gzip(&lines, &packed);
    assert_int_equal(count_lines("a.ndjson.gz", packed.data, packed.length, &err), 3000);
    gzip(&lines, &packed);
    assert_int_equal(count_lines("a.ndjson.gz", packed.data, packed.length, &err), 6000);
    qiao_buffer_clear(&packed);
    zstd(&lines, &packed);
    zstd(&lines, &packed);
    assert_int_equal(count_lines("a.ndjson.zst", packed.data, packed.length, &err), 6000);
    assert_int_equal(err.status, QIAO_OK);
    assert_int_equal(count_lines("misnamed.ndjson", packed.data, packed.length, &err), 6000); /* content counts */
    qiao_buffer_done(&packed);
    qiao_buffer_done(&lines);
}

static void
cut_off_packed_files_give_what_is_sound_and_say_so(void **state)
{
    qiao_buffer lines = {.limit = 0}, packed[2] = {{.limit = 0}, {.limit = 0}};
    qiao_error err;

    (void)state;
    make_lines(&lines, 3000);
    gzip(&lines, &packed[0]);
    zstd(&lines, &packed[1]);
    for (int kind = 0; kind < 2; kind++) {
        const char *name = kind == 0 ? "a.ndjson.gz" : "a.ndjson.zst";
        size_t last = 0;

        for (size_t cut = 5; cut < packed[kind].length; cut += packed[kind].length / 9) {
            size_t n = count_lines(name, packed[kind].data, cut, &err);

            if (err.status != QIAO_E_INPUT || strstr(err.message, "is cut off") == NULL)
                fail_msg("%s at %zu: %s", name, cut, err.message);
            assert_true(n < 3000 && n >= last);
            last = n;
        }
        assert_true(last > 1000);
    }
    assert_int_equal(count_lines("a.ndjson.gz", packed[0].data, packed[0].length - 1, &err),
                     3000); /* only its checksum is cut */
    assert_int_equal(err.status, QIAO_E_INPUT);
    qiao_buffer_done(&packed[0]);
    qiao_buffer_done(&packed[1]);
    qiao_buffer_done(&lines);
}

static void
damaged_packed_files_are_not_taken_for_whole(void **state)
{
    qiao_buffer lines = {.limit = 0}, packed = {.limit = 0};
    qiao_error err;

    (void)state;
    make_lines(&lines, 3000);
    gzip(&lines, &packed);
    packed.data[packed.length / 2] ^= 0x55;
    count_lines("a.ndjson.gz", packed.data, packed.length, &err);
    assert_int_equal(err.status, QIAO_E_INPUT);
    assert_int_equal(count_lines("a.ndjson.gz", lines.data, lines.length, &err), 0);
    assert_non_null(strstr(err.message, "does not hold what its name says"));
    assert_int_equal(count_lines("a.ndjson.zst", "\x28\xB5\x2F\xFD\xFF\xFF\xFF\xFF\xFF\xFF", 10, &err), 0);
    assert_int_equal(err.status, QIAO_E_INPUT);
    qiao_buffer_done(&packed);
    qiao_buffer_done(&lines);
}

static void
items_are_the_same_wherever_the_pieces_are_cut(void **state)
{
    const qiaoi_reader_options ndjson = {.format = QIAOI_FORMAT_NDJSON}, json = {.format = QIAOI_FORMAT_JSON};
    qiao_buffer lines = {.limit = 0}, list = {.limit = 0}, a = {.limit = 0}, b = {.limit = 0};
    const char *line_path = qiao_test_path(&folder, "a.ndjson"), *list_path = qiao_test_path(&folder, "a.json");

    (void)state;
    make_lines(&lines, 2000); /* over a megabyte: several pieces, borders anywhere */
    qiao_buffer_char(&list, '[');
    for (size_t i = 0; i < lines.length; i++) {
        if (lines.data[i] == '\n' && i + 1 < lines.length)
            qiao_buffer_char(&list, ',');
        qiao_buffer_char(&list, lines.data[i]);
    }
    qiao_buffer_char(&list, ']');
    qiao_test_write(line_path, lines.data, lines.length);
    qiao_test_write(list_path, list.data, list.length);
    read_all(line_path, &ndjson, &a);
    read_all(list_path, &json, &b);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.data, b.data, a.length);
    qiao_buffer_done(&lines);
    qiao_buffer_done(&list);
    qiao_buffer_done(&a);
    qiao_buffer_done(&b);
}

typedef struct reading {
    const char *path;
    const qiaoi_reader_options *options;
} reading;

static qiao_status
read_once(void *context, qiao_error *err)
{
    const reading *r = context;
    qiaoi_reader *reader;
    qiao_buffer bytes = {.limit = 0};
    qiao_status status = qiaoi_reader_open(r->path, r->options, &reader, err);

    while (status == QIAO_OK) {
        qiaoi_item item;

        status = qiaoi_reader_next(reader, &bytes, &item, err);
    }
    qiaoi_reader_close(reader);
    qiao_buffer_done(&bytes);
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

static void
every_failed_allocation_gives_out_of_memory(void **state)
{
    static const struct {
        const char *name, *content;
    } files[] = {{"a.ndjson", "{}\n{}\n"},
                 {"a.json", "{\"x\":{\"y\":[{},{}]}}"},
                 {"a.xml", "<l><x.y i=\"1\"><a>t</a><a>u</a></x.y></l>"}};
    const qiaoi_reader_options options = {.records = "x.y"};

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        reading r = {qiao_test_path(&folder, files[i].name), &options};

        qiao_test_write_text(r.path, files[i].content);
        assert_true(qiao_test_fail_allocations(NULL, read_once, &r) >= 4);
    }
}

static bool
fail_from(size_t size, void *context)
{
    size_t *left = context;

    (void)size;
    return *left > 0 && (*left)-- > 0;
}

/* libcsv asks for less when it cannot get what it wants, so here memory stays short once it is. */
static void
a_table_read_while_memory_is_short_says_so(void **state)
{
    const qiaoi_reader_options options = {.format = QIAOI_FORMAT_CSV};
    reading r = {qiao_test_path(&folder, "a.csv"), &options};
    size_t failures = 0;
    qiao_status status;

    (void)state;
    qiao_test_write_text(r.path, gb_table);
    do {
        size_t left = failures;

        qiao_memory_set_hook(fail_from, &left);
        status = read_once(&r, NULL);
        qiao_memory_set_hook(NULL, NULL);
        assert_true(status == QIAO_OK || status == QIAO_E_NOMEM);
        failures += status == QIAO_OK ? 0 : 1;
    } while (status != QIAO_OK);
    assert_true(failures >= 8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_records_with_their_numbers),
        cmocka_unit_test(a_long_line_is_refused_and_reading_goes_on),
        cmocka_unit_test(a_long_line_costs_no_memory),
        cmocka_unit_test(json_lists_are_cut_into_records),
        cmocka_unit_test(json_that_breaks_off_keeps_what_was_sound),
        cmocka_unit_test(elements_become_objects),
        cmocka_unit_test(json_records_are_found_at_their_path),
        cmocka_unit_test(a_long_json_item_is_refused_and_reading_goes_on),
        cmocka_unit_test(tables_become_objects),
        cmocka_unit_test(an_unclosed_quote_is_named_where_it_begins),
        cmocka_unit_test(chinese_encodings_are_found_out),
        cmocka_unit_test(formats_are_told_by_content_where_the_name_says_nothing),
        cmocka_unit_test(foreign_files_are_named_for_what_they_are),
        cmocka_unit_test(packed_files_are_read_and_members_may_follow_each_other),
        cmocka_unit_test(cut_off_packed_files_give_what_is_sound_and_say_so),
        cmocka_unit_test(damaged_packed_files_are_not_taken_for_whole),
        cmocka_unit_test(items_are_the_same_wherever_the_pieces_are_cut),
        cmocka_unit_test(every_failed_allocation_gives_out_of_memory),
        cmocka_unit_test(a_table_read_while_memory_is_short_says_so),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
