// SPDX-License-Identifier: MIT
// `ccl sync`: ccl-hook is the only writer, so it is run.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "command.h"
#include "executable.h"
#include "path.h"

static bool is_program(struct str path)
{
	return access(path.p, X_OK) == 0;
}

bool command_find_hook(struct arena *a, struct str *out)
{
	struct str self = executable_path(a), rest = str_of(getenv("PATH"));
	if (self.n) {
		*out = path_join(a, path_dir(self), STR("ccl-hook"));
		if (is_program(*out))
			return true;
		// in a build folder
		*out = path_join(a, path_dir(path_dir(self)), STR("hook/ccl-hook"));
		if (is_program(*out))
			return true;
	}
	while (rest.p) {
		struct str dir = str_split(rest, ':', &rest);
		*out = path_join(a, dir, STR("ccl-hook"));
		if (dir.n && dir.p[0] == '/' && is_program(*out))
			return true;
	}
	return false;
}

bool command_sync(struct command_call *call, struct err *e)
{
	struct str hook;
	char *argv[ARGS_MAX_POSITIONALS + 3];
	size_t n = 0;
	if (!command_find_hook(call->arena, &hook))
		return err_set(
			e, ERR_IO, "ccl-hook is neither beside ccl nor on PATH: install it there");
	argv[n++] = arena_printf(call->arena, "%.*s", STR_ARG(hook));
	argv[n++] = arena_printf(call->arena, "--sync");
	for (size_t i = 0; i < call->args->n_positionals; i++)
		argv[n++] = arena_printf(call->arena, "%.*s", STR_ARG(call->args->positionals[i]));
	argv[n] = NULL;
	(void)fflush(stdout);
	(void)execv(argv[0], argv);
	return err_set(e, ERR_IO, "cannot run %s: %s", argv[0], strerror(errno));
}

bool command_charge(struct arena *a)
{
	AUTO(buf_free) struct buf said = {0};
	struct err e = {.code = ERR_NONE};
	struct str hook;
	int status = 0;
	bool ok = command_find_hook(a, &hook);
	if (ok) {
		const char *argv[] = {
			arena_printf(a, "%.*s", STR_ARG(hook)), arena_printf(a, "--charge"), NULL};
		struct program job = {.argv = argv, .is_stderr = true, .out = &said};
		(void)fflush(stdout);
		ok = program_run(&job, &status, &e) && status == 0;
	} else {
		(void)err_set(&e, ERR_IO, "ccl-hook is neither beside ccl nor on PATH");
	}
	struct str rest, why = e.code == ERR_NONE ? str_trim(buf_str(&said)) : str_of(e.text);
	why = str_split(why, '\n', &rest); // what a crash says is long
	if (!ok)
		(void)fprintf(stderr,
			"ccl: this is stored, but what it changes is not charged yet (%.*s): "
			"the next hook does it\n",
			STR_ARG(why));
	return ok;
}

bool command_ask(const char *question)
{
	char answer[16] = "";
	if (!isatty(STDIN_FILENO))
		return false;
	(void)fprintf(stderr, "%s [y/N] ", question);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}
