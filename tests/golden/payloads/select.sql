-- what `ccl sql -` reads
SELECT key, input_tok FROM turn
WHERE input_tok > 91 ORDER BY key;
