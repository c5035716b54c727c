// SPDX-License-Identifier: MIT
#include "git_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

// A line of packed-refs is a hash, a blank and a name; a block holds several.
enum { PACKED_BLOCK_BYTES = 4096, PACKED_UNSORTED_MAX_BYTES = 1 << 20, REF_LEVELS_MAX = 5 };

static int open_regular(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return -1;
}

bool git_file_read(struct str path, size_t max_bytes, struct buf *out)
{
	struct stat st;
	int fd = open_regular(path.p, &st);
	if (fd < 0)
		return false;
	size_t want = st.st_size > 0 ? (size_t)st.st_size : 0, got = 0;
	if (want > max_bytes)
		want = max_bytes;
	buf_reserve(out, want + 1);
	while (got < want) {
		ssize_t n = read(fd, out->p + out->n, want - got);
		if (n <= 0)
			break; // it shrank, or the disk failed: what was read stands
		out->n += (size_t)n;
		got += (size_t)n;
	}
	close(fd);
	return true;
}

struct str git_file_line(struct arena *a, struct str dir, const char *name)
{
	AUTO(buf_free) struct buf b = {0};
	if (!git_file_read(path_join(a, dir, str_of(name)), GIT_SMALL_MAX_BYTES + 1, &b))
		return STR_NONE;
	if (b.n > GIT_SMALL_MAX_BYTES)
		return STR_NONE;
	struct str rest;
	return arena_str(a, str_trim(str_split(buf_str(&b), '\n', &rest)));
}

bool git_is_branch_name(struct str s)
{
	if (!s.n || s.n > GIT_NAME_MAX_BYTES || s.p[0] == '-' || str_is(s, "@") ||
		str_is(s, "HEAD"))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= ' ' || c == 127 || strchr("~^:?*[\\", c))
			return false;
	}
	if (str_has(s, "..") || str_has(s, "@{") || str_ends(s, "."))
		return false;
	while (s.p) {
		struct str part = str_split(s, '/', &s);
		if (!part.n || part.p[0] == '.' || str_ends(part, ".lock"))
			return false;
	}
	return true;
}

bool git_is_sha(struct str s)
{
	if (s.n != 40 && s.n != 64)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return true;
}

struct str git_branch_of_ref(struct str ref)
{
	if (!str_starts(ref, "refs/heads/"))
		return STR_NONE;
	struct str name = str_from(ref, sizeof "refs/heads/" - 1);
	return git_is_branch_name(name) ? name : STR_NONE;
}

// The line of `ref` in text that begins at a line's start: "HASH REF".
static struct str find_packed(struct str text, struct str ref)
{
	while (text.p) {
		struct str name, line = str_split(text, '\n', &text),
				 sha = str_split(line, ' ', &name);
		if (str_eq(name, ref) && git_is_sha(sha))
			return sha;
	}
	return STR_NONE;
}

// Halves [*start, *end) until a block remains, given that the lines are in order of their names.
// The line of `ref`, if any, begins in the part kept.
static bool narrow(int fd, struct str ref, off_t *start, off_t *end)
{
	char block[PACKED_BLOCK_BYTES];
	while (*end - *start > PACKED_BLOCK_BYTES) {
		off_t middle = *start + (*end - *start) / 2;
		ssize_t n = pread(fd, block, sizeof block, middle);
		if (n <= 0)
			return false;
		struct str rest, name, text = {block, (size_t)n};
		size_t skipped = str_split(text, '\n', &rest).n + 1;
		if (rest.n && rest.p[0] == '^') // the commit behind the tag above
			skipped += str_split(rest, '\n', &rest).n + 1;
		struct str line = str_split(rest, '\n', &rest);
		if (!rest.p)
			return false; // no line of git's is that long
		(void)str_split(line, ' ', &name);
		off_t at = middle + (off_t)skipped;
		if (at >= *end || str_cmp(name, ref) > 0)
			*end = at < *end ? at : middle + 1;
		else
			*start = at;
	}
	return true;
}

static void resolve_packed(struct arena *a, struct str common_dir, struct str ref, char *out)
{
	struct stat st;
	int fd = open_regular(path_join(a, common_dir, STR("packed-refs")).p, &st);
	if (fd < 0)
		return;
	char head[256];
	off_t start = 0, end = st.st_size;
	ssize_t n = pread(fd, head, sizeof head, 0);
	struct str rest, first = str_split((struct str){head, n > 0 ? (size_t)n : 0}, '\n', &rest);
	bool is_sorted = rest.p && str_starts(first, "# pack-refs") && str_has(first, " sorted");
	if (is_sorted)
		start = (off_t)first.n + 1;
	if (is_sorted ? narrow(fd, ref, &start, &end) : end <= PACKED_UNSORTED_MAX_BYTES) {
		AUTO(buf_free) struct buf b = {0};
		size_t want = (size_t)(end - start) + PACKED_BLOCK_BYTES; // its line may end behind
		buf_reserve(&b, want);
		n = pread(fd, b.p, want, start);
		b.n = n > 0 ? (size_t)n : 0;
		struct str sha = find_packed(buf_str(&b), ref);
		if (sha.n)
			memcpy(out, sha.p, sha.n);
	}
	close(fd);
}

void git_resolve(
	struct arena *a, struct str common_dir, struct str branch, char out[static GIT_SHA_BYTES])
{
	memset(out, 0, GIT_SHA_BYTES);
	for (int level = 0; level < REF_LEVELS_MAX; level++) {
		const char *ref = arena_printf(a, "refs/heads/%.*s", STR_ARG(branch));
		struct str line = git_file_line(a, common_dir, ref);
		if (git_is_sha(line)) {
			memcpy(out, line.p, line.n);
			return;
		}
		branch = str_starts(line, "ref:") ? git_branch_of_ref(str_trim(str_from(line, 4)))
						  : STR_NONE;
		if (!branch.n) {
			resolve_packed(a, common_dir, str_of(ref), out);
			return;
		}
	}
}
