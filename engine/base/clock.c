/* Clocks and calendar dates (proleptic Gregorian, UTC). */
#include "qiao/file.h"

#include <stdio.h>
#include <time.h>

uint64_t
qiao_clock_monotonic_us(void)
{
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

void
qiao_clock_utc(char out[21])
{
    time_t now = time(NULL);
    struct tm parts;

    if (gmtime_r(&now, &parts) == NULL || strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &parts) != 20)
        snprintf(out, 21, "%s", "1970-01-01T00:00:00Z");
}

/* The number at text, all of it digits; -1 where it is not. */
static int
read_digits(const char *text, size_t count)
{
    int value = 0;

    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static int
month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Years are counted from March, so that the leap day is a year's last: day numbers are then a plain formula (era = 400
 * years). */
static int32_t
days_from_civil(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

int32_t
qiao_date_days(const char *text, size_t length)
{
    int year, month, day;

    if (length < 10 || text[4] != '-' || text[7] != '-')
        return INT32_MIN;
    if (length > 10 && text[10] >= '0' && text[10] <= '9')
        return INT32_MIN;
    year = read_digits(text, 4);
    month = read_digits(text + 5, 2);
    day = read_digits(text + 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return INT32_MIN;
    return days_from_civil(year, month, day);
}

void
qiao_date_text(int32_t day, char out[QIAO_DATE_SIZE])
{
    int32_t first = days_from_civil(1, 1, 1), last = days_from_civil(9999, 12, 31);
    int since_march = (day < first ? first : day > last ? last : day) + 719468;
    int era = since_march / 146097, day_of_era = since_march - era * 146097;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (5 * day_of_year + 2) / 153, month = from_march < 10 ? from_march + 3 : from_march - 9;
    unsigned year = (unsigned)(year_of_era + era * 400 + (month <= 2 ? 1 : 0)) % 10000u;

    snprintf(out, QIAO_DATE_SIZE, "%04u-%02u-%02u", year, (unsigned)month % 100u,
             (unsigned)(day_of_year - (153 * from_march + 2) / 5 + 1) % 100u);
}
