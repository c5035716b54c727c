// SPDX-License-Identifier: MIT
#include "notify_send.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { POLL_MS = 10, CANNOT_RUN = 127 };

// execvp, but for the relative folders of PATH: the hook's own folder is a project's, and its files
// are not trusted.
static void exec_absolute(const char *const *argv)
{
	char *const *args = (char *const *)(uintptr_t)argv; // exec changes none of them
	const char *path = getenv("PATH");
	if (argv[0][0] == '/')
		(void)execv(argv[0], args);
	for (const char *at = path != NULL ? path : "/usr/local/bin:/usr/bin:/bin"; *at != '\0';) {
		int len = (int)strcspn(at, ":");
		char file[PATH_MAX];
		int n = snprintf(file, sizeof file, "%.*s/%s", len, at, argv[0]);
		if (at[0] == '/' && n > 0 && (size_t)n < sizeof file)
			(void)execv(file, args);
		at += len;
		at += *at == ':';
	}
}

static _Noreturn void become(const char *const *argv, int input_fd)
{
	int null = open("/dev/null", O_RDWR);
	(void)setpgid(0, 0);
	if (null < 0 || dup2(input_fd >= 0 ? input_fd : null, STDIN_FILENO) < 0 ||
		dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(CANNOT_RUN);
	for (int fd = 3; fd < 64; fd++)
		(void)close(fd); // the ledger's, above all
	(void)signal(SIGPIPE, SIG_DFL);
	exec_absolute(argv);
	_exit(CANNOT_RUN);
}

// The exit status; CANNOT_RUN if it was killed, too.
static int wait_for(pid_t pid, int limit_ms)
{
	int status = 0;
	int64_t deadline = clock_mono_ms() + limit_ms;
	for (;;) {
		pid_t got = waitpid(pid, &status, WNOHANG);
		if (got == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : CANNOT_RUN;
		if ((got < 0 && errno != EINTR) || clock_mono_ms() >= deadline)
			break;
		clock_sleep_ms(POLL_MS);
	}
	(void)kill(-pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return CANNOT_RUN;
}

static int run(const char *const *argv, int input_fd, int limit_ms)
{
	pid_t pid = fork();
	if (pid == 0)
		become(argv, input_fd);
	if (pid < 0)
		return CANNOT_RUN;
	(void)setpgid(pid, pid); // whoever of the two comes first
	return wait_for(pid, limit_ms);
}

void notify_desktop(const char *title, const char *text, int limit_ms)
{
	const char *send[] = {"notify-send", "-a", "ccl", "--", title, text, NULL};
	const char *mac[] = {"osascript", "-e", "on run argv", "-e",
		"display notification (item 2 of argv) with title (item 1 of argv)", "-e",
		"end run", title, text, NULL};
	if (run(send, -1, limit_ms) == CANNOT_RUN)
		(void)run(mac, -1, limit_ms);
}

void notify_command(const char *command, struct str input, int limit_ms)
{
	const char *argv[] = {"/bin/sh", "-c", command, NULL};
	int fds[2];
	// an alert is smaller than any pipe: it is written before anybody reads
	if (pipe(fds) != 0)
		return;
	ssize_t done = write(fds[1], input.p, input.n);
	(void)close(fds[1]);
	if (done == (ssize_t)input.n)
		(void)run(argv, fds[0], limit_ms);
	(void)close(fds[0]);
}
