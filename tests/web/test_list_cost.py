"""What a page of the desk may ask the database: the same few questions, however full the mailbox is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sceau.core import clock
from sceau.envelopes import filing, folders
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

MOST = 12


@pytest.mark.parametrize("count", [1, 30])
def test_a_page_of_any_list_asks_at_most_twelve_questions(claire: Member, marc: Member, count: int) -> None:
    by = people.actor(marc)
    folder = filing.create("Biologie", by=by, at=clock.now())
    for number in range(count * 3):
        copy = desk.copy_of(desk.send(people.actor(claire), str(marc.address)), marc)
        if number % 3 == 1:
            filing.file([copy], folder, by=by)
        elif number % 3 == 2:
            folders.trash(copy)
    for member, address in (
        (marc, "/recues"),
        (marc, f"/dossiers/{folder.id}"),
        (marc, "/corbeille"),
        (claire, "/envoyees"),
    ):
        browser = sign_in(member)
        browser.get(address)  # lines are made once
        with CaptureQueriesContext(connection) as asked:
            page = browser.get(address)
        assert page.content.decode().count("data-copy=") >= count
        assert len(asked) <= MOST, [query["sql"] for query in asked.captured_queries]
