#include "net/date.h"

#include <string.h>
#include <time.h>

void flow_date_amz(int64_t wall_s, char text[FLOW_DATE_AMZ_MAX])
{
    time_t seconds = (time_t)wall_s;
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL || parts.tm_year > 9999 - 1900 ||
        strftime(text, FLOW_DATE_AMZ_MAX, "%Y%m%dT%H%M%SZ", &parts) == 0)
        memcpy(text, "00000101T000000Z", FLOW_DATE_AMZ_MAX);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that
 * the leap day is the last of its year; 719468 days lie between 0000-03-01 and 1970-01-01. */
static int64_t days_to(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t from_march = (month + 9) % 12;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * from_march + 2) / 5 + day - 1 - 719468;
}

/* The number in the digits of text, -1 if there is anything but digits. */
static int number(const char *text, size_t digits)
{
    int value = 0;

    for (; digits > 0; digits--, text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = 10 * value + (*text - '0');
    }
    return value;
}

static int month_of(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int i;

    for (i = 0; i < 12; i++)
        if (memcmp(months + 3 * i, text, 3) == 0)
            return i + 1;
    return -1;
}

bool flow_date_http(const char *text, int64_t *ret_s)
{
    static const char shape[] = "Sun, 06 Nov 1994 08:49:37 GMT";
    int day, month, year, hour, minute, second;

    if (text == NULL || strlen(text) != sizeof shape - 1 || memcmp(text + 3, ", ", 2) != 0 ||
        text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' ||
        text[22] != ':' || strcmp(text + 25, " GMT") != 0)
        return false;
    day = number(text + 5, 2);
    month = month_of(text + 8);
    year = number(text + 12, 4);
    hour = number(text + 17, 2);
    minute = number(text + 20, 2);
    second = number(text + 23, 2); /* 60: a leap second */
    if (day < 1 || day > 31 || month < 1 || year < 1 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60)
        return false;
    *ret_s = days_to(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}
