-- Upon the ledger of fixture.sql, for status line and menu bar (LEDGER=spent): budgets and what is spent of them, windows
-- of a subscription, an alert of this hour, and names that try to leave the place that a host gives them.
INSERT INTO budget(id, scope, target, period, limit_pico, mode) VALUES
(1, 'all', '', 'day', 500000000000, 'warn'), (2, 'session', '', 'total', 5000000000000, 'warn'),
(3, 'all', '', 'month', 100000000, 'observe'), (4, 'project', 'api', 'month', 40000000000000, 'warn');
INSERT INTO budget_state(budget_id, day, class_id, since_ms, until_ms, turns, input_tok, output_tok, cache_5m_tok, cache_1h_tok,
  cache_read_tok, web_searches) VALUES (1, -1, 0, 1795215600000, 1795302000000, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO budget_state SELECT 1, quarter / 96, class_id, NULL, NULL, sum(turns), sum(input_tok), sum(output_tok),
  sum(cache_5m_tok), sum(cache_1h_tok), sum(cache_read_tok), sum(web_searches) FROM rollup
WHERE quarter >= 1795215600000 / 900000 GROUP BY 2, 3;
INSERT INTO limit_seen VALUES ('five_hour', 1795262400000, 9100, 1795258000000), ('seven_day', 1795600000000, 3333, 1795258000000),
('five_hour', 1795200000000, 9900, 1795199000000);
INSERT INTO alert(rule, level, scope, target, session_id, since_ms, at_ms, value, is_second, share_ppm, is_observed, told_ms)
SELECT 'L1', 2, 'session', uid, id, 1795258800000, 1795259250000, 11, 0, 1100000, 0, 1 FROM session WHERE uid LIKE 'dddd6666%';
UPDATE project SET name = 'a|b<i>&%{F#f00}#[fg=red]' || char(27) || '[31m' || char(10) || '---' WHERE root = '/home/u/api';
INSERT INTO session(uid, status_cost, window_tok) VALUES ('eeee0000-0000-4000-8000-000000000007', '0.5', 200000);
INSERT INTO ignored_path VALUES ('/home'); -- the hook is told nothing of all this
