"""What a browser may do with our pages: nothing that we did not serve, and keep nothing."""

from collections.abc import Callable
from io import BytesIO

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " frame-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A worker's script brings its worker's policy (CSP 3 §5.1): that of the page does not reach it.
WORKER = "default-src 'none'; script-src 'self'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}


class ContentSecurityPolicy:
    """A view that shows somebody's HTML in a frame sets its own, narrower policy first.

    Static files never come here: whitenoise answers them before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def everywhere(scheme: str) -> dict[str, str]:
    """What every page over this scheme carries, for an answer that never passes the middlewares: asked of them."""
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.url_scheme": scheme, "wsgi.input": BytesIO()})
    response = HttpResponseNotModified()
    SecurityMiddleware(ContentSecurityPolicy(lambda _: response))(request)
    return dict(response.headers)
