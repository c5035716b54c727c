-- @tip     same-prompt
-- @title   The same prompt again
-- @one     One prompt of {chars} characters or more was sent again in the same session: edit the first one (Esc Esc) rather than repeat it
-- @many    {n} prompts of {chars} characters or more were sent again in the same session: edit the first one (Esc Esc) rather than repeat it
-- @number  chars  count  40  characters at least
-- @number  times  count  2  times at least
-- Saved: what the answers to all but the first cost.
WITH said AS MATERIALIZED (
  SELECT p.id, p.session_id, p.text_hash, p.chars, min(p.id) OVER same AS first_id, count(*) OVER same AS n,
    row_number() OVER (PARTITION BY p.session_id, p.text_hash ORDER BY p.at_ms, p.id) AS place
  FROM prompt AS p
  WHERE p.is_prompt = 1 AND p.at_ms >= :since_ms AND p.at_ms < :until_ms AND p.text_hash IS NOT NULL AND p.chars >= :chars
    AND p.session_id IN (SELECT o.session_id FROM origin AS o WHERE o.id IN (SELECT id FROM tip_origin))
  WINDOW same AS (PARTITION BY p.session_id, p.text_hash)),
again AS MATERIALIZED (SELECT id, first_id, session_id FROM said WHERE n >= max(:times, 2) AND place > 1)
SELECT a.first_id, printf('session %.8s (%d times, %,d characters)', s.uid, p.n, p.chars), p.n, NULL, NULL
FROM (SELECT DISTINCT first_id FROM again) AS a JOIN said AS p ON p.id = a.first_id JOIN session AS s ON s.id = p.session_id
UNION ALL
SELECT a.first_id, NULL, NULL, c.turn_id, c.cost
FROM again AS a CROSS JOIN origin AS o ON o.session_id = a.session_id CROSS JOIN tip_paid AS c ON c.origin_id = o.id
WHERE c.prompt_id = a.id
