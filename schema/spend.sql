-- Put before every report that says `-- @filter`: what the standard filters leave.
-- Parameters, always bound: :since_ms (0: none), :until_ms (LEDGER_NO_END_MS: none), :breakdown (0, 1),
-- :by (enum report_by), :cost (enum report_cost) and, NULL where not asked for, :project, :branch, :model, :session (a full id).
spend_origin(id) AS MATERIALIZED (
  SELECT o.id FROM origin AS o
  WHERE (:session IS NULL OR o.session_id IN (SELECT id FROM session WHERE uid = :session))
    AND (:project IS NULL OR o.workdir_id IN (
      SELECT w.id FROM workdir AS w JOIN project AS p ON p.id = w.project_id
      WHERE p.name = :project OR p.root = :project OR p.repo = :project
        OR substr(p.root, -length(:project) - 1) = '/' || :project
        OR substr(p.repo, -length(:project) - 1) = '/' || :project))),
-- a turn's branch is that of what it is charged to
spend_charge(id) AS MATERIALIZED (
  SELECT id FROM charge WHERE :branch IS NULL OR branch_id IN (SELECT id FROM name WHERE text = :branch)),
spend_class(id) AS MATERIALIZED (
  SELECT c.id FROM class AS c JOIN model AS m ON m.id = c.model_id
  WHERE :model IS NULL OR m.name = :model OR m.priced_as = :model),
-- priced and summed in C: query/functions/spend.h says what its columns are, and how many rows it has
spend AS NOT MATERIALIZED (
  SELECT * FROM spend_sum(:since_ms, :until_ms, :project, :branch, :model, :session, :breakdown, :by, :cost))
