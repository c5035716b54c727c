// SPDX-License-Identifier: MIT
// `ccl trailer FILE [SOURCE]`: what a commit cost, as the last line of its message. git's hook runs
// it: whatever fails, and whatever takes too long, leaves the message as it is and the commit goes
// on.
#include "trailer.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "program.h"
#include "clock.h"
#include "git.h"
#include "ledger.h"
#include "path.h"
#include "pr_target.h"
#include "report.h"
#include "tally.h"
#include "usd.h"
#include "value.h"

enum {
	LIMIT_MS = 100,          // where $CCL_TRAILER_MS says nothing
	GIT_MS = 40,             // of it, at least, for git to put the line in
	MAX_FOLDERS = 32,        // of transcripts
	FOLDER_NAME_BYTES = 200, // where Claude Code cuts a name
	MAX_MESSAGE_BYTES = 1 << 20,
	MAX_LOG_BYTES = 256 * 1024,
	CARRY_MS = 4 * 3600 * 1000, // work before a branch was created may be its own (hook/head.c)
};

static const char token[] = "CCL-Cost";

static void on_alarm(int sig)
{
	(void)sig;
	_exit(0);
}

// From now on the process ends by itself after so many ms; 0: it does not.
static void set_alarm(int64_t ms)
{
	struct itimerval t = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};
	(void)signal(SIGALRM, on_alarm);
	(void)setitimer(ITIMER_REAL, &t, NULL);
}

// The last max bytes of a regular file.
static bool read_end(const char *path, size_t max, struct buf *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	off_t at = ok && (size_t)st.st_size > max ? st.st_size - (off_t)max : 0;
	while (ok && out->n < max) {
		buf_reserve(out, 65536);
		ssize_t n = pread(fd, out->p + out->n, 65536, at + (off_t)out->n);
		ok = n >= 0;
		if (n <= 0)
			break;
		out->n += (size_t)n;
	}
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool is_there(struct arena *a, struct str dir, const char *name)
{
	return access(arena_printf(a, "%.*s/%s", STR_ARG(dir), name), F_OK) == 0;
}

// A new commit with words of its own; not one that is made anew, nor one of a rebase or
// cherry-pick.
static bool is_new_commit(struct arena *a, const struct git_place *place, struct str source)
{
	static const char *const states[] = {
		"MERGE_HEAD", "CHERRY_PICK_HEAD", "rebase-merge", "rebase-apply"};
	if (source.n && !str_is(source, "message") && !str_is(source, "template"))
		return false;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (is_there(a, place->git_dir, states[i]))
			return false;
	return true;
}

static bool has_trailer(struct str message)
{
	while (message.p) {
		struct str line = str_split(message, '\n', &message);
		if (line.n > sizeof token - 1 && line.p[sizeof token - 1] == ':' &&
			strncasecmp(line.p, token, sizeof token - 1) == 0)
			return true;
	}
	return false;
}

int64_t trailer_since_ms(struct str log)
{
	struct git_move move;
	int64_t since_ms = 0;
	while (git_next_move(&log, &move)) {
		// the log has whole seconds, and no answer to a commit comes within one
		if (move.kind == GIT_MOVE_COMMIT || move.kind == GIT_MOVE_REVERT)
			since_ms = move.at_ms + 1000;
		else if (move.kind == GIT_MOVE_BIRTH && !since_ms)
			since_ms = move.at_ms > CARRY_MS ? move.at_ms - CARRY_MS : 0;
	}
	return since_ms;
}

// Letters and digits stay, everything else is a dash: one for each UTF-16 unit.
char *trailer_folder_name(struct arena *a, struct str path)
{
	char *name = arena_alloc(a, path.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < path.n && n < FOLDER_NAME_BYTES; i++) {
		unsigned char c = (unsigned char)path.p[i];
		bool is_word =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (c >= 0x80 && c < 0xc0)
			continue; // of a character that has its dash
		name[n++] = is_word ? (char)c : '-';
		if (c >= 0xf0 && n < FOLDER_NAME_BYTES)
			name[n++] = '-';
	}
	name[n] = '\0';
	return name;
}

struct folders {
	const char *argv[MAX_FOLDERS + 3]; // ccl-hook --sync FOLDER ...
	size_t n;
};

static bool is_of(const char *name, const char *project)
{
	size_t n = strlen(project);
	return strncmp(name, project, n) == 0 &&
	       (!name[n] || name[n] == '-' || n == FOLDER_NAME_BYTES);
}

// The transcripts of sessions that began in the repository, or in a folder below it.
static void list_folders(struct arena *a, const struct git_place *place, struct folders *out)
{
	struct str config[8];
	const char *top = trailer_folder_name(a, place->top);
	const char *root = trailer_folder_name(a, place->root);
	size_t n = path_config_dirs(a, config, sizeof config / sizeof *config);
	for (size_t i = 0; i < n; i++) {
		struct str projects = path_join(a, config[i], STR("projects"));
		DIR *d = opendir(projects.p);
		struct dirent *entry;
		while (d && out->n < MAX_FOLDERS + 2 && (entry = readdir(d)))
			if (is_of(entry->d_name, top) || is_of(entry->d_name, root))
				out->argv[out->n++] = arena_printf(
					a, "%.*s/%s", STR_ARG(projects), entry->d_name);
		if (d)
			(void)closedir(d);
	}
}

// A commit is often made by the prompt that it is paid for by, before any hook has told of that:
// what its transcript holds by now is read first. False: that takes longer than a commit may wait;
// it goes on by itself.
static bool catch_up(struct arena *a, const struct git_place *place, int64_t limit_ms)
{
	struct folders f = {.n = 2};
	struct str hook;
	struct err e;
	int status;
	list_folders(a, place, &f);
	if (f.n == 2)
		return true;
	if (!command_find_hook(a, &hook) || limit_ms <= 0)
		return false;
	f.argv[0] = arena_printf(a, "%.*s", STR_ARG(hook));
	f.argv[1] = arena_printf(a, "--sync");
	struct program child = {.argv = f.argv, .limit_ms = (int)limit_ms, .is_left = true};
	return program_run(&child, &status, &e) && status == 0;
}

static bool read_cost(struct arena *a, const struct git_place *place, struct str branch,
	struct tally *out, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf log = {0};
	struct pr_target t;
	const char *path = arena_printf(
		a, "%.*s/logs/refs/heads/%.*s", STR_ARG(place->common_dir), STR_ARG(branch));
	if (!report_open(a, &db, e) || !pr_target_branch(db, a, branch, place->root, &t, e))
		return false;
	(void)read_end(path, MAX_LOG_BYTES, &log); // none: all of the branch
	struct tally_of of = {.project_id = t.project_id,
		.branch_id = t.branch_id,
		.is_any_pr = true,
		.since_ms = trailer_since_ms(buf_str(&log)),
		.until_ms = LEDGER_NO_END_MS};
	if (t.is_seen)
		return tally_read(db, &of, out, e);
	*out = (struct tally){0};
	return true;
}

// In place of the message, whole or not at all.
static void replace(struct arena *a, const char *path, struct str text)
{
	struct stat st;
	char *temp = arena_printf(a, "%s.ccl-XXXXXX", path);
	int fd = stat(path, &st) == 0 ? mkstemp(temp) : -1;
	if (fd < 0)
		return;
	bool ok =
		write(fd, text.p, text.n) == (ssize_t)text.n && fchmod(fd, st.st_mode & 07777) == 0;
	ok = close(fd) == 0 && ok && rename(temp, path) == 0;
	if (!ok)
		(void)unlink(temp);
}

// `commit --amend -m` calls itself a message like any other. But git tells its hooks the author's
// date, and that of a commit made anew is the old one's.
static bool is_amend(int64_t limit_ms)
{
	AUTO(buf_free) struct buf said = {0};
	struct str rest, now = str_split(str_of(getenv("GIT_AUTHOR_DATE")), ' ', &rest);
	const char *argv[] = {"git", "log", "-1", "--format=@%at", "HEAD", NULL};
	struct program git = {.argv = argv, .limit_ms = (int)limit_ms, .out = &said};
	struct err e;
	int status;
	return limit_ms <= 0 || !program_run(&git, &status, &e) ||
	       (status == 0 && str_eq(str_trim(buf_str(&said)), now));
}

// git knows where a message ends: before comments, and before the scissors line of `commit -v`.
static void add_line(struct arena *a, const char *path, const char *line, int64_t limit_ms)
{
	AUTO(buf_free) struct buf now = {0};
	AUTO(buf_free) struct buf all = {0};
	struct err e;
	int status;
	const char *argv[] = {"git", "interpret-trailers", "--no-divider", "--where", "end",
		"--if-exists", "doNothing", "--trailer", arena_printf(a, "%s=%s", token, line),
		"--", arena_printf(a, "%s", path), NULL};
	struct program git = {.argv = argv, .limit_ms = (int)limit_ms, .out = &now};
	if (!program_run(&git, &status, &e) || status != 0 || !has_trailer(buf_str(&now)) ||
		now.n >= PROGRAM_MAX_OUTPUT_BYTES)
		return;
	// nothing is written yet: the first line is for the subject, and the one below it is empty
	struct str text = buf_str(&now), rest;
	if (str_starts(text, "\n") && has_trailer(str_split(str_from(text, 1), '\n', &rest))) {
		buf_addz(&all, "\n\n");
		buf_add(&all, str_split(str_from(text, 1), '\n', &rest));
		buf_addc(&all, '\n');
		buf_add(&all, rest);
		text = buf_str(&all);
	}
	replace(a, path, text);
}

static bool find_cost(struct arena *a, struct str here, struct str file, struct str source,
	int64_t deadline_ms, struct tally *out)
{
	AUTO(buf_free) struct buf message = {0};
	struct git_place place;
	struct git_head head;
	struct err e;
	return git_find(a, here, &place) && is_new_commit(a, &place, source) &&
	       git_read_head(a, &place, &head) && head.kind == GIT_HEAD_BRANCH &&
	       access(path_ledger(a).p, R_OK) == 0 &&
	       read_end(file.p, MAX_MESSAGE_BYTES, &message) && message.n < MAX_MESSAGE_BYTES &&
	       !has_trailer(buf_str(&message)) &&
	       catch_up(a, &place, deadline_ms - clock_mono_ms()) &&
	       read_cost(a, &place, head.branch, out, &e) && out->turns > out->unpriced;
}

bool command_trailer(struct command_call *call, struct err *e)
{
	struct arena *a = call->arena;
	const struct args *args = call->args;
	AUTO(buf_free) struct buf line = {0};
	struct tally t;
	int64_t limit_ms = LIMIT_MS, start_ms = clock_mono_ms();
	struct str file = args->positionals[0];
	struct str source = args->n_positionals > 1 ? args->positionals[1] : STR("");
	char *cwd = getcwd(NULL, 0);
	struct str here = cwd ? arena_str(a, str_of(cwd)) : STR_NONE;
	free(cwd);
	(void)e;
	(void)str_int(str_of(getenv("CCL_TRAILER_MS")), 0, 60000, &limit_ms);
	if (limit_ms <= GIT_MS || !here.n || !file.n)
		return true;
	if (file.p[0] != '/')
		file = path_join(a, here, file);
	set_alarm(limit_ms - GIT_MS);
	// what is still under way then would be stopped by the alarm in any case
	if (!find_cost(a, here, file, source, start_ms + limit_ms - GIT_MS - 1, &t))
		return true;
	set_alarm(0);
	int64_t left_ms = limit_ms - (clock_mono_ms() - start_ms);
	if (is_amend(left_ms))
		return true;
	usd_add_short(&line, t.usd_pico);
	if (t.unpriced)
		buf_printf(&line, " (%lld turn%s without a price)", (long long)t.unpriced,
			t.unpriced == 1 ? "" : "s");
	left_ms = limit_ms - (clock_mono_ms() - start_ms);
	if (left_ms > 0)
		add_line(a, file.p, buf_z(&line), left_ms);
	return true;
}
