"""Django in one file: settings, views and the WSGI application."""
import os

import shared
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    # Nothing is signed here. An application of your own reads its key from a file that only it may read.
    SECRET_KEY=os.urandom(32).hex(),
)


def plain(text, status=200):
    return HttpResponse(text, content_type="text/plain", status=status)


@csrf_exempt
def upload(request, name):
    if request.method == "PUT" and shared.save(name, request.read()):
        return plain("kept\n", 201)
    return plain("a name of letters and digits is wanted\n", 400)


urlpatterns = [
    path("", lambda request: plain(shared.who())),
    path("healthz", lambda request: plain("well\n")),
    path("count", lambda request: plain(shared.count())),
    path("upload/<str:name>", upload),
]
application = get_wsgi_application()
