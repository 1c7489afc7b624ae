// Linux calls that Swift's Glibc module lacks, or imports with types it cannot pass (transparent unions, variadics).
// Each does one call and nothing else; failures are -1 with errno, as in the manual pages, unless said.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

int gate_errno(void);

// epoll: events carry a 64-bit value chosen by the caller.
int gate_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t value);
uint32_t gate_epoll_events(const struct epoll_event *events, int index);
uint64_t gate_epoll_value(const struct epoll_event *events, int index);
enum { GATE_EPOLL_READ = EPOLLIN | EPOLLRDHUP, GATE_EPOLL_WRITE = EPOLLOUT, GATE_EPOLL_EDGE = (int)EPOLLET };
enum { GATE_EPOLL_EXCLUSIVE = 1 << 28 };
enum { GATE_EPOLL_HANGUP = EPOLLHUP, GATE_EPOLL_ERROR = EPOLLERR, GATE_EPOLL_PEER_DONE = EPOLLRDHUP };

// Sockets by plain sockaddr pointers.
int gate_bind(int s, const void *address, uint32_t count);
int gate_connect(int s, const void *address, uint32_t count);
int gate_accept(int s, void *address, uint32_t *count);
int gate_socket_name(int s, void *address, uint32_t *count);
// posix_spawn: file actions that POSIX lacks.
int gate_spawn_in(void *actions, const char *folder);
int gate_spawn_closing(void *actions, int from);
int gate_set_option(int s, int level, int name, int value);
int gate_socket_error(int s);
// Probes a silent peer after `idle` seconds and gives it up after `limit` milliseconds without an acknowledgement.
void gate_keep_alive(int s, int idle, int limit);
// Bytes in the socket's send queue that the peer has not acknowledged; 0 when the system cannot say.
int gate_unacknowledged(int s);
// The uid of the process at the other end of a Unix socket, or -1.
int64_t gate_peer_uid(int s);
ssize_t gate_send(int s, const void *bytes, size_t count);
ssize_t gate_receive(int s, void *bytes, size_t count);
// The same without taking the bytes.
ssize_t gate_peek(int s, void *bytes, size_t count);

// One message of a Unix socket, with at most one descriptor beside the bytes; `descriptor` is -1 for none. Both wait, as
// long as the socket's own time-outs let them. A descriptor that comes is closed on exec.
ssize_t gate_send_with_descriptor(int s, const void *bytes, size_t count, int descriptor);
ssize_t gate_receive_with_descriptor(int s, void *bytes, size_t count, int *descriptor);
// Sets how long sending and receiving may wait.
int gate_set_timeout(int s, int seconds);
// A copy that is closed on exec, numbered `least` or higher.
int gate_duplicate(int descriptor, int least);

// Moves bytes between a socket and a pipe without copying them into the process.
ssize_t gate_splice(int from, int to, size_t count);
int gate_pipe(int ends[2], int capacity);
// Sends a part of a file from the page cache; 0 at its end.
ssize_t gate_send_file(int socket, int file, int64_t offset, size_t count);
// 1 when nothing of the part has to be fetched from the disk, as far as one look every 64 KB tells.
int gate_is_cached(int file, int64_t offset, size_t count);

int gate_open(const char *path, int flags, int mode);
// Makes a descriptor that came from elsewhere non-blocking and closed on exec.
int gate_adopt(int descriptor);
// Closing the socket resets the connection; for tests.
void gate_reset_on_close(int s);
// 1 when the socket listens.
int gate_is_listening(int s);
int gate_set_thread_niceness(int niceness);
// SCHED_BATCH: being woken, the calling thread lets the one that runs on its core go on.
int gate_set_thread_polite(void);
int gate_set_thread_name(const char *name);
// The magic number of the file system a path lies on, or -1: see statfs(2).
int64_t gate_file_system(const char *path);
int64_t gate_file_system_of(int descriptor);
// inotify(7): a descriptor, and whatever can change a folder's files added to it. -1 and errno on failure.
int gate_watch_descriptor(void);
// pidfd_open(2): readable once the process has ended; -1 where the kernel has none.
int gate_process_descriptor(pid_t process);
int gate_watch_add(int descriptor, const char *path);
uint64_t gate_monotonic_nanoseconds(void);
// For a process that runs for weeks: two arenas, as its threads seldom allocate at once, and large blocks in mappings that
// go back to the system for good. The allocator would take an arena a thread, and raise its threshold with each large block.
void gate_keep_memory_small(void);
// Gives memory that nobody uses back to the system; the allocator keeps nearly all of it otherwise.
void gate_trim_memory(void);
// Raises the soft limit of open descriptors to the hard one; returns the limit in force.
uint64_t gate_raise_descriptor_limit(void);
// Bytes of a regular file, and when they changed in milliseconds since 1970; 0 when there is none.
int gate_regular_file(const char *path, int64_t *size, int64_t *modified);
// From here on the system writes no core file of this process, and only root looks into it (PR_SET_DUMPABLE). Programs
// it starts inherit the soft limit of 0 bytes for core files, nothing else.
int gate_forbid_memory_dumps(void);

// From here on, and for good, this process has at most `memory` bytes of addresses, `seconds` of processor time and files of
// `file` bytes that it writes; it opens nothing, starts nothing and leaves no core. Where the kernel filters calls, all that
// reach beyond its memory and its open files are refused. 0, or -1 when the system refuses a limit.
int gate_confine(uint64_t memory, uint64_t seconds, uint64_t file);

// A counter that wakes a loop: non-blocking, closed on exec.
int gate_event_descriptor(void);

// Signals as a descriptor. `gate_next_signal` is 0 when none waits.
int gate_signal_descriptor(const int *signals, int count);
int gate_next_signal(int descriptor);
void gate_block_signals(const int *signals, int count);

// Columns of the terminal behind a descriptor; -1 when there is none.
int gate_terminal_columns(int descriptor);

// The addresses of this machine's interfaces that are up, as sockaddr of 28 bytes each; returns how many were written.
int gate_own_addresses(unsigned char *addresses, int capacity);

// Files by a folder's descriptor and a name in it; a link at the end of the name is never followed, what is opened is closed
// on exec.
int gate_open_at(int folder, const char *name, int flags, int mode);
// getdents64(2): the next names of a folder, as many as fit, as `struct linux_dirent64`; 0 at the end.
ssize_t gate_list(int folder, void *entries, size_t capacity);
// `flags` are those of renameat2(2) below, or 0.
int gate_rename_at(int folder, const char *name, const char *to, unsigned flags);
enum { GATE_RENAME_NOREPLACE = 1, GATE_RENAME_EXCHANGE = 2 };
// Reserves blocks for the first `count` bytes without changing the file's size.
int gate_reserve(int descriptor, int64_t count);

// Extended attributes, as in listxattr(2), getxattr(2), setxattr(2), removexattr(2).
ssize_t gate_xattr_list(int descriptor, char *names, size_t count);
ssize_t gate_xattr_get(int descriptor, const char *name, void *value, size_t count);
int gate_xattr_set(int descriptor, const char *name, const void *value, size_t count);
int gate_xattr_remove(int descriptor, const char *name);
