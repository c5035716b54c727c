// SPDX-License-Identifier: MIT
#include "git.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "git_file.h"
#include "path.h"

enum { LEVELS_MAX = 64 };

enum found {
	FOUND_NOTHING,
	FOUND_REPO,
	FOUND_BROKEN, // git would refuse to go on, too
};

static struct str real_path(struct arena *a, struct str path)
{
	char *z = realpath(path.p, NULL);
	struct str s = arena_str(a, str_of(z));
	free(z);
	return s;
}

static bool is_kind(struct arena *a, struct str dir, const char *name, mode_t kind)
{
	struct stat st;
	return stat(path_join(a, dir, str_of(name)).p, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

// A repository's own folder. A linked worktree's has no objects but the way to the common folder.
static bool is_git_dir(struct arena *a, struct str dir)
{
	if (!is_kind(a, dir, "HEAD", S_IFREG))
		return false;
	return is_kind(a, dir, "commondir", S_IFREG) ||
	       (is_kind(a, dir, "objects", S_IFDIR) && is_kind(a, dir, "refs", S_IFDIR));
}

static struct str resolve(struct arena *a, struct str dir, struct str path)
{
	if (!path.n || memchr(path.p, '\0', path.n))
		return STR_NONE;
	return real_path(a, path.p[0] == '/' ? path : path_join(a, dir, path));
}

// .../.git/modules/NAME, also below .git/worktrees/W for a submodule of a linked worktree
static bool is_of_submodule(struct str git_dir)
{
	return str_has(git_dir, "/.git/") && str_has(git_dir, "/modules/");
}

// The tree of the submodule whose linked worktree we are in: unless it was moved, it stands under
// its name in the superproject, SUPER/.git/modules/NAME being its folder.
static struct str find_submodule_root(struct arena *a, struct str common_dir, struct str top)
{
	static const char mark[] = "/.git/modules/";
	for (size_t i = 0; i < common_dir.n; i++) {
		if (!str_starts(str_from(common_dir, i), mark))
			continue;
		struct str super = {common_dir.p, i},
			   name = str_from(common_dir, i + sizeof mark - 1);
		struct str root = path_join(a, super, name);
		return is_kind(a, root, ".git", S_IFREG) ? root : top;
	}
	return top;
}

// `via_file`: .git is a file, as in linked worktrees, submodules and with --separate-git-dir.
static bool set_place(
	struct arena *a, struct str top, struct str git_dir, bool via_file, struct git_place *out)
{
	struct git_place p = {.top = top, .git_dir = git_dir, .common_dir = git_dir};
	struct str common = git_file_line(a, git_dir, "commondir");
	if (common.n) {
		p.common_dir = resolve(a, git_dir, common);
		if (!p.common_dir.n)
			return false;
		p.is_worktree = !str_eq(p.common_dir, git_dir);
	}
	p.is_submodule = via_file && is_of_submodule(p.common_dir);
	bool is_named = str_is(path_base(p.common_dir), ".git");
	if (p.is_submodule)
		p.root = p.is_worktree ? find_submodule_root(a, p.common_dir, top) : top;
	else if (p.is_worktree)
		p.is_bare = !is_named;
	else if (via_file) // `echo gitdir: ./.bare > .git`: the folder of bare repository and
			   // worktrees
		p.is_bare = !is_named && git_config_is_bare(a, p.common_dir);
	else
		p.is_bare = !is_named && !top.n;
	if (p.is_bare && !p.is_worktree)
		p.top = STR_NONE;
	if (!p.root.n)
		p.root = p.is_bare  ? p.common_dir
			 : is_named ? arena_str(a, path_dir(p.common_dir))
				    : top;
	*out = p;
	return true;
}

static enum found look_at_file(struct arena *a, struct str dir, struct git_place *out)
{
	struct str line = git_file_line(a, dir, ".git");
	if (!str_starts(line, "gitdir:"))
		return FOUND_BROKEN;
	struct str git_dir = resolve(a, dir, str_trim(str_from(line, 7)));
	if (!git_dir.n || !is_git_dir(a, git_dir))
		return FOUND_BROKEN;
	return set_place(a, dir, git_dir, true, out) ? FOUND_REPO : FOUND_BROKEN;
}

static enum found look_at(struct arena *a, struct str dir, struct git_place *out)
{
	struct stat st;
	struct str path = path_join(a, dir, STR(".git"));
	if (stat(path.p, &st) == 0) {
		if (S_ISREG(st.st_mode))
			return look_at_file(a, dir, out);
		if (S_ISDIR(st.st_mode) && is_git_dir(a, path)) {
			struct str real = real_path(a, path);
			return real.n && set_place(a, dir, real, false, out) ? FOUND_REPO
									     : FOUND_BROKEN;
		}
	} else if (errno == EACCES) {
		return FOUND_BROKEN;
	}
	// Bare, or cwd is within .git. What lies deeper within that, such as the folder of a
	// submodule or worktree, is passed by on the way up to it.
	if (str_has(dir, "/.git/") || !is_git_dir(a, dir))
		return FOUND_NOTHING;
	struct str top = str_is(path_base(dir), ".git") ? arena_str(a, path_dir(dir)) : STR_NONE;
	return set_place(a, top, dir, false, out) ? FOUND_REPO : FOUND_BROKEN;
}

bool git_find(struct arena *a, struct str cwd, struct git_place *out)
{
	if (!cwd.n || cwd.p[0] != '/' || memchr(cwd.p, '\0', cwd.n))
		return false;
	struct str dir = real_path(a, arena_str(a, cwd));
	struct stat st;
	if (!dir.n || stat(dir.p, &st) != 0 || !S_ISDIR(st.st_mode))
		return false;
	for (int level = 0; level < LEVELS_MAX; level++) {
		enum found found = look_at(a, dir, out);
		if (found != FOUND_NOTHING)
			return found == FOUND_REPO;
		if (dir.n == 1)
			return false;
		dir = arena_str(a, path_dir(dir));
	}
	return false;
}

// The branch that HEAD will return to.
static void read_operation(struct arena *a, struct str git_dir, struct git_head *out)
{
	static const char *const names[] = {"rebase-merge/head-name", "rebase-apply/head-name"};
	for (size_t i = 0; i < 2; i++) {
		struct str line = git_file_line(a, git_dir, names[i]);
		if (!line.p)
			continue;
		out->op = GIT_OP_REBASE;
		out->branch = git_branch_of_ref(line); // "detached HEAD" is none
		return;
	}
	struct str line =
		git_file_line(a, git_dir, "BISECT_START"); // a branch, or where HEAD stood
	if (!line.p)
		return;
	out->op = GIT_OP_BISECT;
	if (str_starts(line, "refs/heads/"))
		out->branch = git_branch_of_ref(line);
	else if (!git_is_sha(line) && git_is_branch_name(line))
		out->branch = line;
}

bool git_read_head(struct arena *a, const struct git_place *place, struct git_head *out)
{
	struct str line = git_file_line(a, place->git_dir, "HEAD");
	struct git_head head = {.kind = GIT_HEAD_NONE};
	if (git_is_sha(line)) {
		head.kind = GIT_HEAD_DETACHED;
		memcpy(head.sha, line.p, line.n);
		read_operation(a, place->git_dir, &head);
		*out = head;
		return true;
	}
	if (!str_starts(line, "ref:"))
		return false;
	struct str ref = str_trim(str_from(line, 4));
	if (str_is(ref, "refs/heads/.invalid")) {
		head.kind = GIT_HEAD_REFTABLE;
	} else {
		head.branch = git_branch_of_ref(ref);
		if (head.branch.n) {
			head.kind = GIT_HEAD_BRANCH;
			git_resolve(a, place->common_dir, head.branch, head.sha);
		}
	}
	*out = head;
	return true;
}
