#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(LINUX_CAP_KILL == CAP_KILL && LINUX_CAP_SETGID == CAP_SETGID, "capabilities");
_Static_assert(LINUX_CAP_SETUID == CAP_SETUID && LINUX_CAP_NET_ADMIN == CAP_NET_ADMIN, "capabilities");
_Static_assert(LINUX_CAP_NET_RAW == CAP_NET_RAW, "capabilities");

int32_t linux_is_root(void) { return geteuid() == 0; }

enum { halves = 2 };
struct sets {
    struct __user_cap_header_struct header;
    struct __user_cap_data_struct data[halves];
};

static int32_t apply(struct sets *sets) {
    for (int half = 0; half < halves; half++) {
        sets->data[half].effective = sets->data[half].permitted;
        sets->data[half].inheritable = 0;
    }
    return syscall(SYS_capset, &sets->header, sets->data) < 0 ? -errno : 0;
}

/// Without CAP_SETPCAP nothing can be taken from the bounding set; then only no_new_privs helps.
static int32_t bound(uint64_t capabilities) {
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++) {
        if (capabilities >> number & 1) continue;
        if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 && errno != EPERM) return -errno;
    }
    return 0;
}

int32_t linux_may(uint64_t capabilities) {
    struct sets sets = {.header.version = _LINUX_CAPABILITY_VERSION_3};
    if (syscall(SYS_capget, &sets.header, sets.data) < 0) return -errno;
    for (int half = 0; half < halves; half++)
        if ((uint32_t)(capabilities >> (32 * half)) & ~sets.data[half].permitted) return -EPERM;
    return 0;
}

int32_t linux_keep_capabilities(uint64_t capabilities, int32_t bounds) {
    struct sets sets = {.header.version = _LINUX_CAPABILITY_VERSION_3};
    if (syscall(SYS_capget, &sets.header, sets.data) < 0) return -errno;
    // setuid(2) has taken the effective ones.
    int32_t error = apply(&sets);
    if (error == 0 && bounds) error = bound(capabilities);
    if (error) return error;
    for (int half = 0; half < halves; half++)
        sets.data[half].permitted &= (uint32_t)(capabilities >> (32 * half));
    return apply(&sets);
}

int32_t linux_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0; }

#if defined(__x86_64__)
enum { architecture = AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { architecture = AUDIT_ARCH_AARCH64 };
#elif defined(__arm__)
enum { architecture = AUDIT_ARCH_ARM };
#elif defined(__riscv) && __riscv_xlen == 64
enum { architecture = AUDIT_ARCH_RISCV64 };
#else
enum { architecture = 0 };
#endif

/// What the agent and its guardian, glibc, musl and Swift's runtime ask of the kernel. Above all no execve.
static const uint16_t allowed[] = {
    // Files
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_openat, SYS_statx, SYS_faccessat, SYS_readlinkat,
    SYS_getdents64, SYS_lseek, SYS_dup, SYS_dup3, SYS_pipe2,
    // Sockets
    SYS_socket, SYS_bind, SYS_connect, SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt, SYS_sendto,
    SYS_sendmsg, SYS_recvfrom, SYS_recvmsg, SYS_shutdown,
    // Memory
    SYS_brk, SYS_mprotect, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex,
    // Processes
    SYS_clone, SYS_wait4, SYS_exit, SYS_exit_group, SYS_getpid, SYS_gettid, SYS_geteuid, SYS_tgkill, SYS_tkill,
    SYS_setsid, SYS_prctl, SYS_set_robust_list, SYS_set_tid_address, SYS_rseq, SYS_pidfd_open, SYS_sched_yield,
    // Signals, time and chance
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_signalfd4, SYS_restart_syscall,
    SYS_ppoll, SYS_nanosleep, SYS_getrandom,
    // What each architecture has instead, or besides
#ifdef SYS_open
    SYS_open, SYS_access, SYS_readlink, SYS_poll, SYS_fork, SYS_vfork, SYS_pipe, SYS_dup2,
#endif
#ifdef __arm__
    SYS_fstat64, SYS_stat64, SYS_lstat64, SYS_fstatat64, SYS__llseek, SYS_fcntl64, SYS_mmap2, SYS_send, SYS_recv,
    SYS_sigreturn, SYS_clock_gettime64, SYS_ppoll_time64, SYS_futex_time64,
#else
    SYS_fstat, SYS_newfstatat, SYS_fcntl, SYS_mmap,
#endif
#ifdef SYS_clock_gettime
    SYS_clock_gettime,
#else
    // musl's name where time_t has become longer.
    SYS_clock_gettime32,
#endif
#ifdef SYS_stat
    SYS_stat, SYS_lstat,
#endif
};

enum { count = sizeof allowed / sizeof *allowed, before = 4, after = 2 };
_Static_assert(count < 255, "the jumps of a filter are of one byte");

int32_t linux_filter_system_calls(void) {
    if (architecture == 0) return -ENOSYS;
    const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
    struct sock_filter filter[before + count + after] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)architecture, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, refuse),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    for (int index = 0; index < count; index++) {
        struct sock_filter call = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[index], (uint8_t)(count - index), 0);
        filter[before + index] = call;
    }
    filter[before + count] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refuse);
    filter[before + count + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}
