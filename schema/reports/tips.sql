-- @report  tips
-- @title   Tips: what would have cost less
-- @about   One row per rule that found something, with what was seen; without --since of the last 30 days. No turn's money is saved by two tips. `ccl tips dismiss RULE` hides one, `ccl config` lists the rules with their numbers.
-- @group   work
-- @order   30
-- @window  tips
-- @filter  time project session
-- @param   rule  text  -  Only this rule, with a row for each thing that it found
-- @param   all  bool  0  Those that were dismissed, too
-- @column  rule  text  Name of the rule
-- @column  finding  text  What was found, and what to do  wrap
-- @column  evidence  text  Where it was seen, the largest first: beginnings of session ids, files, agents, tools  wrap
-- @column  savings  usd  What heeding it would have saved beyond the tips above; null: cannot be computed  total
-- @empty   No tips: nothing that the rules look for was seen in this time. `ccl config` lists the rules with their numbers.
-- @example ccl tips --project api --since 7d
SELECT rule, finding, evidence, savings FROM tip_found(:since_ms, :until_ms, :project, :session, :now_ms, :rule, :all)
-- @footer
SELECT count(*) || iif(count(*) = 1, ' tip is', ' tips are') || ' dismissed (' || group_concat(rule, ', ')
  || '): `ccl tips --all` shows what is, `ccl tips restore RULE` brings it back.'
FROM (SELECT rule FROM tip_dismissed WHERE until_ms > :now_ms AND NOT :all AND :rule IS NULL ORDER BY rule)
HAVING count(*) > 0
