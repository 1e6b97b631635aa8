"""Supervisor's own reading of command lines: a JSON list of them on stdin, what each says and ends with on stdout."""

import json
import os
import sys
import tempfile

import supervisor.supervisord as supervisord

answers = []
for args in json.load(sys.stdin):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.argv[:] = ["/oracle"] + args
            sys.modules["__main__"].__doc__ = supervisord.__doc__
            code = 99
            try:
                options = supervisord.ServerOptions()
                options.default_configfile = lambda: os._exit(98)
                options.realize(doc=supervisord.__doc__)
            except SystemExit as why:
                code = why.code
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code or 0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        out.seek(0)
        err.seek(0)
        answers.append({"stdout": out.read().decode(), "stderr": err.read().decode(), "code": code})
json.dump(answers, sys.stdout)
