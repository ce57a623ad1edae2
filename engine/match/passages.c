/* Headings of need forms and what follows them: see passages.h. */
#include "match/passages.h"

#include <stdbool.h>
#include <string.h>

typedef struct heading {
    const char *text;
    bool background; /* of the company; else back to the need */
} heading;

static const heading headings[] = {
    {"现有工作基础", true}, {"现有的工作基础", true}, {"现有基础", true},  {"工作基础", true},  {"实验基础", true},
    {"研究基础", true},     {"已有基础", true},       {"技术基础", true},  {"现有条件", true},  {"公司简介", true},
    {"企业简介", true},     {"公司概况", true},       {"企业概况", true},  {"公司现有", true},  {"市场前景", true},
    {"市场分析", true},     {"经济效益", true},       {"社会效益", true},  {"需求内容", false}, {"主要需求", false},
    {"预期目标", false},    {"技术指标", false},      {"主要内容", false}, {"主要目标", false}, {"技术需求", false},
    {"研究内容", false},    {"需求描述", false},      {"拟解决", false},   {"主要指标", false}, {"考核指标", false},
};

/* A heading begins a line or a sentence, or follows a number, a bracket or a space. */
static bool
begins_something(const char *text, size_t at)
{
    static const char *const before[] = {"\xE3\x80\x82" /* 。 */, "\xEF\xBC\x9B" /* ； */, "\xE3\x80\x81" /* 、 */,
                                         "\xEF\xBC\x89" /* ） */, "\xE3\x80\x90" /* 【 */};

    if (at == 0 || strchr(" \n\r\t.;:)0123456789", text[at - 1]) != NULL)
        return true;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (at >= 3 && memcmp(text + at - 3, before[i], 3) == 0)
            return true;
    return false;
}

static const heading *
heading_at(const char *text, size_t length, size_t at)
{
    for (size_t h = 0; h < sizeof headings / sizeof *headings; h++) {
        size_t n = strlen(headings[h].text);

        if (length - at >= n && memcmp(text + at, headings[h].text, n) == 0)
            return &headings[h];
    }
    return NULL;
}

qiaoi_passages
qiaoi_passages_of(const char *text, size_t length)
{
    qiaoi_passages passages = {.count = 0};

    for (size_t at = 0; at + 9 <= length && passages.count < QIAOI_PASSAGES_MAX; at++) {
        const heading *found;

        if ((unsigned char)text[at] < 0xE4u || !begins_something(text, at))
            continue;
        found = heading_at(text, length, at);
        if (found == NULL)
            continue;
        passages.items[passages.count].start = (uint32_t)at;
        passages.items[passages.count++].background = found->background;
        at += strlen(found->text) - 1;
    }
    return passages;
}

bool
qiaoi_passage_is_background(const qiaoi_passages *passages, uint32_t at)
{
    bool background = false;

    for (size_t i = 0; i < passages->count && passages->items[i].start <= at; i++)
        background = passages->items[i].background;
    return background;
}
