"""Tornado: `native`, its own handlers; `container`, a WSGI application (Django's) inside it.

SIGTERM closes the port at once and ends the process when the answers under way are out.
"""
import asyncio
import os
import signal
import sys

import shared
import tornado.httpserver
import tornado.web
import tornado.wsgi


class Page(tornado.web.RequestHandler):
    def get(self):
        self.reply()

    def put(self):
        self.reply()

    def reply(self):
        status, text = shared.answer(self.request.method, self.request.path, lambda: self.request.body)
        code, reason = status.split(" ", 1)
        self.set_status(int(code), reason)
        self.set_header("Content-Type", "text/plain")
        self.write(text)


async def main(kind):
    if kind == "container":
        import django_app

        application = tornado.wsgi.WSGIContainer(django_app.application)
    else:
        application = tornado.web.Application([(r"/.*", Page)])
    server = tornado.httpserver.HTTPServer(application)
    server.listen(int(os.environ["PORT"]), "127.0.0.1")
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()
    server.stop()
    await server.close_all_connections()


asyncio.run(main(sys.argv[1]))
