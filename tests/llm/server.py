#!/usr/bin/env python3
"""A chat server for tests: answers from a recorded answer, and misbehaves.

Speaks as much of the OpenAI chat API as command line tools use, on the
loopback only. `replay-llm` is the model: it reads the prompt and is cut after
max_tokens tokens. The name of the model says how the server behaves, words
joined by '+':

  exact line op file all prose fence   where a continuation begins
  mislabel     a cut answer says that it stopped by itself
  midchar      a cut falls inside a character, which arrives as U+FFFD
  drop         the first answer ends in the middle of an event
  silent       no reason why it stopped, no usage

usage: server.py ANSWER TASK PORT_FILE

Writes its port to PORT_FILE. Ends with its parent, or after ten minutes.
"""

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STYLES = ("exact", "line", "op", "file", "all", "prose", "fence")
PIECE = 24  # characters of a streamed piece
LIFETIME = 600  # seconds
DEFAULT_TOKENS = 100_000

answer_file, task_file, port_file = sys.argv[1:4]
dropped = set()


def replay(messages, style, limit):
    """The text that the model would write, as bytes."""
    asked = [m["content"] for m in messages if m["role"] == "user"]
    command = ["replay-llm", "--answer", answer_file, "--task", task_file]
    command += ["--style", style, "--max-tokens", str(limit)]
    if len(asked) > 1:
        command.append("--conversation")
    done = subprocess.run(command, input=asked[-1].encode(),
                          capture_output=True)
    if done.returncode:
        raise ValueError(done.stderr.decode())
    return done.stdout


def inside_a_character(text):
    """A little less of the text, so that it ends in half a character."""
    for at in range(len(text) - 1, 0, -1):
        if text[at] >= 0xC0:
            return text[:at + 1]
    return text


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        size = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(size))
        words = body["model"].split("+")
        style = next((w for w in words if w in STYLES), "line")
        limit = body.get("max_tokens") or DEFAULT_TOKENS
        try:
            raw = replay(body["messages"], style, limit)
            more = replay(body["messages"], style, limit + 1)
        except ValueError as why:
            return self.whole(400, {"error": {"message": str(why)}})
        cut = more != raw
        if cut and "midchar" in words:
            raw = inside_a_character(raw)
        text = raw.decode("utf-8", "replace")
        reason = "length" if cut and "mislabel" not in words else "stop"
        if "silent" in words:
            reason = None
        usage = {"prompt_tokens": 1, "completion_tokens": limit,
                 "total_tokens": limit + 1}
        if body.get("stream"):
            self.stream(body["model"], words, text, reason, usage)
        else:
            message = {"role": "assistant", "content": text}
            self.whole(200, {
                "id": "x", "object": "chat.completion", "created": 1,
                "model": body["model"], "usage": usage,
                "choices": [{"index": 0, "message": message,
                             "finish_reason": reason}]})

    def whole(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, model, words, text, reason, usage):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        pieces = [text[i:i + PIECE] for i in range(0, len(text), PIECE)]
        drop = "drop" in words and model not in dropped
        for number, piece in enumerate(pieces):
            event = self.event(model, {"content": piece}, None)
            if drop and number == len(pieces) * 3 // 4:
                dropped.add(model)
                self.chunk(event[:len(event) // 2])
                self.close_connection = True
                self.connection.close()
                return
            self.chunk(event)
        self.chunk(self.event(model, {}, reason, usage))
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def event(self, model, delta, reason, usage=None):
        value = {"id": "x", "object": "chat.completion.chunk", "created": 1,
                 "model": model, "choices": [
                     {"index": 0, "delta": delta, "finish_reason": reason}]}
        if usage:
            value["usage"] = usage
        return b"data: " + json.dumps(value).encode() + b"\n\n"

    def chunk(self, data):
        self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
        self.wfile.flush()


def live(parent):
    """Nothing of a test outlives it."""
    end = time.monotonic() + LIFETIME
    while time.monotonic() < end and os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=live, args=(os.getppid(),), daemon=True).start()
with open(port_file + ".new", "w") as out:
    out.write("%d\n" % server.server_port)
os.rename(port_file + ".new", port_file)
server.serve_forever()
