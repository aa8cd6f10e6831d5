import re

from tests.envelopes import desk
from tests.people import Member, actor, sign_in, text_of


def test_it_draws_and_tells_the_same_numbers(claire: Member, marc: Member) -> None:
    envelope = desk.send(actor(claire), str(marc.address))
    desk.send(actor(claire), str(marc.address))
    desk.open_copy(envelope, marc)
    page = sign_in(marc).get("/compte/activite?jours=30")
    assert re.search(r"reçues 2, dont ouvertes dans la journée 1\s; envoyées 0", page.content.decode())
    assert "50 %" in text_of(page)
    row = re.findall(r"<td>(\d+)</td>", page.content.decode())[:3]
    assert row == ["2", "1", "0"]


def test_an_empty_mailbox_has_a_plot_too(claire: Member) -> None:
    page = sign_in(claire).get("/compte/activite")
    assert page.status_code == 200
    assert "<svg" in page.content.decode()


def test_an_unknown_span_shows_the_usual_one(claire: Member) -> None:
    page = sign_in(claire).get("/compte/activite?jours=100000").content.decode()
    assert 'href="/compte/activite?jours=90" aria-current="true"' in page
