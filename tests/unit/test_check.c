// SPDX-License-Identifier: MIT
// What `ccl install --check` and `ccl doctor` are told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "install.h"
#include "sandbox.h"

static struct buf report;
static struct err err;
static bool has_guard, has_enforce;

static struct install_opts opts(void)
{
	return (struct install_opts){.config_dir = str_of(in("claude")),
		.hook_path = str_of(in("bin/ccl-hook")),
		.client_version = STR("2.1.330"),
		.managed_dir = str_of(in("managed")),
		.has_guard = has_guard,
		.has_enforce = has_enforce};
}

static bool apply(void)
{
	struct install_opts o = opts();
	buf_clear(&report);
	err = (struct err){0};
	return install_apply(&o, &report, &err);
}

static bool says(const char *part)
{
	return str_has(buf_str(&report), part);
}

static int set_up(void **state)
{
	(void)state;
	sandbox_enter();
	has_guard = has_enforce = false;
	assert_int_equal(mkdir(in("claude"), 0755), 0);
	assert_int_equal(mkdir(in("bin"), 0755), 0);
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

static const struct install_reason *reason(
	const struct install_state *s, enum install_trouble trouble)
{
	for (size_t i = 0; i < s->n_reasons; i++)
		if (s->reasons[i].trouble == trouble)
			return &s->reasons[i];
	return NULL;
}

static struct install_state check(void)
{
	struct install_opts o = opts();
	struct install_state s;
	assert_true(install_check(&o, &s, &err));
	return s;
}

static void a_check_tells_what_is_wired(void **state)
{
	(void)state;
	struct install_state s = check();
	assert_false(s.is_ok);
	assert_non_null(reason(&s, INSTALL_NO_SETTINGS));
	assert_string_equal(install_wiring_name(s.events[0].wiring), "missing");
	assert_true(apply());
	s = check();
	assert_true(s.is_ok);
	assert_int_equal(s.n_reasons, 0);
	assert_string_equal(s.events[2].name, "SessionEnd");
	assert_string_equal(install_wiring_name(s.events[2].wiring), "wired");
	put("claude/settings.json", "{}", 0600);
	s = check();
	assert_false(s.is_ok || s.n_reasons);
	assert_true(apply());
	assert_int_equal(unlink(in("bin/ccl-hook")), 0);
	s = check();
	assert_false(s.is_ok);
	assert_non_null(reason(&s, INSTALL_NO_BINARY));
	assert_int_equal(s.events[0].wiring, INSTALL_WIRED);
	put("claude/settings.json",
		"{\"disableAllHooks\":true,\"hooks\":{\"PreCompact\":[{\"hooks\":["
		"{\"type\":\"command\",\"command\":\"/x/ccl-hook\"}]}]}}",
		0644);
	s = check();
	assert_non_null(reason(&s, INSTALL_HOOKS_DISABLED));
	assert_non_null(reason(&s, INSTALL_STRAY_ENTRY));
	put("claude/settings.json", "{\"hooks\":7}", 0644);
	s = check();
	assert_true(
		str_has(str_of(reason(&s, INSTALL_BAD_SETTINGS)->detail), "settings.json:1:10: "));
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	assert_int_equal(unlink(in("claude/settings.json.ccl-backup")), 0);
	assert_int_equal(rmdir(in("claude")), 0);
	s = check();
	assert_non_null(reason(&s, INSTALL_NO_FOLDER));
	assert_null(reason(&s, INSTALL_NO_SETTINGS));
}

static enum install_wiring wiring_of(const struct install_state *s, const char *event)
{
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++)
		if (str_is(str_of(s->events[i].name), event))
			return s->events[i].wiring;
	fail_msg("no event %s", event);
	return INSTALL_MISSING;
}

static void what_is_wanted_is_looked_for(void **state)
{
	(void)state;
	assert_true(apply());
	struct install_state s = check();
	assert_true(s.is_ok);
	assert_string_equal(install_wiring_name(wiring_of(&s, "PostToolUse")), "unused");
	has_guard = has_enforce = true;
	s = check();
	assert_false(s.is_ok);
	assert_int_equal(s.n_reasons, 0);
	assert_int_equal(wiring_of(&s, "PostToolUse"), INSTALL_MISSING);
	assert_int_equal(wiring_of(&s, "PreToolUse"), INSTALL_MISSING);
	assert_int_equal(wiring_of(&s, "UserPromptSubmit"), INSTALL_MISSING);
	assert_true(apply());
	assert_true(check().is_ok);
	has_enforce = false;
	s = check();
	assert_false(s.is_ok);
	assert_int_equal(s.n_reasons, 0);
	assert_int_equal(wiring_of(&s, "PostToolUse"), INSTALL_WIRED);
	assert_string_equal(install_wiring_name(wiring_of(&s, "PreToolUse")), "unwanted");
	assert_true(apply());
	assert_true(says("took out the hook under \"PreToolUse\": no budget is enforced\n"));
	assert_true(check().is_ok);
	// Without settings: what is wanted is missing, what is not is not.
	assert_int_equal(unlink(in("claude/settings.json")), 0);
	s = check();
	assert_int_equal(wiring_of(&s, "PostToolUse"), INSTALL_MISSING);
	assert_int_equal(wiring_of(&s, "PreToolUse"), INSTALL_UNUSED);
	assert_int_equal(system(arena_printf(&sandbox_arena, "rm -r %s", in("claude"))), 0);
	s = check();
	assert_int_equal(wiring_of(&s, "PostToolUse"), INSTALL_MISSING);
	assert_int_equal(wiring_of(&s, "PreToolUse"), INSTALL_UNUSED);
}

static void an_administrator_is_heard(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in("managed"), 0755), 0);
	assert_int_equal(mkdir(in("managed/managed-settings.d"), 0755), 0);
	put("managed/managed-settings.json", "{\"allowManagedHooksOnly\": true}", 0644);
	assert_true(apply());
	assert_true(says("note: ") && says("allowManagedHooksOnly is true"));
	struct install_state s = check();
	assert_false(s.is_ok);
	assert_true(str_has(str_of(reason(&s, INSTALL_MANAGED_ONLY)->detail),
		"managed/managed-settings.json: "));
	// Files of the folder come over it, in the order of their names; a broken one says nothing.
	put("managed/managed-settings.d/20.json", "{\"disableAllHooks\": true}", 0644);
	for (int i = 11; i < 20; i++)
		put(arena_printf(&sandbox_arena, "managed/managed-settings.d/%d.json", i),
			"{\"allowManagedHooksOnly\": false, \"disableAllHooks\": false}", 0644);
	put("managed/managed-settings.d/30.json", "{\"disableAllHooks\": false", 0644);
	put("managed/managed-settings.d/40.txt", "{\"allowManagedHooksOnly\": true}", 0644);
	s = check();
	assert_null(reason(&s, INSTALL_MANAGED_ONLY));
	assert_true(str_has(str_of(reason(&s, INSTALL_HOOKS_DISABLED)->detail), "20.json"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_check_tells_what_is_wired),
		TEST(what_is_wanted_is_looked_for),
		TEST(an_administrator_is_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
