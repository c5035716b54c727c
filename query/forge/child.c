// SPDX-License-Identifier: MIT
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "path.h"

enum {
	TICK_MS = 50,
	LINGER_MS = 200, // for the rest of the output, if somebody else keeps the pipe open
	READ_BYTES = 64 * 1024,
	LEAST_FD = 10,
};

enum { IN, OUT, ERR, N_PIPES };

struct child {
	const struct child_job *job;
	struct child_answer *answer;
	pid_t pid;
	int fds[N_PIPES]; // our ends; -1: closed
	size_t n_written;
	size_t n_why;
	bool is_why_full;
	int64_t start_ms, exit_ms; // exit_ms 0: it runs
};

bool child_find(struct arena *a, const char *name, struct str *out)
{
	struct str rest = str_of(getenv("PATH"));
	while (rest.p) {
		struct stat st;
		struct str dir = str_split(rest, ':', &rest);
		if (!dir.n || dir.p[0] != '/')
			continue;
		*out = path_join(a, dir, str_of(name));
		if (stat(out->p, &st) == 0 && S_ISREG(st.st_mode) && access(out->p, X_OK) == 0)
			return true;
	}
	return false;
}

// Both ends above the standard ones, even where those are closed.
static bool make_pipe(int out[2])
{
	int raw[2];
	if (pipe(raw) != 0)
		return false;
	for (int i = 0; i < 2; i++)
		out[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, LEAST_FD);
	(void)close(raw[0]);
	(void)close(raw[1]);
	return out[0] >= 0 && out[1] >= 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

// The signal that ends ccl ends the child too, which is in a session of its own.
static volatile sig_atomic_t running_pid;
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { N_ENDING = sizeof ending_signals / sizeof *ending_signals };

static void on_ending(int sig)
{
	if (running_pid > 0) {
		(void)kill(-(pid_t)running_pid, SIGKILL);
		(void)kill((pid_t)running_pid, SIGKILL);
	}
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static void set_environment(void)
{
	static const char *const set[][2] = {
		{"GH_PROMPT_DISABLED", "1"},
		{"GLAB_NO_PROMPT", "1"},
		{"NO_PROMPT", "1"},
		{"GIT_TERMINAL_PROMPT", "0"},
		{"GH_NO_UPDATE_NOTIFIER", "1"},
		{"GLAB_CHECK_UPDATE", "false"},
		{"GH_SPINNER_DISABLED", "1"},
		{"NO_COLOR", "1"},
	};
	// what would put colours or a log between the lines of the answer, or name another
	// repository
	static const char *const unset[] = {"GH_FORCE_TTY", "CLICOLOR_FORCE", "GH_DEBUG", "DEBUG",
		"GLAB_DEBUG_HTTP", "GH_REPO", "GITLAB_REPO"};
	for (size_t i = 0; i < sizeof set / sizeof *set; i++)
		(void)setenv(set[i][0], set[i][1], 1);
	for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
		(void)unsetenv(unset[i]);
}

static _Noreturn void become(const struct child_job *job, const int theirs[N_PIPES])
{
	sigset_t none;
	(void)setsid(); // no terminal: nobody can be asked for a password
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 0; i < N_ENDING; i++)
		(void)signal(ending_signals[i], SIG_DFL);
	(void)signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < N_PIPES; i++)
		if (dup2(theirs[i], i) < 0)
			_exit(127);
	if (!job->is_own) {
		set_environment();
		if (chdir("/") != 0) // a repository's own configuration has no say
			_exit(127);
	}
	(void)execv(job->argv[0], job->argv);
	_exit(127);
}

static bool start(struct child *c)
{
	int pipes[N_PIPES][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, theirs[N_PIPES];
	bool ok = make_pipe(pipes[OUT]) && make_pipe(pipes[ERR]);
	if (ok && c->job->input.p)
		ok = make_pipe(pipes[IN]);
	else if (ok)
		ok = (pipes[IN][0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;
	for (int i = 0; i < N_PIPES; i++) {
		theirs[i] = pipes[i][i == IN ? 0 : 1];
		c->fds[i] = pipes[i][i == IN ? 1 : 0];
	}
	if (ok && (c->pid = fork()) == 0)
		become(c->job, theirs);
	ok = ok && c->pid > 0;
	for (int i = 0; i < N_PIPES; i++) {
		close_fd(&theirs[i]);
		if (!ok)
			close_fd(&c->fds[i]);
		else if (c->fds[i] >= 0)
			(void)fcntl(c->fds[i], F_SETFL, O_NONBLOCK);
	}
	return ok;
}

static void write_input(struct child *c)
{
	struct str rest = str_from(c->job->input, c->n_written);
	ssize_t n = write(c->fds[IN], rest.p, rest.n);
	if (n > 0)
		c->n_written += (size_t)n;
	if ((n < 0 && errno != EAGAIN && errno != EINTR) || c->n_written == c->job->input.n)
		close_fd(&c->fds[IN]);
}

static void read_output(struct child *c)
{
	struct buf *out = &c->answer->out;
	buf_reserve(out, READ_BYTES);
	ssize_t n = read(c->fds[OUT], out->p + out->n, READ_BYTES);
	if (n > 0)
		out->n += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_fd(&c->fds[OUT]);
}

// The first line that says something is kept, all else only read.
static void read_why(struct child *c)
{
	char text[4096], *why = c->answer->why;
	ssize_t n = read(c->fds[ERR], text, sizeof text);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&c->fds[ERR]);
	for (ssize_t i = 0; i < n && !c->is_why_full; i++) {
		bool is_break = text[i] == '\n' || text[i] == '\r';
		if (is_break && c->n_why)
			c->is_why_full = true;
		else if (!is_break && c->n_why + 1 < sizeof c->answer->why)
			why[c->n_why++] = text[i] ? text[i] : ' ';
	}
	why[c->n_why] = '\0';
}

static void wait_and_move(struct child *c, int64_t wait_ms)
{
	struct pollfd p[N_PIPES];
	for (int i = 0; i < N_PIPES; i++)
		p[i] = (struct pollfd){.fd = c->fds[i], .events = i == IN ? POLLOUT : POLLIN};
	if (poll(p, N_PIPES, (int)wait_ms) <= 0)
		return;
	if (p[IN].revents)
		write_input(c);
	if (p[OUT].revents)
		read_output(c);
	if (p[ERR].revents)
		read_why(c);
}

// Whether it has ended; its id stays taken until it is waited for, so that the group can be killed.
static bool has_exited(pid_t pid)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	       info.si_pid == pid;
}

static bool is_over(struct child *c)
{
	int64_t now = clock_mono_ms();
	bool is_read = c->fds[OUT] < 0 && c->fds[ERR] < 0;
	if (c->answer->out.n > c->job->max_bytes) {
		c->answer->end = CHILD_TOO_MUCH;
		return true;
	}
	if (!c->exit_ms && has_exited(c->pid))
		c->exit_ms = now;
	if (c->exit_ms && (is_read || now - c->exit_ms >= LINGER_MS))
		return true;
	if (c->job->limit_ms && now - c->start_ms >= c->job->limit_ms) {
		c->answer->end = CHILD_TIMEOUT;
		return true;
	}
	return false;
}

static void finish(struct child *c)
{
	int status = 0;
	(void)kill(-c->pid, SIGKILL);
	(void)kill(c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	running_pid = 0;
	for (int i = 0; i < N_PIPES; i++)
		close_fd(&c->fds[i]);
	if (c->answer->end == CHILD_EXITED && !WIFEXITED(status))
		c->answer->end = CHILD_KILLED;
	c->answer->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	c->answer->took_ms = clock_mono_ms() - c->start_ms;
}

void child_run(const struct child_job *job, struct child_answer *out)
{
	struct child c = {.job = job, .answer = out, .start_ms = clock_mono_ms()};
	struct sigaction before[N_ENDING], pipe_before, act = {.sa_handler = on_ending},
							ignore = {.sa_handler = SIG_IGN};
	*out = (struct child_answer){.end = CHILD_EXITED, .status = -1};
	if (!start(&c)) {
		out->end = CHILD_FAILED;
		return;
	}
	running_pid = (sig_atomic_t)c.pid;
	for (int i = 0; i < N_ENDING; i++) {
		(void)sigaction(ending_signals[i], &act, &before[i]);
		if (before[i].sa_handler == SIG_IGN) // nohup
			(void)sigaction(ending_signals[i], &before[i], NULL);
	}
	(void)sigaction(SIGPIPE, &ignore, &pipe_before);
	while (!is_over(&c)) {
		bool is_read = c.fds[OUT] < 0 && c.fds[ERR] < 0 && c.fds[IN] < 0;
		// its end is not told to poll()
		wait_and_move(&c, is_read ? 2 : TICK_MS);
		if (job->tick)
			job->tick(job->context, clock_mono_ms() - c.start_ms);
	}
	finish(&c);
	for (int i = 0; i < N_ENDING; i++)
		(void)sigaction(ending_signals[i], &before[i], NULL);
	(void)sigaction(SIGPIPE, &pipe_before, NULL);
}

void child_answer_free(struct child_answer *answer)
{
	buf_free(&answer->out);
}
