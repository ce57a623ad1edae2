/* Columns of exports: see export_columns.h. */
#include "export_columns.h"

#include <cjson/cJSON.h>
#include <string.h>

static const qiaoi_column project_columns[] = {
    {"id", "编号", "ID"},
    {"title.zh", "中文标题", "Title (Chinese)"},
    {"title.en", "英文标题", "Title (English)"},
    {"title.*", "其他语种标题", "Title (other language)"},
    {"summary.zh", "中文摘要", "Summary (Chinese)"},
    {"summary.en", "英文摘要", "Summary (English)"},
    {"country", "国家（地区）", "Country"},
    {"org_name", "机构", "Organisation"},
    {"org_kind", "机构类型", "Kind of organisation"},
    {"fields", "技术领域", "Fields"},
    {"trl", "技术就绪度", "TRL"},
    {"coop_modes", "合作方式", "Modes of cooperation"},
    {"price_min", "报价下限", "Price from"},
    {"price_max", "报价上限", "Price to"},
    {"currency", "币种", "Currency"},
    {"landing_pref", "意向园区", "Parks preferred"},
    {"status", "状态", "Status"},
    {"published_at", "发布日期", "Published"},
    {"expires_at", "有效期至", "Expires"},
    {"evidence_urls", "参考链接", "Links"},
    {NULL, NULL, NULL},
};

static const qiaoi_column need_columns[] = {
    {"id", "编号", "ID"},
    {"title.zh", "中文标题", "Title (Chinese)"},
    {"title.en", "英文标题", "Title (English)"},
    {"problem.zh", "问题描述", "Problem (Chinese)"},
    {"problem.en", "问题描述（英文）", "Problem (English)"},
    {"target.zh", "技术目标", "Target (Chinese)"},
    {"enterprise.name", "企业名称", "Enterprise"},
    {"enterprise.park", "所在园区", "Park"},
    {"fields", "技术领域", "Fields"},
    {"trl_min", "就绪度下限", "TRL from"},
    {"trl_max", "就绪度上限", "TRL to"},
    {"coop_modes", "合作方式", "Modes of cooperation"},
    {"budget_min", "预算下限", "Budget from"},
    {"budget_max", "预算上限", "Budget to"},
    {"currency", "币种", "Currency"},
    {"deadline", "截止日期", "Deadline"},
    {"status", "状态", "Status"},
    {"published_at", "发布日期", "Published"},
    {NULL, NULL, NULL},
};

const qiaoi_column *
qiaoi_export_columns(qiao_kind kind)
{
    return kind == QIAO_PROJECT ? project_columns : need_columns;
}

void
qiaoi_export_header(qiaoi_table *table, const qiaoi_column *columns, qiao_language language)
{
    for (; columns->path != NULL; columns++)
        qiaoi_table_text(table, language == QIAO_LANGUAGE_ZH ? columns->zh : columns->en);
}

/* What stands in neither of the two languages that have a column of their own; a plain text says no language. */
static const cJSON *
other_language(const cJSON *texts)
{
    const cJSON *text;

    if (!cJSON_IsObject(texts))
        return texts;
    cJSON_ArrayForEach(text, texts)
    {
        if (strcmp(text->string, "zh") != 0 && strcmp(text->string, "en") != 0)
            return text;
    }
    return NULL;
}

static const cJSON *
find(const cJSON *tree, const char *path)
{
    while (tree != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        const cJSON *member = NULL, *at;

        if (length == 1 && *path == '*')
            return other_language(tree);
        cJSON_ArrayForEach(at, tree)
        {
            if (at->string != NULL && strlen(at->string) == length && memcmp(at->string, path, length) == 0)
                member = at;
        }
        tree = member;
        path += length + (path[length] == '.');
    }
    return tree;
}

static void
write_list(qiaoi_table *table, const cJSON *list)
{
    qiao_buffer text = {0};
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            continue;
        qiao_buffer_text(&text, text.length != 0 ? "; " : "");
        qiao_buffer_text(&text, item->valuestring);
    }
    table->short_of_memory = table->short_of_memory || text.failed;
    qiaoi_table_text(table, text.length != 0 ? text.data : NULL);
    qiao_buffer_done(&text);
}

void
qiaoi_export_record(qiaoi_table *table, const qiaoi_column *columns, const cJSON *tree)
{
    for (; columns->path != NULL; columns++) {
        const cJSON *value = find(tree, columns->path);

        if (cJSON_IsNumber(value))
            qiaoi_table_number(table, value->valuedouble);
        else if (cJSON_IsArray(value))
            write_list(table, value);
        else
            qiaoi_table_text(table, cJSON_IsString(value) ? value->valuestring : NULL);
    }
}
