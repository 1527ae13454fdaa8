#include "CLinux.h"
#include <fnmatch.h>

/// Matches one character against what stands behind a '['. Returns what follows the ']', or NULL where there is none.
static const char *match_bracket(const char *pattern, unsigned char wanted, int *matches) {
    int negates = *pattern == '!' || *pattern == '^';
    const char *next = pattern + negates;
    *matches = negates;
    for (const char *first = next; *next && (*next != ']' || next == first); next++) {
        unsigned char low = (unsigned char)*next, high = low;
        if (next[1] == '-' && next[2] && next[2] != ']') {
            next += 2;
            high = (unsigned char)*next;
        }
        if (low <= wanted && wanted <= high) *matches = !negates;
    }
    return *next ? next + 1 : NULL;
}

/// Matches one character against the beginning of a pattern that is no '*'. Returns what follows, or NULL.
static const char *match_one(const char *pattern, char wanted) {
    if (!*pattern || !wanted) return NULL;
    if (*pattern == '?') return pattern + 1;
    if (*pattern == '[') {
        int matches;
        const char *next = match_bracket(pattern + 1, (unsigned char)wanted, &matches);
        if (next) return matches ? next : NULL;
    }
    if (*pattern == '\\' && pattern[1]) pattern++;
    return *pattern == wanted ? pattern + 1 : NULL;
}

int32_t linux_matches(const char *pattern, const char *name) {
    const char *star = NULL, *retry = name;
    if (*name == '.' && *pattern != '.') return 0;
    while (*name || *pattern) {
        const char *next;
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if ((next = match_one(pattern, *name))) {
            pattern = next;
            name++;
        } else if (star && *retry) {
            // The last star takes one character more.
            pattern = star;
            name = ++retry;
        } else {
            return 0;
        }
    }
    return 1;
}

#if !defined(__GLIBC__)
// For the C library's glob: its own brings 14 KB of tables of all scripts' letters.
int fnmatch(const char *pattern, const char *name, int flags) {
    (void)flags;
    return linux_matches(pattern, name) ? 0 : FNM_NOMATCH;
}
#endif
