"""Search. A question is posted, then travels sealed in the page's address (decision 0012)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from sceau.accounts import people
from sceau.core import clock
from sceau.envelopes import search as searching
from sceau.vault.sessions import Assurance
from sceau.web import desk, finding, nav
from sceau.web.guards import signed_in
from sceau.web.requests import SignedIn, is_fragment


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def search(request: SignedIn) -> HttpResponse:
    """A POST leads to the page of what was asked."""
    if request.method == "POST":
        question = finding.asked(request.POST.get("q", ""))
        return HttpResponse(status=303, headers={"Location": _address(question, request)})
    by, now = request.actor, clock.now()
    question = finding.unseal(request.GET.get("m", ""), by=by)
    results = searching.find(question, by=by, at=now, before=desk.cursor(request, "avant"))
    here = f"{reverse('web:search')}?m={request.GET['m']}" if question else reverse("web:search")
    context = {
        "found": finding.page(question, results, here=here, by=by, now=now),
        "can_write": people.may_write(by.person),
    }
    if is_fragment(request):
        response = render(request, "web/_search_results.html", context)
    else:
        response = render(request, "web/search.html", {**context, "nav": nav.of(by, "search")})
    patch_vary_headers(response, ("HX-Request",))
    return response


def _address(question: str, request: SignedIn) -> str:
    here = reverse("web:search")
    return f"{here}?m={finding.seal(question, by=request.actor)}" if question else here
