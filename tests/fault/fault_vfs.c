// SPDX-License-Identifier: MIT
// A VFS over the real one, and the default, in which the n-th operation fails (fault.h).
#include "fault.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct fault_file {
	sqlite3_file base;
	sqlite3_file *real; // right behind this struct
};

int fault_vfs_register(void);

static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct fault_file *)f)->real;
}

// SQLITE_OK: go on.
static int change(int rc_io)
{
	switch (fault_next(FAULT_CHANGE)) {
	case FAULT_IO: return rc_io;
	case FAULT_FULL: return SQLITE_FULL;
	case FAULT_TORN: fault_exit();
	case FAULT_NO:
	case FAULT_NULL: break;
	}
	return SQLITE_OK;
}

static int file_close(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	if (fault_next(FAULT_READ) != FAULT_NO)
		return SQLITE_IOERR_READ;
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	sqlite3_file *r = real_of(f);
	switch (fault_next(FAULT_CHANGE)) {
	case FAULT_IO: return SQLITE_IOERR_WRITE;
	case FAULT_FULL: return SQLITE_FULL;
	case FAULT_TORN: (void)r->pMethods->xWrite(r, p, n / 2, at); fault_exit();
	case FAULT_NO:
	case FAULT_NULL: break;
	}
	return r->pMethods->xWrite(r, p, n, at);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = change(SQLITE_IOERR_TRUNCATE);
	return rc ? rc : real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int file_sync(sqlite3_file *f, int flags)
{
	int rc = change(SQLITE_IOERR_FSYNC);
	return rc ? rc : real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *out)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), out);
}

static int file_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int file_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int file_check_lock(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int file_sector_size(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int file_traits(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	int rc = change(SQLITE_IOERR_SHMMAP);
	return rc ? rc : real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int file_shm_unmap(sqlite3_file *f, int must_delete)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), must_delete);
}

// Version 2: without memory-mapped reads, so that each read and write passes here.
static const sqlite3_io_methods file_methods = {2, file_close, file_read, file_write, file_truncate,
	file_sync, file_size, file_lock, file_unlock, file_check_lock, file_control,
	file_sector_size, file_traits, file_shm_map, file_shm_lock, file_shm_barrier,
	file_shm_unmap, NULL, NULL};

static int vfs_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
	struct fault_file *file = (struct fault_file *)f;
	(void)v;
	memset(f, 0, sizeof *file);
	file->real = (sqlite3_file *)(file + 1);
	int rc = change(SQLITE_CANTOPEN);
	if (!rc)
		rc = real_vfs->xOpen(real_vfs, name, file->real, flags, out);
	if (!rc || file->real->pMethods)
		f->pMethods = rc ? NULL : &file_methods;
	return rc;
}

static int vfs_delete(sqlite3_vfs *v, const char *name, int must_sync)
{
	int rc = change(SQLITE_IOERR_DELETE);
	(void)v;
	return rc ? rc : real_vfs->xDelete(real_vfs, name, must_sync);
}

static int vfs_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v;
	return real_vfs->xAccess(real_vfs, name, flags, out);
}

static int vfs_path(sqlite3_vfs *v, const char *name, int n, char *out)
{
	(void)v;
	return real_vfs->xFullPathname(real_vfs, name, n, out);
}

static int vfs_random(sqlite3_vfs *v, int n, char *out)
{
	(void)v;
	return real_vfs->xRandomness(real_vfs, n, out);
}

static int vfs_sleep(sqlite3_vfs *v, int us)
{
	(void)v;
	return real_vfs->xSleep(real_vfs, us);
}

static int vfs_time(sqlite3_vfs *v, double *out)
{
	(void)v;
	return real_vfs->xCurrentTime(real_vfs, out);
}

static int vfs_last_error(sqlite3_vfs *v, int n, char *out)
{
	(void)v;
	return real_vfs->xGetLastError(real_vfs, n, out);
}

static int vfs_time_ms(sqlite3_vfs *v, sqlite3_int64 *out)
{
	(void)v;
	return real_vfs->xCurrentTimeInt64(real_vfs, out);
}

int fault_vfs_register(void)
{
	static sqlite3_vfs v = {.iVersion = 2,
		.zName = "fault",
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_path,
		.xRandomness = vfs_random,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_last_error,
		.xCurrentTimeInt64 = vfs_time_ms};
	real_vfs = sqlite3_vfs_find(NULL);
	if (!real_vfs)
		return SQLITE_ERROR;
	v.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
	v.mxPathname = real_vfs->mxPathname;
	return sqlite3_vfs_register(&v, 1);
}
