-- Behind spend.sql: the session of the newest turn that the filters leave.
SELECT s.uid FROM turn AS t
JOIN origin AS o ON o.id = t.origin_id
JOIN session AS s ON s.id = o.session_id
WHERE t.at_ms >= :since_ms AND t.at_ms < :until_ms
  AND ((:session IS NULL AND :project IS NULL) OR t.origin_id IN (SELECT id FROM spend_origin))
  AND (:branch IS NULL OR t.charge_id IN (SELECT id FROM spend_charge))
  AND (:model IS NULL OR t.class_id IN (SELECT id FROM spend_class))
ORDER BY t.at_ms DESC, t.id DESC LIMIT 1
