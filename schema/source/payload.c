// SPDX-License-Identifier: MIT
// Read by the scanner: it takes what JavaScript writes (lone surrogates in the last message), needs
// no tree, and the hook starts faster without a JSON library.
#include "payload.h"

#include "scan.h"

static struct str read_command(struct arena *a, struct scan *s)
{
	struct scan_list list = {0};
	struct str key, raw, out = STR_NONE;
	while (scan_key(s, &list, &key)) {
		if (!str_is(key, "command"))
			(void)scan_skip(s);
		else if (scan_string(s, &raw))
			out = arena_str(a, scan_decode(a, raw, 65536));
	}
	return out;
}

bool payload_read(struct arena *a, struct str json, struct payload *out)
{
	struct scan s = scan_begin(json);
	struct scan_list list = {0};
	struct str key, raw;
	struct payload p = {0};
	const struct {
		const char *name;
		struct str *to;
	} fields[] = {
		{"hook_event_name", &p.event},
		{"session_id", &p.session},
		{"transcript_path", &p.transcript_path},
		{"agent_transcript_path", &p.agent_transcript_path},
		{"agent_id", &p.agent},
		{"agent_type", &p.agent_type},
		{"cwd", &p.cwd},
		{"prompt_id", &p.prompt},
		{"permission_mode", &p.permission_mode},
		{ "tool_name", &p.tool },
		{"tool_use_id", &p.tool_use},
	};
	while (scan_key(&s, &list, &key)) {
		struct str *to = NULL;
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			if (str_is(key, fields[i].name))
				to = fields[i].to;
		if (str_is(key, "tool_input"))
			p.command = read_command(a, &s);
		else if (!to)
			(void)scan_skip(&s);
		else if (scan_string(&s, &raw))
			*to = arena_str(a, scan_decode(a, raw, 8192));
	}
	// a torn payload is used as far as it goes: the names stand at its start
	if (!p.event.n)
		return false;
	*out = p;
	return true;
}

bool payload_read_meta(struct arena *a, struct str json, struct agent_meta *out)
{
	struct scan s = scan_begin(json);
	struct scan_list list = {0};
	struct str key, raw;
	struct agent_meta m = {.depth = -1};
	while (scan_key(&s, &list, &key)) {
		struct str *to = str_is(key, "agentType")       ? &m.type
				 : str_is(key, "model")         ? &m.model
				 : str_is(key, "parentAgentId") ? &m.parent
				 : str_is(key, "toolUseId")     ? &m.tool_use
								: NULL;
		if (to && scan_string(&s, &raw))
			*to = arena_str(a, scan_decode(a, raw, 256));
		else if (!to && str_is(key, "spawnDepth") && scan_number(&s, &raw))
			(void)str_int(raw, 0, 1000, &m.depth);
		else if (!to && !str_is(key, "spawnDepth"))
			(void)scan_skip(&s);
	}
	if (s.is_bad)
		return false;
	*out = m;
	return true;
}
