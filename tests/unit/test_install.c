// SPDX-License-Identifier: MIT
// What happens to files: settings.json, its links, its backups, and everything that may be in the
// way.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "install.h"
#include "sandbox.h"
#include "setfile.h"

static struct buf report;
static struct err err;

static struct install_opts opts(void)
{
	return (struct install_opts){.config_dir = str_of(in("claude")),
		.hook_path = str_of(in("bin/ccl-hook")),
		.client_version = STR("2.1.330"),
		.managed_dir = str_of(in("managed"))};
}

static bool apply(void)
{
	struct install_opts o = opts();
	buf_clear(&report);
	err = (struct err){0};
	return install_apply(&o, &report, &err);
}

static bool take_out(void)
{
	struct install_opts o = opts();
	buf_clear(&report);
	err = (struct err){0};
	return install_remove(&o, &report, &err);
}

static bool says(const char *part)
{
	return str_has(buf_str(&report), part);
}

static int set_up(void **state)
{
	(void)state;
	sandbox_enter();
	assert_int_equal(mkdir(in("claude"), 0755), 0);
	assert_int_equal(mkdir(in("bin"), 0755), 0);
	put("bin/ccl-hook", "#!/bin/sh\n", 0755);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	setfile_before_look = NULL;
	buf_free(&report);
	sandbox_leave();
	return 0;
}

static void a_file_of_ours_comes_and_goes(void **state)
{
	(void)state;
	struct stat st, again;
	assert_true(apply());
	assert_true(says("wired") && says("added a hook for Stop\n"));
	assert_int_equal(stat(in("claude/settings.json"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(apply());
	assert_true(says("already wired, nothing changed"));
	assert_int_equal(stat(in("claude/settings.json"), &again), 0);
	assert_int_equal(st.st_ino, again.st_ino);
	assert_string_equal(names("claude"), "settings.json ");
	assert_true(take_out());
	assert_true(says("deleted"));
	assert_string_equal(names("claude"), "");
	assert_true(take_out());
	assert_true(says("no hook of ccl in it, nothing changed"));
	assert_string_equal(names("claude"), "");
}

static void mode_and_owner_stay(void **state)
{
	(void)state;
	static const mode_t modes[] = {0600, 0644, 0640, 0664};
	for (size_t i = 0; i < 4; i++) {
		struct stat st;
		put("claude/settings.json", "{}", modes[i]);
		if (geteuid() == 0)
			assert_int_equal(chown(in("claude/settings.json"), 12345, 54321), 0);
		assert_true(apply());
		assert_int_equal(stat(in("claude/settings.json"), &st), 0);
		assert_int_equal(st.st_mode & 07777, modes[i]);
		if (geteuid() == 0)
			assert_true(st.st_uid == 12345 && st.st_gid == 54321);
		assert_int_equal(stat(in("claude/settings.json.ccl-backup"), &st), 0);
		assert_int_equal(st.st_mode & 07777, modes[i]);
		assert_true(take_out());
		assert_string_equal(get("claude/settings.json"), "{}");
		assert_string_equal(names("claude"), "settings.json ");
	}
}

static void links_are_written_through(void **state)
{
	(void)state;
	struct stat st;
	assert_int_equal(mkdir(in("dot"), 0755), 0);
	assert_int_equal(symlink("../dot/real.json", in("claude/middle")), 0);
	assert_int_equal(symlink("middle", in("claude/settings.json")), 0);
	put("dot/real.json", "{\"a\":1}", 0644);
	assert_true(apply());
	assert_int_equal(lstat(in("claude/settings.json"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_true(str_starts(str_of(get("dot/real.json")), "{\"a\":1,\"hooks\":{"));
	assert_string_equal(names("dot"), "real.json ");
	assert_string_equal(names("claude"), "middle settings.json settings.json.ccl-backup ");
	assert_true(take_out());
	assert_string_equal(get("dot/real.json"), "{\"a\":1}");
	// A link to a file that is not there yet: made, and deleted again, the link stays.
	assert_int_equal(unlink(in("dot/real.json")), 0);
	assert_true(apply());
	assert_string_equal(names("dot"), "real.json ");
	assert_true(take_out());
	assert_string_equal(names("dot"), "");
	assert_string_equal(names("claude"), "middle settings.json ");
	assert_int_equal(rmdir(in("dot")), 0);
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "symbolic link into"));
	assert_int_equal(unlink(in("claude/middle")), 0);
	assert_int_equal(symlink("settings.json", in("claude/middle")), 0);
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "too many symbolic links"));
}

static void a_dry_run_writes_nothing(void **state)
{
	(void)state;
	struct install_opts o = opts();
	o.is_dry_run = true;
	put("claude/settings.json", "{\n  \"hooks\": {\n    \"Stop\": []\n  }\n}", 0644);
	assert_true(install_apply(&o, &report, &err));
	const char *diff = arena_printf(&sandbox_arena,
		"--- %s\n+++ %s\n@@ -1,5 +1,51 @@\n {\n   \"hooks\": {\n-    \"Stop\": []\n"
		"+    \"Stop\": [\n+      {\n+        \"hooks\": [\n+          {\n+            "
		"\"command\": \"%s\",\n",
		in("claude/settings.json"), in("claude/settings.json"), in("bin/ccl-hook"));
	assert_true(says(diff));
	assert_true(says("+    ]\n   }\n }\n\\ No newline at end of file\n"));
	assert_string_equal(names("claude"), "settings.json ");
	assert_string_equal(
		get("claude/settings.json"), "{\n  \"hooks\": {\n    \"Stop\": []\n  }\n}");
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	assert_true(install_apply(&o, &report, &err));
	assert_true(says("--- /dev/null\n"));
	assert_string_equal(names("claude"), "");
	assert_true(apply());
	buf_clear(&report);
	assert_true(install_remove(&o, &report, &err));
	assert_true(says("+++ /dev/null\n@@ -1,51 +0,0 @@\n-{\n"));
	assert_string_equal(names("claude"), "settings.json ");
}

static void the_first_backup_is_never_lost(void **state)
{
	(void)state;
	put("claude/settings.json", "{\"v\":1}", 0644);
	assert_true(apply());
	assert_true(says("settings.json.ccl-backup\n"));
	assert_string_equal(get("claude/settings.json.ccl-backup"), "{\"v\":1}");
	// The user goes on; the next change keeps the first backup and the state before it.
	put("claude/settings.json", "{\"v\":2}", 0644);
	assert_true(apply());
	assert_true(says("settings.json.ccl-backup.1\n"));
	assert_string_equal(get("claude/settings.json.ccl-backup"), "{\"v\":1}");
	assert_string_equal(get("claude/settings.json.ccl-backup.1"), "{\"v\":2}");
	// Removing takes away the backup that tells nothing new, and leaves the other.
	assert_true(take_out());
	assert_string_equal(get("claude/settings.json"), "{\"v\":2}");
	assert_string_equal(names("claude"), "settings.json settings.json.ccl-backup ");
	assert_false(says("as it was before"));
	// A file of ours alone is deleted; a backup that holds more stays.
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	assert_true(apply());
	assert_true(take_out());
	assert_string_equal(names("claude"), "settings.json.ccl-backup ");
}

static void expect_untouched(const char *text, const char *message)
{
	put("claude/settings.json", text, 0644);
	assert_false(apply());
	if (!str_has(str_of(err.text), message))
		fail_msg("'%s' has no '%s'", err.text, message);
	assert_true(str_has(str_of(err.text), "nothing was changed"));
	assert_string_equal(get("claude/settings.json"), text);
	assert_false(take_out());
	assert_string_equal(get("claude/settings.json"), text);
	assert_string_equal(names("claude"), "settings.json ");
}

static void malformed_files_are_untouched(void **state)
{
	(void)state;
	expect_untouched("{\"a\":1,}", "/claude/settings.json:1:8: a comma before '}'");
	expect_untouched("{\n// c\n}", "/claude/settings.json:2:1: a comment");
	expect_untouched("{\"hooks\":null}", "/claude/settings.json:1:10: `hooks` is null");
	assert_int_equal(err.code, ERR_FORMAT);
}

static void other_things_in_the_way_are_told(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in("claude/settings.json"), 0755), 0);
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "is not a file"));
	assert_int_equal(rmdir(in("claude/settings.json")), 0);
	assert_int_equal(mkfifo(in("claude/settings.json"), 0600), 0);
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "is not a file"));
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	put("claude/settings.json", "{}", 0644);
	assert_int_equal(truncate(in("claude/settings.json"), SETFILE_MAX_BYTES + 1), 0);
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "8 MiB"));
	put("claude/settings.json", "{}", 0444); // root could, but somebody meant it
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "is read-only"));
	assert_string_equal(get("claude/settings.json"), "{}");
	put("claude/settings.json", "{}", 0644);
	assert_int_equal(mkdir(in("claude/settings.json.ccl-backup"), 0755), 0);
	assert_int_equal(mkdir(in("claude/settings.json.ccl-backup.1"), 0755), 0);
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "cannot write the backup"));
	assert_string_equal(get("claude/settings.json"), "{}");
	assert_string_equal(names("claude"),
		"settings.json settings.json.ccl-backup settings.json.ccl-backup.1 ");
	// No binary: Claude Code would complain after every turn.
	assert_int_equal(chmod(in("bin/ccl-hook"), 0644), 0);
	assert_false(apply());
	assert_int_equal(err.code, ERR_NO_INPUT);
	struct install_opts o = opts();
	o.hook_path = STR("bin/ccl-hook");
	assert_false(install_apply(&o, &report, &err));
	assert_int_equal(err.code, ERR_USAGE);
	static const char *const no_utf8[] = {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\x80",
		"\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82"};
	for (size_t i = 0; i < sizeof no_utf8 / sizeof *no_utf8; i++) {
		o.hook_path = str_of(arena_printf(&sandbox_arena, "/%s/ccl-hook", no_utf8[i]));
		assert_false(install_remove(&o, &report, &err));
		assert_true(str_has(str_of(err.text), "not UTF-8"));
	}
	o.hook_path = STR("/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80/ccl-hook");
	assert_true(install_remove(&o, &report, &err));
}

static void a_read_only_folder_is_told(void **state)
{
	(void)state;
	put("claude/settings.json", "{}", 0666);
	assert_int_equal(chmod(in("claude"), 0555), 0);
	pid_t pid = fork();
	if (pid == 0) { // root may write everywhere, so be somebody else
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(3);
		_exit(apply()                                                       ? 1
			: str_has(str_of(err.text), "cannot write into the folder") ? 0
										    : 2);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_string_equal(get("claude/settings.json"), "{}");
	assert_string_equal(names("claude"), "settings.json ");
}

static void no_folder_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(rmdir(in("claude")), 0);
	assert_true(apply());
	assert_true(says("was not found") && says("ccl install"));
	assert_true(take_out());
	assert_true(says("was not found"));
	assert_string_equal(names("."), "bin ");
	put("claude", "", 0644);
	assert_false(apply());
	assert_true(str_has(str_of(err.text), "should be Claude Code's folder"));
}

static int n_intrusions; // how often somebody else still comes in between
static int n_seen;
static const char *intrusion; // what they write; NULL: something new each time

static void intrude(void)
{
	n_seen++;
	if (n_intrusions-- > 0)
		put("claude/settings.json",
			intrusion ? intrusion : arena_printf(&sandbox_arena, "{\"n\":%d}", n_seen),
			0644);
}

static void a_change_in_between_is_not_overwritten(void **state)
{
	(void)state;
	setfile_before_look = intrude;
	intrusion = "{\"v\":2}"; // as long as before, and perhaps within one tick of the clock
	put("claude/settings.json", "{\"v\":1}", 0644);
	n_intrusions = 1;
	n_seen = 0;
	assert_true(apply());
	assert_int_equal(n_seen, 2);
	assert_true(str_starts(str_of(get("claude/settings.json")), "{\"v\":2,\"hooks\":"));
	assert_string_equal(get("claude/settings.json.ccl-backup"), "{\"v\":2}");
	assert_string_equal(names("claude"), "settings.json settings.json.ccl-backup ");
	// A file that is deleted while somebody writes it.
	assert_int_equal(unlink(in("claude/settings.json.ccl-backup")), 0);
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	assert_true(apply());
	n_intrusions = 1;
	assert_true(take_out());
	assert_string_equal(get("claude/settings.json"), "{\"v\":2}");
	// One that appears while we are about to make it, if only an empty one.
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	intrusion = "";
	n_intrusions = 1;
	assert_true(apply());
	assert_true(take_out());
	assert_string_equal(get("claude/settings.json"), "");
	intrusion = "{\"v\":2}";
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	n_intrusions = 1;
	assert_true(apply());
	assert_true(str_starts(str_of(get("claude/settings.json")), "{\"v\":2,\"hooks\":"));
}

static void it_gives_up_after_three_tries(void **state)
{
	(void)state;
	setfile_before_look = intrude;
	intrusion = NULL;
	put("claude/settings.json", "{}", 0644);
	n_intrusions = 100;
	n_seen = 0;
	assert_false(apply());
	assert_int_equal(n_seen, 3);
	assert_int_equal(err.code, ERR_BUSY);
	assert_true(str_has(str_of(err.text), "changed by another program"));
	assert_string_equal(get("claude/settings.json"), "{\"n\":3}");
	assert_string_equal(names("claude"), "settings.json ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_of_ours_comes_and_goes),
		TEST(mode_and_owner_stay),
		TEST(links_are_written_through),
		TEST(a_dry_run_writes_nothing),
		TEST(the_first_backup_is_never_lost),
		TEST(malformed_files_are_untouched),
		TEST(other_things_in_the_way_are_told),
		TEST(a_read_only_folder_is_told),
		TEST(no_folder_is_no_error),
		TEST(a_change_in_between_is_not_overwritten),
		TEST(it_gives_up_after_three_tries),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
