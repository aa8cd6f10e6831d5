"""Where a person goes next: always a page of this site (attack 29)."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_LONGEST = 500  # characters


def local(address: str | None) -> str:
    """`address` if it is a page of this site, else the home page: no one is led elsewhere (attack 29)."""
    if not address or len(address) > _LONGEST or not address.startswith("/"):
        return reverse("web:home")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else reverse("web:home")


def redirect_to(name: str, next_page: str = "", *, status: int = 303) -> HttpResponse:
    """A redirect to one of our pages that carries on where to go next."""
    query = f"?{urlencode({'next': next_page})}" if next_page and next_page != reverse("web:home") else ""
    return HttpResponse(status=status, headers={"Location": reverse(name) + query})


def came_from(request: HttpRequest) -> str:
    """The page to come back to: this one, or, for a submit, the one that holds the form."""
    if request.method in ("GET", "HEAD"):
        return local(request.get_full_path())
    if request.resolver_match and "draft_id" in request.resolver_match.kwargs:
        return reverse("web:draft", args=[request.resolver_match.kwargs["draft_id"]])
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # what a browser never sends
        return reverse("web:home")
    if referer.netloc != request.get_host():
        return reverse("web:home")
    return local(referer.path + (f"?{referer.query}" if referer.query else ""))
