-- What call_sum (query/functions/calls.h) reads. Each statement stands behind the common table expressions of spend.sql that
-- hold the filters, and takes their parameters besides its own.

-- The origins that the filters leave, with what their turns say of a call.
-- @statement origin
SELECT o.id, o.session_id, w.project_id
FROM origin AS o LEFT JOIN workdir AS w ON w.id = o.workdir_id
WHERE (:project IS NULL AND :session IS NULL) OR o.id IN (SELECT id FROM spend_origin)

-- @statement class
SELECT id, model_id FROM class WHERE id IN (SELECT id FROM spend_class)

-- @statement charge
SELECT id FROM spend_charge

-- Tools that change files.
-- @statement edit
SELECT id FROM call_name WHERE kind = 'edit'

-- Whether so much lies between :first and :last that to scan all calls is quicker than to look for each turn's.
-- @statement many
SELECT count(*) >= (SELECT max(id) / 8 FROM tool_call) FROM (
  SELECT 1 FROM turn WHERE at_ms >= :first AND at_ms < :last LIMIT (SELECT max(id) / 8 FROM tool_call))

-- Every call, where nothing is asked of its turn.
-- @statement whole
SELECT name_id, target_id, result_bytes, error_hash IS NOT NULL, lines_added, lines_removed
FROM tool_call WHERE turn_id IS NOT NULL AND (:kind IS NULL OR name_id IN (SELECT id FROM call_name WHERE kind = :kind))

-- Every call, with its turn.
-- @statement scan
SELECT c.name_id, c.target_id, c.result_bytes, c.error_hash IS NOT NULL, c.lines_added, c.lines_removed, t.origin_id, t.class_id,
  t.charge_id
FROM tool_call AS c CROSS JOIN turn AS t ON t.id = c.turn_id
WHERE (:kind IS NULL OR c.name_id IN (SELECT id FROM call_name WHERE kind = :kind)) AND +t.at_ms >= :first AND +t.at_ms < :last

-- Those of few turns, found by their time.
-- @statement window
SELECT c.name_id, c.target_id, c.result_bytes, c.error_hash IS NOT NULL, c.lines_added, c.lines_removed, t.origin_id, t.class_id,
  t.charge_id
FROM turn AS t CROSS JOIN tool_call AS c ON c.turn_id = t.id
WHERE (:kind IS NULL OR c.name_id IN (SELECT id FROM call_name WHERE kind = :kind)) AND t.at_ms >= :first AND t.at_ms < :last

-- Those of one session, found by its origins.
-- @statement session
SELECT c.name_id, c.target_id, c.result_bytes, c.error_hash IS NOT NULL, c.lines_added, c.lines_removed, t.origin_id, t.class_id,
  t.charge_id
FROM session AS s CROSS JOIN origin AS o ON o.session_id = s.id CROSS JOIN turn AS t ON t.origin_id = o.id
CROSS JOIN tool_call AS c ON c.turn_id = t.id
WHERE s.uid = :session AND +t.at_ms >= :first AND +t.at_ms < :last
  AND (:kind IS NULL OR c.name_id IN (SELECT id FROM call_name WHERE kind = :kind))
