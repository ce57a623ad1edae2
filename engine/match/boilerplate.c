/* The list behind boilerplate.h. */
#include "match/boilerplate.h"

#include <string.h>

#define LONGEST 9u /* of what is listed, in bytes */

static const char *const words[] = {
    "提出", "方法", "研究", "实现", "基于", "通过", "问题", "技术", "需求", "公司", "企业",   "项目", "产品",
    "开发", "研发", "解决", "进行", "利用", "采用", "提高", "提升", "具有", "以及", "可以",   "能够", "目前",
    "本文", "我们", "一种", "一个", "相关", "主要", "需要", "应用", "使用", "方案", "要求",   "目标", "内容",
    "市场", "前景", "国内", "国外", "合作", "希望", "寻求", "现有", "发展", "建设", "产业化",
};

static const char *const function_words[] = {
    "的",   "了",   "和",   "与",   "及",   "或",   "在",   "是",   "对",   "从",   "由",   "以",   "为",   "被",
    "把",   "将",   "向",   "而",   "且",   "但",   "也",   "都",   "就",   "还",   "又",   "等",   "其",   "该",
    "此",   "这",   "那",   "这些", "那些", "这个", "那个", "之",   "于",   "所",   "它",   "它们", "他",   "她",
    "他们", "我",   "你",   "们",   "并",   "并且", "因此", "因为", "由于", "所以", "如果", "虽然", "但是", "然而",
    "不仅", "而且", "以及", "同时", "其中", "此外", "如何", "什么", "哪些", "哪个", "哪里", "谁",   "多少", "吗",
    "呢",   "吧",   "啊",   "得",   "地",   "着",   "过",   "给",   "让",   "使",   "当",   "时",   "上",   "中",
    "下",   "里",   "内",   "外",   "后",   "前",   "间",   "个",   "种",   "些",   "有",   "没有", "不",   "很",
    "更",   "最",   "已",   "已经", "曾",   "正",   "正在", "会",   "能",   "可",   "要",   "应",   "应该", "则",
    "即",   "若",   "如",   "像",   "比",   "至",   "到",   "自",   "只",   "各",   "每",   "某",   "另",   "另外",
    "之间", "之一", "关于", "根据", "按照", "为了", "来",   "去",   "做",   "一个", "一种", "一些", "成为",
};

/* All that is listed is Chinese: most words of other languages differ in their first byte from all of it. */
static bool
listed(const char *form, size_t length, const char *const *list, size_t count)
{
    if (length < 3 || length > LONGEST || (unsigned char)form[0] < 0xE3u)
        return false;
    for (size_t i = 0; i < count; i++) /* the last two bytes of the first character tell most apart */
        if (list[i][2] == form[2] && list[i][1] == form[1] && strncmp(list[i], form, length) == 0 &&
            list[i][length] == '\0')
            return true;
    return false;
}

bool
qiaoi_function_word(const char *form, size_t length)
{
    return listed(form, length, function_words, sizeof function_words / sizeof *function_words);
}

double
qiaoi_boilerplate_weight(const char *form, size_t length)
{
    return listed(form, length, words, sizeof words / sizeof *words) ? 0.5 : 1.0;
}
