from django.conf import settings
from django.urls import reverse

from sceau.accounts import links

TOKEN = "A" * 43


def test_every_mailed_link_leads_to_its_page() -> None:
    """The domain cannot ask the URL table: this does."""
    assert {
        links.sign_up(): reverse("web:signup"),
        links.confirm(TOKEN): reverse("web:signup-complete", args=[TOKEN]),
        links.sign_in(): reverse("web:login"),
        links.security(): reverse("web:security"),
        links.lost_access(): reverse("web:recovery"),
        links.recover(TOKEN): reverse("web:recovery-choose", args=[TOKEN]),
        links.refuse(TOKEN): reverse("web:recovery-refuse", args=[TOKEN]),
    } == {link: link.removeprefix(settings.SCEAU_PUBLIC_URL) for link in (
        links.sign_up(), links.confirm(TOKEN), links.sign_in(), links.security(), links.lost_access(),
        links.recover(TOKEN), links.refuse(TOKEN),
    )}  # fmt: skip
