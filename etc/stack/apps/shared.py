"""What the applications of these stacks have in common, and the whole of it as one plain WSGI application.

    GET /             who answers: its name, its port, its pid
    GET /healthz      for `ready` and `live`
    GET /count        a counter that all processes share, in redis
    PUT /upload/NAME  keeps a file; nginx serves it at /files/NAME, also while no application runs
"""
import os
import re
import socket
import tempfile

FILES = os.environ.get("FILES", tempfile.gettempdir())
REDIS = ("127.0.0.1", int(os.environ.get("REDIS_PORT", "6379")))


def who():
    name = os.environ.get("SUPERVISOR_PROCESS_NAME", "nobody")
    return "%s port %s pid %d\n" % (name, os.environ.get("PORT", "none"), os.getpid())


def count():
    """INCR of one key, in redis's own protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/"""
    with socket.create_connection(REDIS, timeout=5) as wire:
        wire.sendall(b"*2\r\n$4\r\nINCR\r\n$5\r\ncount\r\n")
        return wire.makefile("rb").readline().decode().strip().lstrip(":") + "\n"


def save(name, data):
    """Whole or not at all: nobody is served half a file."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}(\.[a-z0-9]{1,8})?", name):
        return False
    os.makedirs(FILES, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=FILES, delete=False) as file:
        file.write(data)
    os.chmod(file.name, 0o644)
    os.replace(file.name, os.path.join(FILES, name))
    return True


def answer(method, path, read_body):
    """The status and the text for a request."""
    if path == "/healthz":
        return "200 OK", "well\n"
    if path == "/":
        return "200 OK", who()
    if path == "/count":
        return "200 OK", count()
    if method == "PUT" and path.startswith("/upload/"):
        if save(path[len("/upload/"):], read_body()):
            return "201 Created", "kept\n"
        return "400 Bad Request", "a name of letters and digits is wanted\n"
    return "404 Not Found", "nothing here\n"


def application(environ, start_response):
    def read_body():
        return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))

    # uWSGI does not take the prefix away that nginx was asked for.
    path = environ.get("PATH_INFO", "/")
    prefix = os.environ.get("PREFIX", "")
    if prefix and path.startswith(prefix):
        path = path[len(prefix):] or "/"
    status, text = answer(environ["REQUEST_METHOD"], path, read_body)
    body = text.encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
