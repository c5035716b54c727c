// SPDX-License-Identifier: MIT
#include "pager.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "ledger.h"
#include "path.h"

enum { CANNOT_EXECUTE = 126, NOT_FOUND = 127 }; // statuses of a shell

static bool print(const struct buf *out, struct err *e)
{
	if ((!out->n || fwrite(out->p, 1, out->n, stdout) == out->n) && fflush(stdout) == 0)
		return true;
	return err_set(e, ERR_IO, "cannot write the output: %s", strerror(errno));
}

static bool is_longer_than_screen(const struct buf *out)
{
	struct winsize w;
	size_t lines = 0;
	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_row == 0)
		return false;
	for (size_t i = 0; i < out->n; i++)
		lines += out->p[i] == '\n';
	return lines >= w.ws_row; // the prompt takes a line
}

// A ledger that cannot be read says nothing against it.
static bool is_turned_off(void)
{
	struct arena a = {0};
	struct err e = {0};
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	bool is_off = false;
	if (ledger_open_read(path_ledger(&a), &db, &e)) {
		is_off = sqlite3_prepare_v2(db,
				 "SELECT 1 FROM setting WHERE key = 'pager' AND value = 'off'", -1,
				 &s, NULL) == SQLITE_OK &&
			 sqlite3_step(s) == SQLITE_ROW;
		(void)sqlite3_finalize(s);
		ledger_close(&db);
	}
	arena_free(&a);
	return is_off;
}

// NULL: none is wanted.
static const char *choose(void)
{
	const char *own = getenv("CCL_PAGER"), *all = getenv("PAGER");
	// a system without less says nothing about it
	const char *command = own   ? own
			      : all ? all
				    : "command -v less >/dev/null || exit 127; exec less -FRX";
	const char *term = getenv("TERM");
	if (!*command || strcmp(command, "cat") == 0 || !term || strcmp(term, "dumb") == 0 ||
		is_turned_off())
		return NULL;
	return command;
}

static _Noreturn void become(const char *command, int fd)
{
	// one that is less, under whatever name: leave if it fits, show colours, leave the text
	// there
	(void)setenv("LESS", "FRX", 0);
	if (dup2(fd, STDIN_FILENO) >= 0)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(NOT_FOUND);
}

static void write_all(int fd, const struct buf *out)
{
	for (size_t at = 0; at < out->n;) {
		ssize_t n = write(fd, out->p + at, out->n - at);
		if (n < 0 && errno != EINTR)
			return; // the user has seen enough
		at += n > 0 ? (size_t)n : 0;
	}
}

// False: there was no such pager, and nothing has been shown.
static bool page(const char *command, const struct buf *out)
{
	int fds[2], status = 0;
	if (pipe(fds) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(fds[1]);
		become(command, fds[0]);
	}
	(void)close(fds[0]);
	// what the keyboard sends is for the pager
	void (*on_int)(int) = signal(SIGINT, SIG_IGN);
	void (*on_quit)(int) = signal(SIGQUIT, SIG_IGN);
	void (*on_pipe)(int) = signal(SIGPIPE, SIG_IGN);
	if (pid > 0)
		write_all(fds[1], out);
	(void)close(fds[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)signal(SIGINT, on_int);
	(void)signal(SIGQUIT, on_quit);
	(void)signal(SIGPIPE, on_pipe);
	return pid > 0 && !(WIFEXITED(status) && (WEXITSTATUS(status) == CANNOT_EXECUTE ||
							 WEXITSTATUS(status) == NOT_FOUND));
}

bool pager_print(const struct buf *out, struct err *e)
{
	const char *command = is_longer_than_screen(out) ? choose() : NULL;
	return (command && page(command, out)) || print(out, e);
}
