"""One host name a role: `courriels.localhost` shows the ordinary mailboxes, every other one is the product."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

MAILS = "courriels.localhost"


class DemoHosts:
    """Installed only when SCEAU_DEMO is yes (settings)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.get_host().partition(":")[0] == MAILS:
            request.urlconf = "sceau.demo.urls"
        return self.get_response(request)
