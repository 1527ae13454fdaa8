#define _GNU_SOURCE
#include "CLinux.h"
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const int protocol = 112;
static const int ttl = 255, tos = 0xc0, no = 0, yes = 1;

/// Closes what could not be set up.
static int32_t failed(int descriptor) {
    int error = errno;
    close(descriptor);
    return -error;
}

static int set(int descriptor, int level, int option, const int *value) {
    return setsockopt(descriptor, level, option, value, sizeof *value);
}

static int join_v4(int descriptor, int32_t index) {
    struct ip_mreqn group = {.imr_multiaddr.s_addr = htonl(0xe0000012), .imr_ifindex = index};
    return setsockopt(descriptor, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0;
}

static int join_v6(int descriptor, int32_t index) {
    struct ipv6_mreq group = {.ipv6mr_multiaddr.s6_addr = {[0] = 0xff, [1] = 0x02, [15] = 0x12},
                              .ipv6mr_interface = (unsigned)index};
    return setsockopt(descriptor, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof group) < 0;
}

static int prepare_v4(int descriptor) {
    return set(descriptor, IPPROTO_IP, IP_MULTICAST_LOOP, &no) < 0
        || set(descriptor, IPPROTO_IP, IP_MULTICAST_TTL, &ttl) < 0 || set(descriptor, IPPROTO_IP, IP_TTL, &ttl) < 0
        || set(descriptor, IPPROTO_IP, IP_TOS, &tos) < 0;
}

static int prepare_v6(int descriptor) {
    // So that it sends from the address of the interface below it. Before Linux 4.15 only that send fails.
    (void)set(descriptor, IPPROTO_IPV6, IPV6_FREEBIND, &yes);
    return set(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &no) < 0
        || set(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl) < 0
        || set(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl) < 0
        || set(descriptor, IPPROTO_IPV6, IPV6_TCLASS, &tos) < 0
        || set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes) < 0
        || set(descriptor, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &yes) < 0;
}

int32_t linux_vrrp_socket(int32_t family, const char *interface, int32_t index, int32_t hears) {
    int descriptor = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (descriptor < 0) return -errno;
    if (setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) < 0
        || (family == AF_INET6 ? prepare_v6 : prepare_v4)(descriptor)
        || (hears && (family == AF_INET6 ? join_v6 : join_v4)(descriptor, index)))
        return failed(descriptor);
    return descriptor;
}

/// Room for the ancillary data of one packet.
union control {
    struct cmsghdr header;
    char bytes[128];
};

static void attach(struct msghdr *message, int level, int type, const void *data, size_t size) {
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), data, size);
    message->msg_controllen = CMSG_SPACE(size);
}

int64_t linux_vrrp_send(int32_t socket, int32_t family, int32_t index, const void *source, const void *destination,
                        const void *bytes, int64_t count) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_scope_id = (uint32_t)index};
    struct iovec content = {.iov_base = (void *)bytes, .iov_len = (size_t)count};
    union control control = {.bytes = {0}};
    struct msghdr message = {
        .msg_iov = &content, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (family == AF_INET6) {
        struct in6_pktinfo information = {.ipi6_ifindex = (unsigned)index};
        memcpy(&information.ipi6_addr, source, sizeof information.ipi6_addr);
        memcpy(&v6.sin6_addr, destination, sizeof v6.sin6_addr);
        attach(&message, IPPROTO_IPV6, IPV6_PKTINFO, &information, sizeof information);
        message.msg_name = &v6;
        message.msg_namelen = sizeof v6;
    } else {
        struct in_pktinfo information = {.ipi_ifindex = index};
        memcpy(&information.ipi_spec_dst, source, sizeof information.ipi_spec_dst);
        memcpy(&v4.sin_addr, destination, sizeof v4.sin_addr);
        attach(&message, IPPROTO_IP, IP_PKTINFO, &information, sizeof information);
        message.msg_name = &v4;
        message.msg_namelen = sizeof v4;
    }
    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

/// Raw sockets of IPv6 keep the header to themselves, and tell what was in it.
static int64_t receive_v6(int32_t socket, uint8_t *bytes, int64_t count) {
    const int64_t length = 40;
    if (count < length) return -EINVAL;
    struct sockaddr_in6 source = {0};
    struct iovec content = {.iov_base = bytes + length, .iov_len = (size_t)(count - length)};
    union control control;
    struct msghdr message = {.msg_name = &source, .msg_namelen = sizeof source, .msg_iov = &content, .msg_iovlen = 1,
                             .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(socket, &message, 0);
    if (got < 0) return -errno;
    memset(bytes, 0, (size_t)length);
    bytes[0] = 0x60;
    bytes[4] = (uint8_t)(got >> 8);
    bytes[5] = (uint8_t)got;
    bytes[6] = (uint8_t)protocol;
    memcpy(bytes + 8, &source.sin6_addr, sizeof source.sin6_addr);
    // musl's CMSG_NXTHDR compares a length with a difference of pointers.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wsign-compare"
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
#pragma clang diagnostic pop
        if (header->cmsg_level != IPPROTO_IPV6) continue;
        if (header->cmsg_type == IPV6_HOPLIMIT) {
            int limit;
            memcpy(&limit, CMSG_DATA(header), sizeof limit);
            bytes[7] = (uint8_t)limit;
        } else if (header->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo information;
            memcpy(&information, CMSG_DATA(header), sizeof information);
            memcpy(bytes + 24, &information.ipi6_addr, sizeof information.ipi6_addr);
        }
    }
    return length + got;
}

int64_t linux_vrrp_receive(int32_t socket, int32_t family, void *bytes, int64_t count) {
    return family == AF_INET6 ? receive_v6(socket, bytes, count) : linux_receive(socket, bytes, count);
}

int64_t linux_receive(int32_t socket, void *bytes, int64_t count) {
    ssize_t got = recv(socket, bytes, (size_t)count, 0);
    return got < 0 ? -errno : got;
}

/// What an address of a family looks like to the kernel.
union endpoint {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t write_endpoint(union endpoint *endpoint, int32_t family, const void *address, uint16_t port) {
    memset(endpoint, 0, sizeof *endpoint);
    endpoint->any.sa_family = (sa_family_t)family;
    // Both families have it in the same place.
    endpoint->v4.sin_port = htons(port);
    if (family == AF_INET6) {
        memcpy(&endpoint->v6.sin6_addr, address, sizeof endpoint->v6.sin6_addr);
        return sizeof endpoint->v6;
    }
    memcpy(&endpoint->v4.sin_addr, address, sizeof endpoint->v4.sin_addr);
    return sizeof endpoint->v4;
}

int32_t linux_connect(int32_t family, const void *address, uint16_t port, const void *source) {
    int descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    union endpoint endpoint;
    socklen_t size;
    if (source) {
        size = write_endpoint(&endpoint, family, source, 0);
        if (bind(descriptor, &endpoint.any, size) < 0) return failed(descriptor);
    }
    size = write_endpoint(&endpoint, family, address, port);
    if (connect(descriptor, &endpoint.any, size) < 0 && errno != EINPROGRESS) return failed(descriptor);
    return descriptor;
}

int32_t linux_connected(int32_t socket) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error;
}

int32_t linux_frame_socket(void) {
    // Protocol 0: it only sends.
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int64_t linux_send_frame(int32_t socket, int32_t index, const void *bytes, int64_t count) {
    const struct ether_header *header = bytes;
    if (count < (int64_t)sizeof *header) return -EINVAL;
    struct sockaddr_ll destination = {.sll_family = AF_PACKET, .sll_ifindex = index, .sll_halen = ETH_ALEN};
    memcpy(&destination.sll_protocol, &header->ether_type, sizeof destination.sll_protocol);
    memcpy(destination.sll_addr, header->ether_dhost, ETH_ALEN);
    ssize_t sent =
        sendto(socket, bytes, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&destination, sizeof destination);
    return sent < 0 ? -errno : sent;
}
