#define _GNU_SOURCE
#include "CLinux.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's TASK_COMM_LEN without its final zero.
enum { longest_name = 15 };

static int has_name(int processes, const char *process, const char *name, size_t length) {
    char path[32], comm[longest_name + 2];
    if (strlen(process) + sizeof "/comm" > sizeof path) return 0;
    stpcpy(stpcpy(path, process), "/comm");
    int descriptor = openat(processes, path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    ssize_t got = read(descriptor, comm, sizeof comm);
    close(descriptor);
    return got == (ssize_t)length + 1 && comm[length] == '\n' && memcmp(comm, name, length) == 0;
}

int32_t linux_find_processes(const char *name, int32_t *found, int32_t capacity) {
    DIR *processes = opendir("/proc");
    if (!processes) return -errno;
    size_t length = strnlen(name, longest_name);
    int32_t count = 0;
    for (struct dirent *entry; count < capacity && (entry = readdir(processes));) {
        int process = atoi(entry->d_name);
        if (process > 0 && has_name(dirfd(processes), entry->d_name, name, length)) found[count++] = process;
    }
    closedir(processes);
    return count;
}

int32_t linux_watch_process(int32_t process) {
    // The C library may have no wrapper; the number is the same on all architectures.
    int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
    if (descriptor < 0) return -errno;
    struct pollfd watch = {.fd = descriptor, .events = POLLIN};
    if (poll(&watch, 1, 0) <= 0) return descriptor;
    close(descriptor);
    return -ESRCH;
}
