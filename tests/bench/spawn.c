// SPDX-License-Identifier: MIT
// Times a program beside /bin/true, both started with posix_spawn from this small process (a large
// parent would lend its own peak memory to its children).
//   spawn RUNS STDIN TRANSCRIPT TURNS BYTES PROGRAM [ARG...]
// Before each run the next BYTES of the file TURNS are appended to TRANSCRIPT ("-": nothing is).
// One line per run: wall and CPU microseconds and peak KiB of the program, wall microseconds of true.
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t run(char **argv, const char *input, struct rusage *use)
{
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	pid_t pid;
	int status;
	int64_t start = now_us();
	if (posix_spawnp(&pid, argv[0], &files, NULL, argv, environ) != 0)
		die(argv[0]);
	if (wait4(pid, &status, 0, use) < 0)
		die("wait4");
	int64_t end = now_us();
	posix_spawn_file_actions_destroy(&files);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "%s: status %d\n", argv[0], status);
		exit(1);
	}
	return end - start;
}

static void append(int from, int to, char *buffer, size_t n)
{
	if (read(from, buffer, n) != (ssize_t)n || write(to, buffer, n) != (ssize_t)n)
		die("append");
}

int main(int argc, char **argv)
{
	if (argc < 7) {
		fputs("usage: spawn RUNS STDIN TRANSCRIPT TURNS BYTES PROGRAM [ARG...]\n", stderr);
		return 64;
	}
	int n_runs = atoi(argv[1]);
	size_t n = (size_t)atol(argv[5]);
	char name[] = "true", *nothing[] = {name, NULL}, *buffer = malloc(n + 1);
	int to = strcmp(argv[3], "-") == 0 ? -1 : open(argv[3], O_WRONLY | O_APPEND);
	int from = to < 0 ? -1 : open(argv[4], O_RDONLY);
	for (int i = 0; i < n_runs; i++) {
		struct rusage use, ignored;
		if (to >= 0)
			append(from, to, buffer, n);
		int64_t wall = run(argv + 6, argv[2], &use);
		int64_t base = run(nothing, "/dev/null", &ignored);
		int64_t cpu = (int64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 +
			use.ru_utime.tv_usec + use.ru_stime.tv_usec;
		printf("%lld %lld %ld %lld\n", (long long)wall, (long long)cpu, use.ru_maxrss, (long long)base);
	}
	return 0;
}
