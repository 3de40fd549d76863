// All state of a VFS is guarded by its mutex. Files forward to the system's VFS; only xWrite, xTruncate and xSync look
// at the state first.

#define _GNU_SOURCE
#include "CFaultVFS.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct FaultVFS {
    sqlite3_vfs base;
    sqlite3_vfs *real;
    pthread_mutex_t mutex;
    pthread_cond_t released;
    int operations;
    int64_t countdown;
    int persistent;
    FaultError error;
    int64_t fired;
    int64_t writes;
    int64_t syncs;
    int64_t log_syncs;
    int stall_milliseconds;
    int stalled;
    char name[64];
};

typedef struct {
    sqlite3_file base;
    FaultVFS *vfs;
    int is_log;
    // The system's own file object follows.
} FaultFile;

static sqlite3_file *real_file(sqlite3_file *file) { return (sqlite3_file *)((FaultFile *)file + 1); }
static FaultVFS *vfs_of(sqlite3_file *file) { return ((FaultFile *)file)->vfs; }

// Counts one operation; true when it is to fail, and then how.
static int fails(FaultVFS *vfs, int operation, int is_log, FaultError *error) {
    int result = 0;
    pthread_mutex_lock(&vfs->mutex);
    if (operation == FAULT_WRITE) vfs->writes++;
    if (operation == FAULT_SYNC) {
        vfs->syncs++;
        vfs->log_syncs += is_log;
    }
    if (vfs->operations & operation) {
        if (vfs->countdown > 0) vfs->countdown--;
        if (vfs->countdown == 0) {
            result = 1;
            *error = vfs->error;
            vfs->fired++;
            if (!vfs->persistent) vfs->operations = 0;
        }
    }
    pthread_mutex_unlock(&vfs->mutex);
    return result;
}

static void stall(FaultVFS *vfs) {
    pthread_mutex_lock(&vfs->mutex);
    if (vfs->stall_milliseconds > 0) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += vfs->stall_milliseconds / 1000;
        until.tv_nsec += (long)(vfs->stall_milliseconds % 1000) * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        vfs->stalled++;
        while (vfs->stall_milliseconds > 0 && pthread_cond_timedwait(&vfs->released, &vfs->mutex, &until) == 0) {}
        vfs->stalled--;
    }
    pthread_mutex_unlock(&vfs->mutex);
}

// Files.

static int fault_close(sqlite3_file *file) { return real_file(file)->pMethods->xClose(real_file(file)); }

static int fault_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return real_file(file)->pMethods->xRead(real_file(file), bytes, count, offset);
}

static int fault_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    FaultError error;
    sqlite3_file *real = real_file(file);
    if (!fails(vfs_of(file), FAULT_WRITE, 0, &error)) return real->pMethods->xWrite(real, bytes, count, offset);
    if (error != FAULT_IO_ERROR && count > 1) (void)real->pMethods->xWrite(real, bytes, count / 2, offset);
    return error == FAULT_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
    FaultError error;
    if (fails(vfs_of(file), FAULT_WRITE, 0, &error)) return SQLITE_IOERR_TRUNCATE;
    return real_file(file)->pMethods->xTruncate(real_file(file), size);
}

static int fault_sync(sqlite3_file *file, int flags) {
    FaultError error;
    stall(vfs_of(file));
    if (fails(vfs_of(file), FAULT_SYNC, ((FaultFile *)file)->is_log, &error)) return SQLITE_IOERR_FSYNC;
    return real_file(file)->pMethods->xSync(real_file(file), flags);
}

static int fault_file_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real_file(file)->pMethods->xFileSize(real_file(file), size);
}
static int fault_lock(sqlite3_file *file, int level) {
    return real_file(file)->pMethods->xLock(real_file(file), level);
}
static int fault_unlock(sqlite3_file *file, int level) {
    return real_file(file)->pMethods->xUnlock(real_file(file), level);
}
static int fault_check_reserved_lock(sqlite3_file *file, int *result) {
    return real_file(file)->pMethods->xCheckReservedLock(real_file(file), result);
}
static int fault_file_control(sqlite3_file *file, int operation, void *argument) {
    return real_file(file)->pMethods->xFileControl(real_file(file), operation, argument);
}
static int fault_sector_size(sqlite3_file *file) { return real_file(file)->pMethods->xSectorSize(real_file(file)); }
static int fault_characteristics(sqlite3_file *file) {
    return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}
static int fault_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **address) {
    return real_file(file)->pMethods->xShmMap(real_file(file), region, size, extend, address);
}
static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}
static void fault_shm_barrier(sqlite3_file *file) { real_file(file)->pMethods->xShmBarrier(real_file(file)); }
static int fault_shm_unmap(sqlite3_file *file, int delete) {
    return real_file(file)->pMethods->xShmUnmap(real_file(file), delete);
}

// Version 2: shared memory, but no memory-mapped reads, which would go past xRead.
static const sqlite3_io_methods fault_methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_file_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_check_reserved_lock,
    .xFileControl = fault_file_control,
    .xSectorSize = fault_sector_size,
    .xDeviceCharacteristics = fault_characteristics,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags, int *out_flags) {
    FaultVFS *vfs = (FaultVFS *)base;
    FaultFile *opened = (FaultFile *)file;
    opened->base.pMethods = NULL;
    int code = vfs->real->xOpen(vfs->real, path, real_file(file), flags, out_flags);
    // The system's VFS may want its close called even after a failed open.
    if (real_file(file)->pMethods != NULL) {
        opened->base.pMethods = &fault_methods;
        opened->vfs = vfs;
        opened->is_log = (flags & SQLITE_OPEN_WAL) != 0;
    }
    return code;
}

static int fault_delete(sqlite3_vfs *base, const char *path, int sync_directory) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xDelete(real, path, sync_directory);
}
static int fault_access(sqlite3_vfs *base, const char *path, int flags, int *result) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xAccess(real, path, flags, result);
}
static int fault_full_pathname(sqlite3_vfs *base, const char *path, int capacity, char *result) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xFullPathname(real, path, capacity, result);
}
static int fault_randomness(sqlite3_vfs *base, int count, char *bytes) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xRandomness(real, count, bytes);
}
static int fault_sleep(sqlite3_vfs *base, int microseconds) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xSleep(real, microseconds);
}
static int fault_current_time(sqlite3_vfs *base, double *time) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xCurrentTime(real, time);
}
static int fault_current_time_64(sqlite3_vfs *base, sqlite3_int64 *time) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xCurrentTimeInt64(real, time);
}
static int fault_last_error(sqlite3_vfs *base, int capacity, char *text) {
    sqlite3_vfs *real = ((FaultVFS *)base)->real;
    return real->xGetLastError(real, capacity, text);
}

FaultVFS *fault_vfs_create(const char *name) {
    FaultVFS *vfs = calloc(1, sizeof *vfs);
    if (vfs == NULL) return NULL;
    vfs->real = sqlite3_vfs_find(NULL);
    strncpy(vfs->name, name, sizeof vfs->name - 1);
    pthread_mutex_init(&vfs->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&vfs->released, &attributes);
    pthread_condattr_destroy(&attributes);
    vfs->base = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = (int)sizeof(FaultFile) + vfs->real->szOsFile,
        .mxPathname = vfs->real->mxPathname,
        .zName = vfs->name,
        .xOpen = fault_open,
        .xDelete = fault_delete,
        .xAccess = fault_access,
        .xFullPathname = fault_full_pathname,
        .xRandomness = fault_randomness,
        .xSleep = fault_sleep,
        .xCurrentTime = fault_current_time,
        .xGetLastError = fault_last_error,
        .xCurrentTimeInt64 = fault_current_time_64,
    };
    if (sqlite3_vfs_register(&vfs->base, 0) != SQLITE_OK) {
        free(vfs);
        return NULL;
    }
    return vfs;
}

void fault_vfs_destroy(FaultVFS *vfs) {
    sqlite3_vfs_unregister(&vfs->base);
    pthread_cond_destroy(&vfs->released);
    pthread_mutex_destroy(&vfs->mutex);
    free(vfs);
}

void fault_vfs_arm(FaultVFS *vfs, int operations, int64_t k, int persistent, FaultError error) {
    pthread_mutex_lock(&vfs->mutex);
    vfs->operations = operations;
    vfs->countdown = k;
    vfs->persistent = persistent;
    vfs->error = error;
    vfs->fired = 0;
    pthread_mutex_unlock(&vfs->mutex);
}

void fault_vfs_disarm(FaultVFS *vfs) {
    pthread_mutex_lock(&vfs->mutex);
    vfs->operations = 0;
    pthread_mutex_unlock(&vfs->mutex);
}

static int64_t guarded(FaultVFS *vfs, const int64_t *number) {
    pthread_mutex_lock(&vfs->mutex);
    int64_t value = *number;
    pthread_mutex_unlock(&vfs->mutex);
    return value;
}

int64_t fault_vfs_fired(FaultVFS *vfs) { return guarded(vfs, &vfs->fired); }
int64_t fault_vfs_count(FaultVFS *vfs, int operation) {
    return guarded(vfs, operation == FAULT_SYNC ? &vfs->syncs : &vfs->writes);
}
int64_t fault_vfs_log_syncs(FaultVFS *vfs) { return guarded(vfs, &vfs->log_syncs); }

void fault_vfs_stall_syncs(FaultVFS *vfs, int milliseconds) {
    pthread_mutex_lock(&vfs->mutex);
    vfs->stall_milliseconds = milliseconds;
    pthread_cond_broadcast(&vfs->released);
    pthread_mutex_unlock(&vfs->mutex);
}

int fault_vfs_stalled(FaultVFS *vfs) {
    pthread_mutex_lock(&vfs->mutex);
    int stalled = vfs->stalled;
    pthread_mutex_unlock(&vfs->mutex);
    return stalled;
}
