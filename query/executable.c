// SPDX-License-Identifier: MIT
// What differs between operating systems stays in this file.
#include "executable.h"

#include <limits.h>
#include <stdlib.h>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#elif defined(__FreeBSD__)
#include <sys/types.h>
#include <sys/sysctl.h>
#endif

static struct str resolve(struct arena *a, const char *path)
{
	char *real = realpath(path, NULL);
	struct str s = real ? arena_str(a, str_of(real)) : STR_NONE;
	free(real);
	return s;
}

struct str executable_path(struct arena *a)
{
#if defined(__APPLE__)
	char path[PATH_MAX];
	uint32_t size = sizeof path;
	return _NSGetExecutablePath(path, &size) == 0 ? resolve(a, path) : STR_NONE;
#elif defined(__FreeBSD__)
	char path[PATH_MAX];
	size_t size = sizeof path;
	int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
	return sysctl(mib, 4, path, &size, NULL, 0) == 0 ? resolve(a, path) : STR_NONE;
#elif defined(__NetBSD__)
	return resolve(a, "/proc/curproc/exe");
#else
	return resolve(a, "/proc/self/exe");
#endif
}
