-- Besides fixture.sql: tools with what they named and gave back, skills of clients that say so and of one that does
-- not, agents of agents, the client's own agents, and a plugin's session that watches.
INSERT OR IGNORE INTO name(text)
SELECT value FROM json_each('["2.1.100","pdf","deploy:check","Plan","Explore","aextract_memories","Write","NotebookEdit","Skill",
  "mcp__github__get_issue","mcp__plugin_lab_srv__ask","mcp__plugin_my_lab_srv__ask","mcp__odd","plugin:my_lab:srv",
  "/home/u/api/src/pay.c","/home/u/api/README.md","/etc/hosts","/home/u/apiary/x","git commit","gh pr","cmake"]');
INSERT INTO session(uid) VALUES ('eeee7777-0000-4000-8000-000000000007'), ('eeee8888-0000-4000-8000-000000000008'),
  ('eeee9999-0000-4000-8000-000000000009');
INSERT INTO project(root, name) VALUES ('/home/u/.claude-mem/observer-sessions', 'observer-sessions');
INSERT INTO workdir(session_id, path, project_id, how)
SELECT s.id, p.root, p.id, 'plain' FROM session AS s JOIN project AS p
  ON p.root = CASE WHEN s.uid LIKE 'eeee9999%' THEN '/home/u/.claude-mem/observer-sessions' ELSE '/home/u/api' END
WHERE s.uid LIKE 'eeee%';
INSERT INTO agent(session_id, uid, meta_type_id, parent_uid, depth, overhead_id)
SELECT s.id, column1, (SELECT id FROM name WHERE text = column2), column3, column4, (SELECT id FROM name WHERE text = column5)
FROM (VALUES ('n1', 'Plan', NULL, 1, NULL), ('n2', 'Explore', 'n1', 2, NULL), ('n3', 'Explore', 'gone', 2, NULL),
  ('aextract_memories-0123', NULL, NULL, NULL, 'aextract_memories')) JOIN session AS s ON s.uid LIKE 'eeee7777%';

CREATE TEMP TABLE w (key TEXT, at TEXT, session TEXT, agent TEXT, skill TEXT, version TEXT, prompt TEXT, output INT, model TEXT DEFAULT 'claude-opus-5-5');
INSERT INTO w(key, at, session, agent, skill, version, prompt, output) VALUES
-- skill_calls, then a turn for it, then one for none
('msg_21', '2026-11-18T10:00:00', 'eeee7777%', NULL, NULL, '2.1.330', 'q1', 100),
('msg_22', '2026-11-18T10:00:10', 'eeee7777%', NULL, 'pdf', '2.1.330', 'q1', 200),
('msg_23', '2026-11-18T10:00:20', 'eeee7777%', NULL, NULL, '2.1.330', 'q1', 300),
('msg_24', '2026-11-18T10:00:30', 'eeee7777%', 'n1', NULL, '2.1.330', 'q1', 400),
('msg_25', '2026-11-18T10:00:40', 'eeee7777%', 'n2', NULL, '2.1.330', 'q1', 500),
('msg_26', '2026-11-18T10:00:50', 'eeee7777%', 'n3', NULL, '2.1.330', 'q1', 600),
('msg_27', '2026-11-18T10:01:00', 'eeee7777%', 'aextract_memories-0123', NULL, '2.1.330', 'q1', 700),
-- a client that says nothing of skills: 32 to 34 follow a call, 34 that of another skill, 35 is of the next prompt
('msg_31', '2026-11-18T11:00:00', 'eeee8888%', NULL, NULL, '2.1.100', 'q2', 1000),
('msg_32', '2026-11-18T11:00:10', 'eeee8888%', NULL, NULL, '2.1.100', 'q2', 2000),
('msg_33', '2026-11-18T11:15:00', 'eeee8888%', NULL, NULL, '2.1.100', 'q2', 3000),
('msg_34', '2026-11-18T11:15:10', 'eeee8888%', NULL, NULL, '2.1.100', 'q2', 4000),
('msg_35', '2026-11-18T11:20:00', 'eeee8888%', NULL, NULL, '2.1.100', 'q3', 5000),
('msg_41', '2026-11-18T12:00:00', 'eeee9999%', NULL, NULL, '2.1.330', 'q4', 6000);
UPDATE w SET model = 'claude-next-9' WHERE key = 'msg_33';
INSERT INTO prompt(uid, uuid, session_id, at_ms, is_prompt)
SELECT w.prompt, w.prompt, s.id, CAST(strftime('%s', min(w.at)) AS INTEGER) * 1000 - 1000, 1
FROM w JOIN session AS s ON s.uid LIKE w.session GROUP BY w.prompt;
INSERT INTO origin(key_hash, session_id, agent_id, workdir_id, branch_id, version_id, skill_id)
SELECT 1000 + row_number() OVER (), * FROM (
  SELECT DISTINCT s.id, a.id, d.id, b.id, v.id, k.id FROM w JOIN session AS s ON s.uid LIKE w.session
  JOIN workdir AS d ON d.session_id = s.id LEFT JOIN agent AS a ON a.session_id = s.id AND a.uid = w.agent
  JOIN name AS b ON b.text = 'main' JOIN name AS v ON v.text = w.version LEFT JOIN name AS k ON k.text = w.skill);
INSERT INTO turn(key, key_hash, at_ms, origin_id, class_id, prompt_id, input_tok, output_tok, is_sidechain, is_foreign, is_output_final)
SELECT w.key, 1000 + row_number() OVER (), CAST(strftime('%s', w.at) AS INTEGER) * 1000, o.id, (
    SELECT min(c.id) FROM class AS c JOIN model AS m ON m.id = c.model_id WHERE m.name = w.model AND c.partner_id IS NULL),
  q.id, 10, w.output, w.agent IS NOT NULL, 0, 1
FROM w JOIN session AS s ON s.uid LIKE w.session LEFT JOIN agent AS a ON a.session_id = s.id AND a.uid = w.agent
LEFT JOIN name AS k ON k.text = w.skill JOIN prompt AS q ON q.uid = w.prompt
JOIN origin AS o ON o.session_id = s.id AND o.agent_id IS a.id AND o.skill_id IS k.id ORDER BY w.at;

-- a call that was given no result yet, one that is not known by name, one without a target
INSERT INTO tool_call(key_hash, turn_id, name_id, target_id, result_bytes, error_hash, lines_added, lines_removed)
SELECT 1000 + row_number() OVER (), t.id, n.id, g.id, column4, column5, column6, column7 FROM (VALUES
  ('msg_21', 'Skill', 'pdf', 120, NULL, NULL, NULL),
  ('msg_21', 'Read', '/home/u/api/src/pay.c', 3000, NULL, NULL, NULL),
  ('msg_22', 'Edit', '/home/u/api/src/pay.c', 500, NULL, 40, 3),
  ('msg_22', 'Edit', '/home/u/api/src/pay.c', 60, 77, NULL, NULL),
  ('msg_22', 'Write', '/home/u/api/README.md', 100, NULL, 12, 0),
  ('msg_22', 'NotebookEdit', '/home/u/apiary/x', 100, NULL, 1, 1),
  ('msg_23', 'Read', '/etc/hosts', NULL, NULL, NULL, NULL),
  ('msg_24', 'Read', '/home/u/api/src/pay.c', 3000, NULL, NULL, NULL),
  ('msg_31', 'Skill', 'deploy:check', 90, NULL, NULL, NULL),
  ('msg_33', 'Skill', 'pdf', 90, NULL, NULL, NULL),
  ('msg_35', 'Read', '/home/u/api/src/pay.c', 2000, NULL, NULL, NULL),
  ('msg_34', 'Bash', 'git commit', 40, NULL, NULL, NULL), ('msg_34', 'Bash', 'git commit', 400, 78, NULL, NULL),
  ('msg_34', 'Bash', 'cmake', 9000, NULL, NULL, NULL), ('msg_35', 'Bash', 'gh pr', 70, NULL, NULL, NULL),
  ('msg_35', 'mcp__github__get_issue', NULL, 700, NULL, NULL, NULL), ('msg_35', 'mcp__plugin_lab_srv__ask', NULL, 70, 79, NULL, NULL),
  ('msg_41', 'mcp__plugin_my_lab_srv__ask', NULL, 0, NULL, NULL, NULL), ('msg_41', 'mcp__odd', NULL, 5, NULL, NULL, NULL),
  ('msg_41', NULL, NULL, 6, NULL, NULL, NULL)) AS c
JOIN turn AS t ON t.key = column1 LEFT JOIN name AS n ON n.text = column2 LEFT JOIN name AS g ON g.text = column3;
INSERT INTO tool_call(key_hash, result_bytes) VALUES (99, 1000000); -- a result whose call was not seen
DELETE FROM tool_rollup;
INSERT INTO tool_rollup SELECT o.session_id, c.name_id, count(*) FROM tool_call AS c
JOIN turn AS t ON t.id = c.turn_id JOIN origin AS o ON o.id = t.origin_id WHERE c.name_id IS NOT NULL GROUP BY 1, 2;
