// SPDX-License-Identifier: MIT
// What sessions that share lines hold, where more than the turns themselves decides: nicknames.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hook_script.h"

// The lines of a session with this nickname.
static char *named(const char *lines, const char *session, const char *slug)
{
	struct buf b = {0};
	char *id = arena_printf(&sandbox_arena, "'sessionId':'%s',", session);
	const char *p = lines, *q;
	while ((q = strstr(p, id))) {
		q += strlen(id);
		buf_add(&b, (struct str){p, (size_t)(q - p)});
		buf_printf(&b, "'slug':'%s',", slug);
		p = q;
	}
	buf_addz(&b, p);
	char *z = arena_printf(&sandbox_arena, "%s", buf_z(&b));
	buf_free(&b);
	return z;
}

#define LATE_END PROMPT("A", "pr5", "45:00") TURN("A", "m4", "45:01", 14, "", "")
#define FORK_END PROMPT("B", "pr3", "40:00") TURN("B", "b1", "40:01", 11, "", "")

// A fork that spoke before its parent went on, without a mark.
static void check_fork(const char *first, const char *parent, const char *fork, const char *owners)
{
	struct script s = {.n = 0};
	add_file(&s, P "A.jsonl", joined(first, parent));
	add_file(&s, P "B.jsonl", joined(copied(first, "A", "B", false, 0), fork));
	check_script(&s, owners);
}

// Its copies carry the nickname of the session that wrote them, its own messages another.
static void nickname_tells_the_parent(void **state)
{
	(void)state;
	char *calm = named(first_half, "A", "calm"), *calm_end = named(LATE_END, "A", "calm");
	const char *of_a = "b1:B m1:A m2:A m3:A m4:A", *of_b = "b1:B m1:B m2:B m3:B m4:A";
	check_fork(calm, calm_end, named(FORK_END, "B", "wise"), of_a);
	// it tells nothing where a fork keeps it, or has none, or the copies have none
	check_fork(calm, calm_end, named(FORK_END, "B", "calm"), of_b);
	check_fork(calm, calm_end, FORK_END, of_b);
	check_fork(first_half, calm_end, named(FORK_END, "B", "wise"), of_b);
	// of a parent that took another one later both sightings look like copies
	check_fork(calm, named(LATE_END, "A", "mild"), named(FORK_END, "B", "wise"), of_b);
}

// Where both sightings carry a mark of their own, the mark goes before the nickname.
static void mark_before_nickname(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	char *calm = named(first_half, "A", "calm");
	add_file(&s, P "A.jsonl", joined(calm, named(LATE_END, "A", "mild")));
	add_file(&s, P "B.jsonl",
		joined(copied(calm, "A", "B", true, 0), named(FORK_END, "B", "calm")));
	check_script(&s, "b1:B m1:A m2:A m3:A m4:A");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nickname_tells_the_parent, enter, leave),
		cmocka_unit_test_setup_teardown(mark_before_nickname, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
