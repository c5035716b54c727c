// SPDX-License-Identifier: MIT
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "setfile.h"
#include "settings.h"

// What may follow the third number (-beta.1, +build) does not count.
static bool read_version(struct str s, int64_t out[static 3])
{
	size_t n = 0;
	while (n < s.n && s.p[n] != '-' && s.p[n] != '+')
		n++;
	struct str rest = {s.p, s.p ? n : 0};
	for (int i = 0; i < 3; i++)
		if (!str_int(str_split(rest, '.', &rest), 0, 1000000000, &out[i]))
			return false;
	return !rest.p;
}

int client_compare(struct str a, struct str b)
{
	int64_t va[3] = {-1, -1, -1}, vb[3] = {-1, -1, -1};
	bool has_a = read_version(a, va), has_b = read_version(b, vb);
	if (!has_a || !has_b)
		return has_a - has_b;
	for (int i = 0; i < 3; i++)
		if (va[i] != vb[i])
			return va[i] < vb[i] ? -1 : 1;
	return 0;
}

bool client_has_exec_form(struct str version)
{
	int64_t v[3];
	return read_version(version, v) && client_compare(version, STR("2.1.139")) >= 0;
}

// A member of a JSON file's outermost object, if it is a string that reads as a version.
static struct str json_version(struct arena *a, struct str file, const char *name_prefix,
	const char *const *keys, size_t n_keys)
{
	struct setfile f;
	struct err ignored;
	struct str root, best = STR_NONE;
	struct settings_item it;
	int64_t v[3];
	if (!setfile_read(a, file, &f, &ignored))
		return STR_NONE;
	if (settings_check(file, buf_str(&f.text), &root, &ignored)) {
		bool is_right = !name_prefix ||
				(settings_find(root, "name", &it) &&
					str_starts(settings_string(a, it.value), name_prefix));
		for (size_t i = 0; is_right && i < n_keys; i++) {
			if (!settings_find(root, keys[i], &it))
				continue;
			struct str s = settings_string(a, it.value);
			if (read_version(s, v) && client_compare(s, best) > 0)
				best = s;
		}
	}
	buf_free(&f.text);
	return best;
}

static struct str package_version(struct arena *a, struct str dir)
{
	static const char *const keys[] = {"version"};
	return json_version(
		a, path_join(a, dir, STR("package.json")), "@anthropic-ai/claude-code", keys, 1);
}

// The native installer and some package managers name a folder or the program itself by its
// version: claude/versions/2.1.330, claude-code/2.1.330/claude. A bare number would be that of
// Node.
static struct str version_in_path(struct str path)
{
	int64_t v[3];
	for (struct str dir = path; dir.n > 1; dir = path_dir(dir)) {
		struct str above = path_dir(dir);
		if (!read_version(path_base(dir), v))
			continue;
		if (str_is(path_base(above), "versions"))
			above = path_dir(above);
		if (str_starts(path_base(above), "claude"))
			return path_base(dir);
	}
	return STR_NONE;
}

// The version of a program file. npm's is node_modules/@anthropic-ai/claude-code/bin/claude.exe or
// .../cli.js, below the package.json.
static struct str program_version(struct arena *a, struct str file)
{
	char *real = realpath(file.p, NULL);
	if (!real)
		return STR_NONE;
	struct str path = arena_str(a, str_of(real)), dir = path_dir(path), version = STR_NONE;
	free(real);
	for (int i = 0; i < 2 && !version.n; i++, dir = path_dir(dir))
		version = package_version(a, dir);
	return version.n ? version : version_in_path(path);
}

// The first `claude` of PATH, as a shell would find it.
static struct str find_on_path(struct arena *a)
{
	struct str list = str_of(getenv("PATH"));
	while (list.p) {
		struct str dir = str_split(list, ':', &list);
		struct str file = path_join(a, dir.n ? dir : STR("."), STR("claude"));
		if (access(file.p, X_OK) == 0)
			return file;
	}
	return STR_NONE;
}

bool client_version(struct arena *a, struct str *out)
{
	// Seen in the .claude.json of 2.1.330; the first is what it was first started as.
	static const char *const keys[] = {
		"firstStartVersion", "lastOnboardingVersion", "lastReleaseNotesSeen"};
	struct str home = path_home(a), on_path = find_on_path(a), version = STR_NONE;
	if (on_path.n)
		version = program_version(a, on_path);
	if (!version.n)
		version = program_version(a, path_join(a, home, STR(".local/bin/claude")));
	if (!version.n) // an older installer, reached by an alias of the shell
		version = package_version(
			a, path_join(a, home,
				   STR(".claude/local/node_modules/@anthropic-ai/claude-code")));
	struct str noted = getenv("CLAUDE_CONFIG_DIR")
				   ? path_join(a, path_config_dir(a), STR(".claude.json"))
				   : path_join(a, home, STR(".claude.json"));
	if (!version.n)
		version = json_version(a, noted, NULL, keys, 3);
	if (!version.n)
		return false;
	*out = version;
	return true;
}
