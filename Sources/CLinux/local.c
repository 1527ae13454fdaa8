#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/// The abstract address of `name`; its size, or a negative error.
static int32_t named(const char *name, struct sockaddr_un *address) {
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof address->sun_path) return -EINVAL;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path + 1, name, length);
    return (int32_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
}

int32_t linux_local_socket(const char *name) {
    struct sockaddr_un address;
    int32_t size = named(name, &address);
    if (size < 0) return size;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0
        && bind(descriptor, (struct sockaddr *)&address, (socklen_t)size) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

int64_t linux_local_receive(int32_t socket, void *bytes, int64_t count, linux_local_sender *sender) {
    struct sockaddr_un from;
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr aligned;
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = (size_t)count};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
        .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0) return -errno;
    sender->user = -1;
    struct cmsghdr *item = CMSG_FIRSTHDR(&message);
    if (item && item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_CREDENTIALS) {
        struct ucred credentials;
        memcpy(&credentials, CMSG_DATA(item), sizeof credentials);
        sender->user = credentials.uid;
    }
    sender->size = (int32_t)message.msg_namelen;
    memcpy(sender->address, &from, message.msg_namelen);
    return got;
}

int64_t linux_local_answer(int32_t socket, const linux_local_sender *sender, const void *bytes, int64_t count) {
    const struct sockaddr *address = (const struct sockaddr *)sender->address;
    ssize_t sent = sendto(socket, bytes, (size_t)count, MSG_NOSIGNAL, address, (socklen_t)sender->size);
    return sent < 0 ? -errno : sent;
}

int64_t linux_local_ask(const char *name, const void *question, int64_t size, void *answer, int64_t capacity) {
    struct sockaddr_un server;
    int32_t length = named(name, &server);
    if (length < 0) return length;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    // Binding to nothing gives a name of the kernel's choice, for the answer.
    sa_family_t unnamed = AF_UNIX;
    struct timeval limit = {.tv_sec = 5};
    ssize_t got = -1;
    if (bind(descriptor, (struct sockaddr *)&unnamed, sizeof unnamed) == 0
        && setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0
        && connect(descriptor, (struct sockaddr *)&server, (socklen_t)length) == 0
        && send(descriptor, question, (size_t)size, MSG_NOSIGNAL) == size)
        got = recv(descriptor, answer, (size_t)capacity, 0);
    int error = errno;
    close(descriptor);
    return got < 0 ? -error : got;
}
