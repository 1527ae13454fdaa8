#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

_Static_assert(LINUX_RTMGRP_LINK == RTMGRP_LINK && LINUX_RTMGRP_IPV4_IFADDR == RTMGRP_IPV4_IFADDR, "groups");
_Static_assert(LINUX_RTMGRP_IPV6_IFADDR == RTMGRP_IPV6_IFADDR, "groups");
_Static_assert(LINUX_RTNLGRP_IPV4_ROUTE == RTNLGRP_IPV4_ROUTE, "groups");
_Static_assert(LINUX_RTNLGRP_IPV6_ROUTE == RTNLGRP_IPV6_ROUTE, "groups");
_Static_assert(LINUX_NLM_F_REQUEST == NLM_F_REQUEST && LINUX_NLM_F_ACK == NLM_F_ACK, "flags");
_Static_assert(LINUX_NLM_F_DUMP == NLM_F_DUMP && LINUX_NLM_F_EXCL == NLM_F_EXCL, "flags");
_Static_assert(LINUX_NLM_F_CREATE == NLM_F_CREATE && LINUX_NLM_F_APPEND == NLM_F_APPEND, "flags");
_Static_assert(LINUX_NLMSG_ERROR == NLMSG_ERROR && LINUX_NLMSG_DONE == NLMSG_DONE, "types");
_Static_assert(LINUX_RTM_NEWLINK == RTM_NEWLINK && LINUX_RTM_DELLINK == RTM_DELLINK, "types");
_Static_assert(LINUX_RTM_GETLINK == RTM_GETLINK && LINUX_RTM_NEWADDR == RTM_NEWADDR, "types");
_Static_assert(LINUX_RTM_DELADDR == RTM_DELADDR && LINUX_RTM_GETADDR == RTM_GETADDR, "types");
_Static_assert(LINUX_RTM_NEWROUTE == RTM_NEWROUTE && LINUX_RTM_DELROUTE == RTM_DELROUTE, "types");
_Static_assert(LINUX_RTPROT_STATIC == RTPROT_STATIC && LINUX_RTN_UNICAST == RTN_UNICAST, "routes");
_Static_assert(LINUX_RTA_DST == RTA_DST && LINUX_RTA_OIF == RTA_OIF, "attributes");
_Static_assert(LINUX_RTA_GATEWAY == RTA_GATEWAY && LINUX_RTA_PRIORITY == RTA_PRIORITY, "attributes");
_Static_assert(LINUX_RTA_PREFSRC == RTA_PREFSRC && LINUX_RTA_TABLE == RTA_TABLE, "attributes");
_Static_assert(LINUX_IFLA_LINK == IFLA_LINK && LINUX_IFLA_LINKINFO == IFLA_LINKINFO, "attributes");
_Static_assert(LINUX_IFLA_INFO_KIND == IFLA_INFO_KIND && LINUX_IFLA_INFO_DATA == IFLA_INFO_DATA, "attributes");
_Static_assert(LINUX_IFLA_MACVLAN_MODE == IFLA_MACVLAN_MODE, "attributes");
_Static_assert(LINUX_MACVLAN_MODE_BRIDGE == MACVLAN_MODE_BRIDGE, "macvlan");
_Static_assert(LINUX_IFLA_ADDRESS == IFLA_ADDRESS && LINUX_IFLA_IFNAME == IFLA_IFNAME, "attributes");
_Static_assert(LINUX_IFA_ADDRESS == IFA_ADDRESS && LINUX_IFA_LOCAL == IFA_LOCAL, "attributes");
_Static_assert(LINUX_IFA_LABEL == IFA_LABEL && LINUX_IFA_BROADCAST == IFA_BROADCAST, "attributes");
_Static_assert(LINUX_IFA_CACHEINFO == IFA_CACHEINFO && LINUX_IFA_F_NODAD == IFA_F_NODAD, "attributes");
_Static_assert(LINUX_IFA_F_DADFAILED == IFA_F_DADFAILED && LINUX_IFA_F_TENTATIVE == IFA_F_TENTATIVE, "addresses");
_Static_assert(LINUX_IFF_UP == IFF_UP && LINUX_IFF_RUNNING == IFF_RUNNING, "interface flags");
_Static_assert(LINUX_AF_UNSPEC == AF_UNSPEC && LINUX_AF_INET == AF_INET, "families");
_Static_assert(LINUX_AF_INET6 == AF_INET6, "families");

static int32_t open_netlink(int protocol, uint32_t groups) {
    int flags = SOCK_RAW | SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0);
    int descriptor = socket(AF_NETLINK, flags, protocol);
    if (descriptor < 0) return -errno;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
    struct timeval limit = {.tv_sec = 1};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0
        && (groups || setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0))
        return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

int32_t linux_netlink_socket(uint32_t groups) { return open_netlink(NETLINK_ROUTE, groups); }

int32_t linux_netlink_join(int32_t socket, int32_t group) {
    return setsockopt(socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0 ? -errno : 0;
}

int32_t linux_netfilter_socket(void) {
    int32_t descriptor = open_netlink(NETLINK_NETFILTER, 0);
    // A batch is sent as a whole; where this is refused, the usual 200 KB are the most.
    int size = 16 << 20;
    if (descriptor >= 0) (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    return descriptor;
}

int32_t linux_generic_netlink_socket(void) { return open_netlink(NETLINK_GENERIC, 0); }

int64_t linux_send(int32_t socket, const void *bytes, int64_t count) {
    ssize_t sent = send(socket, bytes, (size_t)count, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}
