-- Upon fixture.sql, before anything is charged and rolled up (LEDGER=worked): sessions of every outcome in two
-- repositories, prompts of every activity, and a cache that misses for every cause.

CREATE TEMP TABLE v (key TEXT, at TEXT, session TEXT, agent TEXT, cwd TEXT, model TEXT, prompt TEXT, input INT, output INT,
  w5 INT, w1 INT, r INT, miss TEXT);
INSERT INTO v VALUES
-- productive: two commits and an amended one; a prompt with a retry, one of tests, one in plan mode, one that only asked
('msg_w01', '2026-11-10T10:00:00.000', 'eeee1111', NULL, '/home/u/api', 'claude-opus-5-5', 'w1', 500, 3000, 20000, 0, 0, NULL),
('msg_w02', '2026-11-10T10:01:00.000', 'eeee1111', NULL, '/home/u/api', 'claude-opus-5-5', 'w1', 500, 3000, 1000, 0, 20000, NULL),
('msg_w03', '2026-11-10T10:20:00.000', 'eeee1111', NULL, '/home/u/api', 'claude-opus-5-5', 'w2', 500, 3000, 21500, 0, 0, NULL),
('msg_w04', '2026-11-10T10:21:00.000', 'eeee1111', NULL, '/home/u/api', 'claude-opus-5-5', 'w3', 10, 100, 0, 0, 21500, NULL),
('msg_w05', '2026-11-10T10:22:00.000', 'eeee1111', NULL, '/home/u/api', 'claude-opus-5-5', 'w4', 10, 100, 0, 0, 21500, NULL),
-- reverted: of two commits one by a reset; the model changes; a bug is fixed
('msg_w06', '2026-11-11T10:00:00.000', 'eeee2222', NULL, '/home/u/api', 'claude-opus-5-5', 'w5', 500, 4000, 0, 30000, 0, NULL),
('msg_w07', '2026-11-11T10:30:00.000', 'eeee2222', NULL, '/home/u/api', 'claude-sonnet-5', 'w5', 500, 4000, 0, 31000, 0, NULL),
-- a dead end: it read and looked into the web; the client says why its cache missed
('msg_w08', '2026-11-12T10:00:00.000', 'eeee3333', NULL, '/home/u/api', 'claude-opus-5-5', 'w6', 500, 4000, 10000, 0, 0, NULL),
('msg_w09', '2026-11-12T10:00:10.000', 'eeee3333', NULL, '/home/u/api', 'claude-opus-5-5', 'w7', 500, 4000, 12000, 0, 0, 'tools_changed'),
-- git shows nothing of it: it delegated
('msg_w10', '2026-11-13T10:00:00.000', 'eeee4444', NULL, '/srv/api', 'claude-opus-5-5', 'w8', 500, 4000, 10000, 0, 0, NULL),
('msg_w11', '2026-11-13T10:00:20.000', 'eeee4444', 'f00d', '/srv/api', 'claude-opus-5-5', 'w8', 500, 4000, 9000, 0, 0, NULL),
('msg_w12', '2026-11-13T10:00:30.000', 'eeee4444', 'f00d', '/srv/api', 'claude-opus-5-5', 'w8', 500, 4000, 9000, 0, 1000, NULL),
-- not over for an hour: it refactors, and was compacted
('msg_w13', '2026-11-21T17:30:00.000', 'eeee5555', NULL, '/home/u/api', 'claude-opus-5-5', 'w9', 500, 4000, 50000, 0, 0, NULL),
('msg_w14', '2026-11-21T17:31:00.000', 'eeee5555', NULL, '/home/u/api', 'claude-opus-5-5', 'w9', 500, 4000, 4000, 0, 1000, NULL),
-- a model without a price misses, too
('msg_w15', '2026-11-21T17:32:00.000', 'eeee5555', NULL, '/home/u/api', 'claude-next-9', 'w9', 500, 400, 4000, 0, 0, NULL);

INSERT OR IGNORE INTO name(text)
SELECT value FROM json_each('["Write","WebFetch","MultiEdit","tools_changed","plan","make","pytest","git commit","cargo test",
  "/home/u/api/a.c","/home/u/api/b.c","/home/u/api/c.c","/home/u/api/tests/a.c","/home/u/api/README.md"]');
INSERT INTO session(uid) SELECT DISTINCT session || '-0000-4000-8000-00000000000' || substr(session, 5, 1) FROM v;
INSERT INTO workdir(session_id, path, project_id, how)
SELECT DISTINCT s.id, v.cwd, p.id, 'git' FROM v JOIN session AS s ON s.uid LIKE v.session || '%' JOIN project AS p ON p.root = v.cwd;
INSERT INTO agent(session_id, uid) SELECT id, 'f00d' FROM session WHERE uid LIKE 'eeee4444%';
INSERT INTO prompt(uid, uuid, session_id, at_ms, is_prompt, mode_id)
SELECT v.prompt, v.prompt, s.id, CAST(strftime('%s', min(v.at)) AS INTEGER) * 1000 - 1000, 1,
  CASE v.prompt WHEN 'w3' THEN (SELECT id FROM name WHERE text = 'plan') END
FROM v JOIN session AS s ON s.uid LIKE v.session || '%' GROUP BY v.prompt;
INSERT INTO origin(key_hash, session_id, agent_id, workdir_id, branch_id)
SELECT 1000 + row_number() OVER (), * FROM (
  SELECT DISTINCT s.id, a.id, w.id, n.id FROM v JOIN session AS s ON s.uid LIKE v.session || '%'
  LEFT JOIN agent AS a ON a.session_id = s.id AND a.uid = v.agent
  JOIN workdir AS w ON w.session_id = s.id JOIN name AS n ON n.text = 'main');
INSERT INTO turn(key, key_hash, at_ms, origin_id, class_id, prompt_id, input_tok, output_tok, cache_write_tok, cache_1h_tok,
  cache_read_tok, n_web_search, is_sidechain, is_foreign, is_output_final, cache_miss_id)
SELECT v.key, 1000 + row_number() OVER (), CAST(strftime('%s', v.at) AS INTEGER) * 1000, o.id, c.id, q.id, v.input, v.output,
  v.w5 + v.w1, v.w1, v.r, 0, v.agent IS NOT NULL, 0, 1, x.id
FROM v JOIN session AS s ON s.uid LIKE v.session || '%'
LEFT JOIN agent AS a ON a.session_id = s.id AND a.uid = v.agent
JOIN origin AS o ON o.session_id = s.id AND o.agent_id IS a.id
JOIN model AS m ON m.name = v.model JOIN class AS c ON c.model_id = m.id AND c.partner_id IS NULL AND c.above_tok = 0
JOIN prompt AS q ON q.uid = v.prompt LEFT JOIN name AS x ON x.text = v.miss ORDER BY v.at;
INSERT INTO compaction(uuid, session_id, at_ms) SELECT 'w', id, 1795282230000 FROM session WHERE uid LIKE 'eeee5555%';

CREATE TEMP TABLE u (turn TEXT, tool TEXT, target TEXT, failed INT, added INT, removed INT);
INSERT INTO u VALUES
('msg_w01', 'Edit', '/home/u/api/a.c', 0, 10, 0), ('msg_w01', 'Bash', 'make', 1, NULL, NULL),
('msg_w02', 'Edit', '/home/u/api/a.c', 0, 5, 8), ('msg_w02', 'Bash', 'git commit', 0, NULL, NULL),
('msg_w03', 'Bash', 'pytest', 0, NULL, NULL),
('msg_w06', 'Bash', 'cargo test', 1, NULL, NULL), ('msg_w06', 'Edit', '/home/u/api/a.c', 1, NULL, NULL),
('msg_w07', 'Edit', '/home/u/api/a.c', 0, 3, 20), ('msg_w07', 'Write', '/home/u/api/b.c', 0, 100, 0),
('msg_w08', 'Read', '/home/u/api/a.c', 0, NULL, NULL), ('msg_w08', 'Grep', NULL, 0, NULL, NULL),
('msg_w09', 'WebFetch', NULL, 0, NULL, NULL),
('msg_w10', 'Agent', 'Explore', 0, NULL, NULL), ('msg_w11', 'Edit', '/srv/api/x.c', 0, 40, 0),
('msg_w13', 'Edit', '/home/u/api/a.c', 0, 4, 4), ('msg_w13', 'MultiEdit', '/home/u/api/b.c', 0, 30, 40),
('msg_w14', 'Edit', '/home/u/api/c.c', 0, 6, 5);
INSERT OR IGNORE INTO name(text) VALUES ('/srv/api/x.c');
INSERT INTO tool_call(key_hash, turn_id, name_id, target_id, result_bytes, error_hash, lines_added, lines_removed)
SELECT 1000 + u.rowid, t.id, n.id, x.id, 10, CASE WHEN u.failed THEN 1 END, u.added, u.removed
FROM u JOIN turn AS t ON t.key = u.turn JOIN name AS n ON n.text = u.tool LEFT JOIN name AS x ON x.text = u.target ORDER BY u.rowid;
INSERT INTO tool_rollup SELECT o.session_id, c.name_id, count(*) FROM tool_call AS c JOIN turn AS t ON t.id = c.turn_id
JOIN origin AS o ON o.id = t.origin_id WHERE c.key_hash > 1000 GROUP BY 1, 2;

INSERT INTO worktree(git_dir, project_id, path, reflog_inode) SELECT root || '/.git', id, root, 1 FROM project WHERE name = 'api';
UPDATE workdir SET worktree_id = (SELECT id FROM worktree AS t WHERE t.project_id = workdir.project_id)
WHERE path <> '/home/u/api/.claude/worktrees/x';
INSERT INTO git_move(worktree_id, at_ms, n, old_sha, new_sha, kind)
SELECT (SELECT id FROM worktree WHERE path = '/home/u/api'), CAST(strftime('%s', column1) AS INTEGER) * 1000, 0, column2, column3, column4
FROM (VALUES ('2026-03-01T00:00:00', '0', 'a', 'commit'),
  ('2026-11-10T10:02:00', 'a', 'b', 'commit'), ('2026-11-10T10:03:00', 'b', 'c', 'amend'), ('2026-11-10T11:10:00', 'c', 'd', 'commit'),
  ('2026-11-11T10:10:00', 'd', 'e', 'commit'), ('2026-11-11T10:20:00', 'e', 'f', 'commit'), ('2026-11-11T10:40:00', 'f', 'e', 'reset'),
  -- too late for the dead end
  ('2026-11-12T11:00:11', 'e', 'g', 'commit'), ('2026-11-21T09:00:00', 'g', 'h', 'commit'));
