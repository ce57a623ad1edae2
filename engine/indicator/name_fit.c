/*
 * Can a property be told in that unit? A time is no density, a frequency no distance: a name that does not fit its
 * value belongs to another one.
 */
#include "indicator/indicator_internal.h"

#include <stdio.h>
#include <string.h>

static bool
contains_any(const qiaoi_sentence *s, size_t begin, size_t end, const char *const *texts, size_t count)
{
    for (size_t at = begin; at < end; at++) {
        for (size_t i = 0; i < count; i++) {
            size_t n = qiaoi_at(s, at, texts[i]);

            if (n != 0 && at + n <= end)
                return true;
        }
    }
    return false;
}

/* Properties that can only be told in some units: a frequency is no distance. */
static bool
speaks_of(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    static const struct {
        const char *ending;
        const char *units; /* SI, between spaces */
    } sure[] = {{"距离", " m "},
                {"长度", " m "},
                {"厚度", " m "},
                {"直径", " m "},
                {"宽度", " m s Hz "},
                {"高度", " m "},
                {"波长", " m "},
                {"粒径", " m mesh "},
                {"孔径", " m "},
                {"电压", " V "},
                {"电流", " A A/m2 C A/kg "},
                {"功率", " W V·A dBm dBW W/m2 W/kg W/m3 W/m "},
                {"频率", " Hz 1/s "},
                {"重量", " kg N kg/m2 kg/m "},
                {"质量", " kg kg/m2 kg/m "},
                {"压强", " Pa "},
                {"温度", " K "},
                {"转速", " 1/s Hz m/s "},
                {"thickness", " m "},
                {"diameter", " m "},
                {"wavelength", " m "},
                {"wavelengths", " m "},
                {"voltage", " V "},
                {"current", " A A/m2 C A/kg "},
                {"frequency", " Hz 1/s "},
                {"weight", " kg N kg/m2 kg/m "},
                {"mass", " kg kg/m2 kg/m "},
                {"payload", " kg N W m3 "},
                {"distance", " m "},
                {"altitude", " m "},
                {"power", " W V·A dBm dBW 1/s rad s 1/m W/m2 W/kg W/m3 W/m "},
                {"pressure", " Pa N Pa/m "},
                {"temperature", " K "},
                {"volume", " m3 m3/kg "},
                {"height", " m "},
                {"width", " m s Hz rad "}};
    const char *si = e->unit->si;

    for (size_t i = 0; i < sizeof sure / sizeof sure[0]; i++) {
        char wanted[QIAOI_SI_SIZE + 2];

        if (qiaoi_ends(s, e->name_end, sure[i].ending) == 0)
            continue;
        if (si[0] == 'd' && si[1] == 'B')
            return true;
        snprintf(wanted, sizeof wanted, " %s ", si);
        return strstr(sure[i].units, wanted) != NULL;
    }
    return true;
}

/* A time is no density, a temperature no efficiency: such a name belongs to another value. */
bool
qiaoi_name_fits(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    static const char *const of_time[] = {
        "时间",       "寿命",      "周期",       "期",     "时长",      "续航",     "延",       "节拍",      "工时",
        "年限",       "待机",      "间隔",       "循环",   "盐雾",      "连续",     "稳定",     "存",        "耐",
        "抗",         "工作",      "运行",       "时",     "脉宽",      "抖动",     "使用",     "time",      "life",
        "duration",   "latency",   "delay",      "period", "endurance", "lag",      "interval", "warranty",  "jitter",
        "storage",    "retention", "mtbf",       "age",    "payback",   "pulse",    "standby",  "stability", "length",
        "autonomy",   "operation", "turnaround", "window", "cycle",     "response", "width",    "operating", "shelf",
        "resistance", "survival",  "hold"};
    static const char *const of_heat[] = {
        "温",         "热",         "冷",      "冻",         "点",         "耐",         "范围",
        "条件",       "环境",       "工况",    "火",         "烧",         "柔性",       "temp",
        "point",      "limit",      "range",   "heat",       "cool",       "melt",       "boil",
        "flash",      "transition", "tg",      "resistance", "operating",  "storage",    "oven",
        "anneal",     "sinter",     "calcin",  "stability",  "rise",       "uniformity", "accuracy",
        "difference", "threshold",  "drift",   "netd",       "resolution", "error",      "noise",
        "gradient",   "swing",      "ambient", "dew",        "freezing",   "condition",  "deviation"};
    const qiao_units *u = s->units;

    if (e->unit == NULL || !e->headed || e->change != QIAO_TREND_NONE)
        return true;
    if (qiaoi_is_base(&e->unit->dimension, u->base_second, 2))
        return contains_any(s, e->name_begin, e->name_end, of_time, sizeof of_time / sizeof of_time[0]);
    if (e->unit->offset != 0)
        return contains_any(s, e->name_begin, e->name_end, of_heat, sizeof of_heat / sizeof of_heat[0]);
    return (e->unit->rules & QIAOI_RULE_EVIDENCE) != 0 || speaks_of(s, e);
}
