#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// Where a launcher runs, programs are its children: the ends of its sockets; -1 elsewhere.
static int launcher = -1, endings = -1;

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
    if (setpgid(0, 0) == 0 && (user < 0 || linux_become(user, group) == 0)) execve(arguments[0], arguments, environ);
    int error = errno;
    ssize_t ignored = write(failure, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

/// An answer that is late would be taken for the next one's: a launcher that does not answer is given up, as if it
/// had ended.
static int32_t ask(linux_request request, const void *arguments, int64_t size) {
    struct iovec parts[] = {{&request, sizeof request}, {(void *)arguments, (size_t)size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    int32_t answer;
    ssize_t done = sendmsg(launcher, &message, MSG_NOSIGNAL);
    if (done < 0 && errno == EMSGSIZE) return -E2BIG;
    if (done > 0) do done = recv(launcher, &answer, sizeof answer, 0);
    while (done < 0 && errno == EINTR);
    if (done == sizeof answer) return answer;
    shutdown(endings, SHUT_RDWR);
    return -EPIPE;
}

int32_t linux_spawn(const char *arguments, int64_t size, int64_t user, int64_t group) {
    if (launcher >= 0) {
        linux_request request = {.kind = LINUX_REQUEST_START, .user = user, .group = group};
        return ask(request, arguments, size);
    }
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
    if (endings >= 0) {
        linux_ending ending;
        ssize_t got = recv(endings, &ending, sizeof ending, MSG_DONTWAIT);
        if (got == 0) return -EPIPE;
        if (got < 0 && errno != EAGAIN && errno != EINTR) return -errno;
        if (got == sizeof ending) {
            *status = ending.status;
            return ending.process;
        }
    }
    int raw;
    pid_t ended;
    do ended = waitpid(-1, &raw, WNOHANG);
    while (ended < 0 && errno == EINTR);
    if (ended <= 0) return ended < 0 && errno != ECHILD ? -errno : 0;
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return ended;
}

int32_t linux_signal_group(int32_t process, int32_t signal) {
    if (launcher >= 0) {
        linux_request request = {.kind = LINUX_REQUEST_SIGNAL, .process = process, .signal = signal};
        return ask(request, NULL, 0);
    }
    return kill(-process, signal) < 0 ? -errno : 0;
}


int32_t linux_fork_launcher(const char *name, int32_t *requests, int32_t *ended) {
    const struct timeval patience = {.tv_sec = 5};
    int asked[2], told[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, asked) < 0) return -errno;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, told) < 0) {
        int error = errno;
        close(asked[0]);
        close(asked[1]);
        return -error;
    }
    pid_t process = fork();
    int error = process < 0 ? errno : 0;
    int other = process == 0 ? 0 : 1;
    close(asked[other]);
    close(told[other]);
    if (error) {
        close(asked[0]);
        close(told[0]);
        return -error;
    }
    if (process == 0) {
        prctl(PR_SET_NAME, name);
        *requests = asked[1];
        *ended = told[1];
        return 0;
    }
    setsockopt(asked[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    launcher = asked[0];
    endings = told[0];
    return process;
}

int32_t linux_endings(void) { return endings; }

int32_t linux_reread_programs(void) {
    return launcher < 0 ? -EPERM : ask((linux_request){.kind = LINUX_REQUEST_REREAD}, NULL, 0);
}

void linux_leave_launcher(void) {
    if (launcher < 0) return;
    close(launcher);
    close(endings);
    launcher = endings = -1;
}
