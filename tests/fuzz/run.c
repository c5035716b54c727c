// SPDX-License-Identifier: MIT
// Runs every target over its seeds, their beginnings, and the same few thousand mutations of them
// each time. For compilers without libFuzzer, and in every test run.
//
// usage: fuzz_run CORPUS [TARGET [MUTATIONS]]
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "mutate.h"
#include "targets.h"

enum { MUTATIONS = 6000, MAX_SEEDS = 64, MAX_PREFIXES = 300 };

static char what[512]; // is being run, for when it ends badly

static void tell(void)
{
	static const char end[] = "\n";
	ssize_t n = write(STDERR_FILENO, what, strlen(what));
	n += write(STDERR_FILENO, end, sizeof end - 1);
	(void)n;
}

static void on_signal(int sig)
{
	tell();
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

void __asan_on_error(void); // called by AddressSanitizer, if it is there
void __asan_on_error(void)
{
	tell();
}

static struct str read_seed(const char *path)
{
	struct buf b = {0};
	FILE *f = fopen(path, "rb");
	if (!f)
		abort();
	for (int c; (c = getc(f)) != EOF;)
		buf_addc(&b, (char)c);
	(void)fclose(f);
	return buf_str(&b);
}

static void run_exact(const struct target *t, struct str s)
{
	char *p = malloc(s.n ? s.n : 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	t->run((struct str){p, s.n});
	free(p);
}

static void run_seed(const struct target *t, const char *name, struct str seed, long n_mutations)
{
	uint64_t random = 88172645463325252ULL;
	(void)snprintf(what, sizeof what, "target %s, seed %s", t->name, name);
	run_exact(t, seed);
	size_t step = seed.n / MAX_PREFIXES + 1;
	for (size_t n = 0; n < seed.n; n += step) {
		(void)snprintf(what, sizeof what, "target %s, seed %s, its first %zu bytes",
			t->name, name, n);
		run_exact(t, (struct str){seed.p, n});
	}
	for (long i = 0; i < n_mutations; i++) {
		(void)snprintf(
			what, sizeof what, "target %s, seed %s, mutation %ld", t->name, name, i);
		struct str s = mutate(seed, t->special, &random);
		t->run(s);
		free((char *)(uintptr_t)s.p);
	}
}

static int run_target(const struct target *t, const char *corpus, long n_mutations)
{
	char path[4096];
	struct dirent **list;
	int n_seeds = 0;
	(void)snprintf(path, sizeof path, "%s/%s", corpus, t->name);
	int n = scandir(path, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			n_seeds++;
	}
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.') {
			(void)snprintf(
				path, sizeof path, "%s/%s/%s", corpus, t->name, list[i]->d_name);
			struct str seed = read_seed(path);
			run_seed(t, list[i]->d_name, seed, n_mutations / n_seeds + 1);
			free((char *)(uintptr_t)seed.p);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	(void)printf("%s: %d seeds, %ld mutations\n", t->name, n_seeds, n_mutations);
	return n_seeds;
}

int main(int argc, char **argv)
{
	long n_mutations = argc > 3 ? strtol(argv[3], NULL, 10) : MUTATIONS;
	int n_run = 0;
	if (argc < 2)
		return 64;
	(void)signal(SIGSEGV, on_signal);
	(void)signal(SIGABRT, on_signal);
	for (size_t i = 0; i < n_targets; i++) {
		if (argc > 2 && strcmp(argv[2], targets[i].name) != 0)
			continue;
		if (run_target(&targets[i], argv[1], n_mutations) == 0) {
			(void)fprintf(stderr, "no seeds for %s\n", targets[i].name);
			return 1;
		}
		n_run++;
	}
	return n_run ? 0 : 64;
}
