// SPDX-License-Identifier: MIT
// The facts of some bytes of some transcripts, gathered before they are stored in one transaction.
// Repeated lines of one message are one fact already here.
#ifndef CCL_HOOK_BATCH_H
#define CCL_HOOK_BATCH_H

#include "catalog.h"
#include "hash.h"
#include "transcript.h"

// Counts of a turn as its lines have them, field-wise maxima; -1: absent.
struct tokens {
	int64_t input, output, thinking, write, write_5m, write_1h, read, n_search, n_fetch;
};

struct step {
	bool is_advisor;
	struct price_class *class;
	int64_t input, output, write_5m, write_1h, read;
};

// One message as one session and agent have it.
struct sighting {
	struct str key;     // message id, else request id, else uuid
	struct str request; // STR_NONE: absent
	struct str uuid;
	struct origin *origin; // of its earliest line
	struct prompt *prompt;
	int64_t at_ms;
	bool is_sidechain, is_foreign, is_output_final;
	int64_t aborted_chars; // -1: not aborted
	int64_t cost_pico;     // that its lines say; -1: none
	struct tokens tok;
	struct price_class parts; // what the class is made of; id and above_tok are not set
	struct word *stop, *cache_miss;
	size_t n_steps;
	struct step steps[LINE_MAX_STEPS];
	int64_t turn_id, owner_session_id; // set when it is stored
	bool is_new;                       // its row was made with this batch
};

struct call {
	uint64_t key_hash;
	struct sighting *turn; // NULL: only its result is in this batch
	struct word *name, *target;
	int64_t input_bytes, result_bytes; // -1: not in this batch
	uint64_t input_hash, result_hash, error_hash;
	int64_t lines_added, lines_removed; // -1: no edit
	struct agent *started;              // the agent that its result names
	bool names_pr;                      // its command is about pull requests or pushes
	struct str result_raw;              // what such a call printed
	struct session *session;            // of its result
	struct agent *agent;                // likewise; NULL: the main loop
	int64_t at_ms;
};

struct compaction {
	struct str uuid;
	struct session *session;
	int64_t at_ms, pre_tok, post_tok;
	struct word *trigger;
};

struct api_error {
	struct str uuid;
	struct session *session;
	struct agent *agent;
	int64_t at_ms, status, retry_attempt;
	struct word *error;
};

struct quota {
	struct str uuid;
	struct session *session;
	int64_t at_ms, resets_ms;
	struct word *type, *status;
	bool is_overage;
};

struct request {
	uint64_t key_hash;
	bool is_answered;
	struct session *session;
	struct agent *agent;
	int64_t at_ms;
	struct word *source;
	struct model_name *model;
};

struct cost_state {
	struct session *session;
	int64_t start_ms, total_tok;
	struct str line;
};

struct hint {
	struct str uuid; // of the line and kind: seen twice is stored once
	struct session *session;
	struct agent *agent;
	int64_t at_ms, number; // number 0: none
	const char *source, *verb;
	struct str repo; // STR_NONE: unknown
	struct word *branch, *head, *base;
	struct workdir *workdir; // NULL: the line names no folder
	struct prompt *prompt;
	uint64_t call_hash; // 0: none
};

#define LIST(type)                                                                                 \
	struct {                                                                                   \
		type *p;                                                                           \
		size_t n, cap;                                                                     \
	}

struct batch {
	struct arena arena; // texts of the facts
	struct table sighting_by_key, call_by_key;
	LIST(struct sighting *) sightings;
	LIST(struct call *) calls;
	LIST(struct compaction) compactions;
	LIST(struct api_error) errors;
	LIST(struct quota) quotas;
	LIST(struct request) requests;
	LIST(struct cost_state) states;
	LIST(struct hint) hints;
};

#define LIST_ADD(list)                                                                             \
	((list)->p = mem_reserve((list)->p, &(list)->cap, (list)->n + 1, sizeof *(list)->p),       \
		(list)->n++, (list)->p + (list)->n - 1)

size_t batch_rows(const struct batch *b); // about how many rows storing it writes
void batch_clear(struct batch *b);        // keeps its memory
void batch_free(struct batch *b);

// What the reader of one file carries from line to line.
struct reader {
	struct catalog *catalog;
	struct batch *batch;
	struct hash_key key;
	struct str config_dir;     // that the file lies below; STR_NONE: unknown
	const struct str *ignored; // folders that the user wants left out
	size_t n_ignored;
	const uint64_t *forgotten; // keyed hashes of sessions that the user had deleted
	size_t n_forgotten;
	struct prompt *prompt;   // that the next turn belongs to; NULL: none
	const struct file *file; // that is being read
	bool is_open_ended;      // the last conversation line was not a finished answer
	struct agent *agent;     // of the last line of an agent
	bool is_ignoring;        // the last folder that a line named is an ignored one
};

// Adds what one line says; without a time it has been given one (ingest.h). offset_bytes: where the
// line begins in its file.
void batch_add_line(struct reader *r, const struct line *l, int64_t offset_bytes);

#endif
