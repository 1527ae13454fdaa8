#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int32_t linux_fork_guardian(const char *name, int32_t *lifeline) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    pid_t process = fork();
    int error = process < 0 ? errno : 0;
    if (process == 0) {
        // The name keeps it apart from the agent where somebody ends processes by name.
        prctl(PR_SET_NAME, name);
        setsid();
        linux_leave_launcher();
    }
    close(ends[process == 0 ? 1 : 0]);
    if (error) close(ends[1]);
    *lifeline = ends[process == 0 ? 0 : 1];
    return error ? -error : process;
}

int32_t linux_become(int64_t user, int64_t group) {
    if (user == geteuid() && group == getegid()) return 0;
    gid_t only = (gid_t)group;
    // setuid(2) would take the capabilities too, before those to keep were chosen.
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return -errno;
    return setgroups(1, &only) < 0 || setgid(only) < 0 || setuid((uid_t)user) < 0 ? -errno : 0;
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
