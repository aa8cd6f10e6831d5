"""After a POST: go and see (303), so that reloading the page repeats nothing."""

from django.http import HttpResponse
from django.urls import reverse


def see(name: str, *args: object) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": reverse(name, args=args)})
