// SPDX-License-Identifier: MIT
// The block in a prepare-commit-msg hook, as text: put in, put in again, taken out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "githook.h"

static const char *put(struct str text, const char *ccl, struct buf *out)
{
	struct err e = {0};
	buf_clear(out);
	return githook_put(text, str_of(ccl), out, &e) ? buf_z(out) : NULL;
}

static const char *cut(struct str text, bool *is_nothing, struct buf *out)
{
	struct err e = {0};
	buf_clear(out);
	return githook_cut(text, out, is_nothing, &e) ? buf_z(out) : NULL;
}

static void test_of_its_own(void **state)
{
	(void)state;
	struct buf first = {0}, second = {0};
	bool is_nothing;
	assert_non_null(put(STR_NONE, "/opt/it's/ccl", &first));
	assert_true(str_starts(buf_str(&first), "#!/bin/sh\n"));
	assert_true(str_has(buf_str(&first), "if [ -x '/opt/it'\\''s/ccl' ]; then"));
	// once more, and from elsewhere
	assert_string_equal(put(buf_str(&first), "/opt/it's/ccl", &second), buf_z(&first));
	assert_non_null(put(buf_str(&first), "/usr/bin/ccl", &second));
	assert_false(str_has(buf_str(&second), "/opt"));
	assert_non_null(cut(buf_str(&second), &is_nothing, &first));
	assert_true(is_nothing);
	buf_free(&first);
	buf_free(&second);
}

static void test_of_others(void **state)
{
	(void)state;
	static const char *const texts[] = {"#!/bin/sh\n", "#!/bin/sh\nexit 0\n",
		"#!/usr/bin/env bash\nx", "#! /bin/dash -e\n\n\n# >>> other >>>\n",
		"#!/usr/bin/zsh\n\xff\n"};
	struct buf with = {0}, without = {0};
	bool is_nothing;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_non_null(put(str_of(texts[i]), "/usr/bin/ccl", &with));
		assert_true(with.n > strlen(texts[i]));
		// right behind the first line
		struct str rest, line = str_split(buf_str(&with), '\n', &rest);
		assert_memory_equal(line.p, texts[i], line.n);
		assert_true(str_starts(rest, "# >>> ccl git-trailer"));
		assert_string_equal(cut(buf_str(&with), &is_nothing, &without), texts[i]);
		assert_false(is_nothing);
	}
	assert_string_equal(cut(STR("#!/bin/sh\nx\n"), &is_nothing, &without), "#!/bin/sh\nx\n");
	buf_free(&with);
	buf_free(&without);
}

static void test_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "exit 0\n", "#!/usr/bin/python3\n",
		"#!/usr/bin/env node\n", "#!\n", "#!/usr/bin/env\n", " #!/bin/sh\n", "#!/bin/shx\n",
		"#!/bin/sh\n# >>> ccl git-trailer >>>\nx\n"};
	struct buf out = {0};
	bool is_nothing;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_null(put(str_of(texts[i]), "/usr/bin/ccl", &out));
	assert_null(
		cut(STR("# >>> ccl git-trailer >>>\n# <<< ccl git-trailer"), &is_nothing, &out));
	buf_free(&out);
}

// What somebody has added to a file of ours stays, and the file with it.
static void test_grown(void **state)
{
	(void)state;
	struct buf ours = {0}, out = {0};
	bool is_nothing;
	assert_non_null(put(STR_NONE, "/usr/bin/ccl", &ours));
	buf_addz(&ours, "echo mine\n");
	assert_non_null(put(buf_str(&ours), "/usr/local/bin/ccl", &out));
	assert_true(str_ends(buf_str(&out), "echo mine\n"));
	assert_string_equal(cut(buf_str(&ours), &is_nothing, &out), "#!/bin/sh\necho mine\n");
	assert_false(is_nothing);
	buf_free(&ours);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_its_own),
		cmocka_unit_test(test_of_others),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_grown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
