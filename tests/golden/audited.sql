-- Beside fixture.sql, for the cases with LEDGER=audited.
-- What Claude Code said in money: aaaa2222 a title more; dddd5555 five cents that nobody knows of, dddd6666 in all what its
-- parent had and its own turns; one result of a session that left no transcript.
UPDATE cost_state SET line = json_set(line, '$.totalCostUSD', 0.03145, '$.modelUsage."claude-sonnet-5".costUSD', 0.0314,
  '$.modelUsage."claude-haiku-5-5".costUSD', 0.00005) WHERE session_id IN (SELECT id FROM session WHERE uid LIKE 'aaaa2222%');
UPDATE cost_state SET line = json_set(line, '$.totalCostUSD', 0.468705, '$.modelUsage."claude-opus-5-5".costUSD', 0.468254,
  '$.modelUsage."claude-haiku-5-5".costUSD', 0.000451) WHERE session_id IN (SELECT id FROM session WHERE uid LIKE 'dddd5555%');
UPDATE cost_state SET line = json_set(line, '$.totalCostUSD', 0.54, '$.modelUsage."claude-opus-5-5".costUSD', 0.523546,
  '$.modelUsage."claude-sonnet-5".costUSD', 0.003025, '$.modelUsage."claude-next-9".costUSD', 0.012,
  '$.modelUsage."claude-haiku-5-5".costUSD', 0.0004885) WHERE session_id IN (SELECT id FROM session WHERE uid LIKE 'dddd6666%');
INSERT INTO print_result VALUES ('5f1c', 'eeee7777-0000-4000-8000-000000000007', 1795255000000,
  '{"total_cost_usd":0.0366012,"modelUsage":{"claude-opus-5-5":{"inputTokens":101,"outputTokens":1009,"cacheReadInputTokens":30011,"cacheCreationInputTokens":2003,"costUSD":0.0366012}}}',
  'success', 'completed');
