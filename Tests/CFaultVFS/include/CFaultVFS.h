// A SQLite VFS over the system's own that fails, shortens, counts and delays writes and syncs, for tests.
#ifndef NUMBERS_CFAULTVFS_H
#define NUMBERS_CFAULTVFS_H

#include <stdint.h>

// One registered VFS. All functions may be called from any thread.
typedef struct FaultVFS FaultVFS;

// What is counted and can fail. A truncation counts as a write.
enum {
    FAULT_WRITE = 1,
    FAULT_SYNC = 2,
};

// How it fails.
typedef enum {
    // Nothing is written or synced; SQLITE_IOERR_WRITE or SQLITE_IOERR_FSYNC.
    FAULT_IO_ERROR,
    // The first half is written; SQLITE_IOERR_WRITE.
    FAULT_SHORT_WRITE,
    // The first half is written; SQLITE_FULL.
    FAULT_DISK_FULL,
} FaultError;

// Registers a VFS under `name`, which no other has. NULL when there is no memory.
FaultVFS *fault_vfs_create(const char *name);

// Unregisters it. Every connection that uses it must be closed.
void fault_vfs_destroy(FaultVFS *vfs);

// From now on, the k-th operation (k >= 1) of those in the mask `operations` fails; with `persistent`, each later one
// too.
void fault_vfs_arm(FaultVFS *vfs, int operations, int64_t k, int persistent, FaultError error);

// No operation fails any more.
void fault_vfs_disarm(FaultVFS *vfs);

// How many operations have failed since the VFS was last armed.
int64_t fault_vfs_fired(FaultVFS *vfs);

// How many operations of one kind there have been since the VFS was created, failed ones included.
int64_t fault_vfs_count(FaultVFS *vfs, int operation);

// How many syncs of write-ahead logs there have been since the VFS was created.
int64_t fault_vfs_log_syncs(FaultVFS *vfs);

// From now on, each sync takes at least so long; 0 ends this, and wakes the syncs that wait.
void fault_vfs_stall_syncs(FaultVFS *vfs, int milliseconds);

// How many syncs wait at this moment.
int fault_vfs_stalled(FaultVFS *vfs);

#endif
