// SPDX-License-Identifier: MIT
#include "with.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { LOOK_MS = 10 }; // how often it is looked whether it has ended though others hold its pipe

static volatile sig_atomic_t group;

static void on_end(int sig)
{
	(void)sig;
	if (group > 0)
		(void)kill((pid_t)-group, SIGKILL);
	_exit(0);
}

static _Noreturn void become(const char *command, int in_fd, int out_fd)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	if (null >= 0 && dup2(in_fd, STDIN_FILENO) >= 0 && dup2(out_fd, STDOUT_FILENO) >= 0 &&
		dup2(null, STDERR_FILENO) >= 0)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static bool make_pipe(int fds[2])
{
	if (pipe(fds) != 0)
		return false;
	for (int i = 0; i < 2; i++)
		(void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
	return true;
}

bool with_start(struct with *w, const char *command)
{
	int in[2], out[2];
	*w = (struct with){.in_fd = -1, .out_fd = -1};
	if (!make_pipe(in))
		return false;
	if (!make_pipe(out)) {
		(void)close(in[0]);
		(void)close(in[1]);
		return false;
	}
	(void)signal(SIGPIPE, SIG_IGN); // it need not read what it is given
	pid_t pid = fork();
	if (pid == 0)
		become(command, in[0], out[1]);
	(void)close(in[0]);
	(void)close(out[1]);
	if (pid > 0) {
		(void)setpgid(pid, pid); // whoever comes first
		group = pid;
		(void)signal(SIGTERM, on_end);
		(void)signal(SIGINT, on_end);
		(void)signal(SIGHUP, on_end);
	}
	(void)fcntl(in[1], F_SETFL, O_NONBLOCK);
	(void)fcntl(out[0], F_SETFL, O_NONBLOCK);
	*w = (struct with){pid > 0 ? pid : 0, in[1], out[0], clock_mono_ms() + WITH_LIMIT_MS};
	return pid > 0;
}

static void close_input(struct with *w)
{
	if (w->in_fd >= 0)
		(void)close(w->in_fd);
	w->in_fd = -1;
}

static void give(struct with *w, struct str *input)
{
	ssize_t n = write(w->in_fd, input->p, input->n);
	if (n > 0)
		*input = str_from(*input, (size_t)n);
	bool is_over = n < 0 && errno != EAGAIN && errno != EINTR;
	if (is_over || !input->n)
		close_input(w);
}

// All that is there now. False: nothing will follow.
static bool take(struct with *w, struct buf *out)
{
	char bytes[4096];
	for (;;) {
		ssize_t n = read(w->out_fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		size_t room = WITH_MAX_BYTES - out->n;
		buf_add(out, (struct str){bytes, (size_t)n < room ? (size_t)n : room});
	}
}

void with_finish(struct with *w, struct str input, struct buf *out)
{
	bool is_open = true, has_ended = false;
	int status;
	if (!input.n)
		close_input(w);
	while (w->pid && is_open && !has_ended) {
		int64_t left = w->deadline_ms - clock_mono_ms();
		struct pollfd p[] = {
			{.fd = w->out_fd, .events = POLLIN}, {.fd = w->in_fd, .events = POLLOUT}};
		if (left <= 0)
			break;
		(void)poll(p, 2, (int)(left < LOOK_MS ? left : LOOK_MS));
		if (w->in_fd >= 0 && p[1].revents)
			give(w, &input);
		has_ended = waitpid(w->pid, &status, WNOHANG) == w->pid;
		is_open = take(w, out);
	}
	while (w->pid && !has_ended && clock_mono_ms() < w->deadline_ms) {
		has_ended = waitpid(w->pid, &status, WNOHANG) == w->pid;
		if (!has_ended)
			clock_sleep_ms(1);
	}
	if (w->pid && !has_ended) {
		(void)kill(-w->pid, SIGKILL);
		(void)waitpid(w->pid, &status, 0);
	}
	group = 0;
	close_input(w);
	if (w->out_fd >= 0)
		(void)close(w->out_fd);
	*w = (struct with){.in_fd = -1, .out_fd = -1};
}
