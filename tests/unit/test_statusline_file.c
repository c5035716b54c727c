// SPDX-License-Identifier: MIT
// The status line in settings.json: what happens to the file, beside the hooks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox.h"
#include "statusline.h"

static struct buf report;
static struct err err;
static bool is_dry_run;

static struct statusline_opts opts(void)
{
	return (struct statusline_opts){.config_dir = str_of(in("claude")),
		.ccl_path = str_of(in("bin/ccl")),
		.managed_dir = str_of(in("managed")),
		.is_dry_run = is_dry_run};
}

static bool apply(void)
{
	struct statusline_opts o = opts();
	buf_clear(&report);
	err = (struct err){0};
	return statusline_apply(&o, &report, &err);
}

static bool take_out(void)
{
	struct statusline_opts o = opts();
	buf_clear(&report);
	err = (struct err){0};
	return statusline_remove(&o, &report, &err);
}

// The hooks; taking them out takes the status line along.
static bool hooks(bool is_removal)
{
	struct install_opts o = {.config_dir = str_of(in("claude")),
		.hook_path = str_of(in("bin/ccl-hook")),
		.client_version = STR("2.1.330"),
		.managed_dir = str_of(in("managed")),
		.is_dry_run = is_dry_run};
	buf_clear(&report);
	return is_removal ? install_remove(&o, &report, &err) : install_apply(&o, &report, &err);
}

static struct statusline_state check(void)
{
	struct statusline_opts o = opts();
	struct statusline_state s;
	assert_true(statusline_check(&o, &s, &err));
	return s;
}

static bool says(const char *part)
{
	return str_has(buf_str(&report), part);
}

static int set_up(void **state)
{
	(void)state;
	sandbox_enter();
	is_dry_run = false;
	assert_int_equal(mkdir(in("claude"), 0755), 0);
	assert_int_equal(mkdir(in("bin"), 0755), 0);
	put("bin/ccl", "#!/bin/sh\n", 0755);
	put("bin/ccl-hook", "#!/bin/sh\n", 0755);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_free(&report);
	sandbox_leave();
	return 0;
}

static void a_file_of_ours_comes_and_goes(void **state)
{
	(void)state;
	struct stat st;
	assert_true(apply());
	assert_true(says("settings.json: the status line of ccl is wired\n  added the status line\n"
			 "  it runs /"));
	assert_int_equal(stat(in("claude/settings.json"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(apply());
	assert_true(says("already wired, nothing changed"));
	assert_string_equal(names("claude"), "settings.json ");
	assert_true(take_out());
	assert_true(says("deleted, it held nothing but the status line of ccl"));
	assert_string_equal(names("claude"), "");
	assert_true(take_out());
	assert_true(says("no status line of ccl in it, nothing changed"));
}

#define OTHER "{\"statusLine\":{\"type\":\"command\",\"command\":\"it's \\u00e9\",\"padding\":2}}\n"

static void mode_links_and_bytes_stay(void **state)
{
	(void)state;
	struct stat st;
	assert_int_equal(mkdir(in("dot"), 0755), 0);
	assert_int_equal(symlink("../dot/real.json", in("claude/settings.json")), 0);
	put("dot/real.json", OTHER, 0640);
	assert_true(apply());
	assert_true(says("which still runs: \"it's \\u00e9\"\n"));
	assert_true(says("as it was before: "));
	assert_int_equal(lstat(in("claude/settings.json"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(in("dot/real.json"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_string_equal(get("dot/real.json"),
		arena_printf(&sandbox_arena,
			"{\"statusLine\":{\"type\":\"command\",\"command\":\"%s statusline --with "
			"'it'\\\\''s \\u00e9'\",\"padding\":2}}\n",
			in("bin/ccl")));
	assert_true(take_out());
	assert_true(says("the status line is again \"it's \\u00e9\"\n"));
	assert_string_equal(get("dot/real.json"), OTHER);
	assert_string_equal(names("claude"), "settings.json "); // no backup that tells nothing
	assert_string_equal(names("dot"), "real.json ");
}

static void taking_out_the_hooks_takes_it_along(void **state)
{
	(void)state;
	static const char *const befores[] = {OTHER, "{\n  \"a\": 1\n}", "", NULL};
	for (size_t i = 0; i < 4; i++) {
		for (int order = 0; order < 2; order++) {
			(void)unlink(in("claude/settings.json"));
			if (befores[i])
				put("claude/settings.json", befores[i], 0644);
			assert_true(order ? apply() : hooks(false));
			assert_true(order ? hooks(false) : apply());
			assert_true(hooks(true));
			assert_true(says("took out the hook under \"Stop\"\n"));
			assert_true(says("status line"));
			assert_string_equal(
				get("claude/settings.json"), befores[i] ? befores[i] : "(absent)");
			assert_string_equal(names("claude"), befores[i] ? "settings.json " : "");
		}
	}
	// Alone, and beside something that is no status line of ours.
	assert_true(apply());
	assert_true(hooks(true));
	assert_true(says("deleted, it held nothing but what ccl had put there\n"));
	assert_string_equal(names("claude"), "");
	put("claude/settings.json", "{\"statusLine\":7}", 0644);
	assert_true(hooks(false));
	assert_true(hooks(true));
	assert_string_equal(get("claude/settings.json"), "{\"statusLine\":7}");
}

static void a_dry_run_writes_nothing(void **state)
{
	(void)state;
	put("claude/settings.json", OTHER, 0644);
	is_dry_run = true;
	assert_true(apply());
	assert_true(says("would change so (nothing was written):\n--- ") && says("\n-" OTHER));
	assert_string_equal(get("claude/settings.json"), OTHER);
	is_dry_run = false;
	assert_true(apply());
	const char *wired = get("claude/settings.json");
	is_dry_run = true;
	assert_true(take_out());
	assert_true(says("\n+" OTHER));
	assert_true(hooks(true));
	assert_true(says("\n+" OTHER));
	assert_string_equal(get("claude/settings.json"), wired);
}

static void what_cannot_be_is_told(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{"{\n\"statusLine\":[]}", "/claude/settings.json:2:14: `statusLine` is an array"},
		{"{\"statusLine\":{\"type\":\"x\"}}",
			"settings.json:1:23: `statusLine` has another"},
		{"{,}", "settings.json:1:2: "},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct statusline_opts o = opts();
		struct statusline_state s;
		put("claude/settings.json", bad[i][0], 0644);
		assert_false(apply());
		assert_true(str_has(str_of(err.text), bad[i][1]));
		assert_true(str_has(str_of(err.text), "nothing was changed"));
		assert_false(take_out());
		assert_false(statusline_check(&o, &s, &err));
		assert_true(str_has(str_of(err.text), bad[i][1]));
		assert_string_equal(get("claude/settings.json"), bad[i][0]);
		assert_string_equal(names("claude"), "settings.json ");
	}
	struct statusline_opts o = opts();
	o.ccl_path = STR("/x/ccl2"); // would not be known again
	assert_false(statusline_apply(&o, &report, &err));
	assert_int_equal(err.code, ERR_USAGE);
	o.ccl_path = STR("/x/ccl");
	assert_false(statusline_apply(&o, &report, &err));
	assert_int_equal(err.code, ERR_NO_INPUT);
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	assert_int_equal(rmdir(in("claude")), 0);
	assert_true(apply());
	assert_true(says("was not found") && says("ccl install --statusline"));
	assert_int_equal(check().wiring, INSTALL_MISSING);
}

static void a_check_tells_why_it_is_not_seen(void **state)
{
	(void)state;
	assert_int_equal(check().wiring, INSTALL_MISSING);
	put("claude/settings.json", "{\"disableAllHooks\":true}", 0644);
	assert_true(apply());
	assert_true(says("note: ") && says("disableAllHooks is true"));
	struct statusline_state s = check();
	assert_int_equal(s.wiring, INSTALL_WIRED);
	assert_true(str_has(str_of(s.hidden), "claude/settings.json: disableAllHooks"));
	put("claude/settings.json", "{}", 0644);
	assert_true(apply());
	assert_string_equal(check().hidden, "");
	assert_int_equal(mkdir(in("managed"), 0755), 0);
	put("managed/managed-settings.json", "{\"allowManagedHooksOnly\": true}", 0644);
	s = check();
	assert_true(str_has(str_of(s.hidden), "managed-settings.json: allowManagedHooksOnly"));
	assert_true(apply());
	assert_true(says("ask the administrator"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_of_ours_comes_and_goes),
		TEST(mode_links_and_bytes_stay),
		TEST(taking_out_the_hooks_takes_it_along),
		TEST(a_dry_run_writes_nothing),
		TEST(what_cannot_be_is_told),
		TEST(a_check_tells_why_it_is_not_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
