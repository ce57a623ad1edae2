/* The list behind boilerplate.h. */
#include "match/boilerplate.h"

#include <string.h>

static const char *const words[] = {
    "提出", "方法", "研究", "实现", "基于", "通过", "问题", "技术", "需求", "公司", "企业", "项目", "产品", "开发", "研发", "解决", "进行",
    "利用", "采用", "提高", "提升", "具有", "以及", "可以", "能够", "目前", "本文", "我们", "一种", "一个", "相关", "主要", "需要", "应用",
    "使用", "方案", "要求", "目标", "内容", "市场", "前景", "国内", "国外", "合作", "希望", "寻求", "现有", "发展", "建设", "产业化",
};

double
qiaoi_boilerplate_weight(const char *form, size_t length)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && memcmp(words[i], form, length) == 0)
            return 0.5;
    return 1.0;
}
