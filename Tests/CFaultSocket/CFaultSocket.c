#define _GNU_SOURCE
#include "CFaultSocket.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int codes[2];
static atomic_ullong counts[2];
static atomic_int spared;

void no_socket_fault(int call, int code) {
    atomic_store(&spared, (int)syscall(SYS_gettid));
    atomic_store(&codes[call], code);
}

uint64_t no_socket_fault_count(int call) { return atomic_load(&counts[call]); }

// The errno to fail with, or 0.
static int fault(int call) {
    int code = atomic_load_explicit(&codes[call], memory_order_relaxed);
    if (code == 0 || (int)syscall(SYS_gettid) == atomic_load(&spared)) return 0;
    atomic_fetch_add(&counts[call], 1);
    return code;
}

ssize_t send(int descriptor, const void *bytes, size_t count, int flags) {
    int code = fault(FAULT_SOCKET_SEND);
    if (code != 0) {
        errno = code;
        return -1;
    }
    return syscall(SYS_sendto, descriptor, bytes, count, flags, (void *)0, 0);
}

int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags) {
    int code = fault(FAULT_SOCKET_ACCEPT);
    if (code != 0) {
        errno = code;
        return -1;
    }
    return (int)syscall(SYS_accept4, descriptor, address, length, flags);
}
