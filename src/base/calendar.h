/* Days, months and periods in UTC, without any clock or time zone.
 *
 * A day is the number of days since 1970-01-01 (int32_t), as in Arrow's date32. */
#ifndef COSTAGG_BASE_CALENDAR_H
#define COSTAGG_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum { CALENDAR_TEXT_SIZE = 11 }; /* "2025-10-31" and its NUL */

struct month {
    int year;
    int month; /* 1 … 12 */
};

struct period {
    int32_t first; /* both days belong to the period */
    int32_t last;
};

int32_t calendar_day(int year, int month, int day_of_month);
struct month calendar_month(int32_t day);
int calendar_day_of_month(int32_t day);
int calendar_days_in_month(struct month month);

/* First and last day of a month. */
struct period calendar_period_of_month(struct month month);

/* "2025-10-31" → day. False when the text is no real date of the years 1970 … 9999. */
bool calendar_parse(const char *text, int32_t *day);

/* Writes "2025-10-31"; returns `text`. */
char *calendar_format(int32_t day, char text[CALENDAR_TEXT_SIZE]);

/* The part of a period inside its first month; the rest (from the next first on) in `rest`, false
 * when nothing is left. A period of several months is run month by month. */
bool calendar_split_month(struct period period, struct period *head, struct period *rest);

#endif
