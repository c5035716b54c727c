// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client.h"
#include "sandbox.h"

static int set_up(void **state)
{
	(void)state;
	sandbox_enter();
	assert_int_equal(setenv("HOME", in("home"), 1), 0);
	assert_int_equal(
		setenv("PATH", arena_printf(&sandbox_arena, "%s:%s", in("empty"), in("bin")), 1),
		0);
	assert_int_equal(unsetenv("CLAUDE_CONFIG_DIR"), 0);
	assert_int_equal(mkdir(in("home"), 0755), 0);
	return mkdir(in("bin"), 0755);
}

static int tear_down(void **state)
{
	(void)state;
	(void)setenv("PATH", "/usr/bin:/bin", 1);
	sandbox_leave();
	return 0;
}

static void put_deep(const char *name, const char *text)
{
	assert_int_equal(system(arena_printf(&sandbox_arena,
				 "PATH=/usr/bin:/bin; mkdir -p $(dirname '%s')", in(name))),
		0);
	put(name, text, 0755);
}

static void link_to(const char *target, const char *name)
{
	(void)unlink(in(name));
	assert_int_equal(symlink(target, in(name)), 0);
}

static const char *version(void)
{
	struct str v;
	return client_version(&sandbox_arena, &v) ? arena_str(&sandbox_arena, v).p : "unknown";
}

static void npm_says_it_in_its_package(void **state)
{
	(void)state;
	assert_string_equal(version(), "unknown");
	put_deep("node/20.1.0/lib/node_modules/@anthropic-ai/claude-code/bin/claude.exe", "");
	link_to("../node/20.1.0/lib/node_modules/@anthropic-ai/claude-code/bin/claude.exe",
		"bin/claude");
	assert_string_equal(version(), "unknown"); // 20.1.0 is Node's
	put_deep("node/20.1.0/lib/node_modules/@anthropic-ai/claude-code/package.json",
		"{\"name\": \"@anthropic-ai/claude-code\", \"version\": \"2.1.330\"}");
	assert_string_equal(version(), "2.1.330");
	// The older package: cli.js beside package.json.
	put_deep("old/@anthropic-ai/claude-code/cli.js", "");
	put_deep("old/@anthropic-ai/claude-code/package.json",
		"{\"name\": \"@anthropic-ai/claude-code\", \"version\": \"2.0.77\"}");
	link_to("../old/@anthropic-ai/claude-code/cli.js", "bin/claude");
	assert_string_equal(version(), "2.0.77");
	put_deep("old/@anthropic-ai/claude-code/package.json",
		"{\"name\": \"x\", \"version\": \"1.0.0\"}");
	assert_string_equal(version(), "unknown");
}

static void the_native_installer_says_it_in_the_path(void **state)
{
	(void)state;
	put_deep("home/.local/share/claude/versions/2.1.330", "");
	put_deep("home/.local/bin/x", "");
	link_to("../share/claude/versions/2.1.330", "home/.local/bin/claude");
	assert_string_equal(version(), "2.1.330"); // found there although PATH does not lead to it
	put_deep("brew/Caskroom/claude-code/2.1.331/claude", "");
	link_to("../brew/Caskroom/claude-code/2.1.331/claude", "bin/claude");
	assert_string_equal(version(), "2.1.331"); // PATH comes first
	put_deep("claude-like/3.1.2/lib/claude", "");
	link_to("../claude-like/lib/claude", "bin/claude"); // leads nowhere
	assert_string_equal(version(), "2.1.330");
}

static void notes_of_the_client_are_the_last_resort(void **state)
{
	(void)state;
	put_deep("bin/claude", "#!/bin/sh\nexec somewhere/else\n");
	put_deep("home/.claude.json",
		"{\"firstStartVersion\": \"2.0.9\", \"lastOnboardingVersion\": \"2.0.10\", "
		"\"lastReleaseNotesSeen\": \"2.0.8\", \"version\": \"9.9.9\"}");
	assert_string_equal(version(), "2.0.10");
	put_deep("home/.claude/local/node_modules/@anthropic-ai/claude-code/package.json",
		"{\"name\": \"@anthropic-ai/claude-code\", \"version\": \"1.0.124\"}");
	assert_string_equal(version(), "1.0.124");
	assert_int_equal(
		unlink(in(
			"home/.claude/local/node_modules/@anthropic-ai/claude-code/package.json")),
		0);
	put_deep("config/.claude.json", "{\"lastOnboardingVersion\": \"2.1.200\"}");
	assert_int_equal(setenv("CLAUDE_CONFIG_DIR", in("config"), 1), 0);
	assert_string_equal(version(), "2.1.200");
	put_deep("config/.claude.json", "{\"lastOnboardingVersion\": \"two\"}");
	assert_string_equal(version(), "unknown");
	put_deep("config/.claude.json", "{\"lastOnboardingVersion\": \"2.1.2");
	assert_string_equal(version(), "unknown");
}

static void versions_are_ordered_by_number(void **state)
{
	(void)state;
	static const char *const ordered[] = {
		"1.0.124", "2.0.9", "2.0.77", "2.1.3", "2.1.138", "2.1.139", "10.0.0"};
	for (size_t i = 0; i < 7; i++)
		for (size_t k = 0; k < 7; k++)
			assert_int_equal(client_compare(str_of(ordered[i]), str_of(ordered[k])),
				(i > k) - (i < k));
	assert_int_equal(client_compare(STR("2.1.3-beta.1"), STR("2.1.3+x")), 0);
	static const char *const none[] = {
		"", "2.1", "2.1.x", "2.1.3x", "v2.1.3", "2..3", "2.1.3.4", "-1.0.0"};
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(client_compare(str_of(none[i]), STR("0.0.0")), -1);
		assert_false(client_has_exec_form(str_of(none[i])));
	}
	assert_false(client_has_exec_form(STR("2.1.138")));
	assert_true(client_has_exec_form(STR("2.1.139")));
	assert_true(client_has_exec_form(STR("3.0.0")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(npm_says_it_in_its_package),
		TEST(the_native_installer_says_it_in_the_path),
		TEST(notes_of_the_client_are_the_last_resort),
		cmocka_unit_test(versions_are_ordered_by_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
