-- @tip     low-cache-hit
-- @title   Sessions that hardly hit the cache
-- @one     One session read less than {share} % from the cache: work on without long breaks, and change CLAUDE.md, tools and model between sessions
-- @many    {n} sessions read less than {share} % from the cache: work on without long breaks, and change CLAUDE.md, tools and model between sessions
-- @number  share  pct  40  of reads and writes are reads, less than
-- @number  tokens  count  100000  tokens of prompts at least
SELECT session_id, words || printf(' (%d %% of %,d tokens)', 100 * cache_read / (cache_read + cache_write), cache_read + cache_write),
  cache_write
FROM tip_session WHERE input + cache_read + cache_write >= :tokens AND cache_read < :share * (cache_read + cache_write)
