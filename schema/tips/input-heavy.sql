-- @tip     input-heavy
-- @title   Much input for little output
-- @one     One session took in more than {times} times what it put out: give it less to read, or a question that is narrower
-- @many    {n} sessions took in more than {times} times what they put out: give them less to read, or questions that are narrower
-- @number  tokens  count  75000  tokens of new input at least
-- @number  times  times  25  times the output at least
-- New input: what was not read from the cache.
SELECT session_id, words || printf(' (%,d tokens in, %,d out)', input + cache_write, output), input + cache_write
FROM tip_session WHERE input + cache_write >= :tokens AND input + cache_write >= :times * output
