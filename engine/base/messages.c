/*
 * The bilingual message table. Each module keeps its own messages_NAME.def; they are joined here and looked up by their
 * English text. The index is sorted at the first look-up; after that it is only read, so look-ups need no lock.
 */
#include "base/messages.h"

#include "qiao/status.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define QIAO_MESSAGE(english, chinese) {english, chinese},
static const qiaoi_message table[] = {
#include "base/messages_api.def"
#include "base/messages_base.def"
#include "base/messages_dense.def"
#include "base/messages_indexer.def"
#include "base/messages_indicator.def"
#include "base/messages_lexicon.def"
#include "base/messages_match.def"
#include "base/messages_operation.def"
#include "base/messages_record.def"
#include "base/messages_report.def"
#include "base/messages_search.def"
#include "base/messages_store.def"
};
#undef QIAO_MESSAGE

#define TABLE_COUNT (sizeof table / sizeof table[0])

static const qiaoi_message *sorted[TABLE_COUNT];
static pthread_once_t sorted_once = PTHREAD_ONCE_INIT;

static int
compare_entries(const void *a, const void *b)
{
    const qiaoi_message *const *left = a, *const *right = b;

    return strcmp((*left)->english, (*right)->english);
}

static int
compare_key(const void *key, const void *entry)
{
    const qiaoi_message *const *message = entry;

    return strcmp(key, (*message)->english);
}

static void
sort_table(void)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        sorted[i] = &table[i];
    qsort(sorted, TABLE_COUNT, sizeof sorted[0], compare_entries);
}

const char *
qiaoi_message_zh(const char *english)
{
    const qiaoi_message *const *found;

    if (pthread_once(&sorted_once, sort_table) != 0)
        return english;
    found = bsearch(english, sorted, TABLE_COUNT, sizeof sorted[0], compare_key);
    return found != NULL ? (*found)->chinese : english;
}

const qiaoi_message *
qiaoi_message_at(size_t index)
{
    return index < TABLE_COUNT ? &table[index] : NULL;
}

const char *
qiao_message(const char *english, qiao_language language)
{
    return language == QIAO_LANGUAGE_ZH ? qiaoi_message_zh(english) : english;
}

const char *
qiaoi_errno_zh(int system_errno)
{
    static const struct {
        int number;
        const char *text;
    } reasons[] = {
        {EACCES, "权限不足"},
        {EPERM, "操作不被允许"},
        {ENOENT, "文件或目录不存在"},
        {EEXIST, "文件已存在"},
        {ENOTDIR, "不是目录"},
        {EISDIR, "是一个目录"},
        {ENOTEMPTY, "目录非空"},
        {ENOSPC, "磁盘空间不足"},
        {EDQUOT, "超出磁盘配额"},
        {EIO, "输入/输出错误"},
        {EROFS, "文件系统只读"},
        {EMFILE, "进程打开的文件过多"},
        {ENFILE, "系统打开的文件过多"},
        {ENOMEM, "内存不足"},
        {ENAMETOOLONG, "文件名过长"},
        {EINVAL, "参数无效"},
        {EBUSY, "设备或资源正忙"},
        {EXDEV, "不能跨文件系统移动"},
        {EFBIG, "文件过大"},
        {ELOOP, "符号链接层数过多"},
        {EADDRINUSE, "地址已被占用"},
        {ECONNREFUSED, "连接被拒绝"},
        {ETIMEDOUT, "连接超时"},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].number == system_errno)
            return reasons[i].text;
    return NULL;
}
