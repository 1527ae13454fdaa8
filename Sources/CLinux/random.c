// Embedded Swift seeds its hashing with this; glibc has it, musl does not.
#include <features.h>
#if !defined(__GLIBC__)
#define _GNU_SOURCE
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>

void arc4random_buf(void *bytes, size_t count) {
    unsigned char *next = bytes;
    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);
        if (got <= 0) abort();
        next += got;
        count -= (size_t)got;
    }
}
#endif
