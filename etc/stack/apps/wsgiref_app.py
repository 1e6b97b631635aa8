"""A plain WSGI callable on the server of Python's own library: one request at a time, and enough for small things."""
import os
import signal
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import shared


class Quiet(WSGIRequestHandler):
    def log_message(self, *words):
        pass


class Server(WSGIServer):
    # The request under way is answered, and then no other one is taken.
    request_queue_size = 128


server = make_server("127.0.0.1", int(os.environ["PORT"]), shared.application, Server, Quiet)
# shutdown() waits for the loop, so it is called from another thread than the loop's own.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever(poll_interval=0.05)
