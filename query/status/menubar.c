// SPDX-License-Identifier: MIT
// `ccl menubar`: what menu bars and status bars run every few seconds.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bar.h"
#include "command.h"
#include "executable.h"

static const struct bar_host *find_host(struct str name, struct err *e)
{
	AUTO(buf_free) struct buf names = {0};
	for (size_t i = 0; i < n_bar_hosts; i++) {
		if (str_is(name, bar_hosts[i].name))
			return &bar_hosts[i];
		buf_printf(&names, "%s%s", i ? ", " : "", bar_hosts[i].name);
	}
	(void)err_set(e, ERR_USAGE, "--format %.*s: it is one of %s", STR_ARG(name), buf_z(&names));
	return NULL;
}

// i3blocks says what was clicked; it waits for our end, so the dashboard is left alone.
static void open_dashboard(struct str self)
{
	const char *button = getenv("BLOCK_BUTTON");
	if (!button || strcmp(button, "1") != 0 || !self.n)
		return;
	pid_t pid = fork();
	if (pid != 0)
		return;
	(void)setsid();
	if (freopen("/dev/null", "r", stdin) && freopen("/dev/null", "w", stdout) &&
		freopen("/dev/null", "w", stderr))
		(void)execl(self.p, "ccl", "serve", "--open", (char *)NULL);
	_exit(0);
}

bool command_menubar(struct command_call *call, struct err *e)
{
	AUTO(look_close) struct look l = {.db = NULL};
	AUTO(buf_free) struct buf out = {0};
	struct str name = call->args->values[OPT_FORMAT];
	const struct bar_host *host = find_host(name.p ? name : STR("plain"), e);
	struct str self = executable_path(call->arena);
	struct bar bar;
	if (!host)
		return false;
	if (str_is(name, "i3blocks"))
		open_dashboard(self);
	(void)signal(SIGPIPE, SIG_IGN);
	look_open(&l, call->arena);
	bar_read(&l, &bar);
	host->write(&bar, self, &out);
	(void)fwrite(out.p, 1, out.n, stdout);
	(void)fflush(stdout); // nobody listens: no trouble of ours
	return true;
}
