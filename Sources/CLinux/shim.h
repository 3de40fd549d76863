// What Glibc's Swift module leaves out: event descriptors, macros, and variadic calls.
#ifndef NUMBERS_CLINUX_SHIM_H
#define NUMBERS_CLINUX_SHIM_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

// fcntl and open are variadic, which Swift does not import.
static inline int no_fcntl(int fd, int command, int argument) { return fcntl(fd, command, argument); }
static inline int no_open(const char *path, int flags, unsigned int mode) { return open(path, flags, mode); }

// prctl is variadic; this is its one use.
static inline int no_set_thread_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

// sched_setattr(2), which the C library wraps only since glibc 2.41, with the one thing it is here for: how long a turn of
// the calling thread is. Policy and nice value stay. Kernels before 6.12 take no notice of the length.
static inline int no_set_turn(uint64_t nanoseconds) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = sizeof attributes, .policy = SCHED_OTHER, .runtime = nanoseconds};
    if (sched_getscheduler(0) != SCHED_OTHER) return -1;
    attributes.nice = getpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid));
    return (int)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

// sigset_t is opaque to Swift in parts; these build the sets the servers use.
static inline void no_sigset_of(sigset_t *set, const int *signals, int count) {
    sigemptyset(set);
    for (int index = 0; index < count; index++) sigaddset(set, signals[index]);
}
static inline void no_ignore_signal(int number) { signal(number, SIG_IGN); }

// Defining _GNU_SOURCE here would give this module other versions of the system's types than its neighbours have, so
// the two calls that hide behind it are declared by hand, as their manual pages spell them.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
extern int __xpg_strerror_r(int code, char *buffer, size_t capacity);
static inline void no_error_text(int code, char *buffer, size_t capacity) {
    if (__xpg_strerror_r(code, buffer, capacity) != 0 && capacity > 0) buffer[capacity - 1] = 0;
}

#endif
