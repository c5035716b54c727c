// SPDX-License-Identifier: MIT
#include "fault.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum kind {
	KIND_NONE,
	KIND_IO,
	KIND_FULL,
	KIND_READ,
	KIND_EXIT,
	KIND_TORN,
	KIND_ALLOC,
	KIND_STARVE,
};

static enum kind kind;
static long fault_at;
static const char *mark_path;
static atomic_long own_counts[3], *counts = own_counts;
static atomic_bool is_on; // the program has begun

int fault_vfs_register(void);

static void mark(void)
{
	int fd = mark_path ? open(mark_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd >= 0)
		(void)close(fd);
}

_Noreturn void fault_exit(void)
{
	_exit(9);
}

enum fault_way fault_next(enum fault_op op)
{
	if (!atomic_load(&is_on))
		return FAULT_NO;
	long n = atomic_fetch_add(&counts[op], 1) + 1;
	enum fault_op mine = kind == KIND_READ                           ? FAULT_READ
			     : kind == KIND_ALLOC || kind == KIND_STARVE ? FAULT_ALLOC
									 : FAULT_CHANGE;
	bool goes_on = kind == KIND_FULL || kind == KIND_STARVE;
	if (kind == KIND_NONE || op != mine || (goes_on ? n < fault_at : n != fault_at))
		return FAULT_NO;
	if (n == fault_at)
		mark();
	switch (kind) {
	case KIND_IO:
	case KIND_READ: return FAULT_IO;
	case KIND_FULL: return FAULT_FULL;
	case KIND_TORN: return FAULT_TORN;
	case KIND_ALLOC:
	case KIND_STARVE: return FAULT_NULL;
	case KIND_EXIT:
	case KIND_NONE: break;
	}
	fault_exit();
}

#ifdef FAULT_WRAPS_MALLOC
static sqlite3_mem_methods real_memory;

// SQLite's own allocations, wherever its library stands.
static void *memory_alloc(int n)
{
	return fault_next(FAULT_ALLOC) == FAULT_NULL ? NULL : real_memory.xMalloc(n);
}

static void *memory_grow(void *p, int n)
{
	return fault_next(FAULT_ALLOC) == FAULT_NULL ? NULL : real_memory.xRealloc(p, n);
}

// The program brings an allocator for SQLite (hook/pool.c): it shall fail as well. It must be told
// before SQLite is first used, so the VFS is made known when a ledger is opened.
int __real_sqlite3_config(int op, ...);
int __wrap_sqlite3_config(int op, ...);
int __real_sqlite3_open_v2(const char *path, sqlite3 **out, int flags, const char *vfs);
int __wrap_sqlite3_open_v2(const char *path, sqlite3 **out, int flags, const char *vfs);

static int put_before(const sqlite3_mem_methods *real)
{
	sqlite3_mem_methods m = *real;
	m.xMalloc = memory_alloc;
	m.xRealloc = memory_grow;
	int rc = __real_sqlite3_config(SQLITE_CONFIG_MALLOC, &m);
	if (rc != SQLITE_OK)
		_exit(98);
	real_memory = *real;
	return rc;
}

int __wrap_sqlite3_config(int op, ...)
{
	va_list ap;
	va_start(ap, op);
	int rc = op == SQLITE_CONFIG_MALLOC ? put_before(va_arg(ap, const sqlite3_mem_methods *))
					    : __real_sqlite3_config(op, va_arg(ap, int));
	va_end(ap);
	return rc;
}

int __wrap_sqlite3_open_v2(const char *path, sqlite3 **out, int flags, const char *vfs)
{
	static bool is_known;
	if (!is_known) {
		atomic_store(&is_on, false);
		if (fault_vfs_register() != SQLITE_OK)
			_exit(98);
		atomic_store(&is_on, true);
	}
	is_known = true;
	return __real_sqlite3_open_v2(path, out, flags, vfs);
}

// Ours: the linker sends every call of this program's objects here (--wrap).
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
	return fault_next(FAULT_ALLOC) == FAULT_NULL ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fault_next(FAULT_ALLOC) == FAULT_NULL ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fault_next(FAULT_ALLOC) == FAULT_NULL ? NULL : __real_realloc(p, n);
}
#endif

static enum kind kind_of(const char *name)
{
	static const char *names[] = {"", "io", "full", "read", "exit", "torn", "alloc", "starve"};
	for (int i = KIND_IO; name && i <= KIND_STARVE; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum kind)i;
	return KIND_NONE;
}

// The counters live in a file: they survive every end, and a detached child counts on.
static void share_counts(const char *path)
{
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd < 0)
		return;
	void *p = ftruncate(fd, sizeof own_counts) == 0
			  ? mmap(NULL, sizeof own_counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
			  : MAP_FAILED;
	if (p == MAP_FAILED)
		_exit(98);
	counts = p;
	(void)close(fd);
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("CCL_FAULT_AT");
	kind = kind_of(getenv("CCL_FAULT"));
	fault_at = at ? strtol(at, NULL, 10) : 0;
	mark_path = getenv("CCL_FAULT_MARK");
	share_counts(getenv("CCL_FAULT_COUNT"));
#ifdef FAULT_WRAPS_MALLOC
	sqlite3_mem_methods m;
	if (__real_sqlite3_config(SQLITE_CONFIG_GETMALLOC, &m) != SQLITE_OK)
		_exit(98);
	(void)put_before(&m);
#else
	if (fault_vfs_register() != SQLITE_OK)
		_exit(98);
#endif
	atomic_store(&is_on, true);
}
