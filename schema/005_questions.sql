-- What reports ask for that was not kept before. Who writes a table stands above it.

-- Work sessions (`ccl work`): query/edit.

-- Tips that were dismissed: query/edit.

-- Results of `claude -p` that were given to `ccl audit --result`: query/edit.

-- What reports of tool calls read: ccl-hook.

-- What Claude Code itself said that a response cost: ccl-hook.
