"""The Flask application of nginx-gunicorn.conf: it says which process answers."""

import os

from flask import Flask

application = Flask(__name__)


@application.get("/")
def hello():
    # Supervisor gives each process its name: web_00, web_01.
    name = os.environ.get("SUPERVISOR_PROCESS_NAME", "gunicorn")
    return f"Hello from {name}, worker {os.getpid()}\n", {"Content-Type": "text/plain; charset=utf-8"}
