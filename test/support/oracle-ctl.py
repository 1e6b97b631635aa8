"""Runs supervisorctl many times without starting Python as often: each request is a fork of this process, which
has everything imported already. One request a line on standard input, as JSON, one answer a line on standard output."""

import atexit
import json
import os
import select
import signal
import sys
import time

from supervisor.options import Options
from supervisor.supervisorctl import main


def run(request):
    """Answers with what supervisorctl wrote and how it ended. In the fork it does not return."""
    pipes = [os.pipe() for _ in range(3)]
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.chdir(request["cwd"])
        for fd, end in ((0, pipes[0][0]), (1, pipes[1][1]), (2, pipes[2][1])):
            os.dup2(end, fd)
        os.closerange(3, 64)
        return None
    stdin, stdout, stderr = pipes[0][1], pipes[1][0], pipes[2][0]
    for end in (pipes[0][0], pipes[1][1], pipes[2][1]):
        os.close(end)
    os.write(stdin, request["stdin"].encode())
    os.close(stdin)
    texts = {stdout: b"", stderr: b""}
    awaited = request.get("interruptAt")
    awaited = awaited.encode() if awaited else None
    open_ends = [stdout, stderr]
    deadline = time.time() + 30
    while open_ends and time.time() < deadline:
        for end in select.select(open_ends, [], [], 1)[0]:
            text = os.read(end, 65536)
            texts[end] += text
            if not text:
                open_ends.remove(end)
        if awaited and awaited in texts[stdout]:
            awaited = None
            time.sleep(0.3)
            os.kill(pid, signal.SIGINT)
    if open_ends:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    for end in (stdout, stderr):
        os.close(end)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else signal.Signals(os.WTERMSIG(status)).name
    return {"stdout": texts[stdout].decode(), "stderr": texts[stderr].decode(), "code": code}


def serve():
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        answer = run(request)
        if answer is None:
            return request
        print(json.dumps(answer), flush=True)
    return None


asked = serve()
if asked is not None:
    sys.argv = ["/usr/bin/supervisorctl", *asked["args"]]
    sys.stdin = open(0)
    sys.stdout = open(1, "w")
    sys.stderr = open(2, "w")
    Options.stdout = sys.stdout  # taken when the class was made
    Options.stderr = sys.stderr
    try:
        code = main()
    except SystemExit as end:
        code = end.code
    if isinstance(code, str):
        sys.exit(code)
    # Taking the interpreter to pieces would take six times as long as the command.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 255)
