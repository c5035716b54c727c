// SPDX-License-Identifier: MIT
// Scripted answers. A prompt chooses a script with a marker: [[name]] or [[name:arg]].
// A script is a list of turns; the turn used is the number of assistant messages since the marker.
// A turn: {content, usage, model?, stop?, error?, delay?, pace?, early?, startUsage?, deltaUsage?, headers?, message?, drop?, midError?}
// `content` and whole turns may be functions of {arg, step, body}.

export const text = t => ({ type: 'text', text: t });
export const think = t => ({ type: 'thinking', thinking: t, signature: 'c3R1Yi1zaWduYXR1cmU=' });
let tid = 0;
export const tool = (name, input) => ({ type: 'tool_use', id: `toolu_stub_${String(++tid).padStart(4, '0')}`, name, input });
export const zeroUsage = () => ({ input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 }, output_tokens: 0, service_tier: 'standard', inference_geo: 'global' });
/** u(input, output, 5m write, 1h write, cache read, extra) */
export const u = (i, o, w5 = 0, w1 = 0, r = 0, x = {}) => ({ input_tokens: i, output_tokens: o, cache_creation_input_tokens: w5 + w1, cache_read_input_tokens: r, cache_creation: { ephemeral_5m_input_tokens: w5, ephemeral_1h_input_tokens: w1 }, ...x });

const bash = (command, description = 'lab step', x = {}) => tool('Bash', { command, description, ...x });
const err = (status, type, headers) => ({ error: { status, type, headers } });
const once = new Map();
/** true the first `n` times it is asked for key */
const first = (key, n = 1) => { const c = (once.get(key) || 0) + 1; once.set(key, c); return c <= n; };
const agent = (marker, x = {}) => tool('Agent', { description: 'lab subagent', prompt: `Do the sub task. [[${marker}]]`, subagent_type: 'general-purpose', ...x });

export const scripts = {
  plain: [{ content: [text('Plain answer.')], usage: u(101, 1009, 2003, 0, 30011) }],
  // thinking + text + three tool calls in ONE message, then a final text
  blocks: [
    { content: [think('Let me think about the three reads.'), text('I will look at three things.'), bash('echo one'), bash('echo two'), tool('Glob', { pattern: '*' })], usage: u(11, 1103, 3001, 5003, 40009), pace: 20 },
    { content: [think('Nearly done.'), text('All three done.')], usage: u(7, 211, 401, 0, 45011), pace: 20 },
  ],
  // Write, Read, Edit, Bash
  tools: [
    ({ body }) => ({ content: [text('Writing.'), tool('Write', { file_path: cwd(body) + '/lab.txt', content: 'alpha\nbeta\n' })], usage: u(13, 301, 1013, 0, 20011) }),
    ({ body }) => ({ content: [tool('Read', { file_path: cwd(body) + '/lab.txt' })], usage: u(17, 103, 509, 0, 21011) }),
    ({ body }) => ({ content: [tool('Edit', { file_path: cwd(body) + '/lab.txt', old_string: 'beta', new_string: 'gamma' })], usage: u(19, 107, 607, 0, 22013) }),
    { content: [bash('cat lab.txt')], usage: u(23, 109, 701, 0, 23017) },
    { content: [text('File written, read, edited.')], usage: u(29, 113, 809, 0, 24019) },
  ],
  // three subagents at once; alpha makes a tool call, beta is slow, gamma plain
  agents: [
    { content: [text('Launching three.'), agent('sub.alpha'), agent('sub.beta'), agent('sub.gamma')], usage: u(31, 401, 1201, 0, 25031) },
    { content: [text('Sub tasks finished.')], usage: u(37, 127, 1301, 0, 26041) },
    { content: [text('Noted.')], usage: u(41, 131, 139, 0, 27043) },
  ],
  agents_fg: [
    { content: [text('Launching three.'), agent('sub.alpha', { run_in_background: false }), agent('sub.beta', { run_in_background: false }), agent('sub.gamma', { run_in_background: false })], usage: u(31, 401, 1201, 0, 25031) },
    { content: [text('Sub tasks finished.')], usage: u(37, 127, 1301, 0, 26041) },
  ],
  // "Task" is what the Agent tool was called in older clients
  oldagents: [
    ({ body }) => ({ content: [text('Launching.'), ...['sub.alpha', 'sub.gamma'].map(m => ({ ...agent(m), name: body.tools.some(t => t.name === 'Task') ? 'Task' : 'Agent' }))], usage: u(31, 401, 1201, 0, 25031), pace: 300 }),
    { content: [text('Sub tasks finished.')], usage: u(37, 127, 1301, 0, 26041) },
  ],
  nested: [
    { content: [agent('sub.nest', { run_in_background: false })], usage: u(31, 401, 1201, 0, 25031) },
    { content: [text('Nested done.')], usage: u(37, 127, 1301, 0, 26041) },
  ],
  'sub.nest': [
    { content: [agent('sub.alpha', { run_in_background: false })], usage: u(59, 503, 2011, 0, 5003) },
    { content: [text('nest done')], usage: u(59, 509, 2011, 0, 5003) },
  ],
  'sub.alpha': [
    { content: [think('sub'), bash('echo from-alpha')], usage: u(43, 137, 4001, 0, 1009) },
    { content: [text('alpha done')], usage: u(47, 139, 149, 0, 5009) },
  ],
  'sub.beta': [{ content: [text('beta done, slowly')], usage: u(53, 149, 4507, 0, 1013), delay: 1500 }],
  'sub.gamma': [{ content: [text('gamma done')], usage: u(59, 151, 4603, 0, 1019) }],
  explore: [
    { content: [agent('sub.alpha', { subagent_type: 'Explore', run_in_background: false })], usage: u(31, 401, 1201, 0, 25031) },
    { content: [text('Explored.')], usage: u(37, 127, 1301, 0, 26041) },
  ],
  prsub: [
    { content: [agent('sub.pr', { run_in_background: false })], usage: u(31, 401, 1201, 0, 25031) },
    { content: [text('PR made by the sub agent.')], usage: u(37, 127, 1301, 0, 26041) },
  ],
  'sub.pr': [
    { content: [bash('gh pr create --title Lab --body lab')], usage: u(43, 137, 4001, 0, 1009) },
    { content: [text('https://github.com/acme/widgets/pull/123')], usage: u(47, 139, 149, 0, 5009) },
  ],
  agentwt: [
    { content: [agent('sub.alpha', { isolation: 'worktree', run_in_background: false })], usage: u(31, 401, 1201, 0, 25031) },
    { content: [text('Worktree agent done.')], usage: u(37, 127, 1301, 0, 26041) },
  ],
  enterwt: [
    { content: [tool('EnterWorktree', { name: 'labwt' })], usage: u(31, 401, 1201, 0, 25031) },
    { content: [bash('pwd; git branch --show-current')], usage: u(37, 127, 1301, 0, 26041) },
    { content: [text('In the worktree.')], usage: u(37, 127, 1301, 0, 26041) },
  ],
  // one command per turn, commands separated by newlines (base64)
  sh: [...Array(12)].map((_, i) => ({ arg }) => {
    const cmds = Buffer.from(arg, 'base64').toString().split('\n').filter(Boolean);
    return i < cmds.length ? { content: [bash(cmds[i])], usage: u(71 + i, 167 + i, 1531 + i, 0, 20029 + i) } : { content: [text('Commands ran.')], usage: u(73 + i, 173 + i, 1543 + i, 0, 21031 + i) };
  }),
  // asks for tools and does not stop, but where nothing else ends the test: $0.02 a call at opus-5-5's prices
  forever: [({ step }) => ({ content: [step < 60 ? bash(`echo step ${step}`) : text('Nobody stopped me.')], usage: u(250, 500, 1000, 0, 20000) })],
  agentforever: [
    { content: [agent('forever', { run_in_background: false })], usage: u(250, 500, 1000, 0, 20000) },
    { content: [text('The agent has ended.')], usage: u(250, 500, 1000, 0, 20000) },
  ],
  e529: [() => first('e529', 2) ? err(529, 'overloaded_error') : { content: [text('After 529.')], usage: u(83, 181, 1553, 0, 20033) }],
  e500: [() => first('e500', 1) ? err(500, 'api_error') : { content: [text('After 500.')], usage: u(89, 191, 1559, 0, 20039) }],
  // stream breaks after the first block, then the retry succeeds
  drop: [() => first('drop', 1) ? { content: [text('Half an answer that is cut'), text('never seen')], usage: u(97, 193, 1567, 0, 20047), drop: 0 } : { content: [text('After the drop.')], usage: u(97, 197, 1567, 0, 20047) }],
  miderror: [() => first('mid', 1) ? { content: [text('Half an answer then an error event'), text('never seen')], usage: u(97, 193, 1567, 0, 20051), midError: { after: 0, type: 'overloaded_error' } } : { content: [text('After the error event.')], usage: u(97, 199, 1567, 0, 20051) }],
  // a first finished tool turn, then a slow one to interrupt
  toolslow: [
    { content: [text('First a tool.'), bash('echo before')], usage: u(103, 211, 1571, 0, 20063) },
    { content: [think('Thinking slowly.'), text('slow '.repeat(400))], usage: u(107, 3001, 1579, 0, 21067), pace: 100 },
  ],
  search: [{
    content: [
      { type: 'server_tool_use', id: 'srvtoolu_stub_1', name: 'web_search', input: { query: 'lab' } },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_stub_1', content: [{ type: 'web_search_result', title: 'Lab', url: 'https://example.org/', encrypted_content: 'eA==', page_age: null }] },
      text('Found it.')],
    usage: u(10009, 223, 1583, 0, 20071, { server_tool_use: { web_search_requests: 3, web_fetch_requests: 0 } }), startUsage: { input_tokens: 2003 },
  }],
  // delta that carries output_tokens only (older API shape)
  oldshape: [{ content: [think('t'), text('Old shape usage.')], usage: u(109, 2111, 1597, 0, 20077), deltaUsage: { output_tokens: 2111 } }],
  // what a gateway may send: no cache_creation object, no tier, no server tools
  bareusage: [{ content: [text('Bare usage.')], usage: { input_tokens: 2003, output_tokens: 3001, cache_creation_input_tokens: 1613, cache_creation: undefined, cache_read_input_tokens: 20107, service_tier: undefined, inference_geo: undefined } }],
  iter: [{ content: [text('With iterations.')], usage: u(300, 500, 1000, 0, 4000, { iterations: [{ type: 'message', ...u(100, 200, 400, 0, 1500) }, { type: 'message', ...u(200, 300, 600, 0, 2500) }] }) }],
  othermodel: [{ content: [text('Answered by another model.')], model: 'claude-haiku-5-5', usage: u(113, 2113, 1601, 0, 20083) }],
  refusal: [{ content: [text('No.')], stop: 'refusal', usage: u(127, 229, 1607, 0, 20089) }],
  maxtok: [{ content: [text('Cut at the limit')], stop: 'max_tokens', usage: u(131, 32000, 1609, 0, 20101) }],
};

function cwd(body) {
  const s = JSON.stringify(body.system) + JSON.stringify(body.messages);
  const m = s.match(/(?:Primary working directory|Working directory|working directory): ([^\\"]+)/i);
  return m ? m[1].trim() : '/tmp';
}

// Calls the client makes by itself carry no tools (or a telling system prompt): they get fixed usage of their own.
const background = [
  ['bg-state', /walked away/, () => '{"state":"done","detail":"done"}', u(317, 19)],
  ['bg-label', /lowercase label for this job/, () => 'lab job', u(331, 23)],
  ['title', /title/i, () => '{"title":"Lab session","branch":"lab-session"}', u(311, 17)],
  ['compact', /summar/i, () => '<analysis>lab</analysis>\n<summary>Lab summary of the talk so far.</summary>', u(5003, 907, 0, 0, 60013)],
  ['other', /./, () => 'ok', u(313, 11)],
];

const MARK = /\[\[([a-z0-9_.]+)(?::([^\]]*))?\]\]/g;
const flat = c => typeof c === 'string' ? c : (c || []).map(b => b.type === 'text' ? b.text : '').join('\n');

/** Decide what to answer to a /v1/messages body. */
export function pick(body) {
  const sys = flat(body.system), last = flat(body.messages.at(-1).content);
  const isCompact = /create a detailed summary|summary of (the|our|this) conversation/i.test(last);
  const hasTools = (body.tools || []).length > 0;
  if (!hasTools || isCompact) {
    const [kind, , answer, usage] = isCompact ? background.find(b => b[0] === 'compact') : background.find(([, re]) => re.test(sys + last));
    return { kind, marker: null, step: 0, turn: { content: [text(answer(body))], usage } };
  }
  let at = -1, name, arg;
  body.messages.forEach((m, i) => {
    if (m.role !== 'user') return;
    for (const x of flat(m.content).matchAll(MARK)) { if (scripts[x[1]]) { at = i; name = x[1]; arg = x[2]; } }
  });
  if (at < 0) return { kind: 'unmarked', marker: null, step: 0, turn: { content: [text('No marker.')], usage: u(211, 223, 227, 0, 229) } };
  const step = body.messages.slice(at).filter(m => m.role === 'assistant').length;
  const list = scripts[name];
  let turn = list[Math.min(step, list.length - 1)];
  if (typeof turn === 'function') turn = turn({ arg, step, body });
  if (turn.content) turn = { ...turn, content: turn.content.map(b => b.type === 'tool_use' ? { ...b, id: `${b.id}_${Math.random().toString(36).slice(2, 8)}` } : b) };
  return { kind: 'loop', marker: name, step, turn };
}
