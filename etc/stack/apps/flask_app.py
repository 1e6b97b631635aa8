"""Flask."""
import shared
from flask import Flask, request

application = Flask(__name__)
PLAIN = {"Content-Type": "text/plain"}


@application.get("/")
def who():
    return shared.who(), 200, PLAIN


@application.get("/healthz")
def healthz():
    return "well\n", 200, PLAIN


@application.get("/count")
def count():
    return shared.count(), 200, PLAIN


@application.put("/upload/<name>")
def upload(name):
    if shared.save(name, request.get_data()):
        return "kept\n", 201, PLAIN
    return "a name of letters and digits is wanted\n", 400, PLAIN
