#define _GNU_SOURCE
#include "CLinux.h"
#include <time.h>

int64_t linux_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Writes the lowest `count` decimal digits of a number and a character behind them.
static char *append(char *text, int number, int count, char end) {
    for (int digit = count - 1; digit >= 0; digit--, number /= 10) text[digit] = (char)('0' + number % 10);
    text[count] = end;
    return text + count + 1;
}

int32_t linux_utc(int64_t ago, char *text, int32_t size) {
    struct timespec now;
    struct tm parts;
    if ((size_t)size < sizeof "2017-04-09T16:52:39.123Z") return 0;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t then = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - ago;
    time_t seconds = (time_t)(then / 1000000000);
    gmtime_r(&seconds, &parts);
    char *end = append(text, parts.tm_year + 1900, 4, '-');
    end = append(end, parts.tm_mon + 1, 2, '-');
    end = append(end, parts.tm_mday, 2, 'T');
    end = append(end, parts.tm_hour, 2, ':');
    end = append(end, parts.tm_min, 2, ':');
    end = append(end, parts.tm_sec, 2, '.');
    end = append(end, (int)(then % 1000000000 / 1000000), 3, 'Z');
    return (int32_t)(end - text);
}
