/* Any bytes as a file of records: QIAO_FUZZ_FORMAT says as which. Every item is looked at to its last byte. */
#include "reader_internal.h"

#include "import_map.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
    const uint8_t *at;
    size_t left;
} input;

static qiao_status
pull(void *context, char *out, size_t size, size_t *length_out, qiao_error *err)
{
    input *in = context;

    (void)err;
    *length_out = in->left < size ? in->left : size;
    memcpy(out, in->at, *length_out);
    in->at += *length_out;
    in->left -= *length_out;
    return QIAO_OK;
}

static unsigned
touch(const char *bytes, size_t length)
{
    unsigned sum = 0;

    for (size_t i = 0; i < length; i++)
        sum += (unsigned char)bytes[i];
    return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const qiaoi_join joins[] = {{"b", "b.csv", "id", "id"}};
    const qiaoi_reader_options options = {.format = QIAO_FUZZ_FORMAT,
                                          .line_limit = 65536,
                                          .column = qiaoi_map_column,
                                          .member = QIAO_FUZZ_FORMAT == QIAOI_FORMAT_ZIP ? "a.csv" : NULL,
                                          .joins = joins,
                                          .join_count = QIAO_FUZZ_FORMAT == QIAOI_FORMAT_ZIP ? 1 : 0};
    input in = {data, size};
    qiaoi_source *source;
    qiaoi_reader *reader = NULL;
    qiao_buffer bytes = {.limit = 0};
    qiao_error err = QIAO_ERROR_INIT;
    volatile unsigned sum = 0;
    qiao_status status = qiaoi_source_open_pull("fuzz", pull, &in, &source, &err);

    if (status == QIAO_OK)
        status = qiaoi_reader_open_source(source, &options, false, &reader, &err);
    for (unsigned n = 0; status == QIAO_OK && n < 10000; n++) {
        qiaoi_item item;

        qiao_buffer_clear(&bytes);
        status = qiaoi_reader_next(reader, &bytes, &item, &err);
        if (status == QIAO_OK)
            sum += touch(bytes.data + item.text, item.text_length) + touch(bytes.data + item.raw, item.raw_length);
    }
    qiaoi_reader_close(reader);
    qiao_buffer_done(&bytes);
    return 0;
}
