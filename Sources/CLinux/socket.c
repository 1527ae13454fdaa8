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

static const uint32_t group = 0xe0000012;

/// Closes what could not be set up.
static int32_t failed(int descriptor) {
    int error = errno;
    close(descriptor);
    return -error;
}

int32_t linux_vrrp_socket(const char *interface, int32_t index) {
    int descriptor = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 112);
    if (descriptor < 0) return -errno;
    struct ip_mreqn membership = {.imr_multiaddr.s_addr = htonl(group), .imr_ifindex = index};
    int ttl = 255, tos = 0xc0, loop = 0;
    if (setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) < 0
        || setsockopt(descriptor, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) < 0
        || setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) < 0
        || setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) < 0
        || setsockopt(descriptor, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl) < 0
        || setsockopt(descriptor, IPPROTO_IP, IP_TOS, &tos, sizeof tos) < 0)
        return failed(descriptor);
    return descriptor;
}

int32_t linux_vrrp_source(int32_t socket, int32_t index, uint32_t address) {
    struct ip_mreqn sender = {.imr_address.s_addr = htonl(address), .imr_ifindex = index};
    return setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &sender, sizeof sender) < 0 ? -errno : 0;
}

int64_t linux_send_to(int32_t socket, uint32_t address, const void *bytes, int64_t count) {
    struct sockaddr_in destination = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    ssize_t sent =
        sendto(socket, bytes, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&destination, sizeof destination);
    return sent < 0 ? -errno : sent;
}

int64_t linux_receive(int32_t socket, void *bytes, int64_t count) {
    ssize_t got = recv(socket, bytes, (size_t)count, 0);
    return got < 0 ? -errno : got;
}

int32_t linux_frame_socket(void) {
    // Protocol 0: it only sends.
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int64_t linux_send_frame(int32_t socket, int32_t index, const void *bytes, int64_t count) {
    struct sockaddr_ll destination = {
        .sll_family = AF_PACKET, .sll_ifindex = index, .sll_halen = ETH_ALEN, .sll_protocol = htons(ETH_P_ARP)};
    memset(destination.sll_addr, 0xff, ETH_ALEN);
    ssize_t sent =
        sendto(socket, bytes, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&destination, sizeof destination);
    return sent < 0 ? -errno : sent;
}
