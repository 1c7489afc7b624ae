#define _GNU_SOURCE
#include "CBench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int bench_core_count(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

int bench_pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (core >= 0)
        CPU_SET(core, &set);
    else
        for (int each = 0; each < CPU_SETSIZE; each++) CPU_SET(each, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

int bench_set_realtime(int on) {
    struct sched_param parameters = {.sched_priority = on ? 10 : 0};
    return sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &parameters);
}

pid_t bench_spawn(const char *path, char *const arguments[], char *const environment[], int core, const char *output) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0) return child;
    // Only calls that are safe between fork and exec from here on.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    bench_pin(core);
    // Ctrl-C of a terminal must reach only the bench, which ends its children in order.
    setpgid(0, 0);
    int file = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int empty = open("/dev/null", O_RDONLY);
    if (file < 0 || empty < 0) _exit(127);
    dup2(empty, 0);
    dup2(file, 1);
    dup2(file, 2);
    execve(path, arguments, environment);
    _exit(127);
}

int bench_has_ended(pid_t child) {
    int status;
    pid_t ended = waitpid(child, &status, WNOHANG);
    return ended == child || (ended < 0 && errno == ECHILD);
}

void bench_write_by_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

static volatile sig_atomic_t caught;

static void note(int signal) {
    if (caught && signal != SIGALRM) _exit(130);
    caught = signal;
}

void bench_catch_signals(unsigned seconds) {
    struct sigaction action = {.sa_handler = note};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    alarm(seconds);
}

int bench_caught(void) { return caught; }

int bench_memory_file(size_t size) {
    int file = memfd_create("bench", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, (off_t)size) != 0) return -1;
    unsigned char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED) return -1;
    uint32_t state = 1;
    for (size_t index = 0; index < size; index++) {
        state = state * 1664525 + 1013904223;
        bytes[index] = (unsigned char)(state >> 24);
    }
    munmap(bytes, size);
    return file;
}

ssize_t bench_send_file(int socket, int file, off_t offset, size_t count) {
    return sendfile(socket, file, &offset, count);
}

ssize_t bench_discard(int socket, size_t count) { return recv(socket, NULL, count, MSG_TRUNC | MSG_DONTWAIT); }

int bench_wait(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds) {
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return epoll_pwait2(epoll, events, capacity, nanoseconds < 0 ? NULL : &time, NULL);
}

SSL_CTX *bench_client_tls(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
}
