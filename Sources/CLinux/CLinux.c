// The GNU interfaces live here and not in the header: with _GNU_SOURCE the system headers define some types otherwise,
// and Swift then refuses to mix this module with Glibc's.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

int gate_errno(void) { return errno; }

// epoll: events carry a 64-bit value chosen by the caller.
int gate_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t value) {
    struct epoll_event event = {.events = events, .data = {.u64 = value}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}
uint32_t gate_epoll_events(const struct epoll_event *events, int index) { return events[index].events; }
uint64_t gate_epoll_value(const struct epoll_event *events, int index) { return events[index].data.u64; }

// Sockets by plain sockaddr pointers.
int gate_bind(int s, const void *address, uint32_t count) { return bind(s, (const struct sockaddr *)address, count); }
int gate_connect(int s, const void *address, uint32_t count) { return connect(s, (const struct sockaddr *)address, count); }
int gate_accept(int s, void *address, uint32_t *count) {
    return accept4(s, (struct sockaddr *)address, count, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
int gate_socket_name(int s, void *address, uint32_t *count) { return getsockname(s, (struct sockaddr *)address, count); }
int gate_spawn_in(void *actions, const char *folder) { return posix_spawn_file_actions_addchdir_np(actions, folder); }
int gate_spawn_closing(void *actions, int from) { return posix_spawn_file_actions_addclosefrom_np(actions, from); }
int gate_set_option(int s, int level, int name, int value) { return setsockopt(s, level, name, &value, sizeof value); }
int gate_socket_error(int s) {
    int error = 0;
    socklen_t count = sizeof error;
    return getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &count) == 0 ? error : errno;
}
void gate_keep_alive(int s, int idle, int limit) {
    gate_set_option(s, SOL_SOCKET, SO_KEEPALIVE, 1);
    gate_set_option(s, IPPROTO_TCP, TCP_KEEPIDLE, idle);
    gate_set_option(s, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    gate_set_option(s, IPPROTO_TCP, TCP_KEEPCNT, 3);
    gate_set_option(s, IPPROTO_TCP, TCP_USER_TIMEOUT, limit);
}
int gate_unacknowledged(int s) {
    int count = 0;
    return ioctl(s, TIOCOUTQ, &count) == 0 ? count : 0;
}
// The uid of the process at the other end of a Unix socket, or -1.
int64_t gate_peer_uid(int s) {
    struct ucred peer;
    socklen_t count = sizeof peer;
    return getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &count) == 0 ? (int64_t)peer.uid : -1;
}
ssize_t gate_send(int s, const void *bytes, size_t count) { return send(s, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT); }
ssize_t gate_peek(int s, void *bytes, size_t count) { return recv(s, bytes, count, MSG_DONTWAIT | MSG_PEEK); }
ssize_t gate_receive(int s, void *bytes, size_t count) { return recv(s, bytes, count, MSG_DONTWAIT); }

ssize_t gate_send_with_descriptor(int s, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    return sendmsg(s, &message, MSG_NOSIGNAL);
}
ssize_t gate_receive_with_descriptor(int s, void *bytes, size_t count, int *descriptor) {
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    *descriptor = -1;
    ssize_t received = recvmsg(s, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = received < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    return received;
}
int gate_set_timeout(int s, int seconds) {
    struct timeval wait = {.tv_sec = seconds};
    int status = setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return status ? status : setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}
int gate_duplicate(int descriptor, int least) { return fcntl(descriptor, F_DUPFD_CLOEXEC, least); }

// Moves bytes between a socket and a pipe without copying them into the process.
ssize_t gate_splice(int from, int to, size_t count) {
    return splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
}
int gate_pipe(int ends[2], int capacity) {
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
    fcntl(ends[1], F_SETPIPE_SZ, capacity);  // A refusal leaves the default of 64 KB.
    return 0;
}

ssize_t gate_send_file(int socket, int file, int64_t offset, size_t count) {
    return sendfile(socket, file, &offset, count);
}
int gate_is_cached(int file, int64_t offset, size_t count) {
    int64_t last = offset + (int64_t)count - 1;
    for (int64_t at = offset;; at += 65536) {
        char byte;
        struct iovec part = {.iov_base = &byte, .iov_len = 1};
        if (preadv2(file, &part, 1, at < last ? at : last, RWF_NOWAIT) != 1) return 0;
        if (at >= last) return 1;
    }
}

int gate_open(const char *path, int flags, int mode) { return open(path, flags | O_CLOEXEC, mode); }
int gate_adopt(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return -1;
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}
void gate_reset_on_close(int s) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}
int gate_is_listening(int s) {
    int listens = 0;
    socklen_t count = sizeof listens;
    return getsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, &listens, &count) == 0 ? listens : 0;
}
int gate_set_thread_niceness(int niceness) { return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), niceness); }
int gate_set_thread_polite(void) {
    struct sched_param parameters = {0};
    return sched_setscheduler(0, SCHED_BATCH, &parameters);
}
int gate_set_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }
// The magic number of the file system a path lies on, or -1: see statfs(2).
int64_t gate_file_system(const char *path) {
    struct statfs facts;
    return statfs(path, &facts) == 0 ? (int64_t)(uint32_t)facts.f_type : -1;
}
int64_t gate_file_system_of(int descriptor) {
    struct statfs facts;
    return fstatfs(descriptor, &facts) == 0 ? (int64_t)(uint32_t)facts.f_type : -1;
}

int gate_process_descriptor(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }
int gate_watch_descriptor(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }
int gate_watch_add(int descriptor, const char *path) {
    const uint32_t events = IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB |
                            IN_DELETE_SELF | IN_MOVE_SELF;
    return inotify_add_watch(descriptor, path, events | IN_ONLYDIR);
}

void gate_keep_memory_small(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    // Not at each ebb: gate_trim_memory does it from time to time.
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
}
void gate_trim_memory(void) { malloc_trim(0); }

uint64_t gate_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
// Raises the soft limit of open descriptors to the hard one; returns the limit in force.
uint64_t gate_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (uint64_t)limit.rlim_cur : 0;
}

int gate_regular_file(const char *path, int64_t *size, int64_t *modified) {
    struct stat facts;
    if (lstat(path, &facts) != 0 || !S_ISREG(facts.st_mode)) return 0;
    *size = facts.st_size;
    *modified = (int64_t)facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1000000;
    return 1;
}

int gate_forbid_memory_dumps(void) {
    struct rlimit limit;
    int limited = getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = 0;
    if (limited == 0) limited = setrlimit(RLIMIT_CORE, &limit);
    // The limit alone does not hold where the system pipes dumps into a program (core(5)).
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? limited : -1;
}

#if defined(__x86_64__)
#define GATE_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define GATE_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// What a program needs that computes, reads and writes open files, and ends; all else is refused with EPERM. A kernel
// without the filter, or one that a container forbids, goes on with the limits alone.
static void gate_filter_calls(void) {
#ifdef GATE_ARCHITECTURE
    static const int allowed[] = {
        SYS_read, SYS_write, SYS_pread64, SYS_fstat, SYS_newfstatat, SYS_lseek, SYS_mmap, SYS_mprotect, SYS_munmap,
        SYS_mremap, SYS_madvise, SYS_brk, SYS_futex, SYS_getrandom, SYS_clock_gettime, SYS_sched_yield,
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_getpid, SYS_gettid, SYS_exit,
        SYS_exit_group,
    };
    enum { count = sizeof allowed / sizeof *allowed };
    struct sock_filter filter[count + 6] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, GATE_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        [count + 4] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        [count + 5] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    for (int i = 0; i < count; i++) {
        struct sock_filter test = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)allowed[i], (uint8_t)(count - i), 0);
        filter[i + 4] = test;
    }
    struct sock_fprog program = {.len = count + 6, .filter = filter};
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}

int gate_confine(uint64_t memory, uint64_t seconds, uint64_t file) {
    struct {
        int resource;
        uint64_t most;
    } limits[] = {{RLIMIT_AS, memory}, {RLIMIT_CPU, seconds}, {RLIMIT_FSIZE, file}, {RLIMIT_CORE, 0},
                  {RLIMIT_NOFILE, 3}, {RLIMIT_NPROC, 0}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit limit = {.rlim_cur = limits[i].most, .rlim_max = limits[i].most};
        if (setrlimit(limits[i].resource, &limit) != 0) return -1;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
    gate_filter_calls();
    return 0;
}

int gate_event_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static sigset_t set_of(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < count; index++) sigaddset(&set, signals[index]);
    return set;
}

int gate_signal_descriptor(const int *signals, int count) {
    sigset_t set = set_of(signals, count);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int gate_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

void gate_block_signals(const int *signals, int count) {
    sigset_t set = set_of(signals, count);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int gate_terminal_columns(int descriptor) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    return size.ws_col;
}

int gate_own_addresses(unsigned char *addresses, int capacity) {
    struct ifaddrs *list;
    int count = 0;
    if (getifaddrs(&list) != 0) return 0;
    for (struct ifaddrs *item = list; item && count < capacity; item = item->ifa_next) {
        if (!item->ifa_addr || !(item->ifa_flags & IFF_UP)) continue;
        int family = item->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        size_t size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        memset(addresses + 28 * count, 0, 28);
        memcpy(addresses + 28 * count, item->ifa_addr, size);
        count++;
    }
    freeifaddrs(list);
    return count;
}

int gate_open_at(int folder, const char *name, int flags, int mode) {
    return openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
}
ssize_t gate_list(int folder, void *entries, size_t capacity) {
    return syscall(SYS_getdents64, folder, entries, capacity);
}

int gate_rename_at(int folder, const char *name, const char *to, unsigned flags) {
    return flags ? renameat2(folder, name, folder, to, flags) : renameat(folder, name, folder, to);
}
int gate_reserve(int descriptor, int64_t count) { return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, (off_t)count); }

ssize_t gate_xattr_list(int descriptor, char *names, size_t count) { return flistxattr(descriptor, names, count); }
ssize_t gate_xattr_get(int descriptor, const char *name, void *value, size_t count) {
    return fgetxattr(descriptor, name, value, count);
}
int gate_xattr_set(int descriptor, const char *name, const void *value, size_t count) {
    return fsetxattr(descriptor, name, value, count, 0);
}
int gate_xattr_remove(int descriptor, const char *name) { return fremovexattr(descriptor, name); }
