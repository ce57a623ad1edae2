/* Any bytes as an answer of OAI-PMH. */
#include "harvest/oai.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    qiaoi_oai oai = {.token = {.limit = 8192}};
    qiao_error err = QIAO_ERROR_INIT;
    volatile size_t sum = 0;

    if (qiaoi_oai_read((const char *)data, size, &oai, &err) == QIAO_OK)
        sum += strlen(oai.token.data) + strlen(oai.date.data) + strlen(oai.error.data);
    for (size_t at = 0; at < oai.withdrawn.length; at += strlen(oai.withdrawn.data + at) + 1)
        sum++;
    qiaoi_oai_done(&oai);
    return 0;
}
