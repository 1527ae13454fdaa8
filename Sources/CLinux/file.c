#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *linux_error_text(int32_t error) { return strerror(error); }

int64_t linux_write(int32_t descriptor, const void *bytes, int64_t count) {
    ssize_t written = write(descriptor, bytes, (size_t)count);
    return written < 0 ? -errno : written;
}

int64_t linux_read(int32_t descriptor, void *bytes, int64_t count) {
    ssize_t got = read(descriptor, bytes, (size_t)count);
    return got < 0 ? -errno : got;
}

int32_t linux_open(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return -errno;
    struct stat status;
    int failure = fstat(descriptor, &status) < 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : S_ISREG(status.st_mode) ? 0 : EINVAL;
    if (failure == 0) return descriptor;
    close(descriptor);
    return -failure;
}

void linux_close(int32_t descriptor) { close(descriptor); }

int32_t linux_set(const char *path, const char *text) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    int error = write(descriptor, text, strlen(text)) < 0 ? errno : 0;
    close(descriptor);
    return -error;
}

int32_t linux_executable(const char *path) {
    struct stat status;
    if (stat(path, &status) < 0) return -errno;
    return S_ISREG(status.st_mode) && (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) ? 0 : -EACCES;
}

int32_t linux_only_root_changes(const char *path) {
    char *real = realpath(path, NULL);
    if (!real) return -errno;
    int32_t result = 0;
    for (size_t length = strlen(real); result == 0 && length > 0;) {
        struct stat status;
        real[length] = 0;
        if (lstat(real, &status) < 0) result = -errno;
        int sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX);
        mode_t others = status.st_gid == 0 ? S_IWOTH : S_IWGRP | S_IWOTH;
        if (result == 0 && (status.st_uid != 0 || ((status.st_mode & others) && !sticky))) result = -EPERM;
        while (length > 0 && real[--length] != '/') {}
    }
    free(real);
    return result;
}

void linux_exit(int32_t status) { exit(status); }

const char *linux_environment(const char *name) { return getenv(name); }

int32_t linux_glob(const char *pattern, void *context, void (*found)(void *context, const char *path)) {
    glob_t matches;
    int result = glob(pattern, 0, NULL, &matches);
    if (result == GLOB_NOMATCH) return 0;
    if (result != 0) return result == GLOB_NOSPACE ? -ENOMEM : -EIO;
    for (size_t index = 0; index < matches.gl_pathc; index++) found(context, matches.gl_pathv[index]);
    globfree(&matches);
    return 0;
}
