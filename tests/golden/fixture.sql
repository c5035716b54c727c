-- A small ledger with everything that reports have been seen to get wrong. run.py makes the schema
-- first and the roll-up afterwards; @DIR@ becomes a folder that holds title.jsonl.
-- Zone of the tests: Europe/Berlin, now 2026-11-21 19:00.

CREATE TEMP TABLE t (key TEXT, at TEXT, session TEXT, agent TEXT, cwd TEXT, branch TEXT, version TEXT,
  model TEXT, input INT, output INT, w5 INT, w1 INT, r INT, web INT, aborted INT, prompt TEXT);
INSERT INTO t VALUES
-- clock change of spring: 01:50 and 03:10, local
('msg_01spring1', '2026-03-29T00:50:00.000', 'aaaa1111-0000-4000-8000-000000000001', NULL, '/home/u/api', 'main', '2.1.20', 'claude-opus-4-6', 100, 200, 3000, 0, 0, 0, NULL, 'p1'),
('msg_02spring2', '2026-03-29T01:10:00.000', 'aaaa1111-0000-4000-8000-000000000001', NULL, '/home/u/api', 'main', '2.1.20', 'claude-opus-4-6', 110, 210, 0, 0, 3000, 0, NULL, 'p1'),
-- clock change of autumn: 02:30 twice
('msg_03autumn1', '2026-10-25T00:30:00.000', 'aaaa2222-0000-4000-8000-000000000002', NULL, '/home/u/api', 'main', '2.1.330', 'claude-sonnet-5', 50, 500, 0, 2000, 0, 1, NULL, 'p2'),
('msg_04autumn2', '2026-10-25T01:30:00.000', 'aaaa2222-0000-4000-8000-000000000002', NULL, '/home/u/api', 'main', '2.1.330', 'claude-sonnet-5', 51, 501, 0, 0, 2000, 0, NULL, 'p2'),
-- the same folder name elsewhere, a branch that tries to colour the terminal, a project that tries to be a formula
('msg_05other1', '2026-11-02T10:00:00.000', 'bbbb3333-0000-4000-8000-000000000003', NULL, '/srv/api', 'feature/' || char(27) || '[31mred' || char(8238) || 'x', '2.1.330', 'claude-opus-5-5', 10, 1000, 4000, 0, 8000, 0, NULL, 'p3'),
('msg_06other2', '2026-11-02T10:14:59.999', 'bbbb3333-0000-4000-8000-000000000003', 'a1b2c3', '/srv/api', 'feature/' || char(27) || '[31mred' || char(8238) || 'x', '2.1.330', 'claude-haiku-5-5', 20, 300, 100, 0, 90, 0, NULL, 'p3'),
('msg_07other3', '2026-11-02T10:15:00.000', 'bbbb3333-0000-4000-8000-000000000003', 'a1b2c3', '/srv/api', 'feature/' || char(27) || '[31mred' || char(8238) || 'x', '2.1.330', 'claude-haiku-5-5', 90001, 301, 10000, 0, 0, 0, NULL, 'p3'),
('msg_08formula', '2026-11-16T08:00:00.000', 'cccc4444-0000-4000-8000-000000000004', NULL, '/home/u/=HYPERLINK(1)', NULL, '2.1.330', 'claude-opus-5-5', 5, 50, 0, 0, 0, 0, NULL, 'p4'),
('msg_09unknown', '2026-11-16T08:05:00.000', 'cccc4444-0000-4000-8000-000000000004', NULL, '/home/u/=HYPERLINK(1)', NULL, '2.1.330', 'claude-next-9', 7, 70, 700, 0, 0, 0, NULL, 'p4'),
-- the last millisecond of yesterday, the first of today
('msg_10late', '2026-11-20T22:59:59.999', 'dddd5555-0000-4000-8000-000000000005', NULL, '/home/u/api', 'feature/pay', '2.1.330', 'claude-opus-5-5', 1000, 2000, 30000, 0, 400000, 0, NULL, 'p5'),
('msg_11early', '2026-11-20T23:00:00.000', 'dddd5555-0000-4000-8000-000000000005', NULL, '/home/u/api', 'feature/pay', '2.1.330', 'claude-opus-5-5', 1001, 2001, 0, 0, 430000, 0, NULL, 'p5'),
('msg_12agent', '2026-11-21T09:07:00.000', 'dddd5555-0000-4000-8000-000000000005', 'e4d5', '/home/u/api/.claude/worktrees/x', 'feature/pay', '2.1.330', 'claude-haiku-5-5', 60, 600, 1000, 0, 2000, 0, NULL, 'p6'),
('msg_13compact', '2026-11-21T09:20:00.000', 'dddd5555-0000-4000-8000-000000000005', 'acompact-7', '/home/u/api', 'feature/pay', '2.1.330', 'claude-opus-5-5', 70, 700, 0, 0, 500, 0, NULL, 'p6'),
('msg_14aborted', '2026-11-21T10:00:00.000', 'dddd5555-0000-4000-8000-000000000005', NULL, '/home/u/api', 'main', '2.1.330', 'claude-opus-5-5', 80, 3, 0, 0, 600, 0, 1216, 'p6'),
-- a fork of the session above, with a turn of its own, and one with an advisor that has no price
('msg_15fork', '2026-11-21T11:00:00.000', 'dddd6666-0000-4000-8000-000000000006', NULL, '/home/u/api', 'main', '2.1.330', 'claude-opus-5-5', 90, 900, 0, 0, 700, 0, NULL, 'p7'),
('msg_16advised', '2026-11-21T11:07:30.000', 'dddd6666-0000-4000-8000-000000000006', NULL, '/home/u/api', 'main', '2.1.330', 'claude-opus-5-5', 91, 901, 0, 0, 0, 0, NULL, 'p7'),
('msg_17blind', '2026-11-21T11:08:00.000', 'dddd6666-0000-4000-8000-000000000006', NULL, '/home/u/api', 'main', '2.1.330', 'claude-opus-5-5', 92, 902, 0, 0, 0, 0, NULL, 'p7');

CREATE TEMP TABLE s (at TEXT, turn TEXT, n INT, advisor INT, model TEXT, partner TEXT, input INT, output INT, w5 INT);
INSERT INTO s VALUES
('', 'msg_16advised', 0, 1, 'claude-sonnet-5', 'claude-opus-5-5', 1000, 100, 10),
('', 'msg_17blind', 0, 1, 'claude-next-9', 'claude-opus-5-5', 2000, 200, 0);

INSERT INTO name(text)
SELECT branch FROM t WHERE branch IS NOT NULL UNION SELECT version FROM t
UNION SELECT value FROM json_each('["Explore","acompact","Read","Edit","Bash","Grep","Agent","sdk"]');
INSERT INTO model(name, priced_as, is_regional)
SELECT m, m, 0 FROM (SELECT model AS m FROM t UNION SELECT model FROM s);
INSERT INTO project(root, name, repo) VALUES
('/home/u/api', 'api', 'github.com/acme/api'), ('/srv/api', 'api', 'gitlab.com/other/api'),
('/home/u/=HYPERLINK(1)', '=HYPERLINK(1)', NULL);

INSERT INTO source_file(device, inode, path, offset_bytes, size_bytes, head_bytes, head_hash, is_open, in_long_line, is_ignored, read_ms, bad_lines)
VALUES (1, 1, '@DIR@/title.jsonl', 0, 0, 0, 0, 0, 0, 0, 0, 2);
INSERT INTO session(uid) SELECT DISTINCT session FROM t ORDER BY 1;
UPDATE session SET title_file_id = 1, title_offset_bytes = 0 WHERE uid LIKE 'aaaa2222%';
UPDATE session SET title_file_id = 1, title_offset_bytes = 5 WHERE uid LIKE 'bbbb3333%'; -- no longer a line
UPDATE session SET title_file_id = 1, title_offset_bytes = @SECOND@ WHERE uid LIKE 'dddd5555%';
UPDATE session SET request_session = 'dddd5555-0000-4000-8000-000000000005' WHERE uid LIKE 'dddd6666%';
INSERT INTO workdir(session_id, path, project_id, how)
SELECT DISTINCT s.id, t.cwd, p.id, 'git' FROM t JOIN session AS s ON s.uid = t.session
JOIN project AS p ON p.root = replace(t.cwd, '/.claude/worktrees/x', '');
INSERT INTO agent(session_id, uid, meta_type_id, overhead_id)
SELECT DISTINCT s.id, t.agent,
  CASE t.agent WHEN 'a1b2c3' THEN (SELECT id FROM name WHERE text = 'Explore') END,
  CASE WHEN t.agent LIKE 'acompact-%' THEN (SELECT id FROM name WHERE text = 'acompact') END
FROM t JOIN session AS s ON s.uid = t.session WHERE t.agent IS NOT NULL;
INSERT INTO prompt(uid, uuid, session_id, at_ms, is_prompt)
SELECT t.prompt, t.prompt, s.id, CAST(strftime('%s', min(t.at)) AS INTEGER) * 1000 - 1000, 1
FROM t JOIN session AS s ON s.uid = t.session GROUP BY t.prompt;

INSERT INTO origin(key_hash, session_id, agent_id, workdir_id, branch_id, version_id)
SELECT row_number() OVER (), * FROM (
  SELECT DISTINCT s.id, a.id, w.id, b.id, v.id
  FROM t JOIN session AS s ON s.uid = t.session
  LEFT JOIN agent AS a ON a.session_id = s.id AND a.uid = t.agent
  JOIN workdir AS w ON w.session_id = s.id AND w.path = t.cwd
  LEFT JOIN name AS b ON b.text = t.branch LEFT JOIN name AS v ON v.text = t.version);
-- class 1000000 * above + 1000 * partner + model
INSERT INTO class(id, key_hash, model_id, partner_id, above_tok)
SELECT DISTINCT id, id, model_id, partner_id, above FROM (
  SELECT 1000 * coalesce(p.id, 0) + m.id + CASE WHEN t.input + t.w5 + t.w1 + t.r > 100000 THEN 1000000 ELSE 0 END AS id,
    m.id AS model_id, p.id AS partner_id,
    CASE WHEN t.input + t.w5 + t.w1 + t.r > 100000 THEN 100000 ELSE 0 END AS above
  FROM t JOIN model AS m ON m.name = t.model
  LEFT JOIN s ON s.turn = t.key LEFT JOIN model AS p ON p.name = s.model
  UNION SELECT 1000 * p.id + m.id, m.id, p.id, 0
  FROM s JOIN model AS m ON m.name = s.model JOIN model AS p ON p.name = s.partner);
INSERT INTO turn(key, key_hash, at_ms, origin_id, class_id, prompt_id, input_tok, output_tok, cache_write_tok, cache_1h_tok,
  cache_read_tok, n_web_search, is_sidechain, is_foreign, is_output_final, aborted_chars)
SELECT t.key, row_number() OVER (), CAST(strftime('%s', t.at) AS INTEGER) * 1000 + CAST(substr(t.at, 21, 3) AS INTEGER), o.id,
  1000 * coalesce(p.id, 0) + m.id + CASE WHEN t.input + t.w5 + t.w1 + t.r > 100000 THEN 1000000 ELSE 0 END,
  q.id, t.input, t.output, t.w5 + t.w1, t.w1, t.r, t.web, t.agent IS NOT NULL, 0, 1, t.aborted
FROM t JOIN session AS z ON z.uid = t.session
JOIN workdir AS w ON w.session_id = z.id AND w.path = t.cwd
LEFT JOIN agent AS a ON a.session_id = z.id AND a.uid = t.agent
LEFT JOIN name AS b ON b.text = t.branch
JOIN origin AS o ON o.session_id = z.id AND o.workdir_id = w.id AND o.agent_id IS a.id AND o.branch_id IS b.id
JOIN model AS m ON m.name = t.model
LEFT JOIN s ON s.turn = t.key LEFT JOIN model AS p ON p.name = s.model
JOIN prompt AS q ON q.uid = t.prompt ORDER BY t.at;
INSERT INTO turn_step SELECT u.id, s.n, s.advisor, 1000 * p.id + m.id, s.input, s.output, s.w5, 0, 0
FROM s JOIN turn AS u ON u.key = s.turn JOIN model AS m ON m.name = s.model JOIN model AS p ON p.name = s.partner;
-- the fork holds copies of two turns of its parent
INSERT INTO session_link SELECT a.id, b.id FROM session AS a JOIN session AS b
  ON (a.uid LIKE 'dddd5555%' AND b.uid LIKE 'dddd6666%') OR (a.uid LIKE 'dddd6666%' AND b.uid LIKE 'dddd5555%');
INSERT INTO turn_copy SELECT t.id, s.id, (SELECT min(id) FROM origin WHERE session_id = s.id), t.at_ms, 0, 0
FROM turn AS t JOIN session AS s ON s.uid LIKE 'dddd6666%' WHERE t.key IN ('msg_10late', 'msg_11early');

INSERT INTO tool_call(key_hash, turn_id, name_id)
SELECT row_number() OVER (), t.id, n.id FROM (VALUES
  ('msg_10late', 'Read'), ('msg_10late', 'Read'), ('msg_10late', 'Edit'), ('msg_11early', 'Edit'),
  ('msg_05other1', 'Grep'), ('msg_05other1', 'Read'), ('msg_05other1', 'Bash'), ('msg_03autumn1', 'Agent')) AS c
JOIN turn AS t ON t.key = c.column1 JOIN name AS n ON n.text = c.column2;
INSERT INTO tool_rollup SELECT o.session_id, c.name_id, count(*) FROM tool_call AS c
JOIN turn AS t ON t.id = c.turn_id JOIN origin AS o ON o.id = t.origin_id GROUP BY 1, 2;
INSERT INTO open_request SELECT 1, id, NULL, 1795255000000, NULL, NULL FROM session WHERE uid LIKE 'dddd5555%';
INSERT INTO pr_hint(uuid, session_id, at_ms, source, verb, repo, number, branch_id)
SELECT column2 || column1, s.id, 1795255000000, 'gitOperation', column2, 'github.com/acme/api', column1, n.id
FROM (VALUES (7, 'created'), (7, 'merged'), (8, 'viewed')) JOIN session AS s ON s.uid LIKE 'dddd5555%'
JOIN name AS n ON n.text = 'feature/pay';

-- Claude Code's own meter. aaaa2222: a title call more than the turns; bbbb3333: less than the turns
-- (unknown); dddd5555 and its fork: one process, the fork's count holds the parent's.
INSERT INTO cost_state SELECT id, 1, 1, '{"modelUsage":{"claude-sonnet-5":{"inputTokens":101,"outputTokens":1001,"cacheReadInputTokens":2000,"cacheCreationInputTokens":2000,"cacheCreationEphemeral1hInputTokens":2000,"webSearchRequests":1},"claude-haiku-5-5":{"inputTokens":400,"outputTokens":20,"cacheReadInputTokens":0,"cacheCreationInputTokens":0}}}'
FROM session WHERE uid LIKE 'aaaa2222%';
INSERT INTO cost_state SELECT id, 1, 1, '{"modelUsage":{"claude-opus-5-5":{"inputTokens":1,"outputTokens":1}}}'
FROM session WHERE uid LIKE 'bbbb3333%';
INSERT INTO cost_state SELECT id, 5, 1, '{"modelUsage":{"claude-opus-5-5":{"inputTokens":2151,"outputTokens":4704,"cacheReadInputTokens":831100,"cacheCreationInputTokens":30000},"claude-haiku-5-5":{"inputTokens":60,"outputTokens":600,"cacheReadInputTokens":2000,"cacheCreationInputTokens":1000}}}'
FROM session WHERE uid LIKE 'dddd5555%';
INSERT INTO cost_state SELECT id, 5, 1, '{"modelUsage":{"claude-opus-5-5":{"inputTokens":2424,"outputTokens":7407,"cacheReadInputTokens":831800,"cacheCreationInputTokens":30000},"claude-sonnet-5":{"inputTokens":1000,"outputTokens":100,"cacheCreationInputTokens":10},"claude-next-9":{"inputTokens":2000,"outputTokens":200},"claude-haiku-5-5":{"inputTokens":360,"outputTokens":615,"cacheReadInputTokens":2000,"cacheCreationInputTokens":1000}}}'
FROM session WHERE uid LIKE 'dddd6666%';

-- hostile: numbers that no sum can hold, and no JSON at all
INSERT INTO cost_state SELECT id, 1, 1, '{"modelUsage":{"claude-opus-5-5":{"inputTokens":9223372036854775807,"outputTokens":1e300,"cacheReadInputTokens":"x"}}}'
FROM session WHERE uid LIKE 'cccc4444%';
INSERT INTO cost_state SELECT id, 1, 1, 'no JSON' FROM session WHERE uid LIKE 'aaaa1111%';

-- Prices of the tests' own: those of prices.tsv change. Dates: sonnet-5 becomes dearer at 2026-10-25 01:30 UTC, the instant of a turn.
INSERT INTO price SELECT column1, 'builtin', column2, column3, column4, column5, column6, column7, column8, column9,
  2, 1, 11, 10, 11, 10, 1, 2, 10000000000 FROM (VALUES
  ('claude-opus-4-6', 0, 900000000000000, 0, 5000000, 25000000, 6250000, 10000000, 500000),
  ('claude-opus-5-5', 0, 900000000000000, 0, 4000000, 20000000, 5000000, 8000000, 200000),
  ('claude-sonnet-5', 0, 1792891800000, 0, 2000000, 10000000, 2500000, 4000000, 200000),
  ('claude-sonnet-5', 1792891800000, 900000000000000, 0, 3000000, 15000000, 3750000, 6000000, 300000),
  ('claude-haiku-5-5', 0, 900000000000000, 0, 100000, 500000, 125000, 200000, 10000),
  ('claude-haiku-5-5', 0, 900000000000000, 100000, 500000, 2500000, 625000, 1000000, 50000));

-- What turns are charged to; the rest is charged by its gitBranch alone (ledger.py).
INSERT OR IGNORE INTO name(text) VALUES ('github.com/acme/api'), ('gitlab.com/other/api');
CREATE TEMP TABLE c (key TEXT, source TEXT, repo TEXT, number INT, role TEXT, link TEXT, confidence INT, reason TEXT);
INSERT INTO c VALUES
('msg_10late', 'reflog', 'github.com/acme/api', 7, 'author', 'created', 94, NULL),
('msg_11early', 'reflog', 'github.com/acme/api', 7, 'author', 'created', 94, NULL),
('msg_12agent', 'spawn', 'github.com/acme/api', 7, 'author', 'created', 94, NULL),
('msg_13compact', 'transcript', 'github.com/acme/api', 7, 'author', 'created', 94, NULL),
('msg_14aborted', 'reflog', 'github.com/acme/api', 31, 'review', 'review', 70, NULL),
('msg_15fork', 'ci', 'github.com/acme/api', 7, 'ci', 'ci', 95, NULL),
('msg_05other1', 'transcript', 'gitlab.com/other/api', 8, 'author', 'name', 45, 'below-60'),
('msg_06other2', 'reflog', 'gitlab.com/other/api', 7, 'author', 'push', 86, NULL),
('msg_07other3', 'reflog', 'gitlab.com/other/api', 7, 'author', 'name', 45, 'below-60');
INSERT INTO charge(key_hash, project_id, branch_id, branch_source, repo_id, number, role, source, confidence, reason)
SELECT DISTINCT w.project_id * 1000 + c.confidence * 10 + length(c.source || c.role) + c.number, w.project_id, o.branch_id,
  c.source, r.id, c.number, c.role, c.link, c.confidence, c.reason
FROM c JOIN turn AS t ON t.key = c.key JOIN origin AS o ON o.id = t.origin_id JOIN workdir AS w ON w.id = o.workdir_id
JOIN name AS r ON r.text = c.repo;
UPDATE turn SET charge_id = (
  SELECT x.id FROM c JOIN origin AS o ON o.id = turn.origin_id JOIN workdir AS w ON w.id = o.workdir_id
  JOIN name AS r ON r.text = c.repo JOIN charge AS x ON x.project_id = w.project_id AND x.branch_id IS o.branch_id
    AND x.branch_source = c.source AND x.repo_id = r.id AND x.number = c.number AND x.role = c.role AND x.confidence = c.confidence
  WHERE c.key = turn.key) WHERE key IN (SELECT key FROM c);
UPDATE pr_hint SET project_id = (SELECT id FROM project WHERE root = '/home/u/api'), on_branch_id = branch_id;
INSERT INTO forge_repo(repo, asked_ms, answered_ms, error) VALUES ('github.com/acme/api', 1795278600000, 1795278600000, NULL);
INSERT INTO forge_pr VALUES ('github.com/acme/api', 7, 'Pay ' || char(27) || '[31mred | with card', 'merged', 'github.com/acme/api',
  'feature/pay', 'main', 1, 1795255000000, 1795270000000, 1795270000000);

-- Levels that were crossed: money of a stretch, counts of both measures, a tool's name that tries to colour the terminal,
-- twice the same at two levels, a budget that nobody has any more, and a rule of a later ccl.
INSERT INTO name(text) VALUES ('mcp__x__' || char(27) || '[31m');
CREATE TEMP TABLE a (rule TEXT, level INT, scope TEXT, target TEXT, session TEXT, since TEXT, at TEXT, value INT, second INT, ppm INT, about TEXT);
INSERT INTO a VALUES
('R1', 1, 'session', 'bbbb3333-0000-4000-8000-000000000003', 'bbbb3333%', '2026-11-02T10:05:00.000', '2026-11-02T10:15:00.000', NULL, 0, 1250000, NULL),
('R2', 2, 'session', 'dddd5555-0000-4000-8000-000000000005', 'dddd5555%', NULL, '2026-11-20T23:00:00.000', NULL, 0, 2000000, NULL),
('L1', 1, 'session', 'aaaa2222-0000-4000-8000-000000000002', 'aaaa2222%', NULL, '2026-10-25T00:30:00.000', 5, 0, 1000000, 'Bash'),
('L1', 2, 'session', 'aaaa2222-0000-4000-8000-000000000002', 'aaaa2222%', NULL, '2026-10-25T01:30:00.000', 11, 0, 1100000, 'mcp__x__' || char(27) || '[31m'),
('U1', 1, 'session', 'dddd6666-0000-4000-8000-000000000006', 'dddd6666%', '2026-11-21T11:00:00.000', '2026-11-21T12:30:00.000', 90, 1, 1500000, NULL),
('B2', 2, 'all', '2026-11-20', 'dddd5555%', '2026-11-19T23:00:00.000', '2026-11-20T22:59:59.999', NULL, 0, 1100000, NULL),
('Z9', 2, 'session', 'dddd5555-0000-4000-8000-000000000005', 'dddd5555%', NULL, '2026-11-20T23:00:00.000', 3, 0, 1000000, NULL);
INSERT INTO alert(rule, level, scope, target, session_id, since_ms, at_ms, value, is_second, share_ppm, about_id, is_observed, told_ms)
SELECT rule, level, scope, target, (SELECT id FROM session WHERE uid LIKE a.session),
  coalesce(CAST(round((julianday(since) - 2440587.5) * 86400000) AS INTEGER), 0),
  CAST(round((julianday(at) - 2440587.5) * 86400000) AS INTEGER), value, second, ppm,
  (SELECT id FROM name WHERE text = a.about), 0, 1 FROM a;

-- Work sessions: ended with and without a lesson, without a turn, in a folder that no turn knows, one that goes on.
INSERT INTO work(id, type, goal, root, started_ms, ended_ms, lesson) VALUES
(1, 'feature', 'Pay with a card', '/home/u/api', 1795215600000, 1795258800000, 'Ask for the sandbox key first'),
(2, 'feature', 'Zahlung 支払い ' || char(27) || '[31mred', '/home/u/api', 1795158000000, 1795161600000, NULL),
(3, 'bug', 'Clock change', '/srv/api', 1792886400000, 1793318400000, 'Two hours are one'),
(4, 'explore', 'Where does it wait?', '/home/u/new.app', 1795276800000, 1795280400000, NULL),
(5, 'bug', 'The login loop', '/home/u/api', 1795262400000, NULL, NULL);
INSERT INTO work_note(work_id, at_ms, text) VALUES (1, 1795219200000, 'the cache was stale'), (1, 1795222800000, '# not a heading');

-- Prompts whose text stands in title.jsonl, and does not.
UPDATE prompt SET file_id = 1, offset_bytes = @THIRD@ WHERE uid IN ('p5', 'p6');
