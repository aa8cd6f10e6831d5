import pytest
from django.test import Client

from sceau.accounts import people
from sceau.accounts.models import Person
from sceau.notify import words
from tests.people import Member, sign_in, text_of

LEA = {
    "civility": "Mme",
    "given_name": "Léa",
    "family_name": "Martin-Roux",
    "profession": "Sage-femme",
    "structure": "Maison de santé de Veynes",
    "city": "Veynes",
    "phone": "04 92 00 00 00",
    "language": "fr",
    "zone": "Indian/Reunion",
}


def fresh(member: Member) -> Person:
    return Person.objects.get(id=member.person.id)


class TestIdentity:
    def test_somebody_not_validated_corrects_everything(self, lea: Member) -> None:
        assert sign_in(lea).post("/compte", LEA).status_code == 303
        person = fresh(lea)
        assert (person.name, person.phone, person.zone) == ("Mme Léa Martin-Roux", "04 92 00 00 00", "Indian/Reunion")

    def test_a_certified_name_stays_whatever_is_sent(self, claire: Member) -> None:
        assert sign_in(claire).post("/compte", LEA).status_code == 303
        person = fresh(claire)
        assert (person.name, person.profession, person.city) == ("Dr Claire Vasseur", "Médecin généraliste", "Veynes")

    def test_each_is_told_what_the_account_may_do(self, claire: Member, lea: Member) -> None:
        assert "Certifié" in text_of(sign_in(claire).get("/compte"))
        assert "Non validé" in text_of(sign_in(lea).get("/compte"))

    def test_the_language_follows_the_account(self, lea: Member) -> None:
        client = sign_in(lea)
        client.post("/compte", {**LEA, "language": "en"})
        assert client.get("/compte")["Content-Language"] == "en"

    @pytest.mark.attack(28)
    @pytest.mark.parametrize("field", ["email", "status", "rpps", "principal", "notices_off"])
    def test_nothing_else_can_be_set(self, lea: Member, field: str) -> None:
        before = getattr(fresh(lea), field)
        sign_in(lea).post("/compte", {**LEA, field: "certified"})
        assert getattr(fresh(lea), field) == before

    def test_an_unknown_time_zone_is_refused(self, lea: Member) -> None:
        assert sign_in(lea).post("/compte", {**LEA, "zone": "../../etc/passwd"}).status_code == 422


class TestNotifications:
    @pytest.fixture
    def browser(self, claire: Member) -> Client:
        return sign_in(claire)

    def test_received_is_on_from_the_start(self, claire: Member, browser: Client) -> None:
        assert people.wants(claire.person, "received")
        form = browser.get("/compte/notifications").context["form"]
        assert {kind for kind in form.fields if form[kind].value()} == {"received", "opened", "failed", "expiring"}

    def test_each_can_be_switched(self, claire: Member, browser: Client) -> None:
        assert browser.post("/compte/notifications", {"opened": "on", "destroyed": "on"}).status_code == 303
        person = fresh(claire)
        assert [
            kind for kind in ("received", "sealed", "opened", "failed", "destroyed") if people.wants(person, kind)
        ] == [
            "opened",
            "destroyed",
        ]

    def test_the_word_is_sealed_to_the_worker(self, claire: Member, browser: Client) -> None:
        browser.post("/compte/notifications", {"word": "mirabelle"})
        sealed = fresh(claire).notice_word
        assert sealed
        assert b"mirabelle" not in bytes(sealed)
        assert words.open(claire.person.id, bytes(sealed)) == "mirabelle"
        assert "mirabelle" not in browser.get("/compte/notifications").content.decode()

    def test_leaving_it_empty_keeps_it(self, claire: Member, browser: Client) -> None:
        browser.post("/compte/notifications", {"word": "mirabelle"})
        browser.post("/compte/notifications", {"received": "on", "word": ""})
        assert words.open(claire.person.id, bytes(fresh(claire).notice_word or b"")) == "mirabelle"

    @pytest.mark.parametrize("word", ["x" * 25, "a\u202eb", "\u200b"])
    def test_a_word_that_hides_something_is_refused(self, claire: Member, browser: Client, word: str) -> None:
        assert browser.post("/compte/notifications", {"word": word}).status_code == 422
        assert fresh(claire).notice_word is None
