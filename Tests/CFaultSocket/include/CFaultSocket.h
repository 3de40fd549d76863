// System calls on sockets that fail when a test says so. The functions below take the place of the C library's in the test
// program; unless a fault is set they only pass on. Faults are for the whole process, so a test that sets them runs in one
// of its own.
#ifndef NUMBERS_CFAULTSOCKET_H
#define NUMBERS_CFAULTSOCKET_H

#include <stdint.h>

// What can fail.
enum {
    FAULT_SOCKET_SEND,
    FAULT_SOCKET_ACCEPT,
};

// From now on the call fails with `code` (an errno) on every thread but the calling one; 0 ends it.
void no_socket_fault(int call, int code);

// How often a call has failed on purpose.
uint64_t no_socket_fault_count(int call);

#endif
