// The thinnest shim over the Linux system calls that Swift cannot make itself: macros, variadic calls, and
// what neither its Glibc module nor Embedded Swift has.
//
// Every function that can fail returns a negative errno value, as the kernel does. The declarations need
// nothing but integers and pointers, so that Embedded Swift imports them without any libc headers; the C files
// are compiled for the real target.
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>

#include "ipvs.h"
#include "netfilter.h"

#if defined(__linux__)
// The SSH module's poller; its constants are not in Swift's Glibc module.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif

// clock.c

/// Nanoseconds since boot, those of a suspension included (CLOCK_BOOTTIME).
int64_t linux_monotonic(void);
/// The time of day `ago` nanoseconds before now, in UTC as "2017-04-09T16:52:39.123Z", for people only; returns the
/// count of bytes.
int32_t linux_utc(int64_t ago, char *text, int32_t size);

// file.c

const char *linux_error_text(int32_t error);
int64_t linux_write(int32_t descriptor, const void *bytes, int64_t count);
int64_t linux_read(int32_t descriptor, void *bytes, int64_t count);
/// Opens a regular file for reading.
int32_t linux_open(const char *path);
void linux_close(int32_t descriptor);
/// Writes a short text into a file that is there: a setting of the kernel.
int32_t linux_set(const char *path, const char *text);
/// 0 when the regular file at `path` is executable for somebody.
int32_t linux_executable(const char *path);
/// 0 when nobody but root and its group can change the file at `path`, by itself or by any directory above it; -EPERM if not.
int32_t linux_only_root_changes(const char *path);
const char *linux_environment(const char *name);
/// Calls `found` with each path that matches, sorted. No match is no error.
int32_t linux_glob(const char *pattern, void *context, void (*found)(void *context, const char *path));

// match.c

/// Whether a file name matches a shell pattern (`*`, `?`, `[…]`) byte by byte; one that begins with a dot only
/// where the pattern does.
int32_t linux_matches(const char *pattern, const char *name);

void linux_exit(int32_t status) __attribute__((noreturn));

// wait.c

#define LINUX_READABLE 0x001
#define LINUX_WRITABLE 0x004

/// As struct pollfd.
typedef struct {
    int32_t descriptor;
    int16_t events;
    int16_t seen;
} linux_wait_entry;

/// Waits until an entry is ready or `timeout` nanoseconds have passed (negative: for ever); returns how many are.
int32_t linux_wait(linux_wait_entry *entries, int32_t count, int64_t timeout);

#define LINUX_SIGHUP 1
#define LINUX_SIGINT 2
#define LINUX_SIGKILL 9
#define LINUX_SIGTERM 15
#define LINUX_SIGCHLD 17

/// From now on SIGHUP, SIGINT, SIGTERM and SIGCHLD are read from the returned descriptor; SIGPIPE is ignored.
int32_t linux_signals(void);
/// The next signal, or -EAGAIN.
int32_t linux_next_signal(int32_t descriptor);

// process.c

/// Forks a process that outlives this one, in a session and under a name of its own. Here it returns its id, and
/// `lifeline` is the end of a pipe that only this process has; there it returns 0, and `lifeline` is the other end.
int32_t linux_fork_guardian(const char *name, int32_t *lifeline);
/// Writes the ids of up to `capacity` processes whose name (/proc/PID/comm) is the first 15 bytes of `name`, and
/// returns how many. Some may have ended and not been waited for.
int32_t linux_find_processes(const char *name, int32_t *found, int32_t capacity);
/// A descriptor that becomes readable when the process ends; -ESRCH when it has ended.
int32_t linux_watch_process(int32_t process);
/// The ids of a user and of its first group; -ENOENT when there is none of that name.
int32_t linux_user(const char *name, int64_t *user, int64_t *group);
/// The id of a group; -ENOENT when there is none of that name.
int32_t linux_group(const char *name, int64_t *group);
/// Changes to a user and a group, unless it is them; the capabilities stay permitted, and only exec takes them.
int32_t linux_become(int64_t user, int64_t group);
/// Sends a datagram to the service manager's socket, "@" for an abstract one.
int32_t linux_notify(const char *path, const void *bytes, int64_t count);
/// Microseconds within which the service manager wants to hear from this process again and again; 0 when it does not.
int64_t linux_watchdog(void);

// program.c

/// Starts a program in a process group of its own, with /dev/null as its standard streams. `arguments` holds
/// `size` bytes of NUL-terminated strings, the first of them the path. Changes to `user` and `group` first where
/// `user` is not negative. Returns the process id, or what exec failed with.
int32_t linux_spawn(const char *arguments, int64_t size, int64_t user, int64_t group);
/// The id of a child that has ended, with its exit status, or 128 and the signal, in `status`; 0 when there is none.
int32_t linux_reap(int32_t *status);
int32_t linux_signal_group(int32_t process, int32_t signal);

// A launcher is a process that starts programs for another one, which may do so no longer. Where there is one, the
// three functions above go through it.

/// What a launcher is asked for; behind it, for LINUX_REQUEST_START, the arguments as `linux_spawn` takes them. Its
/// answer is what the function returns.
typedef struct {
    int32_t kind, process, signal;
    int64_t user, group;
} linux_request;

#define LINUX_REQUEST_START 1
#define LINUX_REQUEST_SIGNAL 2
/// The configuration has changed.
#define LINUX_REQUEST_REREAD 3

/// What a launcher tells of a program that has ended, as `linux_reap` does.
typedef struct {
    int32_t process, status;
} linux_ending;

/// Forks a launcher: returns its id here, and 0 there, with the sockets that it is asked through and on which it tells
/// of ends. Both end with this process.
int32_t linux_fork_launcher(const char *name, int32_t *requests, int32_t *ended);
/// What becomes readable when a program of the launcher has ended, or the launcher itself, which `linux_reap` then
/// says with -EPIPE; -1 without a launcher.
int32_t linux_endings(void);
/// Lets the launcher read the configuration again; -EPERM where there is none, or where it lacks what the new one needs.
int32_t linux_reread_programs(void);
/// In a fork of the process that has the launcher.
void linux_leave_launcher(void);

// confinement.c

#define LINUX_CAP_KILL 5
#define LINUX_CAP_SETGID 6
#define LINUX_CAP_SETUID 7
#define LINUX_CAP_NET_ADMIN 12
#define LINUX_CAP_NET_RAW 13

int32_t linux_is_root(void);
/// 0 where this process has, or may take up, all these capabilities, one bit a number; else -EPERM.
int32_t linux_may(uint64_t capabilities);
/// Gives up all capabilities but these, one bit a number, for ever; with `bounds` also for the programs that it starts.
int32_t linux_keep_capabilities(uint64_t capabilities, int32_t bounds);
/// Programs that it starts can have no more rights than it has (PR_SET_NO_NEW_PRIVS).
int32_t linux_forbid_new_privileges(void);
/// From now on only the system calls of a list succeed, and others fail with EPERM (seccomp(2)); needs the function above
/// first. -ENOSYS on an unknown architecture, -EINVAL where the kernel has no filters.
int32_t linux_filter_system_calls(void);

// socket.c

/// A raw socket of one family (LINUX_AF_INET, LINUX_AF_INET6) for protocol 112 on one interface, that sends with TTL
/// 255 and TOS 0xc0 and does not hear itself. To hear multicasts it joins the group 224.0.0.18 or ff02::12. Not blocking.
int32_t linux_vrrp_socket(int32_t family, const char *interface, int32_t index, int32_t hears);
/// Sends from one of this machine's addresses; both are 4 or 16 bytes, as the family has them.
int64_t linux_vrrp_send(int32_t socket, int32_t family, int32_t index, const void *source, const void *destination,
                        const void *bytes, int64_t count);
/// The next packet with its IP header, that of IPv6 without extensions; -EAGAIN when there is none.
int64_t linux_vrrp_receive(int32_t socket, int32_t family, void *bytes, int64_t count);
/// -EAGAIN when nothing is there.
int64_t linux_receive(int32_t socket, void *bytes, int64_t count);
/// Starts a TCP connection to an address of 4 or 16 bytes; not blocking. The descriptor is writable when it is decided.
/// `source` is this machine's address to use; NULL: as the route says.
int32_t linux_connect(int32_t family, const void *address, uint16_t port, const void *source);
/// How a connection was decided: 0 or a negative errno value.
int32_t linux_connected(int32_t socket);
/// A socket that sends whole Ethernet frames.
int32_t linux_frame_socket(void);
int64_t linux_send_frame(int32_t socket, int32_t index, const void *bytes, int64_t count);

// local.c

/// Who sent a datagram.
typedef struct {
    /// -1 where it is unknown.
    int64_t user;
    int32_t size;
    char address[112];
} linux_local_sender;

/// A datagram socket under an abstract name (unix(7)), which only one socket of a network namespace can have and
/// which ends with it. Not blocking.
int32_t linux_local_socket(const char *name);
/// -EAGAIN when nothing is there.
int64_t linux_local_receive(int32_t socket, void *bytes, int64_t count, linux_local_sender *sender);
int64_t linux_local_answer(int32_t socket, const linux_local_sender *sender, const void *bytes, int64_t count);
/// Sends a question to the socket of that name, and waits up to 5 seconds for the answer.
int64_t linux_local_ask(const char *name, const void *question, int64_t size, void *answer, int64_t capacity);

// netlink.c

#define LINUX_RTMGRP_LINK 0x01
#define LINUX_RTMGRP_IPV4_IFADDR 0x10
#define LINUX_RTMGRP_IPV6_IFADDR 0x100
#define LINUX_RTNLGRP_IPV4_ROUTE 7
#define LINUX_RTNLGRP_IPV6_ROUTE 11

#define LINUX_NLM_F_REQUEST 0x01
#define LINUX_NLM_F_ACK 0x04
#define LINUX_NLM_F_DUMP 0x300
#define LINUX_NLM_F_EXCL 0x200
#define LINUX_NLM_F_CREATE 0x400
#define LINUX_NLM_F_APPEND 0x800
#define LINUX_NLMSG_ERROR 2
#define LINUX_NLMSG_DONE 3
#define LINUX_RTM_NEWLINK 16
#define LINUX_RTM_DELLINK 17
#define LINUX_RTM_GETLINK 18
#define LINUX_RTM_NEWADDR 20
#define LINUX_RTM_DELADDR 21
#define LINUX_RTM_GETADDR 22
#define LINUX_RTM_NEWROUTE 24
#define LINUX_RTM_DELROUTE 25
#define LINUX_RTPROT_STATIC 4
#define LINUX_RTN_UNICAST 1
#define LINUX_RTA_DST 1
#define LINUX_RTA_OIF 4
#define LINUX_RTA_GATEWAY 5
#define LINUX_RTA_PRIORITY 6
#define LINUX_RTA_PREFSRC 7
#define LINUX_RTA_TABLE 15
#define LINUX_IFLA_ADDRESS 1
#define LINUX_IFLA_IFNAME 3
#define LINUX_IFLA_LINK 5
#define LINUX_IFLA_LINKINFO 18
#define LINUX_IFLA_INFO_KIND 1
#define LINUX_IFLA_INFO_DATA 2
#define LINUX_IFLA_MACVLAN_MODE 1
#define LINUX_MACVLAN_MODE_BRIDGE 4
#define LINUX_IFA_ADDRESS 1
#define LINUX_IFA_LOCAL 2
#define LINUX_IFA_LABEL 3
#define LINUX_IFA_BROADCAST 4
#define LINUX_IFA_CACHEINFO 6
#define LINUX_IFA_F_NODAD 0x02
#define LINUX_IFA_F_DADFAILED 0x08
#define LINUX_IFA_F_TENTATIVE 0x40
#define LINUX_IFF_UP 0x01
#define LINUX_IFF_RUNNING 0x40
#define LINUX_AF_UNSPEC 0
#define LINUX_AF_INET 2
#define LINUX_AF_INET6 10

#define LINUX_EPERM 1
#define LINUX_ESRCH 3
#define LINUX_ENOENT 2
#define LINUX_EINTR 4
#define LINUX_EAGAIN 11
#define LINUX_EEXIST 17
#define LINUX_EINVAL 22
#define LINUX_EPERM 1
#define LINUX_EOPNOTSUPP 95
#define LINUX_ETIMEDOUT 110
#define LINUX_ENODEV 19
#define LINUX_ENOBUFS 105
#define LINUX_EADDRNOTAVAIL 99

/// A routing netlink socket. With `groups` it does not block and reports changes; without, it answers requests
/// within a second or gives -EAGAIN.
int32_t linux_netlink_socket(uint32_t groups);
/// Lets one that reports changes report those of another group too.
int32_t linux_netlink_join(int32_t socket, int32_t group);
int64_t linux_send(int32_t socket, const void *bytes, int64_t count);

#endif
