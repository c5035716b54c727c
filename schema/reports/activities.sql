-- @report  activities
-- @title   Cost per kind of activity, guessed from the tool calls
-- @about   Prompts by what their turns did: coding, debugging, refactoring, testing, documentation, exploration, research, planning, delegation, git, build, conversation (no tool), general. A guess: the ledger holds no text.
-- @group   work
-- @order   21
-- @filter  time project branch model session breakdown
-- @column  activity  text  Kind of activity, guessed for each prompt by its tool calls, those of subagents included
-- @column  model  text  Model that answered  split
-- @column  prompts  int  Prompts of a human or a program with a turn of it
-- @column  edit_prompts  int  Of them those that changed files  minor total
-- @column  one_shot_prompts  int  Of these those without a retry  minor total
-- @column  one_shot  pct  one_shot_prompts / edit_prompts: no edit was followed by a failed command and another edit  ratio=one_shot_prompts/edit_prompts
-- @column  retries  int  Edits behind a failed command that came behind an edit  total
-- @measures
-- @chart   bar x=activity y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl activities --since 7d
WITH kind AS MATERIALIZED (SELECT * FROM prompt_activity(:since_ms, :until_ms, :session)),
part AS (
  SELECT coalesce(k.activity, 'conversation') AS activity, CASE WHEN q.is_prompt THEN s.prompt_id END AS prompt_id, s.split,
    coalesce(q.is_prompt AND k.edits > 0, 0) AS is_edit, k.retries, s.turns, s.input, s.output, s.cache_write_5m,
    s.cache_write_1h, s.cache_read, s.web_searches, s.cost, s.unpriced
  -- one row of spend a session, prompt and split: no other dimension is named
  FROM spend AS s LEFT JOIN kind AS k ON k.session_id = s.session_id AND k.prompt_id IS s.prompt_id
  LEFT JOIN prompt AS q ON q.id = s.prompt_id)
SELECT activity, (SELECT name FROM model WHERE id = split) AS model, count_once(prompt_id) AS prompts,
  count_once(CASE WHEN is_edit THEN prompt_id END) AS edit_prompts,
  count_once(CASE WHEN is_edit AND retries = 0 THEN prompt_id END) AS one_shot_prompts,
  CAST(count_once(CASE WHEN is_edit AND retries = 0 THEN prompt_id END) AS REAL)
    / nullif(count_once(CASE WHEN is_edit THEN prompt_id END), 0) AS one_shot,
  -- a prompt's, not a model's
  CASE WHEN NOT :breakdown THEN coalesce(sum(retries), 0) END AS retries, @measures
FROM part GROUP BY activity, split ORDER BY cost DESC, turns DESC, activity, model
