#include "base/calendar.h"

#include <stdio.h>

/* Days from civil, after the public-domain algorithm of Howard Hinnant: years start in March, so
 * the leap day is the last of the year. */
int32_t calendar_day(int year, int month, int day_of_month)
{
    int shifted = month <= 2 ? year - 1 : year;
    int era = shifted / 400;
    int year_of_era = shifted - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day_of_month - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil(int32_t day, int *year, int *month, int *day_of_month)
{
    int32_t shifted = day + 719468;
    int32_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int day_of_era = shifted - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_index = (5 * day_of_year + 2) / 153;
    *day_of_month = day_of_year - (153 * month_index + 2) / 5 + 1;
    *month = month_index < 10 ? month_index + 3 : month_index - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

struct month calendar_month(int32_t day)
{
    struct month result;
    int day_of_month;
    civil(day, &result.year, &result.month, &day_of_month);
    return result;
}

int calendar_day_of_month(int32_t day)
{
    int year, month, day_of_month;
    civil(day, &year, &month, &day_of_month);
    return day_of_month;
}

int calendar_days_in_month(struct month month)
{
    struct period period = calendar_period_of_month(month);
    return period.last - period.first + 1;
}

struct period calendar_period_of_month(struct month month)
{
    int32_t first = calendar_day(month.year, month.month, 1);
    int32_t next = month.month == 12 ? calendar_day(month.year + 1, 1, 1)
                                     : calendar_day(month.year, month.month + 1, 1);
    return (struct period){first, next - 1};
}

static bool digits(const char *text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

bool calendar_parse(const char *text, int32_t *day)
{
    int year, month, day_of_month;
    if (!digits(text, 4, &year) || text[4] != '-' || !digits(text + 5, 2, &month) ||
        text[7] != '-' || !digits(text + 8, 2, &day_of_month) || text[10] != '\0')
        return false;
    if (year < 1970 || month < 1 || month > 12 || day_of_month < 1 ||
        day_of_month > calendar_days_in_month((struct month){year, month}))
        return false;
    *day = calendar_day(year, month, day_of_month);
    return true;
}

char *calendar_format(int32_t day, char text[CALENDAR_TEXT_SIZE])
{
    int year, month, day_of_month;
    civil(day, &year, &month, &day_of_month);
    snprintf(text, CALENDAR_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000u,
             (unsigned)month % 100u, (unsigned)day_of_month % 100u);
    return text;
}

bool calendar_split_month(struct period period, struct period *head, struct period *rest)
{
    struct period month = calendar_period_of_month(calendar_month(period.first));
    *head = period;
    if (period.last <= month.last)
        return false;
    head->last = month.last;
    *rest = (struct period){month.last + 1, period.last};
    return true;
}
