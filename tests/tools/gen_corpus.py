#!/usr/bin/env python3
"""Deterministic synthetic corpus of Claude Code transcripts, with exact totals.

usage: gen_corpus.py --out DIR [--sessions N] [--bytes N[K|M|G]] [--seed N]
                     [--end ISO] [--days N] [--bad-utf8] [--hostile] [--missing-rid P]

Writes DIR/.claude/projects/<encoded cwd>/<session>.jsonl and
<session>/subagents/agent-*.jsonl (+ .meta.json), and DIR/truth.json.

Proportions follow measured public transcripts (16.6 MB, client 2.1.38/39):
tool_result lines 46 % of bytes (p50 2.2 KB, p90 21 KB, p99 56 KB), hook
progress 22 %, assistant 16 %, bash progress 8 %, agent progress 6 %, prompts
1 %, snapshots 1 %; 2.03 assistant lines and about 18 KB per API message.

Three dialects, by date of the session's first line:
  A (first third)  stop_reason null on every line, output_tokens a placeholder
                   (1..12) until the message's last line; progress lines
  B (second third) intermediate lines null + placeholder, last line final with
                   stop_reason; --missing-rid of the messages lack requestId
  C (last third)   every line of a message repeats the final usage and
                   stop_reason; attachment lines in place of progress lines

Truth: an API message (message.id) counts once, at its greatest usage, in the
session that made it; copies in resumed files, /btw replays under subagents/,
nested usage in progress lines and in toolUseResult, <synthetic> messages and
broken lines add nothing.
"""
import argparse, base64, calendar, collections, datetime as dt, json, math, os, random, sys
from zoneinfo import ZoneInfo

PRICES = {  # USD per Mtok: input, output (cache write 5m x1.25, 1h x2, read x0.1)
    'claude-opus-4-6': (5.0, 25.0),
    'claude-opus-4-8': (5.0, 25.0),
    'claude-sonnet-4-6': (3.0, 15.0),
    'claude-haiku-4-5-20251001': (1.0, 5.0),
    'claude-opus-4-1-20250805': (15.0, 75.0),
}
ZONES = {'UTC': dt.timezone.utc, 'Europe/Berlin': ZoneInfo('Europe/Berlin'),
         'America/New_York': ZoneInfo('America/New_York'), 'Asia/Kolkata': ZoneInfo('Asia/Kolkata')}
B62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
TOOLS = [('Read', 30), ('Bash', 34), ('Edit', 14), ('Grep', 8), ('Glob', 4), ('Write', 5),
         ('TodoWrite', 3), ('WebFetch', 1), ('mcp__github__get_issue', 1)]
PROJECTS = ['api-gateway', 'web.front', 'ledger_core', 'infra', 'mobile-app', 'docs site', 'ml-lab',
            'compiler', 'billing', 'search', 'worktrees/api-gateway-fix', 'dotfiles']


def size(s):
    m = {'K': 1e3, 'M': 1e6, 'G': 1e9}.get(s[-1].upper())
    return int(float(s[:-1]) * m) if m else int(s)


class Gen:
    def __init__(self, a):
        self.a = a
        self.r = random.Random(a.seed)
        self.end = int(dt.datetime.fromisoformat(a.end.replace('Z', '+00:00')).timestamp() * 1000)
        self.start = self.end - a.days * 86400000
        self.make_pool()
        self.tot = collections.Counter()
        self.model = collections.defaultdict(collections.Counter)
        self.day = {z: collections.defaultdict(collections.Counter) for z in ZONES}
        self.sess = collections.defaultdict(collections.Counter)
        self.proj = collections.defaultdict(collections.Counter)
        self.branch = collections.defaultdict(collections.Counter)
        self.agent = collections.defaultdict(collections.Counter)
        self.dialect = collections.defaultdict(collections.Counter)
        self.tools = collections.Counter()
        self.naive_line = collections.Counter()   # sum over every assistant line
        self.first_line = collections.Counter()   # first line of each message, no resumed copies
        self.lines = collections.Counter(); self.lbytes = collections.Counter()
        self.files = 0; self.bytes = 0
        self.done = []          # finished sessions that a later one may resume
        self.meta = collections.Counter()

    # ---- text -------------------------------------------------------------
    def make_pool(self):
        r = self.r
        w = ('fn let const return if else for while match struct impl async await import from class def self '
             'buffer offset session cursor token usage cache write read parse line index table query plan cost '
             'model branch commit merge error warning note result option value key map list node edge graph').split()
        odd = ['\u00e9t\u00e9', '\u65e5\u672c\u8a9e', '\u2713', '\U0001f680', '\u2500\u2500', '\x1b[32mok\x1b[0m', '\t', '"quoted"', 'C:\\tmp\\x']
        ls = []
        for i in range(9000):
            n = r.randint(2, 14)
            t = ' ' * r.choice((0, 0, 2, 4, 8)) + ' '.join(r.choice(w) for _ in range(n))
            if r.random() < .05: t += ' ' + r.choice(odd)
            if r.random() < .3: t += ' = ' + str(r.randint(0, 10**6)) + ';'
            ls.append(json.dumps(t, ensure_ascii=False)[1:-1])
        self.pool = '\\n'.join(ls) + '\\n'
        self.cut = []
        p = 0
        for t in ls:
            self.cut.append(p); p += len(t) + 2
        self.plen = p

    def body(self, n):
        """about n characters of already JSON-escaped text, whole lines only"""
        import bisect
        out = []
        while n > 0:
            i = self.r.randrange(len(self.cut))
            s = self.cut[i]
            e = min(s + n, self.plen)
            j = bisect.bisect_left(self.cut, e)
            e = self.cut[j] if j < len(self.cut) else self.plen
            if e <= s: e = self.plen
            out.append(self.pool[s:e]); n -= e - s
        return ''.join(out)

    def b62(self, n): return ''.join(self.r.choices(B62, k=n))
    def uuid(self):
        h = '%032x' % self.r.getrandbits(128)
        return f'{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}'

    @staticmethod
    def iso(ms):
        d = dt.datetime.fromtimestamp(ms / 1000, dt.timezone.utc)
        return d.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (ms % 1000)

    # ---- truth ------------------------------------------------------------
    def count(self, s, model, ms, u, agent, dialect, first):
        pin, pout = PRICES[model]
        cost = (u['i'] * pin + u['o'] * pout + u['c5'] * pin * 1.25 + u['c1'] * pin * 2 + u['cr'] * pin * .1) / 1e6 + u.get('ws', 0) * .01
        d = dict(input=u['i'], output=u['o'], cache_5m=u['c5'], cache_1h=u['c1'], cache_read=u['cr'], messages=1)
        nano = round(cost * 1e9)
        d['cost_nano'] = nano
        d['cost_nano_if_1h_priced_5m'] = round((cost - u['c1'] * pin * .75 / 1e6) * 1e9)
        where = [self.tot, self.model[model], self.sess[s['sid']], self.proj[s['cwd']],
                 self.branch[s['cwd'] + '@' + s['branch']], self.dialect[dialect],
                 self.agent['main' if agent is None else agent]]
        for z, tz in ZONES.items():
            where.append(self.day[z][dt.datetime.fromtimestamp(ms / 1000, tz).strftime('%Y-%m-%d')])
        for w in where:
            for k, v in d.items(): w[k] += v
        if u.get('ws'): self.tot['web_search_requests'] += u['ws']
        self.first_line['input'] += u['i']; self.first_line['output'] += first
        self.first_line['cache_write'] += u['c5'] + u['c1']; self.first_line['cache_read'] += u['cr']

    # ---- files ------------------------------------------------------------
    def open(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.files += 1
        return open(path, 'w', encoding='utf-8', errors='surrogateescape', newline='\n')

    def put(self, f, kind, line, s):
        n = len(line.encode('utf-8', 'surrogateescape')) + 1 if not line.isascii() else len(line) + 1
        f.write(line); f.write('\n')
        self.lines[kind] += 1; self.lbytes[kind] += n; self.bytes += n; s['bytes'] += n

    def head(self, s, side=False, agent=None):
        """common fields, in the client's order"""
        p = s['parent']; u = self.uuid(); s['parent'] = u
        h = (f'"parentUuid":{chr(34)+p+chr(34) if p else "null"},"isSidechain":{"true" if side else "false"},'
             f'"userType":"external","cwd":{json.dumps(s["cwd"])},"sessionId":"{s["sid"]}","version":"{s["version"]}",'
             f'"gitBranch":"{s["branch"]}"')
        if agent: h += f',"agentId":"{agent}"'
        elif s['slug']: h += f',"slug":"{s["slug"]}"'
        return h, u

    def tail(self, u, s): return f'"uuid":"{u}","timestamp":"{self.iso(s["ts"])}"'

    def step(self, s, lo, hi):
        s['ts'] += int(self.r.uniform(lo, hi) * s['pace'])

    # ---- one API message --------------------------------------------------
    def message(self, f, s, final, side=False, agent=None, atype=None, model=None, task=None):
        r = self.r
        d = s['dialect']
        model = model or s['model']
        mid = 'msg_01' + self.b62(22)
        rid = 'req_011C' + self.b62(20)
        if r.random() < self.a.missing_rid and d == 'B': rid = None
        key = 'actx' if side else 'ctx'
        new = s.pop('pend', 0) + r.randint(60, 400)
        read = s[key]
        if read == 0:                       # first call: system prompt and tools
            new += r.randint(11000, 19000)
            if r.random() < .6: read = r.randint(9000, 17000)
        elif r.random() < .012:             # the cache had expired
            new += read; read = 0
        s[key] = read + new
        blocks = []
        if r.random() < (.12 if d == 'A' else .4): blocks.append('thinking')
        if final or r.random() < .55: blocks.append('text')
        ntool = 0 if final else 1 + (r.random() < .22) + (r.random() < .07)
        if task: ntool = 1
        blocks += ['tool_use'] * ntool
        out = int(min(31000, max(3, r.lognormvariate(5.7, 1.1)))) + 90 * ntool
        u = dict(i=r.choice((1, 2, 3, 3, 4, 6, 8, 10, r.randint(11, 900))), o=out, cr=read, c5=0, c1=0, ws=0)
        if side or d == 'A' or r.random() < .1: u['c5'] = new
        elif r.random() < .08: u['c5'] = new // 3; u['c1'] = new - new // 3
        else: u['c1'] = new
        if d != 'A' and r.random() < .004: u['ws'] = r.randint(1, 3)
        # all lines of a message stay within one half hour, so that no zone's midnight cuts it
        span = 400 * len(blocks) + 2600 * len(blocks)
        if s['ts'] // 1800000 != (s['ts'] + span + 1000) // 1800000: s['ts'] = (s['ts'] // 1800000 + 1) * 1800000 + 1000
        t0 = s['ts']
        ph = r.randint(1, 12)
        stuck = d == 'A' and len(blocks) > 1 and r.random() < .15     # the final count never came
        seen = 0
        tool_ids = []
        pend_results = []
        inter = ntool > 1 and r.random() < .3
        for n, b in enumerate(blocks):
            lastb = n == len(blocks) - 1
            if d == 'C' or (lastb and not stuck): o = out
            else: o = min(out, ph)
            sr = 'null'
            if d == 'C' or (d == 'B' and lastb): sr = '"end_turn"' if final else '"tool_use"'
            if b == 'thinking':
                sig = base64.b64encode(r.getrandbits(8 * 240).to_bytes(240, 'big')).decode() * r.choice((1, 1, 2, 4))
                c = f'{{"type":"thinking","thinking":"{"" if d == "C" and r.random() < .5 else self.body(r.randint(80, 1500))}","signature":"{sig}"}}'
            elif b == 'text':
                c = f'{{"type":"text","text":"{self.body(int(min(9000, r.lognormvariate(5.3, 1.0))))}"}}'
            else:
                tid = 'toolu_01' + self.b62(22)
                name = task['tool'] if task else r.choices([t for t, _ in TOOLS], [w for _, w in TOOLS])[0]
                if not task and r.random() < .01: name = 'Skill'
                tool_ids.append((tid, name)); self.tools[name] += 1
                c = f'{{"type":"tool_use","id":"{tid}","name":"{name}","input":{self.tool_input(name, s, task)}}}'
            us = (f'"input_tokens":{u["i"]},"cache_creation_input_tokens":{new},"cache_read_input_tokens":{read},'
                  f'"cache_creation":{{"ephemeral_5m_input_tokens":{u["c5"]},"ephemeral_1h_input_tokens":{u["c1"]}}},"output_tokens":{o},'
                  f'"service_tier":"standard"')
            if d != 'A': us += f',"server_tool_use":{{"web_search_requests":{u["ws"]},"web_fetch_requests":0}},"inference_geo":"global"'
            if d == 'C':
                us += (f',"iterations":[{{"input_tokens":{u["i"]},"output_tokens":{o},"cache_read_input_tokens":{read},"cache_creation_input_tokens":{new},'
                       f'"cache_creation":{{"ephemeral_5m_input_tokens":{u["c5"]},"ephemeral_1h_input_tokens":{u["c1"]}}},"type":"message"}}],"speed":"standard"')
            h, uu = self.head(s, side, agent)
            line = (f'{{{h},"message":{{"model":"{model}","id":"{mid}","type":"message","role":"assistant","content":[{c}],'
                    f'"stop_reason":{sr},"stop_sequence":null,"usage":{{{us}}}}},' + (f'"requestId":"{rid}",' if rid else '') +
                    f'"type":"assistant",{self.tail(uu, s)}}}')
            self.put(f, 'assistant', line, s)
            self.naive_line['input'] += u['i']; self.naive_line['output'] += o
            self.naive_line['cache_write'] += new; self.naive_line['cache_read'] += read
            seen = max(seen, o)
            if n == 0: first = o; s['lastline'] = line
            if not side: s['recent'].append((line, mid)); s['recent'] = s['recent'][-8:]
            s['ts'] += r.randint(150, 400)
            if b == 'tool_use' and inter and not lastb:
                self.result(f, s, *tool_ids[-1], side, agent, task); tool_ids.pop()
            s['ts'] += r.randint(100, 2200)
        u['o'] = seen
        self.count(s, model, t0, u, atype, d, first)
        if self.r.random() < .004: self.broken(f, s)
        for tid, name in tool_ids: self.result(f, s, tid, name, side, agent, task)
        return mid

    def tool_input(self, name, s, task):
        r = self.r
        path = json.dumps(f'{s["cwd"]}/src/{r.choice("abcdefgh")}{r.randint(1, 40)}.c')
        if task: return f'{{"description":"look into it","subagent_type":"{task["type"]}","prompt":"{self.body(r.randint(200, 2500))}"}}'
        if name == 'Bash': return f'{{"command":"{self.body(r.randint(20, 300))}","description":"run it"}}'
        if name == 'Edit': return f'{{"file_path":{path},"old_string":"{self.body(r.randint(40, 700))}","new_string":"{self.body(r.randint(40, 900))}","replace_all":false}}'
        if name == 'Write': return f'{{"file_path":{path},"content":"{self.body(int(min(30000, r.lognormvariate(7.4, 1.0))))}"}}'
        if name == 'Skill': return f'{{"skill":"{r.choice(("review", "simplify", "deploy:check"))}"}}'
        if name == 'TodoWrite': return f'{{"todos":[{{"content":"{self.body(60)}","status":"pending"}}]}}'
        return f'{{"file_path":{path},"limit":{r.randint(50, 900)}}}'

    def result(self, f, s, tid, name, side, agent, task):
        r = self.r
        if task:
            self.subagent(s, task, f, tid)
        x = r.random()
        if x < .003: n = r.randint(90000, 400000)
        else: n = int(min(60000, r.lognormvariate(6.9, 1.35)))
        if s['small']: n = min(n, 60000)
        n = max(40, n)
        b = self.body(n)
        self.step(s, 200, 9000)
        for _ in range(self.poisson(3.0) if s['dialect'] != 'C' else 0):
            h, uu = self.head(s, side, agent)
            self.put(f, 'progress/hook_progress', f'{{{h},"type":"progress","data":{{"type":"hook_progress","hookEvent":"PostToolUse","hookName":"PostToolUse:{name}","command":"/home/USER/.claude/hooks/notify.sh post --tool {name} --session {s["sid"]}"}},"parentToolUseID":"{tid}","toolUseID":"{tid}",{self.tail(uu, s)}}}', s)
        if s['dialect'] != 'C' and name == 'Bash':
            for _ in range(self.poisson(2.2)):
                h, uu = self.head(s, side, agent)
                t = self.body(r.randint(60, 900))
                self.put(f, 'progress/bash_progress', f'{{{h},"type":"progress","data":{{"type":"bash_progress","output":"{t}","fullOutput":"{t}","elapsedTimeSeconds":{r.randint(2, 90)},"totalLines":{r.randint(1, 200)}}},"toolUseID":"bash-progress-0","parentToolUseID":"{tid}",{self.tail(uu, s)}}}', s)
        if s['dialect'] == 'C':
            for _ in range(self.poisson(1.3)):
                h, uu = self.head(s, side, agent)
                self.put(f, 'attachment', f'{{{h},"type":"attachment","attachment":{{"type":"{r.choice(("hook_success", "todo_reminder", "edited_text_file"))}","hookName":"PostToolUse:{name}","content":"{self.body(r.randint(80, 1800))}"}},{self.tail(uu, s)}}}', s)
        err = 'true' if r.random() < .04 else 'false'
        h, uu = self.head(s, side, agent)
        if task:
            ex = (f'{{"status":"completed","prompt":"{self.body(200)}","agentId":"{task["id"]}","content":[{{"type":"text","text":"{b[:4000].rsplit(chr(92)+"n",1)[0]}"}}],'
                  f'"totalDurationMs":{r.randint(4000, 400000)},"totalTokens":{task["tokens"]},"totalToolUseCount":{task["calls"]},"usage":{{"input_tokens":{task["u"]["i"]},"cache_creation_input_tokens":{task["u"]["c5"]},"cache_read_input_tokens":{task["u"]["cr"]},"output_tokens":{task["u"]["o"]},"service_tier":"standard"}}}}')
        elif name == 'Bash': ex = f'{{"stdout":"{b}","stderr":"","interrupted":false,"isImage":false}}'
        else: ex = f'{{"type":"text","file":{{"filePath":"{r.choice("abcdef")}.c","content":"{b}","numLines":{b.count(chr(92)+"n")},"startLine":1,"totalLines":{b.count(chr(92)+"n")}}}}}'
        line = (f'{{{h},"type":"user","message":{{"role":"user","content":[{{"tool_use_id":"{tid}","type":"tool_result","content":"{b}","is_error":{err}}}]}},'
                f'{self.tail(uu, s)},"toolUseResult":{ex},"sourceToolAssistantUUID":"{s["parent"]}"}}')
        self.put(f, 'user/tool_result', line, s)
        s['pend'] = s.get('pend', 0) + min(25000, len(b) // 4)

    def poisson(self, m):
        l, k, p = math.exp(-m), 0, 1.0
        while True:
            p *= self.r.random()
            if p <= l: return k
            k += 1

    def broken(self, f, s):
        r = self.r
        x = r.random()
        ln = s['lastline']
        if x < .45: t = ln[:r.randint(20, len(ln) - 2)]                      # cut in the middle
        elif x < .6: t = ln[r.randint(5, len(ln) // 2):]                     # head missing
        elif x < .85 or not self.a.hostile: t = '\x00' * r.randint(20, 300)
        elif x < .90: t = 'null'
        elif x < .95: t = '[]'
        else: t = ''
        if self.a.bad_utf8: t += '\udcff\udcfe\udc80'
        self.meta['broken_lines'] += 1
        if self.a.bad_utf8:
            f.flush(); f.buffer.write(t.encode('utf-8', 'surrogateescape') + b'\n'); f.flush()
            self.lines['BROKEN'] += 1; self.lbytes['BROKEN'] += len(t) + 1; self.bytes += len(t) + 1; s['bytes'] += len(t) + 1
        else: self.put(f, 'BROKEN', t, s)

    # ---- subagents --------------------------------------------------------
    def subagent(self, s, task, mainf, tid):
        r = self.r
        parent, ctx0, pend = s['parent'], s.get('actx', 0), s.pop('pend', 0)
        s['parent'] = None; s['actx'] = 0
        aid = task['id']
        base = os.path.join(s['dir'], s['sid'], 'subagents')
        if task.get('workflow'): base = os.path.join(base, 'workflows', 'wf_' + self.b62(6))
        path = os.path.join(base, f'agent-{aid}.jsonl')
        if task.get('flat'): path = os.path.join(s['dir'], f'agent-{aid}.jsonl')   # older layout
        f = self.open(path)
        n0 = collections.Counter(self.agent[task['type']])
        h, uu = self.head(s, True, aid)
        self.put(f, 'user/prompt', f'{{{h},"type":"user","message":{{"role":"user","content":"{self.body(r.randint(300, 3000))}"}},{self.tail(uu, s)}}}', s)
        calls = r.randint(3, 28)
        if s['small']: calls = min(calls, 8)
        for i in range(calls):
            self.message(f, s, i == calls - 1, True, aid, task['type'], task['model'])
            self.step(s, 300, 2500)
            if i < 3 and s['dialect'] == 'A' and mainf:                      # the parent sees copies of it
                sp = s['parent']; s['parent'] = parent
                h, uu = self.head(s); parent = s['parent']; s['parent'] = sp
                self.put(mainf, 'progress/agent_progress', f'{{{h},"type":"progress","data":{{"type":"agent_progress","message":{s["lastline"]},"normalizedMessages":[],"prompt":"{self.body(150)}","agentId":"{aid}"}},"toolUseID":"agent_{self.b62(8)}","parentToolUseID":"{tid}",{self.tail(uu, s)}}}', s)
        f.close()
        self.utime(path, s)
        if s['dialect'] != 'A' and not task.get('flat'):
            with open(path[:-6] + '.meta.json', 'w') as m: json.dump({'agentType': task['type'], 'description': 'look into it'}, m)
        n1 = self.agent[task['type']]
        task['u'] = dict(i=n1['input'] - n0['input'], o=n1['output'] - n0['output'], c5=n1['cache_5m'] - n0['cache_5m'], cr=n1['cache_read'] - n0['cache_read'])
        task['tokens'] = sum(task['u'].values()); task['calls'] = calls
        self.meta['subagent_files'] += 1
        s['parent'] = parent; s['actx'] = ctx0; s['pend'] = pend

    def overhead(self, s, kind):
        """acompact / aprompt_suggestion: own calls; aside_question: replays of the parent's messages with new request ids, then an answer"""
        r = self.r
        aid = f'{kind}-{"%06x" % r.getrandbits(24)}'
        path = os.path.join(s['dir'], s['sid'], 'subagents', f'agent-{aid}.jsonl')
        parent, ctx0, pend = s['parent'], s.get('actx', 0), s.pop('pend', 0)
        s['parent'] = None; s['actx'] = 0
        f = self.open(path)
        if kind == 'aside_question':
            rid = {}
            for line, mid in s['recent']:
                d = json.loads(line)
                d['isSidechain'] = True; d['agentId'] = aid
                if mid not in rid: rid[mid] = 'req_011C' + self.b62(20)
                if 'requestId' in d: d['requestId'] = rid[mid]
                self.put(f, 'assistant', json.dumps(d, separators=(',', ':'), ensure_ascii=False), s)
                us = d['message']['usage']
                self.naive_line['input'] += us['input_tokens']; self.naive_line['output'] += us['output_tokens']
                self.naive_line['cache_write'] += us['cache_creation_input_tokens']; self.naive_line['cache_read'] += us['cache_read_input_tokens']
                self.meta['btw_replayed_lines'] += 1
        h, uu = self.head(s, True, aid)
        self.put(f, 'user/prompt', f'{{{h},"type":"user","message":{{"role":"user","content":"{self.body(300)}"}},{self.tail(uu, s)}}}', s)
        self.message(f, s, True, True, aid, kind, s['model'])
        f.close(); self.utime(path, s)
        self.meta['subagent_files'] += 1; self.meta['overhead_agents'] += 1
        s['parent'] = parent; s['actx'] = ctx0; s['pend'] = pend

    def utime(self, path, s): os.utime(path, (s['ts'] / 1000, s['ts'] / 1000))

    # ---- one session ------------------------------------------------------
    def session(self, k, budget, start):
        r = self.r
        resume = None
        if self.a.sessions > 3 and self.done and (r.random() < .12 or k in (5, 9)): resume = r.choice(self.done)
        frac = (start - self.start) / (self.end - self.start)
        dialect = 'ABC'[min(2, int(frac * 3))]
        cwd = resume['cwd'] if resume else '/home/USER/code/' + r.choices(PROJECTS, [12, 9, 8, 6, 5, 3, 4, 3, 4, 3, 4, 2])[0]
        enc = ''.join(c if c.isalnum() else '-' for c in cwd)
        s = dict(sid=self.uuid(), cwd=cwd, branch=r.choice(('main', 'main', 'dev', f'feature/x-{r.randint(1, 30)}', 'HEAD')),
                 dialect=dialect, version={'A': '2.1.39', 'B': '2.1.138', 'C': '2.1.231'}[dialect], slug='', parent=None, ts=start, bytes=0,
                 ctx=0, model=r.choices(list(PRICES), [40, 18, 28, 6, 4])[0], recent=[], small=budget < 600000, lastline='{}',
                 dir=os.path.join(self.a.out, '.claude', 'projects', enc))
        msgs = max(4, budget / 18000)
        span = min(r.choice((3, 3, 8, 20, 60)) * 3600e3, max(6e5, self.end - start - 6e5))
        s['pace'] = min(2.5, max(.02, span / (msgs * 14000)))
        path = os.path.join(s['dir'], s['sid'] + '.jsonl')
        f = self.open(path)
        if resume:
            s['branch'] = resume['branch']
            keep = r.random() < .5          # older clients kept the first session's id on the copies
            cap = min(3e6, budget * .5); n = 0
            with open(resume['path'], encoding='utf-8', errors='surrogateescape') as g:
                for ln in g:
                    if n > cap or not ln.endswith('\n'): break
                    ln = ln[:-1]
                    if not keep: ln = ln.replace(resume['sid'], s['sid'])
                    self.put(f, 'copied', ln, s); n += len(ln)
                    self.meta['copied_lines'] += 1
                    if '"type":"assistant","uuid"' in ln:
                        try: d = json.loads(ln)
                        except ValueError: continue
                        if d.get('type') != 'assistant': continue
                        us = d['message']['usage']; s['parent'] = d['uuid']
                        self.naive_line['input'] += us['input_tokens']; self.naive_line['output'] += us['output_tokens']
                        self.naive_line['cache_write'] += us.get('cache_creation_input_tokens', 0); self.naive_line['cache_read'] += us.get('cache_read_input_tokens', 0)
                        s['ctx'] = us.get('cache_read_input_tokens', 0) + us.get('cache_creation_input_tokens', 0)
            self.meta['resumed_sessions'] += 1
        if r.random() < .25: self.put(f, 'summary', f'{{"type":"summary","summary":"{self.body(60)}","leafUuid":"{self.uuid()}"}}', s)
        s['slug'] = f'{r.choice(("linked", "wise", "calm"))}-{r.choice(("soaring", "dazzling"))}-{r.choice(("beaver", "otter", "fox"))}'
        while s['bytes'] < budget and s['ts'] < self.end - 3600000:
            self.turn(f, s)
        if r.random() < .3:                 # the client was killed while it wrote
            ln = s['lastline'].replace('msg_01', 'msg_0X', 1)
            t = ln[:r.randint(10, max(11, len(ln) - 4))]
            f.write(t); self.bytes += len(t.encode()); self.meta['truncated_last_lines'] += 1
        f.close(); self.utime(path, s)
        self.meta['sessions'] += 1
        if not resume and s['bytes'] < 40e6: self.done.append(dict(path=path, sid=s['sid'], cwd=cwd, branch=s['branch']))

    def turn(self, f, s):
        r = self.r
        t0 = s['ts']
        snap = ','.join(f'"src/{r.choice("abcdefgh")}{i}.c":{{"backupFileName":"{"%016x" % r.getrandbits(64)}@v{r.randint(1, 9)}","version":{r.randint(1, 9)},"backupTime":"{self.iso(s["ts"])}"}}' for i in range(r.randint(0, 18)))
        u = self.uuid()
        self.put(f, 'file-history-snapshot', f'{{"type":"file-history-snapshot","messageId":"{u}","snapshot":{{"messageId":"{u}","trackedFileBackups":{{{snap}}},"timestamp":"{self.iso(s["ts"])}"}},"isSnapshotUpdate":false}}', s)
        if r.random() < .1: s['branch'] = r.choice(('main', 'dev', f'feature/x-{r.randint(1, 30)}'))
        if r.random() < .04: s['model'] = r.choices(list(PRICES), [40, 18, 28, 6, 4])[0]
        h, uu = self.head(s)
        txt = self.body(int(min(16000, r.lognormvariate(5.6, 1.2))))
        c = f'"{txt}"' if r.random() < .8 else f'[{{"type":"text","text":"{txt}"}}]'
        if r.random() < .04: c = '"<command-name>/compact</command-name><command-message>compact</command-message><command-args></command-args>"'
        self.put(f, 'user/prompt', f'{{{h},"type":"user","message":{{"role":"user","content":{c}}},{self.tail(uu, s)},"permissionMode":"default"}}', s)
        if r.random() < .05: self.put(f, 'queue-operation', f'{{"type":"queue-operation","operation":"enqueue","timestamp":"{self.iso(s["ts"])}","sessionId":"{s["sid"]}","content":"{self.body(200)}"}}', s)
        n = max(1, min(40, int(r.expovariate(1 / 11.0)) + 1))
        if s['small']: n = min(n, 10)
        for i in range(n):
            self.step(s, 1500, 7000)
            final = i == n - 1
            task = None
            if not final and r.random() < (.05 if s['small'] else .022):
                ty = r.choices(('Explore', 'general-purpose', 'code-reviewer', 'Plan'), (50, 25, 15, 10))[0]
                task = dict(id='a' + '%06x' % r.getrandbits(24), type=ty, tool='Task' if s['dialect'] == 'A' else 'Agent',
                            model={'Explore': 'claude-haiku-4-5-20251001', 'code-reviewer': 'claude-sonnet-4-6'}.get(ty, s['model']),
                            workflow=s['dialect'] == 'C' and r.random() < .1, flat=s['dialect'] == 'A' and r.random() < .08)
            self.message(f, s, final, task=task)
            if s['ctx'] > 160000:            # auto compact
                h, uu = self.head(s)
                self.put(f, 'system/compact_boundary', f'{{{h},"type":"system","subtype":"compact_boundary","content":"Conversation compacted","isMeta":false,"level":"info","compactMetadata":{{"trigger":"auto","preTokens":{s["ctx"]}}},{self.tail(uu, s)}}}', s)
                h, uu = self.head(s)
                self.put(f, 'user/prompt', f'{{{h},"type":"user","message":{{"role":"user","content":"This session is being continued from a previous conversation. {self.body(9000)}"}},"isVisibleInTranscriptOnly":true,"isCompactSummary":true,{self.tail(uu, s)}}}', s)
                s['ctx'] = 0; s['pend'] = 9000
                self.overhead(s, 'acompact')
            if r.random() < .004:
                h, uu = self.head(s)
                self.put(f, 'system/api_error', f'{{{h},"type":"system","subtype":"api_error","level":"error","error":{{"status":529,"headers":{{}}}},"retryInMs":{r.randint(400, 9000)},"retryAttempt":1,"maxRetries":10,{self.tail(uu, s)}}}', s)
            if r.random() < .006:
                h, uu = self.head(s)
                self.meta['synthetic'] += 1
                self.put(f, 'assistant<synthetic>', f'{{{h},"type":"assistant",{self.tail(uu, s)},"message":{{"id":"{self.uuid()}","container":null,"model":"<synthetic>","role":"assistant","stop_reason":"stop_sequence","stop_sequence":"","type":"message","usage":{{"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"server_tool_use":{{"web_search_requests":0,"web_fetch_requests":0}},"service_tier":null,"cache_creation":{{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":0}}}},"content":[{{"type":"text","text":"API Error: 529 overloaded"}}]}},"isApiErrorMessage":true}}', s)
        if r.random() < .03: self.overhead(s, 'aside_question')
        if r.random() < .03 and s['dialect'] != 'A': self.overhead(s, 'aprompt_suggestion')
        h, uu = self.head(s)
        self.put(f, 'system/stop_hook_summary', f'{{{h},"type":"system","subtype":"stop_hook_summary","hookCount":1,"hookInfos":[{{"command":"/home/USER/.claude/hooks/notify.sh mark"}}],"hookErrors":[],"preventedContinuation":false,"stopReason":"","hasOutput":true,"level":"suggestion",{self.tail(uu, s)},"toolUseID":"{self.uuid()}"}}', s)
        h, uu = self.head(s)
        self.put(f, 'system/turn_duration', f'{{{h},"type":"system","subtype":"turn_duration","durationMs":{s["ts"] - t0},{self.tail(uu, s)},"isMeta":false}}', s)
        self.step(s, 20000, 400000)
        if r.random() < .03: s['ts'] += int(r.uniform(2, 11) * 3600e3 * min(1, s['pace']))

    # ---- the whole --------------------------------------------------------
    def run(self):
        a, r = self.a, self.r
        w = [r.lognormvariate(0, 1.2) for _ in range(a.sessions)]
        t = sum(w)
        starts = []
        for _ in range(a.sessions):
            d = self.start + int(r.random() * (self.end - self.start - 2 * 86400000))
            d = d - d % 86400000 + int(r.choice((7, 8, 9, 10, 12, 13, 14, 16, 19, 21, 22, 23)) * 3600e3 + r.random() * 3600e3)
            starts.append(d)
        # two sessions a client could have had open over each change of the clocks
        for i, iso in enumerate(('2026-10-24T22:40', '2026-11-01T04:30')):
            if a.sessions > 4: starts[i] = int(calendar.timegm(dt.datetime.fromisoformat(iso).timetuple()) * 1000)
        order = sorted(range(a.sessions), key=lambda i: starts[i])
        for n, i in enumerate(order):
            self.session(n, max(20000, w[i] / t * a.bytes), starts[i])
        def flat(c):
            d = {k: v for k, v in c.items() if not k.startswith('cost')}
            d['cache_write'] = d.get('cache_5m', 0) + d.get('cache_1h', 0)
            d['total'] = sum(d.get(k, 0) for k in ('input', 'output', 'cache_write', 'cache_read'))
            d['cost'] = c['cost_nano'] / 1e9
            d['cost_if_1h_priced_5m'] = c['cost_nano_if_1h_priced_5m'] / 1e9
            return d
        truth = dict(seed=a.seed, files=self.files, bytes=self.bytes, total=flat(self.tot), meta=dict(self.meta),
                     tools=dict(self.tools), by_model={k: flat(v) for k, v in self.model.items()},
                     by_day={z: {k: flat(v) for k, v in sorted(d.items())} for z, d in self.day.items()},
                     by_session={k: flat(v) for k, v in self.sess.items()}, by_project={k: flat(v) for k, v in self.proj.items()},
                     by_branch={k: flat(v) for k, v in self.branch.items()}, by_agent={k: flat(v) for k, v in self.agent.items()},
                     by_dialect={k: flat(v) for k, v in self.dialect.items()},
                     naive_every_line=dict(self.naive_line), first_line_only=dict(self.first_line),
                     lines=dict(self.lines), line_bytes=dict(self.lbytes), prices=PRICES)
        with open(os.path.join(a.out, 'truth.json'), 'w') as f: json.dump(truth, f, indent=1, sort_keys=True)
        t = truth['total']
        print(f"{self.files} files, {self.bytes/1e6:.1f} MB, {sum(self.lines.values())} lines, {t['messages']} messages, {t['total']:,} tokens, ${t['cost']:.2f}")


p = argparse.ArgumentParser()
p.add_argument('--out', required=True); p.add_argument('--sessions', type=int, default=12)
p.add_argument('--bytes', type=size, default=size('5M')); p.add_argument('--seed', type=int, default=1)
p.add_argument('--end', default='2026-11-21T18:00:00Z'); p.add_argument('--days', type=int, default=60)
p.add_argument('--bad-utf8', action='store_true', help='broken lines carry bytes that are not UTF-8')
p.add_argument('--hostile', action='store_true', help='broken lines may be JSON that is no object: null, []')
p.add_argument('--missing-rid', type=float, default=.15, help='share of dialect B messages without requestId')
if __name__ == '__main__':
    Gen(p.parse_args()).run()
