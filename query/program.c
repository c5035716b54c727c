// SPDX-License-Identifier: MIT
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { CANNOT_RUN = 127 };

static int64_t left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_mono_ms();
	return deadline_ms == INT64_MAX ? -1 : left > 0 ? left : 0;
}

static _Noreturn void become(const struct program *c, int pipe_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int unheard = c->is_stderr ? STDOUT_FILENO : STDERR_FILENO;
	int heard = c->is_stderr ? STDERR_FILENO : STDOUT_FILENO;
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, unheard) < 0 ||
		dup2(pipe_fd >= 0 ? pipe_fd : null, heard) < 0)
		_exit(CANNOT_RUN);
	if (c->is_left)
		(void)setsid(); // the end of our terminal is not its end
	// it changes none of them
	(void)execvp(c->argv[0], (char *const *)(uintptr_t)c->argv);
	_exit(CANNOT_RUN);
}

// Until the child closes its end or the time is over.
static void listen_to(int fd, struct buf *out, int64_t deadline_ms)
{
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int ready = poll(&p, 1, (int)left_ms(deadline_ms));
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return;
		char bytes[4096];
		ssize_t n = read(fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		if (out->n + (size_t)n <= PROGRAM_MAX_OUTPUT_BYTES)
			buf_add(out, (struct str){bytes, (size_t)n});
	}
}

static bool wait_for(pid_t pid, int64_t deadline_ms, int *out_status)
{
	for (;;) {
		pid_t got = waitpid(pid, out_status, deadline_ms == INT64_MAX ? 0 : WNOHANG);
		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		if (left_ms(deadline_ms) == 0)
			return false;
		clock_sleep_ms(1);
	}
}

bool program_run(const struct program *c, int *out_status, struct err *e)
{
	int64_t deadline_ms = c->limit_ms ? clock_mono_ms() + c->limit_ms : INT64_MAX;
	int fds[2] = {-1, -1}, status;
	if (c->out && pipe(fds) != 0)
		return err_set(e, ERR_IO, "cannot run %s: %s", c->argv[0], strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		if (fds[0] >= 0)
			(void)close(fds[0]);
		become(c, fds[1]);
	}
	int why = errno;
	if (fds[1] >= 0)
		(void)close(fds[1]);
	if (pid > 0 && c->out)
		listen_to(fds[0], c->out, deadline_ms);
	bool has_ended = pid > 0 && wait_for(pid, deadline_ms, &status);
	if (pid > 0 && !has_ended && !c->is_left) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
	}
	if (fds[0] >= 0)
		(void)close(fds[0]);
	if (pid < 0)
		return err_set(e, ERR_IO, "cannot run %s: %s", c->argv[0], strerror(why));
	if (!has_ended)
		return err_set(e, ERR_BUSY, "%s takes longer than %d ms", c->argv[0], c->limit_ms);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == CANNOT_RUN)
		return err_set(e, ERR_IO, "cannot run %s", c->argv[0]);
	*out_status = WEXITSTATUS(status);
	return true;
}
