#define _GNU_SOURCE
#include "CLinux.h"
#include <time.h>

int64_t linux_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int32_t linux_utc(int64_t ago, char *text, int32_t size) {
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t then = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - ago;
    time_t seconds = (time_t)(then / 1000000000);
    gmtime_r(&seconds, &parts);
    size_t length = strftime(text, (size_t)size, "%Y-%m-%dT%H:%M:%S", &parts);
    if (length == 0 || (size_t)size < length + 6) return (int32_t)length;
    int milliseconds = (int)(then % 1000000000 / 1000000);
    text[length++] = '.';
    text[length++] = (char)('0' + milliseconds / 100);
    text[length++] = (char)('0' + milliseconds / 10 % 10);
    text[length++] = (char)('0' + milliseconds % 10);
    text[length++] = 'Z';
    return (int32_t)length;
}
