"""What a view hands to a template: small frozen values, every string already in the reader's words.

Templates print these and decide nothing: no query, no date or number formatting happens there.
Fields named `href` or `action` are paths of this site; `When` carries the relative and the exact time.
"""

from dataclasses import dataclass

from sceau.ui.dates import When


@dataclass(frozen=True, slots=True)
class Nav:
    """The rail: which place is current, and what waits there."""

    current: str = ""  # "received", "sent", "drafts", "trash", "compose"
    unopened: int = 0
    drafts: int = 0


@dataclass(frozen=True, slots=True)
class Chip:
    """A kind of correspondent or a state, always with its word."""

    kind: str  # "home", "space", "patient", "guest", "ok", "warn", "wax" or "" (neutral)
    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody on an envelope. `address` is the authenticated one."""

    name: str
    address: str
    detail: str = ""  # "Cardiologue, CH de Gap"
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a folder."""

    href: str
    who: str
    subject: str
    when: When
    label: Chip | None = None
    documents: str = ""  # "2 documents"; empty when there are none
    state: str = ""  # "à ouvrir", "ouverte par 1 sur 2", "contenu détruit"
    icon: str = "opened"
    unopened: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True)
class Pane:
    """A folder's list, alone on its page or beside an envelope."""

    folder: str  # "received", "sent", "drafts", "trash"
    rows: tuple[Row, ...]
    count: str = ""  # "3 à ouvrir"
    newer: str = ""  # path of the previous page
    older: str = ""  # path of the next page


@dataclass(frozen=True, slots=True)
class FileLink:
    """A document to download, or one that only has a name (`href` empty) on a closed envelope."""

    name: str
    detail: str  # "PDF, 412 Ko"
    href: str = ""
    icon: str = "document"  # "document", "image", "archive"


@dataclass(frozen=True, slots=True)
class Letter:
    """An envelope. `text`, and `href` of its files, are empty while `state` is not "open"."""

    id: str
    state: str  # "closed", "open", "destroyed"
    subject: str
    sender: Party
    to: tuple[Party, ...]
    cc: tuple[Party, ...]
    when: When
    text: str = ""
    files: tuple[FileLink, ...] = ()
    documents: str = ""  # "2 documents, 2,2 Mo"
    sent: bool = False  # the reader is its sender
    in_trash: bool = False
    can_reply: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the proof column."""

    text: str  # "Scellée par son expéditeur"
    detail: str = ""  # "22 nov. 14:01:08, empreinte 7f3a…c21e"
    kind: str = "done"  # "seal", "done", "wait", "fail"


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """What became of one recipient, for the sender."""

    name: str
    address: str
    text: str  # "Ouverte hier à 14:02"
    kind: str = "done"  # "done", "wait", "fail"
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """The column beside a letter."""

    steps: tuple[Step, ...]
    recipients: tuple[RecipientLine, ...] = ()
    published: str = ""  # "Journal vérifié jusqu’à la preuve n° 84 127."; empty while it waits (≤ 2 s)
    pdf: str = ""
    json: str = ""
    archive: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A recipient read from what was typed: shown as a chip that can be unticked."""

    address: str
    name: str
    chip: Chip | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """One attachment of a draft."""

    name: str
    size: str
    detach: str  # POST here to remove it
    icon: str = "document"


@dataclass(frozen=True, slots=True)
class Planned:
    """What will happen for one recipient, before the button is pressed."""

    name: str
    text: str  # "Recevra l’enveloppe dans sa boîte Sceau."
    chip: Chip | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class DraftPage:
    id: str
    revision: int
    to: tuple[Known, ...] = ()
    cc: tuple[Known, ...] = ()
    to_typed: str = ""  # what could not be read as addresses, kept as typed
    cc_typed: str = ""
    subject: str = ""
    body: str = ""
    expires_on: str = ""  # "2026-12-31"
    label: str = ""  # the chosen value of `labels`
    uploads: tuple[Upload, ...] = ()
    total: str = ""  # "31,2 Mo sur 40 Mo"
    room: int = 0  # octets that the documents may still have
    too_large: str = ""  # what is said of a document beyond it
    saved: str = ""  # "Brouillon enregistré à 14:05"
    reply: str = ""  # "Réponse à Dr Marc Benali, « Compte rendu de cardiologie »"
    keeps: str = ""  # "Conservée 3 mois, puis détruite. Les preuves restent."


@dataclass(frozen=True, slots=True)
class Conflict:
    """The version another tab saved meanwhile, beside what was just typed."""

    when: When
    to: str
    cc: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class SessionLine:
    device: str  # "Firefox sous Windows"
    since: When
    current: bool
    end: str  # POST here to close it


@dataclass(frozen=True, slots=True)
class JournalLine:
    when: When
    text: str  # "Connexion"
    device: str = ""
    warn: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """A page that asks before an act that cannot be undone."""

    title: str
    text: str
    action: str  # POST here
    button: str  # "Détruire l’enveloppe"
    back: str
    what: str = ""  # which one: "« Compte rendu », de Dr Marc Benali"
    danger: bool = True
