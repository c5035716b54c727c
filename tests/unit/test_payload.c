// SPDX-License-Identifier: MIT
// Hook payloads and agents' meta files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "buf.h"
#include "mutate.h"
#include "payload.h"

// JSON with ' for "; `facts` NULL: no payload.
static const struct {
	const char *json, *facts;
} payloads[] = {
	{"{'session_id':'s1','transcript_path':'/p/s1.jsonl','cwd':'/w','permission_mode':"
	 "'default','hook_event_name':'Stop','stop_hook_active':false,'prompt_id':'p1',"
	 "'last_assistant_message':'Done \\ud83d','background_tasks':[{'a':[]}]}",
		"Stop session=s1 path=/p/s1.jsonl cwd=/w prompt=p1"},
	{"{'hook_event_name':'SubagentStop','agent_id':'a1','agent_type':'Explore',"
	 "'agent_transcript_path':'/p/s1/subagents/agent-a1.jsonl','session_id':'s1'}",
		"SubagentStop session=s1 agent_path=/p/s1/subagents/agent-a1.jsonl agent=a1 "
		"type=Explore"},
	// compaction: an empty agent type
	{"{'hook_event_name':'SubagentStop','agent_id':'acompact-1','agent_type':''}",
		"SubagentStop agent=acompact-1 type="},
	{" \n{ 'hook_event_name' : 'X' } \n", "X"},
	{"{'hook_event_name':'Never heard of it'}", "Never heard of it"},
	// paths keep every character, and escapes are resolved
	{"{'hook_event_name':'Stop','transcript_path':'C:\\\\a \\u00e9\\/b','cwd':'/a\\u0000b'}",
		"Stop path=C:\\a \xc3\xa9/b cwd=/a\xef\xbf\xbd"
		"b"},
	// other types than expected are absent
	{"{'hook_event_name':'Stop','session_id':5,'transcript_path':null,'cwd':{'cwd':'/x'},"
	 "'prompt_id':['p'],'agent_id':true}",
		"Stop"},
	// only the top level counts, and of two the last
	{"{'tool_input':{'hook_event_name':'A','session_id':'x'},'hook_event_name':'B'}", "B"},
	{"{'hook_event_name':'A','hook_event_name':'B'}", "B"},
	// torn: what stands before the tear is used
	{"{'session_id':'s1','hook_event_name':'Stop','last_assistant_message':'and th",
		"Stop session=s1"},
	{"{'session_id':'s1','hook_event_name':'Stop','cwd':'/half", "Stop session=s1"},
	{"{'session_id':'s1','hook_event_name':'St", NULL},
	{"{'hook_event_name':'Stop'}trailing", "Stop"},
	// none
	{"", NULL},
	{" ", NULL},
	{"{}", NULL},
	{"null", NULL},
	{"'hook_event_name'", NULL},
	{"['hook_event_name','Stop']", NULL},
	{"[{'hook_event_name':'Stop'}]", NULL},
	{"{'session_id':'s1'}", NULL},
	{"{'hook_event_name':''}", NULL},
	{"{'hook_event_name':null}", NULL},
	{"{'hook_event_name':5}", NULL},
	{"hook_event_name=Stop", NULL},
};

static const struct {
	const char *json, *facts;
} metas[] = {
	{"{'agentType':'Explore','description':'d','toolUseId':'toolu_1','spawnDepth':2,"
	 "'parentAgentId':'a0','requestShape':'background','model':'haiku'}",
		"meta type=Explore model=haiku parent=a0 call=toolu_1 depth=2"},
	{"{}", "meta"},
	{"{'spawnDepth':0}", "meta depth=0"},
	{"{'spawnDepth':-1}", "meta"},
	{"{'spawnDepth':1.5,'agentType':'x'}", "meta type=x"},
	{"{'spawnDepth':'2','agentType':null,'model':[],'toolUseId':{'a':1}}", "meta"},
	{"{'spawnDepth':99999999999999999999,'model':'m'}", "meta model=m"},
	{"{'agentType':'Exp", NULL},
	{"", NULL},
};

static void say(struct buf *b, const char *name, struct str s)
{
	if (s.p)
		buf_printf(b, " %s=%.*s", name, STR_ARG(s));
}

static void show_payload(struct buf *b, const struct payload *p)
{
	buf_printf(b, "%.*s", STR_ARG(p->event));
	say(b, "session", p->session);
	say(b, "path", p->transcript_path);
	say(b, "agent_path", p->agent_transcript_path);
	say(b, "agent", p->agent);
	say(b, "type", p->agent_type);
	say(b, "cwd", p->cwd);
	say(b, "prompt", p->prompt);
}

static void show_meta(struct buf *b, const struct agent_meta *m)
{
	buf_addz(b, "meta");
	say(b, "type", m->type);
	say(b, "model", m->model);
	say(b, "parent", m->parent);
	say(b, "call", m->tool_use);
	if (m->depth != -1)
		buf_printf(b, " depth=%lld", (long long)m->depth);
}

static char *quoted(const char *z)
{
	size_t n = strlen(z);
	char *p = malloc(n ? n : 1);
	for (size_t i = 0; i < n; i++)
		p[i] = z[i] == '\'' ? '"' : z[i];
	return p;
}

static void payload_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
		struct arena a = {0};
		struct buf b = {0};
		char *text = quoted(payloads[i].json);
		struct payload p = {.event = STR("untouched")};
		bool ok = payload_read(&a, (struct str){text, strlen(payloads[i].json)}, &p);
		free(text); // what was read lives in the arena
		show_payload(&b, &p);
		assert_int_equal(ok, payloads[i].facts != NULL);
		assert_string_equal(buf_z(&b), ok ? payloads[i].facts : "untouched");
		buf_free(&b);
		arena_free(&a);
	}
}

static void meta_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof metas / sizeof *metas; i++) {
		struct arena a = {0};
		struct buf b = {0};
		char *text = quoted(metas[i].json);
		struct agent_meta m = {.type = STR("untouched"), .depth = -1};
		bool ok = payload_read_meta(&a, (struct str){text, strlen(metas[i].json)}, &m);
		free(text);
		show_meta(&b, &m);
		assert_int_equal(ok, metas[i].facts != NULL);
		assert_string_equal(buf_z(&b), ok ? metas[i].facts : "meta type=untouched");
		buf_free(&b);
		arena_free(&a);
	}
}

// Strings that go into system calls end in a NUL.
static void paths_end_in_nul(void **state)
{
	struct arena a = {0};
	struct payload p;
	(void)state;
	struct str json = STR("{\"hook_event_name\":\"Stop\",\"transcript_path\":\"/a/b.jsonl\"}");
	assert_true(payload_read(&a, json, &p));
	assert_int_equal(strlen(p.transcript_path.p), p.transcript_path.n);
	arena_free(&a);
}

static void long_message(void **state)
{
	struct arena a = {0};
	struct buf b = {0};
	struct payload p;
	(void)state;
	buf_addz(&b, "{\"last_assistant_message\":\"");
	for (int i = 0; i < 200000; i++)
		buf_addz(&b, "\\n\\u00e9");
	buf_addz(&b, "\",\"cwd\":\"");
	for (int i = 0; i < 20000; i++)
		buf_addc(&b, 'x');
	buf_addz(&b, "\",\"hook_event_name\":\"Stop\"}");
	assert_true(payload_read(&a, buf_str(&b), &p));
	assert_true(str_is(p.event, "Stop"));
	assert_int_equal(p.cwd.n, 8192);
	assert_true(a.total_bytes < 100000); // the message was not decoded
	buf_free(&b);
	arena_free(&a);
}

static void mutated(void **state)
{
	uint64_t seed = 3;
	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		struct arena a = {0};
		struct payload p;
		struct agent_meta m;
		const char *z = i % 2 ? payloads[i / 2 % (sizeof payloads / sizeof *payloads)].json
				      : metas[i / 2 % (sizeof metas / sizeof *metas)].json;
		struct str good = {quoted(z), strlen(z)};
		struct str bad = mutate(good, "\"\\{}[],:0-.eu\x01\xff ", &seed);
		if (payload_read(&a, bad, &p))
			assert_true(p.event.n > 0);
		if (payload_read_meta(&a, bad, &m))
			assert_true(m.depth >= -1 && m.depth <= 1000);
		free((char *)(uintptr_t)good.p);
		free((char *)(uintptr_t)bad.p);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payload_table),
		cmocka_unit_test(meta_table),
		cmocka_unit_test(paths_end_in_nul),
		cmocka_unit_test(long_message),
		cmocka_unit_test(mutated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
