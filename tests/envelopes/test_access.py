"""Absent and forbidden are one answer."""

from uuid import UUID

import pytest

from sceau.core import ids
from sceau.core.errors import NotFound
from sceau.envelopes import access
from sceau.vault.sessions import Assurance
from tests import people
from tests.envelopes import desk
from tests.people import Member

pytestmark = pytest.mark.attack(28)


def neighbours(id: UUID) -> list[UUID]:
    return [ids.new(), UUID(int=id.int + 1), UUID(int=id.int - 1)]


def test_a_draft_is_its_author_s_alone(claire: Member, chloe: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, "")
    assert access.draft(draft.id, for_=by) == draft
    assert access.draft_to_save(draft.id, author=claire.person) == draft
    for id in (draft.id, *neighbours(draft.id)):
        with pytest.raises(NotFound):
            access.draft(id, for_=people.actor(chloe))
        with pytest.raises(NotFound):
            access.draft_to_save(id, author=chloe.person)


def test_a_document_belongs_to_its_draft_and_its_author(claire: Member, chloe: Member) -> None:
    by = people.actor(claire)
    draft, other = desk.write(by, "", ("a.pdf", b"1")), desk.write(by, "", ("b.pdf", b"2"))
    upload = draft.uploads.get()
    assert access.upload(upload.id, draft=draft.id, for_=by) == upload
    for id, held_by, actor in (
        (upload.id, draft.id, people.actor(chloe)),
        (upload.id, other.id, by),
        (ids.new(), draft.id, by),
    ):
        with pytest.raises(NotFound):
            access.upload(id, draft=held_by, for_=actor)


def test_a_copy_is_its_mailbox_s_alone(claire: Member, marc: Member, chloe: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    copy = desk.copy_of(envelope, marc)
    for member, id in (
        (chloe, copy.id),
        (claire, copy.id),  # the sender has his own copy, not the recipient's
        (marc, desk.own_copy(envelope, people.actor(claire)).id),
        (marc, envelope.id),
        *((marc, near) for near in neighbours(copy.id)),
    ):
        with pytest.raises(NotFound):
            access.copy(id, for_=people.actor(member))


def test_what_a_draft_became_is_found_by_its_author_alone(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    envelope = desk.send(by, str(marc.address))
    assert access.sealed(envelope.id, for_=by).envelope == envelope
    for id, member in ((envelope.id, marc), (ids.new(), claire)):
        with pytest.raises(NotFound):
            access.sealed(id, for_=people.actor(member))


def test_a_password_alone_reaches_nothing(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    weak = people.actor(marc, assurance=Assurance.PASSWORD)
    for reach in (access.copy, access.draft, access.sealed):
        with pytest.raises(access.TooWeak):
            reach(envelope.id, for_=weak)
