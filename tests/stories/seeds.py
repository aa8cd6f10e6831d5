"""What has happened in an installation before a story begins; run inside it, by `sceau shell`."""

from sceau.accounts.models import Person
from sceau.core import clock
from sceau.demo.cast import CLAIRE, MARC
from sceau.envelopes import filing
from tests import people
from tests.deployment import Deployment
from tests.envelopes import desk
from tests.people import Member

SUBJECTS = ("Bilan", "Radiographie", "Ordonnance", "Avis")
FRAMED = "<p>Première ligne en <b>gras</b>.</p>" + "<p>Une ligne de plus.</p>" * 60


def cast() -> None:
    """Claire and Marc have accounts, and Marc a folder."""
    people.join(CLAIRE)
    filing.create("Biologie", by=people.actor(people.join(MARC)), at=clock.now())
    for subject in SUBJECTS:
        letter(subject)


def letter(subject: str) -> None:
    """Claire writes to Marc."""
    desk.send(people.actor(_claire()), MARC.email, subject=subject, text=f"Lettre : {subject}", html=FRAMED)


def _claire() -> Member:
    person = Person.objects.get(email=CLAIRE.email)
    return Member(person, person.mailboxes.get(), CLAIRE.password, "")


def run(site: Deployment, call: str) -> None:
    """One of the functions above, in a process of the installation."""
    site.run("shell", "-c", f"from tests.stories import seeds; seeds.{call}", PYTHONPATH=".")
