#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(linux_wait_entry) == sizeof(struct pollfd), "poll");
_Static_assert(LINUX_READABLE == POLLIN && LINUX_WRITABLE == POLLOUT, "poll");
_Static_assert(LINUX_SIGHUP == SIGHUP && LINUX_SIGINT == SIGINT && LINUX_SIGTERM == SIGTERM, "signals");
_Static_assert(LINUX_SIGKILL == SIGKILL && LINUX_SIGCHLD == SIGCHLD, "signals");
_Static_assert(LINUX_EPERM == EPERM && LINUX_ESRCH == ESRCH, "errors");
_Static_assert(LINUX_EINTR == EINTR && LINUX_EAGAIN == EAGAIN && LINUX_EEXIST == EEXIST, "errors");
_Static_assert(LINUX_ENOBUFS == ENOBUFS && LINUX_EADDRNOTAVAIL == EADDRNOTAVAIL, "errors");
_Static_assert(LINUX_ENODEV == ENODEV && LINUX_ENOENT == ENOENT, "errors");
_Static_assert(LINUX_EINVAL == EINVAL && LINUX_EPERM == EPERM, "errors");
_Static_assert(LINUX_EOPNOTSUPP == EOPNOTSUPP && LINUX_ETIMEDOUT == ETIMEDOUT, "errors");

int32_t linux_wait(linux_wait_entry *entries, int32_t count, int64_t timeout) {
    struct timespec limit = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
    int ready = ppoll((struct pollfd *)entries, (nfds_t)count, timeout < 0 ? NULL : &limit, NULL);
    return ready < 0 ? -errno : ready;
}

int32_t linux_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0) return -errno;
    signal(SIGPIPE, SIG_IGN);
    int descriptor = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int32_t linux_next_signal(int32_t descriptor) {
    struct signalfd_siginfo information;
    ssize_t got = read(descriptor, &information, sizeof information);
    if (got < 0) return -errno;
    return got == sizeof information ? (int32_t)information.ssi_signo : -EAGAIN;
}
