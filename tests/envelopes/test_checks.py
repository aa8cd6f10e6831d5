"""What a calm colleague would say before one seals; and what he would not."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.envelopes import checks
from sceau.envelopes.checks import Code, Warning, Where
from sceau.envelopes.drafts import Content
from sceau.envelopes.summaries import Party
from tests import parts

IDENTIFIERS = Path(__file__).parents[3] / "shared" / "data" / "identifiers" / "test-identifiers.csv"
NIR = "279035121518989"


def found(subject: str = "", text: str = "", *documents: str) -> list[tuple[Code, Where, str]]:
    warned = checks.warnings(Content(subject=subject, text=text), documents, year=2026)
    return [(each.code, each.where, each.what) for each in warned]


@pytest.mark.parametrize(
    "written",
    [
        NIR,
        "2 79 03 51 215 189 89",
        "2 79 03 51 215 189 / 89",
        "2.79.03.51.215.189.89",
        "2\u202f79\u202f03\u202f51\u202f215\u202f189\u202f89",
        "2790351215189",
        "180012A00400168",
        "1 80 01 2b 033 001 01",
        "255089901200122",  # born abroad
    ],
)
def test_a_social_security_number_is_seen_however_it_is_written(written: str) -> None:
    assert found(f"Bilan de M. X ({written}), suite") == [(Code.NIR, Where.SUBJECT, written)]


@pytest.mark.parametrize(
    "written",
    [
        "279035121518988",  # a wrong key
        "99999999800019",  # a SIRET has 14
        "+33 4 92 53 12 45",
        "Réf. 2024-0012-7788",
        "12790351215189890",  # within a longer number
        "2790051215189",  # no such month
        "Avis demandé",
    ],
)
def test_other_numbers_are_left_alone(written: str) -> None:
    assert found(written) == []


def test_every_identifier_of_the_shared_samples_is_judged_by_its_key() -> None:
    if not IDENTIFIERS.exists():
        parts.need("the shared samples of identifiers", "../shared/data is absent")
    rows = list(csv.reader(IDENTIFIERS.read_text("utf-8").splitlines()[1:], delimiter=";"))
    assert len(rows) > 30
    for kind, value, _form, key, *_note in rows:
        seen = list(checks.nirs(f"Objet {value} ici"))
        assert seen == ([value] if kind == "NIR" and key == "true" else []), value


def test_the_control_key_is_the_one_of_insee() -> None:
    assert checks.nir_key("2790351215189") == 89
    assert checks.nir_key("180012A004001") == 68
    assert checks.nir_key("180012B033001") == 1


@pytest.mark.parametrize(
    "subject",
    ["Mme Petit, 03/07/1951", "PETIT Zoé née le 12.10.2019", "Bilan 1951-07-03", "DDN 1-2-2020", "born 2020-01-02"],
)
def test_a_date_of_birth_is_seen(subject: str) -> None:
    ((code, where, _),) = found(subject)
    assert (code, where) == (Code.BIRTH, Where.SUBJECT)


@pytest.mark.parametrize(
    "subject", ["Rendez-vous du 12/11/2026", "Hospitalisation du 2024-02-03", "Version 1.2.3", "2012"]
)
def test_an_appointment_is_no_birth(subject: str) -> None:
    assert found(subject) == []


def test_names_of_documents_are_looked_at_too() -> None:
    assert found("Bilan", "", "a.pdf", f"{NIR}.pdf") == [(Code.NIR, Where.DOCUMENT_NAME, NIR)]


@pytest.mark.parametrize(
    "text",
    [
        "Veuillez trouver ci-joint le compte rendu.",
        "Vous trouverez la pièce jointe.",
        "Le bilan est en PJ.",
        "PJ : bilan",
        "Les clichés ci-joints",
        "Je vous joins l’ordonnance.",
        "Please find attached the report.",
    ],
)
def test_a_document_that_is_spoken_of_and_missing_is_asked_for(text: str) -> None:
    ((code, where, _),) = found("", text)
    assert (code, where) == (Code.MISSING_DOCUMENT, Where.TEXT)
    assert found("", text, "bilan.pdf") == []


@pytest.mark.parametrize(
    "text",
    [
        "Merci de me joindre au cabinet.",
        "Le conjoint est prévenu.",
        "Bonjour,\n> ci-joint le compte rendu",
        "C’est un patient attachant.",
    ],
)
def test_words_that_only_look_alike_ask_for_nothing(text: str) -> None:
    assert found("", text) == []


MARC = Party("Dr Marc Benali", "marc.benali@ch-ecrins.example")
FREQUENT = (MARC, Party("Mme Anne Roy", "anne.roy@tilleuls.example"))


def near(*recipients: Party) -> list[tuple[str, Party | None]]:
    warned = checks.warnings(Content(), (), recipients, FREQUENT, year=2026)
    assert {each.code for each in warned} <= {Code.NEAR_NAME}
    return [(each.what, each.near) for each in warned]


@pytest.mark.parametrize(
    "stranger",
    [
        Party("M. Marc Bénali", "m.b@autre.example"),
        Party("Marc Benalli", "mb@autre.example"),
        Party("", "marc.benaly@ch-ecrins.example"),
        Party("", "marc.benali@autre.example"),
        Party("", "marc.bena1i@ch-ecrins.example"),
        Party("Marc Bеnali", "x@autre.example"),  # a Cyrillic е
    ],
)
def test_somebody_new_who_is_called_almost_like_somebody_known_is_pointed_at(stranger: Party) -> None:
    assert near(stranger) == [(stranger.address, MARC)]


@pytest.mark.parametrize(
    "stranger",
    [
        MARC,  # known
        Party("Dr Zoé Lambert", "zoe.lambert@ch-ecrins.example"),
        Party("Mme Anna Rey", "anna.rey@x.example"),  # too short to tell
    ],
)
def test_somebody_known_or_plainly_another_is_not(stranger: Party) -> None:
    assert near(stranger) == []


def test_whoever_is_written_to_himself_is_not_what_one_mistook() -> None:
    assert near(MARC, Party("", "marc.benaly@ch-ecrins.example")) == []


@given(st.text(max_size=12), st.text(max_size=12))
def test_the_distance_is_symmetric_and_bounded(one: str, other: str) -> None:
    whole = checks.distance(one, other, most=30)
    assert whole == checks.distance(other, one, most=30)
    assert (whole == 0) == (one == other)
    assert whole <= max(len(one), len(other))
    assert checks.distance(one, other, most=2) == min(whole, 3)


@given(st.text(max_size=200))
def test_nothing_that_is_typed_makes_it_fail(text: str) -> None:
    party = Party(text, text)
    warned = checks.warnings(Content(subject=text, text=text), [text], [party], FREQUENT, year=2026)
    assert all(isinstance(each, Warning) for each in warned)
