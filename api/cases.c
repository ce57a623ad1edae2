/* Words of cases and reasons: see cases.h. */
#include "cases.h"

#include <stdio.h>
#include <string.h>

const qiaoi_case_word qiaoi_case_words[QIAOI_CASE_COUNT] = {
#define CASE_ROW(name, code, zh, en, next) {code, zh, en, next},
    QIAOI_CASE_STATUSES(CASE_ROW)
#undef CASE_ROW
};

const qiaoi_reason qiaoi_reasons[] = {
    {"too_early", "成熟度不足，距应用太早", "too early in its development", true, true},
    {"no_clear_benefit", "相对现有方案优势不明显", "no clear benefit over what there is", true, true},
    {"no_commercial_route", "缺乏可行的商业化路径", "no route to the market", true, true},
    {"description_unclear", "描述不清，无法判断", "described too vaguely to judge", true, false},
    {"scientific_doubt", "技术原理或数据存疑", "doubts about the science or the data", true, true},
    {"off_field", "技术方向不符", "of another field", true, false},
    {"price", "价格或条件超出预算", "price or terms beyond the budget", true, true},
    {"ip_terms", "知识产权条款无法接受", "terms of intellectual property", true, true},
    {"timing", "时间不匹配", "timing does not fit", true, true},
    {"compliance", "出口管制、许可或合规受限", "export control, permits or compliance", true, true},
    {"already_have", "已有同类方案", "there is a solution already", true, true},
    {"wrong_partner_kind", "合作方类型不合适", "not the kind of partner looked for", true, true},
    {"not_interested_now", "目前暂无意向", "no interest at present", true, true},
    {"no_answer", "联系后未获回复", "no answer from the other side", false, true},
    {"partner_withdrew", "技术方退出", "the technology's owner withdrew", false, true},
    {"enterprise_withdrew", "企业方退出", "the enterprise withdrew", false, true},
    {"no_agreement", "谈判未达成一致", "no agreement was reached", false, true},
    {"no_funding", "资金未落实", "funding did not come", false, true},
};

const size_t qiaoi_reason_count = sizeof qiaoi_reasons / sizeof qiaoi_reasons[0];

const qiaoi_reason *
qiaoi_reason_of(const char *code)
{
    for (size_t i = 0; i < qiaoi_reason_count; i++)
        if (strcmp(qiaoi_reasons[i].code, code) == 0)
            return &qiaoi_reasons[i];
    return NULL;
}

bool
qiaoi_case_status_of(const char *code, qiaoi_case_status *out)
{
    for (int i = 0; i < QIAOI_CASE_COUNT; i++)
        if (strcmp(qiaoi_case_words[i].code, code) == 0) {
            *out = (qiaoi_case_status)i;
            return true;
        }
    return false;
}

bool
qiaoi_word_in(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; *at != '\0'; at += strcspn(at, "|"), at += *at == '|')
        if (strcspn(at, "|") == length && strncmp(at, word, length) == 0)
            return true;
    return false;
}

void
qiaoi_words_json(const char *list, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "[");

    for (const char *at = list; *at != '\0'; at += strcspn(at, "|"), at += *at == '|') {
        int n = used < size
                    ? snprintf(out + used, size - used, "%s\"%.*s\"", at != list ? "," : "", (int)strcspn(at, "|"), at)
                    : 0;

        used += n > 0 ? (size_t)n : 0;
    }
    if (used < size)
        snprintf(out + used, size - used, "]");
}
