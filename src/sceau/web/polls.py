"""The shortest road for the question that open desks repeat: past the middleware that opens keys and renders pages."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from sceau.web.views import live


class Polls:
    """`/nouvelles` is answered here; its view finds the session itself, in the same statement (decision 0020)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.path = reverse("web:news")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != self.path:
            return self.get_response(request)
        response = live.news(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))  # as LanguageMiddleware, which this one never meets
        return response
