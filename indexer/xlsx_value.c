/* See xlsx_value.h. Formats: ECMA-376 part 1, 18.8.30 (numFmt). */
#include "xlsx_value.h"

#include "qiao/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DAYS_1900 (-25569) /* 1899-12-30, counted from 1970 */
#define DAYS_1904 (-24107)
#define LAST_DAY 2932896 /* 9999-12-31 */
#define DAY_SECONDS 86400
#define COLUMNS 16384u
#define ROWS 1048576ul

static qiaoi_xlsx_kind
built_in(unsigned id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 || id == 58)
        return QIAOI_XLSX_DAY;
    if (id == 22)
        return QIAOI_XLSX_DAY_TIME;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56)
        return QIAOI_XLSX_TIME;
    return QIAOI_XLSX_NUMBER;
}

/* Behind what stands at a quotation, an escape or a bracket; the same place where it is none. [h] and the like count
 * as hours. */
static const char *
skip_literal(const char *at, bool *time)
{
    const char *close;

    if (*at == '"') {
        close = strchr(at + 1, '"');
        return close != NULL ? close + 1 : at + strlen(at);
    }
    if ((*at == '\\' || *at == '_' || *at == '*') && at[1] != '\0')
        return at + 2;
    if (*at != '[')
        return at;
    close = strchr(at, ']');
    if (close == NULL)
        return at + strlen(at);
    if (strspn(at + 1, "hHmMsS") == (size_t)(close - at) - 1)
        *time = true;
    return close + 1;
}

qiaoi_xlsx_kind
qiaoi_xlsx_format_kind(unsigned id, const char *code)
{
    bool day = false, time = false, month = false;

    if (code == NULL)
        return built_in(id);
    if (strcasecmp(code, "general") == 0)
        return QIAOI_XLSX_NUMBER;
    while (*code != '\0' && *code != ';') {
        const char *behind = skip_literal(code, &time);

        if (behind != code) {
            code = behind;
            continue;
        }
        day = day || strchr("yYdD", *code) != NULL;
        time = time || strchr("hHsS", *code) != NULL;
        month = month || *code == 'm' || *code == 'M';
        code++;
    }
    if (month && !time)
        day = true;
    return day ? (time ? QIAOI_XLSX_DAY_TIME : QIAOI_XLSX_DAY) : time ? QIAOI_XLSX_TIME : QIAOI_XLSX_NUMBER;
}

/* 15 digits, as Excel shows them, without exponent where that is short. */
static void
plain_number(const char *text, double value, char out[QIAOI_XLSX_VALUE_SIZE])
{
    size_t n;

    if (strpbrk(text, "eE") == NULL && strlen(text) <= 15) {
        snprintf(out, QIAOI_XLSX_VALUE_SIZE, "%s", text);
        return;
    }
    snprintf(out, QIAOI_XLSX_VALUE_SIZE, "%.15g", value);
    if (strchr(out, 'e') == NULL || fabs(value) >= 1e21 || (fabs(value) < 1e-9 && value != 0.0))
        return;
    snprintf(out, QIAOI_XLSX_VALUE_SIZE, fabs(value) < 1 ? "%.15f" : "%.0f", value);
    n = strlen(out);
    while (strchr(out, '.') != NULL && n > 0 && out[n - 1] == '0')
        out[--n] = '\0';
}

static bool
as_day(double value, qiaoi_xlsx_kind kind, bool since_1904, char out[QIAOI_XLSX_VALUE_SIZE])
{
    double whole = floor(value);
    long seconds = lround((value - whole) * DAY_SECONDS);
    long day = (long)whole;
    char date[QIAO_DATE_SIZE];

    if (seconds == DAY_SECONDS) {
        seconds = 0;
        day++;
    }
    if (!since_1904 && day < 60) /* Excel believes that 1900 was a leap year */
        day++;
    day += since_1904 ? DAYS_1904 : DAYS_1900;
    if (day > LAST_DAY)
        return false;
    qiao_date_text((int32_t)day, date);
    if (kind == QIAOI_XLSX_DAY || seconds == 0)
        snprintf(out, QIAOI_XLSX_VALUE_SIZE, "%s", date);
    else
        snprintf(out, QIAOI_XLSX_VALUE_SIZE, "%sT%02ld:%02ld:%02ld", date, seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
    return true;
}

void
qiaoi_xlsx_number(const char *text, qiaoi_xlsx_kind kind, bool since_1904, char out[QIAOI_XLSX_VALUE_SIZE])
{
    char *end;
    double value = strtod(text, &end);
    long seconds;

    if (end == text || *end != '\0' || !isfinite(value)) {
        snprintf(out, QIAOI_XLSX_VALUE_SIZE, "%.*s", QIAOI_XLSX_VALUE_SIZE - 1, text);
        return;
    }
    if (kind == QIAOI_XLSX_TIME && value >= 0 && value < 1) {
        seconds = lround(value * DAY_SECONDS) % DAY_SECONDS;
        snprintf(out, QIAOI_XLSX_VALUE_SIZE, "%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
        return;
    }
    if (kind == QIAOI_XLSX_NUMBER || kind == QIAOI_XLSX_TIME || value < 0 || value > LAST_DAY * 2.0 ||
        (value < 1 && !since_1904) || !as_day(value, kind, since_1904, out))
        plain_number(text, value, out);
}

bool
qiaoi_xlsx_reference(const char *text, size_t *column_out, unsigned long *row_out)
{
    size_t column = 0;
    unsigned long row = 0;

    for (; *text >= 'A' && *text <= 'Z' && column <= COLUMNS; text++)
        column = column * 26 + (size_t)(*text - 'A') + 1;
    for (; *text >= '0' && *text <= '9' && row <= ROWS; text++)
        row = row * 10 + (unsigned long)(*text - '0');
    if (column == 0 || column > COLUMNS || row == 0 || row > ROWS || *text != '\0')
        return false;
    *column_out = column - 1;
    *row_out = row;
    return true;
}
