// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "complete.h"
#include "scripts.h"

static bool print(const char *p, size_t n, struct err *e)
{
	if (fwrite(p, 1, n, stdout) == n && fflush(stdout) == 0)
		return true;
	return err_set(e, ERR_IO, "cannot write the output: %s", strerror(errno));
}

bool command_completion(struct command_call *call, struct err *e)
{
	struct str shell = call->args->positionals[0];
	const char *script = str_is(shell, "bash")   ? script_bash
			     : str_is(shell, "zsh")  ? script_zsh
			     : str_is(shell, "fish") ? script_fish
						     : NULL;
	if (!script)
		return err_set(e, ERR_USAGE, "no completion for %.*s: there is bash, zsh and fish",
			STR_ARG(shell));
	return print(script, strlen(script), e);
}

bool command_complete(struct arena *a, int argc, char **argv, struct err *e)
{
	AUTO(buf_free) struct buf out = {0};
	complete_words(a, (size_t)(argc - 2), argv + 2, &out);
	return print(out.n ? out.p : "", out.n, e);
}
