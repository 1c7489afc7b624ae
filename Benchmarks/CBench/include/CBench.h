// Calls of the benchmark that neither Glibc's module nor CLinux has. Failures are -1 with errno unless said.
#pragma once

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Restricts this thread to one core; -1 frees it again.
int bench_pin(int core);
// Cores this process may use.
int bench_core_count(void);
// First-in-first-out scheduling for this thread, or the normal kind again; 0 when it is in force.
int bench_set_realtime(int on);

// Starts a program on a core (-1: any) with both outputs in a file. It is killed when the calling thread ends, however
// that happens. Returns its process id.
pid_t bench_spawn(const char *path, char *const arguments[], char *const environment[], int core, const char *output);
// 1 when the child has ended (it is then reaped), 0 while it runs.
int bench_has_ended(pid_t child);

// Standard output comes out line by line, also into a file.
void bench_write_by_lines(void);

// SIGINT, SIGTERM and SIGALRM only set a mark; a second one ends the process. The alarm rings after `seconds`.
void bench_catch_signals(unsigned seconds);
// The signal that came, or 0.
int bench_caught(void);

// A nameless file in memory with `size` bytes of a fixed pattern.
int bench_memory_file(size_t size);
ssize_t bench_send_file(int socket, int file, off_t offset, size_t count);
// Takes bytes out of a TCP socket without copying them.
ssize_t bench_discard(int socket, size_t count);
// Waits with nanosecond precision; -1 waits for ever.
struct epoll_event;
int bench_wait(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds);

// TLS 1.3 as a client that checks nothing and resumes nothing.
SSL_CTX *bench_client_tls(void);
