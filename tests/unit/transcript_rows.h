// SPDX-License-Identifier: MIT
// Lines of transcripts and the facts that they hold, for test_transcript.c. Every oddity of
// claude-code.md (sections 2.3 to 2.8 and 7) and of real-client.md that concerns reading one line
// has its row. The texts are JSON with ' for ".
#ifndef CCL_TESTS_UNIT_TRANSCRIPT_ROWS_H
#define CCL_TESTS_UNIT_TRANSCRIPT_ROWS_H

#include "str.h"

// Assistant and user lines with a message of these members; no more envelope than they need.
#define ANSWER(members) "{'type':'assistant','message':{" members "}}"
#define USAGE(members)  ANSWER("'usage':{" members "}")
#define USER(members)   "{'type':'user','uuid':'u'," members "}"
#define SAID(text)      USER("'message':{'role':'user','content':" text "}")

struct row {
	const char *line, *facts;
};

static const struct row usages[] = {
	{USAGE("'input_tokens':3,'output_tokens':412,'output_tokens_details':{'thinking_tokens':"
	       "120},"
	       "'cache_creation_input_tokens':5200,'cache_read_input_tokens':48000,"
	       "'cache_creation':{'ephemeral_5m_input_tokens':200,'ephemeral_1h_input_tokens':5000}"
	       ","
	       "'server_tool_use':{'web_search_requests':2,'web_fetch_requests':1},"
	       "'service_tier':'standard','inference_geo':'us','speed':'fast'"),
		"assistant usage{ in=3 out=412 think=120 write=5200 5m=200 1h=5000 read=48000 "
		"search=2 fetch=1 tier=standard speed=fast geo=us }"},
	// null is absent, wherever it stands
	{USAGE("'input_tokens':null,'output_tokens':null,'cache_creation_input_tokens':null,"
	       "'cache_read_input_tokens':null,'cache_creation':null,'server_tool_use':null,"
	       "'service_tier':null,'inference_geo':null,'speed':null,'iterations':null,"
	       "'output_tokens_details':null"),
		"assistant usage{ }"},
	{USAGE("'input_tokens':1,'cache_creation':{'ephemeral_5m_input_tokens':null,"
	       "'ephemeral_1h_input_tokens':null},'server_tool_use':{'web_search_requests':null},"
	       "'output_tokens_details':{'thinking_tokens':null}"),
		"assistant usage{ in=1 }"},
	{ANSWER("'usage':null"), "assistant"},
	{ANSWER("'usage':{}"), "assistant usage{ }"},
	{ANSWER("'usage':[]"), "assistant"},
	{ANSWER("'usage':'x'"), "assistant"},
	{"{'type':'assistant','message':null}", "assistant"},
	{"{'type':'assistant','message':'text'}", "assistant"},
	{"{'type':'assistant'}", "assistant"},
	// the split of the cache writes: missing, flat only, more than the flat total, 0 with a
	// total
	{USAGE("'cache_creation_input_tokens':700"), "assistant usage{ write=700 }"},
	{USAGE("'cache_creation_input_tokens':0,'cache_creation':{'ephemeral_1h_input_tokens':"
	       "900}"),
		"assistant usage{ write=0 1h=900 }"},
	{USAGE("'cache_creation_input_tokens':500,'cache_creation':{'ephemeral_5m_input_tokens':0,"
	       "'ephemeral_1h_input_tokens':0}"),
		"assistant usage{ write=500 5m=0 1h=0 }"},
	{USAGE("'cache_creation_input_tokens':500,'cache_creation':{'ephemeral_5m_input_tokens':"
	       "400,"
	       "'ephemeral_1h_input_tokens':300}"),
		"assistant usage{ write=500 5m=400 1h=300 }"},
	// a count is an integer from 0 to 10,000,000
	{USAGE("'input_tokens':0,'output_tokens':10000000"),
		"assistant usage{ in=0 out=10000000 }"},
	{USAGE("'input_tokens':10000001,'output_tokens':1"), "assistant usage{ out=1 } bad=1"},
	{USAGE("'input_tokens':-1,'output_tokens':-10000000"), "assistant usage{ } bad=2"},
	{USAGE("'input_tokens':1.0,'output_tokens':1e3,'cache_read_input_tokens':2.5"),
		"assistant usage{ } bad=3"},
	{USAGE("'input_tokens':18446744073709551617,'output_tokens':1e400"),
		"assistant usage{ } bad=2"},
	{USAGE("'input_tokens':'12','output_tokens':true,'cache_read_input_tokens':[1]"),
		"assistant usage{ } bad=3"},
	{USAGE("'input_tokens':{'input_tokens':5},'output_tokens':2"),
		"assistant usage{ out=2 } bad=1"},
	{USAGE("'cache_creation':7,'server_tool_use':'x','output_tokens_details':[3],"
	       "'input_tokens':4"),
		"assistant usage{ in=4 }"},
	{USAGE("'service_tier':1,'speed':{},'inference_geo':[]"), "assistant usage{ }"},
	// of two members with one key the last counts, as in JavaScript
	{USAGE("'input_tokens':1,'input_tokens':2"), "assistant usage{ in=2 }"},
	{ANSWER("'usage':{'input_tokens':1,'output_tokens':9},'usage':{'output_tokens':2}"),
		"assistant usage{ out=2 }"},
	// only the usage of the message itself is one
	{ANSWER("'content':[{'type':'text','text':'{\\'usage\\':{\\'input_tokens\\':5}}'}]"),
		"assistant"},
	{ANSWER("'content':[{'type':'x','usage':{'input_tokens':5}}],'usage':{'input_tokens':1}"),
		"assistant usage{ in=1 }"},
	{"{'type':'assistant','usage':{'input_tokens':5}}", "assistant"},
	{"{'type':'assistant','costUSD':0.020050000000000002}", "assistant cost=20050000000"},
	{"{'costUSD':1e-7,'type':'assistant'}", "assistant cost=100000"},
	{"{'type':'assistant','costUSD':null}", "assistant"},
	{"{'type':'assistant','costUSD':'0.5'}", "assistant bad=1"},
	{"{'type':'assistant','costUSD':-1}", "assistant bad=1"},
	{"{'type':'assistant','costUSD':1e300}", "assistant bad=1"},
	{"{'type':'progress','data':{'message':{'type':'assistant','message':{'id':'m',"
	 "'usage':{'input_tokens':5,'output_tokens':6}}}},'usage':{'input_tokens':7}}",
		"other"},
	{USER("'toolUseResult':{'status':'completed','agentId':'a9','totalTokens':999,"
	      "'usage':{'input_tokens':5,'output_tokens':6}}"),
		"user uuid=u started=a9"},
	{"{'type':'attachment','attachment':{'type':'assistant','usage':{'input_tokens':1}},"
	 "'rendered':[]}",
		"attachment"},
};

static const struct row steps[] = {
	{USAGE("'input_tokens':3,'output_tokens':412,"
	       "'iterations':[{'type':'message','input_tokens':3,'output_tokens':412}]"),
		"assistant usage{ in=3 out=412 }"},
	{USAGE("'input_tokens':3,'output_tokens':8,'iterations':["
	       "{'type':'fallback_message','model':'claude-x','input_tokens':3,'output_tokens':8}"
	       "]"),
		"assistant usage{ in=3 out=8 }"},
	{USAGE("'input_tokens':4,'output_tokens':9,'iterations':["
	       "{'type':'message','input_tokens':4,'output_tokens':9},"
	       "{'type':'advisor_message','model':'claude-fable-5','input_tokens':91000,"
	       "'output_tokens':700,'cache_creation':{'ephemeral_1h_input_tokens':5},"
	       "'cache_read_input_tokens':6,'speed':'fast'}]"),
		"assistant usage{ in=4 out=9 } advisor{ model=claude-fable-5 in=91000 out=700 1h=5 "
		"read=6 speed=fast }"},
	// compaction: outside the top level, or already in it
	{USAGE("'input_tokens':4,'output_tokens':9,'iterations':["
	       "{'type':'compaction','input_tokens':100,'output_tokens':50},"
	       "{'type':'message','input_tokens':4,'output_tokens':9}]"),
		"assistant usage{ in=4 out=9 } compaction{ in=100 out=50 }"},
	{USAGE("'input_tokens':104,'output_tokens':59,'iterations':["
	       "{'type':'compaction','input_tokens':100,'output_tokens':50},"
	       "{'type':'message','input_tokens':4,'output_tokens':9}]"),
		"assistant usage{ in=104 out=59 }"},
	{USAGE("'iterations':[{'type':'compaction','input_tokens':100,'output_tokens':50},"
	       "{'type':'message','input_tokens':4,'output_tokens':9}],"
	       "'output_tokens':59,'input_tokens':104"),
		"assistant usage{ in=104 out=59 }"},
	{USAGE("'input_tokens':104,'output_tokens':58,'iterations':["
	       "{'type':'compaction','input_tokens':100,'output_tokens':50},"
	       "{'type':'message','input_tokens':4,'output_tokens':9}]"),
		"assistant usage{ in=104 out=58 } compaction{ in=100 out=50 }"},
	// the advisor counts all the same when a compaction does not
	{USAGE("'input_tokens':104,'output_tokens':59,'iterations':["
	       "{'type':'compaction','input_tokens':100,'output_tokens':50},"
	       "{'type':'advisor_message','input_tokens':7},"
	       "{'type':'message','input_tokens':4,'output_tokens':9}]"),
		"assistant usage{ in=104 out=59 } advisor{ in=7 }"},
	// the flat total of the top level against the split of its steps
	{USAGE("'input_tokens':5,'cache_creation_input_tokens':30,'iterations':["
	       "{'type':'compaction','input_tokens':2,'cache_creation':{"
	       "'ephemeral_5m_input_tokens':10,'ephemeral_1h_input_tokens':10}},"
	       "{'type':'message','input_tokens':3,'cache_creation_input_tokens':10}]"),
		"assistant usage{ in=5 write=30 }"},
	{USAGE("'iterations':[{'type':'unheard_of','input_tokens':5},{},7,null,'x',"
	       "{'type':null,'input_tokens':3}]"),
		"assistant usage{ }"},
	{USAGE("'iterations':{'type':'advisor_message','input_tokens':5}"), "assistant usage{ }"},
	{USAGE("'iterations':[{'type':'advisor_message','input_tokens':-5,'output_tokens':null}]"),
		"assistant usage{ } advisor{ } bad=1"},
};

static const struct row envelopes[] = {
	{"{'parentUuid':'u0','isSidechain':false,'type':'assistant','uuid':'u1',"
	 "'timestamp':'2026-10-02T09:15:02.114Z','sessionId':'s1','requestId':'req_1',"
	 "'apiBlockIndex':1,'effort':'high','perTurnEffort':null,'userType':'external',"
	 "'entrypoint':'cli','cwd':'/home/u/app','gitBranch':'main','version':'2.1.286',"
	 "'requestRef':'r7','requestedModel':'claude-opus-5-5','requestSessionId':'s0',"
	 "'promptId':'p1','sessionKind':'bg','teamName':'t','agentName':'n',"
	 "'attributionSkill':'k','attributionPlugin':'g','attributionAgent':'Explore',"
	 "'attributionMcpServer':'srv','attributionMcpTool':'tool','message':{'id':'msg_1',"
	 "'type':'message','role':'assistant','model':'claude-opus-5-5','stop_reason':'end_turn',"
	 "'diagnostics':{'cache_miss_reason':{'type':'tools_changed','x':1}},"
	 "'usage':{'input_tokens':1}}}",
		"assistant at=2026-10-02T09:15:02.114Z uuid=u1 session=s1 cwd=/home/u/app "
		"branch=main version=2.1.286 entry=cli request=req_1 request_session=s0 ref=r7 "
		"requested=claude-opus-5-5 effort=high prompt=p1 kind=bg team=t agent_name=n "
		"skill=k plugin=g attr_agent=Explore mcp=srv mcp_tool=tool id=msg_1 "
		"model=claude-opus-5-5 stop=end_turn miss=tools_changed usage{ in=1 }"},
	{"{'type':'assistant','isSidechain':true,'agentId':'a1b2','requestId':null,"
	 "'gitBranch':null,'effort':null,'timestamp':null,'message':{'id':null,'model':null,"
	 "'stop_reason':null,'diagnostics':null}}",
		"assistant agent=a1b2 sidechain"},
	// other types than expected
	{"{'type':'assistant','uuid':7,'sessionId':{},'cwd':['x'],'timestamp':5,"
	 "'isSidechain':'true','isMeta':1,'version':true,'message':{'id':[],'model':{},"
	 "'stop_reason':5,'content':5,'diagnostics':'x'}}",
		"assistant"},
	// times
	{"{'type':'system','timestamp':'2026-10-02T09:15:02Z'}",
		"system at=2026-10-02T09:15:02.000Z"},
	{"{'type':'system','timestamp':'2026-10-02T11:15:02.5+02:00'}",
		"system at=2026-10-02T09:15:02.500Z"},
	{"{'type':'system','timestamp':'yesterday'}", "system"},
	{"{'type':'system','timestamp':'2026-13-02T09:15:02Z'}", "system"},
	{"{'type':'system','timestamp':''}", "system"},
	// synthetic and failed answers
	{"{'type':'assistant','uuid':'u','isApiErrorMessage':true,'error':'rate_limit',"
	 "'apiErrorStatus':429,'message':{'id':'0f','model':'<synthetic>',"
	 "'stop_reason':'stop_sequence','usage':{'input_tokens':0,'output_tokens':0,"
	 "'cache_creation':null,'server_tool_use':null,'service_tier':null}}}",
		"assistant uuid=u id=0f model=<synthetic> stop=stop_sequence api_error "
		"usage{ in=0 out=0 } error=rate_limit status=429"},
	{"{'type':'assistant','isApiErrorMessage':false,'message':{'model':'<synthetic>',"
	 "'usage':{'output_tokens':0}}}",
		"assistant model=<synthetic> usage{ out=0 }"},
	{"{'type':'assistant','isApiErrorMessage':true,'apiErrorStatus':null,'error':null}",
		"assistant api_error"},
	{"{'type':'assistant','quotaLimits':{'status':'rejected','resetsAt':1790155800,"
	 "'rateLimitType':'five_hour','overageStatus':'rejected','isUsingOverage':true,"
	 "'upgradePaths':[]}}",
		"assistant quota=five_hour quota_status=rejected resets=1790155800000 overage"},
	{"{'type':'assistant','quotaLimits':{'resetsAt':null,'rateLimitType':null}}", "assistant"},
	{"{'type':'assistant','quotaLimits':{'resetsAt':-5,'rateLimitType':'seven_day'}}",
		"assistant quota=seven_day bad=1"},
	{"{'type':'assistant','quotaLimits':{'resetsAt':9999999999999999}}", "assistant bad=1"},
	{"{'type':'assistant','quotaLimits':'none'}", "assistant"},
	{"{'type':'system','subtype':'api_error','error':{'status':529,'requestID':'r',"
	 "'type':'overloaded'},'retryInMs':600,'retryAttempt':2,'maxRetries':10}",
		"system subtype=api_error error=overloaded status=529 attempt=2"},
	{"{'type':'system','subtype':'api_error','error':{'status':'x','type':null},"
	 "'retryAttempt':-1}",
		"system subtype=api_error bad=2"},
	// cut off
	{"{'type':'assistant','isAbortedMidStream':true,'message':{'content':["
	 "{'type':'thinking','thinking':'abc'},{'type':'text','text':'d\\u20ac\\ud83d\\ude00'},"
	 "{'type':'tool_use','input':{'text':'no'}}],'usage':{'output_tokens':3}}}",
		"assistant aborted usage{ out=3 } use{ bytes=13 } chars=7"},
	{"{'type':'assistant','isAbortedMidStream':true,'message':{'content':[]}}",
		"assistant aborted chars=0"},
	{"{'type':'assistant','message':{'content':[{'type':'text','text':'d'}]},"
	 "'isAbortedMidStream':true}",
		"assistant aborted chars=1"},
	{"{'type':'assistant','isAbortedMidStream':false,'message':{'content':[{'text':'d'}]}}",
		"assistant"},
};

static const struct row metadata[] = {
	{"{'type':'system','subtype':'compact_boundary','uuid':'u','compactMetadata':{"
	 "'trigger':'auto','preTokens':150000,'postTokens':9000,'durationMs':5}}",
		"system uuid=u subtype=compact_boundary trigger=auto pre=150000 post=9000"},
	{"{'type':'system','subtype':'compact_boundary','compactMetadata':{'trigger':null,"
	 "'preTokens':-1,'postTokens':1.5}}",
		"system subtype=compact_boundary bad=2"},
	{"{'type':'system','subtype':'turn_duration','durationMs':7,'messageCount':3}",
		"system subtype=turn_duration"},
	{"{'type':'cost-state','sessionId':'s','totalCostUSD':1.2345,'startTime':1790000000000,"
	 "'modelUsage':{'claude-opus-5-5':{'inputTokens':900,'outputTokens':21000,"
	 "'thinkingTokens':6000,'cacheReadInputTokens':1200000,'cacheCreationInputTokens':90000,"
	 "'webSearchRequests':4,'costUSD':1.2},'other':{'inputTokens':1}},"
	 "'hasUnknownModelCost':false}",
		"cost-state session=s start=1790000000000 state=1317901"},
	{"{'type':'cost-state','startTime':1790000000000.5,'modelUsage':null}", "cost-state bad=1"},
	{"{'type':'cost-state','startTime':null,'modelUsage':{'m':null,'n':{'inputTokens':-5,"
	 "'outputTokens':1e3,'thinkingTokens':'9','cacheReadInputTokens':7}}}",
		"cost-state state=7 bad=3"},
	{"{'type':'cost-state','startTime':5,'modelUsage':{'m':{'inputTokens':"
	 "1000000000000000,'outputTokens':99999999999999999999}}}",
		"cost-state start=5 state=1000000000000000 bad=1"},
	{"{'type':'pr-link','sessionId':'s','prNumber':12,'prUrl':"
	 "'https://github.com/o/r/pull/12','prRepository':'o/r','timestamp':"
	 "'2026-10-02T09:15:02.114Z'}",
		"pr-link at=2026-10-02T09:15:02.114Z session=s pr=12 "
		"url=https://github.com/o/r/pull/12 repo=o/r"},
	{"{'type':'pr-link','prNumber':'12','prUrl':5,'prRepository':null}", "pr-link bad=1"},
	{"{'type':'pr-link','prNumber':-3,'prUrl':'javascript:x'}",
		"pr-link url=javascript:x bad=1"},
	{"{'type':'pr-link','prNumber':4294967297}", "pr-link bad=1"},
	{"{'type':'pr-link','prNumber':1.5}", "pr-link bad=1"},
	{"{'type':'worktree-state','sessionId':'s','worktreeSession':{'originalCwd':'/a',"
	 "'worktreePath':'/a/.claude/worktrees/x','worktreeName':'x','worktreeBranch':'b',"
	 "'originalBranch':'main'}}",
		"worktree-state session=s wt_cwd=/a wt_path=/a/.claude/worktrees/x wt_branch=b "
		"wt_from=main"},
	{"{'type':'worktree-state','worktreeSession':null}", "worktree-state"},
	{"{'type':'worktree-state','worktreeSession':{'originalCwd':5}}", "worktree-state"},
	{"{'type':'api-request','id':'ar1','querySource':'sdk','params':{'model':'m1',"
	 "'max_tokens':5},'sessionId':'s'}",
		"api-request session=s api_request=ar1 query=sdk request_model=m1"},
	{"{'type':'api-request','id':null,'params':'x'}", "api-request"},
	{"{'type':'ai-title','aiTitle':'About','sessionId':'s'}", "title session=s"},
	{"{'type':'summary','summary':'x','leafUuid':'l'}", "title"},
	{"{'type':'custom-title','customTitle':'Mine','sessionId':'s'}", "custom-title session=s"},
	{"{'type':'agent-name','agentName':'n','sessionId':'s'}",
		"agent-name session=s agent_name=n"},
	// types nobody knows, and those of no interest
	{"{'type':'continued-in','sessionId':'s'}", "other session=s"},
	{"{'type':'queue-operation','operation':'enqueue','content':[{'type':'user'}]}", "other"},
	{"{'type':'file-history-snapshot','snapshot':{'type':'assistant','message':{'usage':{}}}}",
		"other"},
	{"{'type':'result'}", "other"},
	{"{'type':'ASSISTANT'}", "other"},
	{"{'type':null}", "other"},
	{"{'type':{'type':'assistant'}}", "other"},
	{"{}", "other"},
	{"{'message':{'usage':{'input_tokens':5}}}", "other usage{ in=5 }"},
};

static const struct row users[] = {
	{SAID("'hello'"), "user uuid=u is_prompt prompt_chars=5"},
	{SAID("'a\\u20ac\\ud83d\\ude00\\n'"), "user uuid=u is_prompt prompt_chars=5"},
	{SAID("[{'type':'text','text':'hello'}]"), "user uuid=u is_prompt prompt_chars=5"},
	{SAID("[{'type':'image','source':{}},{'type':'text','text':'hey'}]"),
		"user uuid=u is_prompt prompt_chars=3"},
	{SAID("''"), "user uuid=u is_prompt"},
	{SAID("null"), "user uuid=u"},
	{SAID("[]"), "user uuid=u"},
	{SAID("[{'type':'image'}]"), "user uuid=u"},
	{USER("'promptId':'p','promptSource':'typed','origin':{'kind':'human'},"
	      "'turnOrigin':'human','permissionMode':'plan','message':{'content':'x'}"),
		"user uuid=u prompt=p source=typed turn_origin=human origin=human permission=plan "
		"is_prompt prompt_chars=1"},
	{USER("'origin':null,'message':{'content':'x'}"), "user uuid=u is_prompt prompt_chars=1"},
	{USER("'origin':'human','message':{'content':'x'}"),
		"user uuid=u is_prompt prompt_chars=1"},
	// what the client says in the user's name
	{USER("'isMeta':true,'message':{'content':'x'}"), "user uuid=u meta prompt_chars=1"},
	{USER("'isCompactSummary':true,'message':{'content':'x'}"),
		"user uuid=u compact_summary prompt_chars=1"},
	{USER("'message':{'content':'x'},'isCompactSummary':true"),
		"user uuid=u compact_summary prompt_chars=1"},
	{USER("'isSidechain':true,'message':{'content':'x'}"),
		"user uuid=u sidechain prompt_chars=1"},
	{SAID("'<command-name>/clear</command-name>'"), "user uuid=u prompt_chars=35"},
	{SAID("'\\u003ccommand-name>/x'"), "user uuid=u prompt_chars=16"},
	{SAID("'<command-message>x'"), "user uuid=u prompt_chars=18"},
	{SAID("'<local-command-stdout>'"), "user uuid=u prompt_chars=22"},
	{SAID("'<local-command-caveat>'"), "user uuid=u prompt_chars=22"},
	{SAID("[{'type':'text','text':'<task-notification>x'}]"), "user uuid=u prompt_chars=20"},
	{SAID("'<teammate-message id=1>'"), "user uuid=u prompt_chars=23"},
	{SAID("'<bash-input>'"), "user uuid=u prompt_chars=12"},
	{SAID("'<bash-stdout>'"), "user uuid=u prompt_chars=13"},
	{SAID("'<bash-stderr>'"), "user uuid=u prompt_chars=13"},
	{SAID("'<ide_opened_file>'"), "user uuid=u prompt_chars=17"},
	{SAID("'<ide_selection>'"), "user uuid=u prompt_chars=15"},
	{SAID("[{'type':'text','text':'<ide_opened_file>x'}]"), "user uuid=u prompt_chars=18"},
	{SAID("[{'type':'text','text':'<ide_opened_file>x'},{'text':'\\u003cide_selection>y'},"
	      "{'type':'image'},{'type':'text','text':'words'},{'type':'text','text':'more'}]"),
		"user uuid=u is_prompt prompt_chars=5"},
	{SAID("[{'type':'text','text':'<command-message>x'},{'type':'text','text':'words'}]"),
		"user uuid=u prompt_chars=18"},
	{SAID("'<system-reminder>'"), "user uuid=u prompt_chars=17"},
	{SAID("'[Request interrupted by user for tool use]'"), "user uuid=u prompt_chars=42"},
	{SAID("'see <command-name>'"), "user uuid=u is_prompt prompt_chars=18"},
	{SAID("'<div>'"), "user uuid=u is_prompt prompt_chars=5"},
	// a result is no prompt, whatever stands beside it
	{SAID("[{'type':'tool_result','tool_use_id':'t1','content':'done'},"
	      "{'type':'text','text':'hello'}]"),
		"user uuid=u result{ id=t1 bytes=4 text=done }"},
	// messages typed while Claude worked
	{"{'type':'attachment','uuid':'u','attachment':{'type':'queued_command','prompt':'more',"
	 "'commandMode':'prompt'}}",
		"attachment uuid=u is_prompt prompt_chars=4"},
	{"{'type':'attachment','attachment':{'prompt':'more','type':'queued_command'}}",
		"attachment is_prompt prompt_chars=4"},
	{"{'type':'attachment','attachment':{'type':'queued_command','prompt':'<task-"
	 "notification>','commandMode':'task-notification'}}",
		"attachment"},
	{"{'type':'attachment','attachment':{'type':'queued_command','prompt':['a']}}",
		"attachment"},
	{"{'type':'attachment','attachment':{'type':'file','prompt':'x'}}", "attachment"},
	{"{'type':'attachment','attachment':null}", "attachment"},
};

static const struct row tools[] = {
	{ANSWER("'content':[{'type':'tool_use','id':'t1','name':'Skill',"
		"'input':{'skill':'notes'},'caller':{'type':'direct'}}]"),
		"assistant use{ id=t1 name=Skill target=notes bytes=17 }"},
	{ANSWER("'content':[{'input':{'file_path':'/a/b','x':[1]},'name':'Edit','id':'t',"
		"'type':'tool_use'}]"),
		"assistant use{ id=t name=Edit target=/a/b bytes=28 }"},
	{ANSWER("'content':[{'type':'tool_use','id':'t','name':'NotebookEdit',"
		"'input':{'notebook_path':'/n'}}]"),
		"assistant use{ id=t name=NotebookEdit target=/n bytes=22 }"},
	{ANSWER("'content':[{'type':'tool_use','id':'t','name':'Agent',"
		"'input':{'subagent_type':'Explore','prompt':'go'}}]"),
		"assistant use{ id=t name=Agent target=Explore bytes=41 }"},
	{ANSWER("'content':[{'type':'tool_use','id':'t','name':'Bash',"
		"'input':{'command':'ls \\u0026\\u0026 x'}}]"),
		"assistant use{ id=t name=Bash command=ls && x bytes=31 }"},
	{ANSWER("'content':[{'type':'tool_use','id':'t','name':'Odd','input':'text'},"
		"{'type':'tool_use','input':null},{'type':'tool_use','id':5,'name':{},"
		"'input':{'command':5,'file_path':null}}]"),
		"assistant use{ id=t name=Odd bytes=6 } use{ bytes=4 } use{ bytes=30 }"},
	{ANSWER("'content':[{'type':'text','text':'t'},5,null,[],'x',{'type':'server_tool_use',"
		"'id':'s','name':'web_search'},{'type':'tool_use','id':'t'}]"),
		"assistant use{ id=t }"},
	// results
	{SAID("[{'tool_use_id':'t1','type':'tool_result','is_error':true,"
	      "'content':[{'type':'text','text':'Exit 1\\nmore'},{'type':'text','text':'b'}]}]"),
		"user uuid=u result{ id=t1 error bytes=12 text=Exit 1\\nmore }"},
	{SAID("[{'type':'tool_result','tool_use_id':'t1'},{'type':'tool_result',"
	      "'tool_use_id':'t2','content':[{'type':'image','source':'x'}],'is_error':null}]"),
		"user uuid=u result{ id=t1 } result{ id=t2 bytes=31 }"},
	// lines of edits
	{USER("'toolUseResult':{'filePath':'/a','structuredPatch':[{'oldStart':1,'lines':"
	      "[' a','-b','+c','+d']},{'lines':['+e',5,null]}]}"),
		"user uuid=u added=3 removed=1"},
	{USER("'toolUseResult':{'type':'create','filePath':'/a','content':'a\\nb\\n',"
	      "'structuredPatch':[]}"),
		"user uuid=u added=2 removed=0"},
	{USER("'toolUseResult':{'structuredPatch':[],'content':'a\\nb\\\\n','type':'create'}"),
		"user uuid=u added=2 removed=0"},
	{USER("'toolUseResult':{'type':'create','content':'','structuredPatch':[]}"),
		"user uuid=u added=0 removed=0"},
	{USER("'toolUseResult':{'type':'update','content':'a\\nb\\n','structuredPatch':[]}"),
		"user uuid=u added=0 removed=0"},
	{USER("'toolUseResult':{'structuredPatch':null}"), "user uuid=u added=0 removed=0"},
	{USER("'toolUseResult':{'type':'create','content':'a'}"), "user uuid=u"},
	{USER("'toolUseResult':'Error: no'"), "user uuid=u"},
	{USER("'toolUseResult':[{'agentId':'x'}]"), "user uuid=u"},
	{USER("'toolUseResult':null"), "user uuid=u"},
	{USER("'toolUseResult':{'isAsync':true,'status':'async_launched','agentId':'a7',"
	      "'resolvedModel':'m','outputFile':'/x'}"),
		"user uuid=u started=a7"},
	// gitOperation
	{USER("'toolUseResult':{'gitOperation':{'pr':{'number':5,"
	      "'url':'https://github.com/o/r/pull/5','action':'created'}}}"),
		"user uuid=u git=pr-created pr=5 url=https://github.com/o/r/pull/5"},
	{USER("'toolUseResult':{'gitOperation':{'pr':{'number':5,'action':'merged'},"
	      "'push':{'branch':'b'}}}"),
		"user uuid=u git=pr-merged pr=5 push=b"},
	{USER("'toolUseResult':{'gitOperation':{'push':{'branch':'b'}}}"),
		"user uuid=u git=pushed push=b"},
	{USER("'toolUseResult':{'gitOperation':{'pr':{'action':'reopened','number':0}}}"),
		"user uuid=u git=pr-other"},
	{USER("'toolUseResult':{'gitOperation':{'pr':{'number':-5,'url':7}}}"),
		"user uuid=u git=pr-other bad=1"},
	{USER("'toolUseResult':{'gitOperation':{'pr':{'number':99999999999,'action':5}}}"),
		"user uuid=u git=pr-other bad=1"},
	{USER("'toolUseResult':{'gitOperation':null}"), "user uuid=u"},
};

#endif
