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
enum { longest_name = 15, longest_path = 32 };

static ssize_t read_file(int processes, const char *process, const char *file, char *bytes, size_t capacity) {
    char path[longest_path];
    if (strlen(process) + strlen(file) >= sizeof path) return -1;
    stpcpy(stpcpy(path, process), file);
    int descriptor = openat(processes, path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    ssize_t got = read(descriptor, bytes, capacity);
    close(descriptor);
    return got;
}

static int has_name(int processes, const char *process, const char *name, size_t length) {
    char comm[longest_name + 2];
    ssize_t got = read_file(processes, process, "/comm", comm, sizeof comm);
    return got == (ssize_t)length + 1 && comm[length] == '\n' && memcmp(comm, name, length) == 0;
}

// The kernel's threads: most of what a small machine runs, and never what somebody tracks. They are the children of
// process 2, which is an ordinary one in a container. Those that do not fit are looked at like others.
enum { most_threads = 512, is_kernel_thread = 0x00200000 /* PF_KTHREAD */ };

struct threads {
    int count, ids[most_threads];
};

static int kernel_has_threads(int processes) {
    char text[256];
    ssize_t got = read_file(processes, "2", "/stat", text, sizeof text - 1);
    if (got < 0) return 0;
    text[got] = 0;
    // proc_pid_stat(5): after the name in brackets come state, ppid, pgrp, session, tty, tpgid and flags.
    char *word = strrchr(text, ')');
    for (int skipped = 0; word && skipped < 7; skipped++) word = strchr(word + 1, ' ');
    return word && (strtoul(word, NULL, 10) & is_kernel_thread);
}

static void find_kernel_threads(int processes, struct threads *threads) {
    char text[8 * most_threads];
    threads->count = 0;
    if (!kernel_has_threads(processes)) return;
    ssize_t got = read_file(processes, "2", "/task/2/children", text, sizeof text - 1);
    if (got < 0) return;
    text[got] = 0;
    char *end;
    for (char *word = text; threads->count < most_threads; word = end) {
        int thread = (int)strtol(word, &end, 10);
        // The last may have been cut off.
        if (end == word || *end == 0) return;
        threads->ids[threads->count++] = thread;
    }
}

static int contains(const struct threads *threads, int process) {
    for (int index = 0; index < threads->count; index++)
        if (threads->ids[index] == process) return 1;
    return 0;
}

int32_t linux_find_processes(const char *name, int32_t *found, int32_t capacity) {
    DIR *processes = opendir("/proc");
    if (!processes) return -errno;
    struct threads threads;
    find_kernel_threads(dirfd(processes), &threads);
    size_t length = strnlen(name, longest_name);
    int32_t count = 0;
    for (struct dirent *entry; count < capacity && (entry = readdir(processes));) {
        int process = atoi(entry->d_name);
        if (process <= 0 || contains(&threads, process)) continue;
        if (has_name(dirfd(processes), entry->d_name, name, length)) found[count++] = process;
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
