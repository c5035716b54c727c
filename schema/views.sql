-- TEMP views, made afresh on every reading connection: code, not data.

-- All of time, cut at the instants where a price changes that a class depends on: its own model's or
-- that of its steps.
CREATE TEMP VIEW class_span AS
SELECT * FROM (
  SELECT class_id, from_ms, lead(from_ms) OVER (PARTITION BY class_id ORDER BY from_ms) AS until_ms
  FROM (
    SELECT id AS class_id, 0 AS from_ms FROM class
    UNION SELECT id, 900000000000000 FROM class
    UNION SELECT c.id, p.valid_from_ms
    FROM class AS c JOIN model AS m ON m.id IN (c.model_id, c.partner_id) JOIN price AS p ON p.model = coalesce(m.priced_as, m.name)
    UNION SELECT c.id, p.valid_until_ms
    FROM class AS c JOIN model AS m ON m.id IN (c.model_id, c.partner_id) JOIN price AS p ON p.model = coalesce(m.priced_as, m.name)))
WHERE until_ms IS NOT NULL;

-- The price row of each class in each such span, with the one factor that all its token rates take.
-- The user's own prices win over the builtin ones, among them the one that began last. Only they can be of a model
-- without priced_as (an ARN): by its name.
CREATE TEMP VIEW class_price AS
SELECT s.class_id, s.from_ms, s.until_ms, p.*,
  CASE WHEN c.speed_id = w.fast_id THEN p.fast_num ELSE 1 END * CASE WHEN c.geo_id = w.us_id THEN p.geo_num ELSE 1 END
  * CASE WHEN m.is_regional THEN p.regional_num ELSE 1 END
  * CASE WHEN c.tier_id = w.batch_id THEN p.batch_num ELSE 1 END AS num,
  CASE WHEN c.speed_id = w.fast_id THEN p.fast_den ELSE 1 END * CASE WHEN c.geo_id = w.us_id THEN p.geo_den ELSE 1 END
  * CASE WHEN m.is_regional THEN p.regional_den ELSE 1 END
  * CASE WHEN c.tier_id = w.batch_id THEN p.batch_den ELSE 1 END AS den
FROM (SELECT
    (SELECT id FROM name WHERE text = 'fast') AS fast_id, (SELECT id FROM name WHERE text = 'us') AS us_id,
    (SELECT id FROM name WHERE text = 'batch') AS batch_id) AS w
CROSS JOIN class_span AS s
JOIN class AS c ON c.id = s.class_id
JOIN model AS m ON m.id = c.model_id
JOIN price AS p ON p.model = coalesce(m.priced_as, m.name) AND (p.source, p.valid_from_ms, p.above_tok) = (
  SELECT q.source, q.valid_from_ms, q.above_tok FROM price AS q
  WHERE q.model = coalesce(m.priced_as, m.name) AND q.valid_from_ms <= s.from_ms AND q.valid_until_ms >= s.until_ms
    AND q.above_tok <= c.above_tok
  ORDER BY q.source = 'user' DESC, q.valid_from_ms DESC, q.above_tok DESC LIMIT 1)
WHERE c.partner_id IS NULL OR EXISTS (
  SELECT 1 FROM price AS q JOIN model AS o ON coalesce(o.priced_as, o.name) = q.model
  WHERE o.id = c.partner_id AND q.valid_from_ms <= s.from_ms AND q.valid_until_ms >= s.until_ms
    AND (q.fast_num IS NOT NULL OR NOT coalesce(c.speed_id = w.fast_id, 0)));

-- Pico-USD per token. No row for a class and time: it has no price. The factors divide without a
-- remainder (embed.py refuses a price row where they would not).
CREATE TEMP VIEW rate AS
SELECT class_id, from_ms, until_ms,
  input_rate * num / den AS input_rate, output_rate * num / den AS output_rate,
  cache_5m_rate * num / den AS cache_5m_rate, cache_1h_rate * num / den AS cache_1h_rate,
  cache_read_rate * num / den AS cache_read_rate, web_search_rate
FROM class_price WHERE num IS NOT NULL;

-- Turns, and their steps, with the cache writes split: the 1-hour part is what is known to be, all
-- the rest counts as 5-minute writes.
CREATE TEMP VIEW turn_portion AS
SELECT id AS turn_id, at_ms, origin_id, class_id, 1 AS turns, 0 AS steps,
  coalesce(input_tok, 0) AS input, coalesce(output_tok, 0) AS output,
  max(coalesce(cache_write_tok, 0) - coalesce(cache_1h_tok, 0), coalesce(cache_5m_tok, 0)) AS cache_write_5m,
  coalesce(cache_1h_tok, 0) AS cache_write_1h, coalesce(cache_read_tok, 0) AS cache_read,
  coalesce(n_web_search, 0) AS web_searches, aborted_chars IS NOT NULL AS aborted, charge_id, prompt_id
FROM turn;
CREATE TEMP VIEW step_portion AS
SELECT s.turn_id, t.at_ms, t.origin_id, s.class_id, 0 AS turns, 1 AS steps, s.input_tok AS input,
  s.output_tok AS output, s.cache_5m_tok AS cache_write_5m, s.cache_1h_tok AS cache_write_1h,
  s.cache_read_tok AS cache_read, 0 AS web_searches, 0 AS aborted, t.charge_id, t.prompt_id
FROM turn AS t CROSS JOIN turn_step AS s ON s.turn_id = t.id;
CREATE TEMP VIEW portion AS
SELECT * FROM turn_portion UNION ALL SELECT * FROM step_portion;

-- One row per turn with its money (pico-USD; NULL: it or one of its steps has no price).
CREATE TEMP VIEW turn_cost AS
SELECT p.turn_id, sum(p.input) AS input, sum(p.output) AS output,
  sum(p.cache_write_5m) AS cache_write_5m, sum(p.cache_write_1h) AS cache_write_1h,
  sum(p.cache_read) AS cache_read, sum(p.web_searches) AS web_searches,
  CASE WHEN count(*) = count(r.class_id) THEN
    sum(p.input * r.input_rate + p.output * r.output_rate + p.cache_write_5m * r.cache_5m_rate
      + p.cache_write_1h * r.cache_1h_rate + p.cache_read * r.cache_read_rate
      + p.web_searches * r.web_search_rate) END AS cost
FROM portion AS p LEFT JOIN rate AS r
  ON r.class_id = p.class_id AND p.at_ms >= r.from_ms AND p.at_ms < r.until_ms
GROUP BY p.turn_id;

-- Tools by what they are for: file (of them edit, those that change files), shell, skill, mcp.
CREATE TEMP VIEW call_name AS
SELECT 'edit' AS kind, id FROM name WHERE text IN ('Edit', 'MultiEdit', 'NotebookEdit', 'Write')
UNION ALL SELECT 'file', id FROM name
WHERE text IN ('Edit', 'MultiEdit', 'NotebookEdit', 'NotebookRead', 'Read', 'Write')
UNION ALL SELECT 'shell', id FROM name WHERE text IN ('Bash', 'PowerShell')
UNION ALL SELECT 'skill', id FROM name WHERE text = 'Skill'
UNION ALL SELECT 'mcp', id FROM name WHERE text >= 'mcp__' AND text < 'mcp_`'; -- ` comes after _

-- What an agent run is called.
CREATE TEMP VIEW agent_name AS
SELECT a.id AS agent_id, a.uid, a.session_id, a.overhead_id IS NOT NULL AS overhead,
  coalesce(o.text, m.text, t.text, c.text, 'unknown') AS agent_type
FROM agent AS a
LEFT JOIN name AS o ON o.id = a.overhead_id
LEFT JOIN name AS m ON m.id = a.meta_type_id
LEFT JOIN name AS t ON t.id = a.attr_type_id
LEFT JOIN name AS c ON c.id = a.call_type_id;

-- Sessions that a plugin keeps to watch others work in a folder of their own: claude-mem's is
-- ~/.claude-mem/observer-sessions, or that below another data folder.
CREATE TEMP VIEW observer_workdir AS
SELECT id FROM workdir WHERE path || '/' GLOB '*/observer-sessions/*';

-- Who an origin's turns are of, and who started that.
CREATE TEMP VIEW origin_agent AS
SELECT o.id AS origin_id, coalesce(a.agent_type, CASE WHEN w.id IS NULL THEN 'main' ELSE 'observer' END) AS agent_type,
  coalesce(a.overhead, 0) OR w.id IS NOT NULL AS overhead,
  CASE WHEN r.parent_uid IS NOT NULL THEN coalesce(p.agent_type, 'unknown')
    WHEN r.id IS NULL THEN NULL WHEN w.id IS NULL THEN 'main' ELSE 'observer' END AS parent,
  r.depth
FROM origin AS o
LEFT JOIN agent AS r ON r.id = o.agent_id
LEFT JOIN agent_name AS a ON a.agent_id = o.agent_id
LEFT JOIN agent_name AS p ON p.session_id = r.session_id AND p.uid = r.parent_uid
LEFT JOIN observer_workdir AS w ON w.id = o.workdir_id;

-- Origins in words.
CREATE TEMP VIEW origin_name AS
SELECT o.id AS origin_id, o.session_id, s.uid AS session, o.agent_id, w.path AS cwd, w.project_id,
  p.name AS project, p.root, p.repo, b.text AS branch, v.text AS version, e.text AS entrypoint, k.text AS skill
FROM origin AS o
JOIN session AS s ON s.id = o.session_id
LEFT JOIN workdir AS w ON w.id = o.workdir_id
LEFT JOIN project AS p ON p.id = w.project_id
LEFT JOIN name AS b ON b.id = o.branch_id
LEFT JOIN name AS v ON v.id = o.version_id
LEFT JOIN name AS e ON e.id = o.entrypoint_id
LEFT JOIN name AS k ON k.id = o.skill_id;

-- Clients 2.1.8 to 2.1.60 wrote no final count: the output of their turns is a lower bound.
CREATE TEMP VIEW lower_bound_version AS
SELECT id FROM name
WHERE text GLOB '2.1.[0-9]*' AND CAST(substr(text, 5) AS INTEGER) BETWEEN 8 AND 60;

-- What a session was about, by the tools it called: a guess, and labelled as one wherever it shows.
CREATE TEMP VIEW session_category AS
WITH tool(id, kind) AS MATERIALIZED (
  SELECT id, CASE
      WHEN text IN ('Agent', 'Task') THEN 'agent'
      WHEN text IN ('Write', 'Edit', 'NotebookEdit') THEN 'gen'
      WHEN text = 'Bash' THEN 'bash'
      WHEN text IN ('Read', 'Grep', 'Glob') THEN 'read' END
  FROM name WHERE text IN ('Read', 'Write', 'Edit', 'NotebookEdit', 'Bash', 'Grep', 'Glob', 'Agent', 'Task'))
SELECT session_id, CASE
    WHEN agents * 2 > n AND gen * 10 < n THEN 'planning'
    WHEN gen * 10 > n * 4 THEN 'generation'
    WHEN bash * 5 > n AND gen > 0 AND gen * 10 < n * 4 THEN 'debugging'
    WHEN bash * 2 > n AND gen * 10 < n THEN 'devops'
    WHEN reads * 2 > n AND gen = 0 THEN 'review'
    WHEN reads * 10 > n * 6 THEN 'exploration'
    ELSE 'mixed' END AS category
FROM (
  SELECT r.session_id, sum(r.calls) AS n,
    sum(CASE t.kind WHEN 'agent' THEN r.calls ELSE 0 END) AS agents,
    sum(CASE t.kind WHEN 'gen' THEN r.calls ELSE 0 END) AS gen,
    sum(CASE t.kind WHEN 'bash' THEN r.calls ELSE 0 END) AS bash,
    sum(CASE t.kind WHEN 'read' THEN r.calls ELSE 0 END) AS reads
  FROM tool_rollup AS r CROSS JOIN tool AS t ON t.id = r.name_id
  GROUP BY r.session_id);

-- A session and the one that it was forked from: both hold the same messages and the same process.
-- By the client's own word (requestSessionId), else by the rule of owners: the parent has no message
-- of its own, or an earlier one. Of several ancestors the nearest.
CREATE TEMP VIEW fork AS
SELECT session_id, parent_id FROM (
  SELECT l.session_id, l.other_id AS parent_id, row_number() OVER (
    PARTITION BY l.session_id
    ORDER BY s.request_session IS p.uid DESC, coalesce(p.first_own_ms, -1) DESC, p.uid DESC) AS place
  FROM session_link AS l
  JOIN session AS s ON s.id = l.session_id
  JOIN session AS p ON p.id = l.other_id
  WHERE CASE
    WHEN s.request_session IS p.uid THEN 1
    WHEN p.request_session IS s.uid THEN 0
    ELSE (coalesce(s.first_own_ms, -1), s.uid) > (coalesce(p.first_own_ms, -1), p.uid) END)
WHERE place = 1;

-- The five-hour windows of a subscription that have turns in them, none overlapping another. Where the
-- status line, or a transcript when the limit was hit, told when one resets, it is that one; else it
-- begins at the full hour (UTC) of the first turn behind the one before, and ends where one that was
-- told begins. (limit_seen is read by its key at each step, hit has few rows, told is only to join.)
CREATE TEMP VIEW five_hour_block AS
WITH RECURSIVE hit(resets_ms) AS MATERIALIZED (
  SELECT DISTINCT resets_ms FROM quota_limit
  WHERE type_id = (SELECT id FROM name WHERE text = 'five_hour') AND resets_ms IS NOT NULL),
told(resets_ms) AS MATERIALIZED (
  SELECT resets_ms FROM limit_seen WHERE kind = 'five_hour' UNION SELECT resets_ms FROM hit),
block(start_ms, end_ms, is_told) AS (
  SELECT 0, 0, 0
  UNION ALL
  SELECT max(b.end_ms, coalesce(l.resets_ms - 18000000, t.at_ms - t.at_ms % 3600000)),
    coalesce(l.resets_ms, min(max(b.end_ms, t.at_ms - t.at_ms % 3600000) + 18000000, coalesce(n.resets_ms - 18000000, 900000000000000))),
    l.resets_ms IS NOT NULL
  FROM block AS b
  CROSS JOIN turn AS t ON t.id = (SELECT id FROM turn WHERE at_ms >= b.end_ms ORDER BY at_ms LIMIT 1)
  LEFT JOIN told AS l ON l.resets_ms = max(
    coalesce((SELECT max(resets_ms) FROM limit_seen WHERE kind = 'five_hour' AND resets_ms > t.at_ms AND resets_ms <= t.at_ms + 18000000), 0),
    coalesce((SELECT max(resets_ms) FROM hit WHERE resets_ms > t.at_ms AND resets_ms <= t.at_ms + 18000000), 0))
  LEFT JOIN told AS n ON n.resets_ms = min(
    coalesce((SELECT min(resets_ms) FROM limit_seen WHERE kind = 'five_hour' AND resets_ms > t.at_ms + 18000000), 900000000000000),
    coalesce((SELECT min(resets_ms) FROM hit WHERE resets_ms > t.at_ms + 18000000), 900000000000000)))
SELECT start_ms, end_ms, is_told FROM block WHERE end_ms > 0;

-- What git showed of a session's work: the commits in its working trees from its first turn until an hour after its last,
-- by whomever. This view and the next are to be asked for sessions by their ids: they look each one up.
CREATE TEMP VIEW session_commit AS
SELECT d.session_id, m.worktree_id, m.at_ms, m.n, m.kind FROM workdir AS d
CROSS JOIN git_move AS m ON m.worktree_id = d.worktree_id
  -- a reflog has whole seconds
  AND m.at_ms > (SELECT min(first_ms) - 1000 FROM charge_rollup WHERE session_id = d.session_id)
  AND m.at_ms <= (SELECT max(last_ms) + 3600000 FROM charge_rollup WHERE session_id = d.session_id)
WHERE m.kind IN ('commit', 'revert', 'amend', 'cherry-pick', 'merge') AND NOT EXISTS (
  SELECT 1 FROM workdir AS e WHERE e.session_id = d.session_id AND +e.worktree_id = d.worktree_id AND +e.id < d.id);

-- `is_known` 0: where it worked is outside git, gone, or has no reflog of that time, so no commit means nothing.
CREATE TEMP VIEW session_commits AS
SELECT s.id AS session_id, (SELECT max(last_ms) FROM charge_rollup WHERE session_id = s.id) AS last_ms,
  (SELECT count(*) FROM session_commit AS c WHERE c.session_id = s.id) AS commits,
  EXISTS (SELECT 1 FROM workdir WHERE session_id = s.id AND worktree_id IS NOT NULL) AND NOT EXISTS (
    SELECT 1 FROM workdir AS d WHERE d.session_id = s.id AND d.how <> 'plain' AND NOT EXISTS (
      SELECT 1 FROM git_move AS m WHERE m.worktree_id = d.worktree_id AND m.kind <> 'birth' AND m.at_ms <= (
        SELECT max(last_ms) + 3600000 FROM charge_rollup WHERE session_id = s.id))) AS is_known
FROM session AS s;
