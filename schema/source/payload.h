// SPDX-License-Identifier: MIT
// A hook payload: one JSON object on stdin (claude-code.md 1.4).
#ifndef CCL_SOURCE_PAYLOAD_H
#define CCL_SOURCE_PAYLOAD_H

#include "arena.h"

// Fields that are missing or no strings are STR_NONE.
struct payload {
	struct str event, session, transcript_path, agent_transcript_path, agent, agent_type, cwd,
		prompt, permission_mode, tool, tool_use;
	struct str command; // of a Bash call; never stored
};

// False: no JSON object with an event name. Copies go to the arena.
bool payload_read(struct arena *a, struct str json, struct payload *out);

// agent-*.meta.json beside an agent's transcript. depth -1: unknown.
struct agent_meta {
	struct str type, model, parent, tool_use;
	int64_t depth;
};
bool payload_read_meta(struct arena *a, struct str json, struct agent_meta *out);

#endif
