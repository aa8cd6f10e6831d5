"""A document as the viewer's page shows it: what is shown, what is said of it, where one goes from there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sceau.envelopes import kinds, names
from sceau.envelopes.kinds import Kind, Warning
from sceau.envelopes.mime import Part
from sceau.envelopes.models import Copy
from sceau.envelopes.reading import Stream
from sceau.ui import sizes
from sceau.web import documents

TEXT_LIMIT = 400_000  # octets of a text that a page shows

_WARNINGS: dict[Warning, str | Promise] = {
    Warning.UNEXPECTED: gettext_lazy("Contenu inattendu : ce fichier n’est pas ce que son nom ou son type annonce."),
    Warning.PROGRAM: gettext_lazy("C’est un programme : ouvert sur votre ordinateur, il peut y faire ce qu’il veut."),
    Warning.ACTIVE: gettext_lazy("C’est une page web : ouverte, elle peut imiter un autre site ou en contacter."),
    Warning.MACROS: gettext_lazy("Ce type de document peut contenir des macros : n’en autorisez pas l’exécution."),
    Warning.LOCKED: gettext_lazy("Cette archive est sous mot de passe : personne n’a pu regarder ce qu’elle contient."),
    Warning.DOUBLE: gettext_lazy("Son nom porte deux extensions : seule la dernière compte."),
    Warning.HIDDEN: gettext_lazy("Son nom contient des caractères invisibles : il peut se lire autrement qu’il n’est."),
}
TAGS: dict[str, str | Promise] = {
    "PatientName": gettext_lazy("Patient"),
    "PatientID": gettext_lazy("Identifiant du patient"),
    "PatientBirthDate": gettext_lazy("Date de naissance"),
    "PatientSex": gettext_lazy("Sexe"),
    "PatientAge": gettext_lazy("Âge"),
    "StudyDate": gettext_lazy("Date de l’examen"),
    "StudyTime": gettext_lazy("Heure de l’examen"),
    "StudyDescription": gettext_lazy("Examen"),
    "Modality": gettext_lazy("Modalité"),
    "BodyPartExamined": gettext_lazy("Région examinée"),
    "SeriesDescription": gettext_lazy("Série"),
    "SeriesNumber": gettext_lazy("Numéro de série"),
    "InstanceNumber": gettext_lazy("Numéro d’image"),
    "Laterality": gettext_lazy("Côté"),
    "ViewPosition": gettext_lazy("Incidence"),
    "SliceThickness": gettext_lazy("Épaisseur de coupe"),
    "InstitutionName": gettext_lazy("Établissement"),
    "ReferringPhysicianName": gettext_lazy("Médecin demandeur"),
    "Manufacturer": gettext_lazy("Fabricant"),
    "ManufacturerModelName": gettext_lazy("Appareil"),
    "Rows": gettext_lazy("Lignes"),
    "Columns": gettext_lazy("Colonnes"),
    "NumberOfFrames": gettext_lazy("Nombre d’images"),
    "WindowCenter": gettext_lazy("Centre de fenêtre"),
    "WindowWidth": gettext_lazy("Largeur de fenêtre"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page prints. `show` is the name of a `kinds.Show`; `href`s are paths."""

    name: str
    detail: str  # "PDF, 412 Ko"
    icon: str
    show: str
    warnings: tuple[str, ...]
    content: str  # where the browser gets what it shows
    download: str
    back: str  # the envelope
    place: str  # "2 sur 5"
    before: str = ""
    after: str = ""
    text: str = ""
    cut: bool = False  # the text goes on
    tags: tuple[tuple[str, str], ...] = ()
    frames: int = 1
    trouble: str = ""


def peeked(stream: Stream) -> tuple[bytes, Stream]:
    """Its first octets, kinds.HEAD of them when it has as many, and the same stream again."""
    held: list[bytes] = []
    for chunk in stream.chunks:
        held.append(chunk)
        if sum(map(len, held)) >= kinds.HEAD:
            break
    return b"".join(held)[: kinds.HEAD], replace(stream, chunks=_again(held, stream.chunks))


def _again(held: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    yield from held
    yield from rest


def of(copy: Copy, parts: tuple[Part, ...], part: Part, kind: Kind) -> Shown:
    """The frame around a document, before anything of it is shown."""
    at, name = parts.index(part), names.one_line(part.name or "") or _("document")
    around = [reverse("web:view", args=[copy.id, int(each.number)]) for each in parts]
    return Shown(
        name=name,
        detail=f"{documents.kind(name, part.content_type)}, {sizes.text(part.size)}",
        icon=documents.icon(part.content_type),
        show=kind.show.value,
        warnings=tuple(str(_WARNINGS[warning]) for warning in kind.warnings),
        content=reverse("web:view-content", args=[copy.id, int(part.number)]),
        download=reverse("web:part", args=[copy.id, int(part.number)]),
        back=reverse("web:envelope", args=[copy.id]),
        place=_("%(at)s sur %(all)s") % {"at": at + 1, "all": len(parts)} if len(parts) > 1 else "",
        before=around[at - 1] if at else "",
        after=around[at + 1] if at + 1 < len(parts) else "",
    )


def warning(name: str, declared: str) -> str:
    """The gravest warning that a name and a type deserve, before a document is even looked at; mostly none."""
    found = kinds.warnings(name, declared)
    return str(_WARNINGS[found[0]]) if found else ""


def may_be_shown(name: str, declared: str) -> bool:
    """Is there a page to see for it: the document, or why it is not shown? By name and type alone."""
    return kinds.promised(name, declared) or bool(kinds.warnings(name, declared))


def text(octets: bytes, *, whole: bool) -> str:
    """As its own mark says, else UTF-8, else what Windows writes in the west: every octet then means something."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if octets.startswith(mark):
            return octets.decode(encoding, "replace")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_short = not whole and error.start > len(octets) - 4
        return octets.decode("utf-8", "ignore") if cut_short else octets.decode("cp1252", "replace")


def dicom(tags: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """What a file says of itself, in the order of TAGS, as people write it."""
    return tuple((str(word), _written(keyword, tags[keyword])) for keyword, word in TAGS.items() if keyword in tags)


def _written(keyword: str, value: str) -> str:
    """PS3.5 §6.2: names part at `^`, dates are 20261122, times 140233.25, ages 067Y; several values stand in a list."""
    if keyword.endswith("Name"):
        return " ".join(value.replace("^", " ").split())
    if keyword.endswith("Date") and re.fullmatch(r"\d{8}", value):
        return f"{value[6:]}/{value[4:6]}/{value[:4]}"
    if keyword.endswith("Time") and re.match(r"\d{4}", value):
        return f"{value[:2]}:{value[2:4]}"
    if keyword == "PatientAge" and re.fullmatch(r"\d{3}Y", value):
        return _("%(years)s ans") % {"years": int(value[:3])}
    if keyword == "PatientSex":
        return {"F": _("féminin"), "M": _("masculin")}.get(value, value)
    return value.strip("[]").partition(",")[0] if keyword.startswith("Window") else value.replace("^", " ")
