import pytest
from django.conf import settings
from django.urls import reverse

from sceau.accounts import links

TOKEN = "A" * 43


@pytest.mark.parametrize(
    ("link", "name", "args"),
    [
        (links.sign_up(), "signup", []),
        (links.confirm(TOKEN), "signup-complete", [TOKEN]),
        (links.sign_in(), "login", []),
        (links.security(), "security", []),
        (links.lost_access(), "recovery", []),
        (links.recover(TOKEN), "recovery-choose", [TOKEN]),
        (links.refuse(TOKEN), "recovery-refuse", [TOKEN]),
    ],
)
def test_every_mailed_link_leads_to_its_page(link: str, name: str, args: list[str]) -> None:
    """The domain cannot ask the URL table: this does."""
    assert link == settings.SCEAU_PUBLIC_URL + reverse(f"web:{name}", args=args)
