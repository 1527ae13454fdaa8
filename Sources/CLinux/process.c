#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int become(int64_t user, int64_t group) {
    gid_t only = (gid_t)group;
    return setgroups(1, &only) < 0 || setgid(only) < 0 || setuid((uid_t)user) < 0;
}

static _Noreturn void run(char *const arguments[], int64_t user, int64_t group, int failure) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        for (int stream = 0; stream < 3; stream++) dup2(null, stream);
        if (null > 2) close(null);
    }
    if (setpgid(0, 0) == 0 && (user < 0 || become(user, group) == 0)) execve(arguments[0], arguments, environ);
    int error = errno;
    ssize_t ignored = write(failure, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

int32_t linux_spawn(const char *arguments, int64_t size, int64_t user, int64_t group) {
    int count = 0;
    for (int64_t offset = 0; offset < size; offset++) count += arguments[offset] == 0;
    if (count == 0 || arguments[size - 1] != 0) return -EINVAL;
    char **list = calloc((size_t)count + 1, sizeof *list);
    if (!list) return -ENOMEM;
    const char *next = arguments;
    for (int index = 0; index < count; index++, next += strlen(next) + 1) list[index] = (char *)next;

    int failure[2];
    if (pipe2(failure, O_CLOEXEC) < 0) {
        free(list);
        return -errno;
    }
    pid_t process = fork();
    if (process == 0) run(list, user, group, failure[1]);
    int error = process < 0 ? errno : 0;
    free(list);
    close(failure[1]);
    if (process > 0) {
        // Ends at once: exec closes the other side, or the child writes why it could not.
        ssize_t got;
        do got = read(failure[0], &error, sizeof error);
        while (got < 0 && errno == EINTR);
        if (got != sizeof error) error = 0;
        else while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
    }
    close(failure[0]);
    return error ? -error : process;
}

int32_t linux_reap(int32_t *status) {
    int raw;
    pid_t ended;
    do ended = waitpid(-1, &raw, WNOHANG);
    while (ended < 0 && errno == EINTR);
    if (ended <= 0) return ended < 0 && errno != ECHILD ? -errno : 0;
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return ended;
}

int32_t linux_fork_guardian(const char *name, int32_t *lifeline) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    pid_t process = fork();
    int error = process < 0 ? errno : 0;
    if (process == 0) {
        // The name keeps it apart from the agent where somebody ends processes by name.
        prctl(PR_SET_NAME, name);
        setsid();
    }
    close(ends[process == 0 ? 1 : 0]);
    if (error) close(ends[1]);
    *lifeline = ends[process == 0 ? 0 : 1];
    return error ? -error : process;
}

int32_t linux_signal_group(int32_t process, int32_t signal) {
    return kill(-process, signal) < 0 ? -errno : 0;
}

int32_t linux_user(const char *name, int64_t *user, int64_t *group) {
    const struct passwd *entry = getpwnam(name);
    if (!entry) return -ENOENT;
    *user = entry->pw_uid;
    *group = entry->pw_gid;
    return 0;
}

int32_t linux_group(const char *name, int64_t *group) {
    const struct group *entry = getgrnam(name);
    if (!entry) return -ENOENT;
    *group = entry->gr_gid;
    return 0;
}

int64_t linux_watchdog(void) {
    const char *limit = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
    return !limit || (process && strtoll(process, NULL, 10) != getpid()) ? 0 : strtoll(limit, NULL, 10);
}

int32_t linux_notify(const char *path, const void *bytes, int64_t count) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path) return -EINVAL;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = 0;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    ssize_t sent = sendto(descriptor, bytes, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&address, size);
    int error = sent < 0 ? errno : 0;
    close(descriptor);
    return -error;
}
