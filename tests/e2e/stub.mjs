// SPDX-License-Identifier: MIT
// Stub of the Anthropic Messages API for 127.0.0.1. No dependencies.
//   node stub.mjs --out DIR [--port 0]
// DIR/port           the port it listens on (written once ready)
// DIR/progress.jsonl every tenth delta of a long block, so that a test can act in mid stream
// DIR/billing.jsonl  the final usage of every response: the ground truth of what would have been billed
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { pick, zeroUsage } from './scripts.mjs';

const arg = (k, d) => { const i = process.argv.indexOf('--' + k); return i < 0 ? d : process.argv[i + 1]; };
const OUT = arg('out', '.');
fs.mkdirSync(OUT, { recursive: true });
const append = (f, o) => fs.appendFileSync(path.join(OUT, f), JSON.stringify(o) + '\n');
const sleep = ms => new Promise(r => setTimeout(r, ms));
let seq = 0;

async function messages(req, res, body, n) {
  const plan = pick(body);                      // {marker, step, kind, turn}
  const { turn } = plan;
  const id = `msg_stub_${String(n).padStart(5, '0')}`, rid = `req_stub_${String(n).padStart(5, '0')}`;
  const model = turn.model || body.model.replace(/\[1m\]$/, '');
  const usage = { ...zeroUsage(), ...turn.usage };
  const bill = (status, u, extra) => append('billing.jsonl', { t: Date.now(), n, id, rid, model, asked: body.model, marker: plan.marker, step: plan.step, kind: plan.kind, status, usage: u, ...extra });
  let gone = false;
  res.on('close', () => { if (!res.writableFinished) gone = true; });
  if (turn.delay) await sleep(turn.delay);
  if (turn.error) {
    bill(turn.error.status, null, { error: turn.error.type });
    res.writeHead(turn.error.status, { 'content-type': 'application/json', 'request-id': rid, ...turn.error.headers });
    return res.end(JSON.stringify({ type: 'error', error: { type: turn.error.type, message: turn.error.message || turn.error.type }, request_id: rid }));
  }
  const content = turn.content;
  const stop_reason = turn.stop || (content.some(b => b.type === 'tool_use') ? 'tool_use' : 'end_turn');
  const msg = { id, type: 'message', role: 'assistant', model, content, stop_reason, stop_sequence: null, usage, ...turn.message };
  const head = { 'request-id': rid, ...turn.headers };
  if (!body.stream) {
    bill('complete', usage, { stream: false });
    res.writeHead(200, { 'content-type': 'application/json', ...head });
    return res.end(JSON.stringify(msg));
  }
  res.writeHead(200, { 'content-type': 'text/event-stream', ...head });
  const ev = (type, o) => res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...o })}\n\n`);
  // At message_start the real API knows the prompt but only a few output tokens: usage GROWS later.
  const early = { ...usage, output_tokens: Math.min(turn.early ?? 3, usage.output_tokens), ...turn.startUsage };
  delete early.server_tool_use; delete early.output_tokens_details;
  ev('message_start', { message: { ...msg, content: [], stop_reason: null, usage: early } });
  for (let i = 0; i < content.length; i++) {
    const b = content[i];
    const [start, deltas] =
      b.type === 'text' ? [{ ...b, text: '' }, (b.text.match(/[\s\S]{1,24}/g) || ['']).map(text => ({ type: 'text_delta', text }))]
      : b.type === 'thinking' ? [{ type: 'thinking', thinking: '', signature: '' }, [{ type: 'thinking_delta', thinking: b.thinking }, { type: 'signature_delta', signature: b.signature }]]
      : b.type === 'tool_use' || b.type === 'server_tool_use' ? [{ ...b, input: {} }, [{ type: 'input_json_delta', partial_json: JSON.stringify(b.input) }]]
      : [b, []];
    ev('content_block_start', { index: i, content_block: start });
    for (const [j, delta] of deltas.entries()) {
      if (j % 10 === 9) append('progress.jsonl', { n, marker: plan.marker, step: plan.step, block: i, delta: j });
      if (gone) { bill('aborted', usage, { block: i, early }); return; }
      ev('content_block_delta', { index: i, delta });
      if (turn.pace) await sleep(turn.pace);
    }
    ev('content_block_stop', { index: i });
    if (turn.drop === i) { bill('dropped', usage, { block: i, early }); return res.destroy(); }
    if (turn.midError && turn.midError.after === i) {
      bill('mid_error', usage, { block: i, early });
      ev('error', { error: { type: turn.midError.type, message: turn.midError.type }, request_id: rid });
      return res.end();
    }
  }
  if (gone) { bill('aborted', usage, { block: content.length, early }); return; }
  bill('complete', usage, { stream: true, early });       // written before the client can see the end
  ev('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: turn.deltaUsage || usage, ...turn.delta });
  ev('message_stop', {});
  res.end();
}

http.createServer((req, res) => {
  let raw = '';
  req.setEncoding('utf8');
  req.on('data', d => raw += d);
  req.on('end', async () => {
    const n = ++seq, url = new URL(req.url, 'http://x');
    let body = null;
    try { body = raw && JSON.parse(raw); } catch { }
    try {
      if (url.pathname === '/v1/messages/count_tokens') { res.writeHead(200, { 'content-type': 'application/json' }); res.end('{"input_tokens":1234}'); }
      else if (url.pathname === '/v1/messages' && body) await messages(req, res, body, n);
      else { res.writeHead(req.method === 'GET' || req.method === 'POST' ? 200 : 404, { 'content-type': 'application/json' }); res.end('{}'); }
    } catch (e) { console.error(e.stack); if (!res.headersSent) res.writeHead(500); res.end(); }
  });
}).listen(+arg('port', 0), '127.0.0.1', function () { fs.writeFileSync(path.join(OUT, 'port'), String(this.address().port)); });
