"""What each of the cast keeps beside the envelopes: folders, words that come back, mails from before, an absence."""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from sceau.demo import documents
from sceau.demo.cast import CLAIRE, INES, MARC, NADIA, Player

# By path, each after the one that holds it.
FOLDERS: dict[Player, tuple[str, ...]] = {
    CLAIRE: ("Patients", "Patients/Henri D.", "Patients/Sarah R.", "Réunions", "Ancienne messagerie"),
    MARC: ("Avis demandés", "Service"),
    INES: ("Tournées", "Tournées/Serres", "Tournées/Veynes"),
}

SIGNATURES: dict[Player, str] = {
    CLAIRE: "Dr Claire Vasseur\nCabinet des Tilleuls, Gap\nSecrétariat : Nadia Ferrand",
    MARC: "Dr Marc Benali, cardiologue\nCentre hospitalier des Écrins, Briançon",
}

TEMPLATES: dict[Player, dict[str, str]] = {
    CLAIRE: {
        "Demande d’avis": "Cher confrère,\n\nJe vous adresse … pour …\n\nBien confraternellement,",
        "Certificat": "Je soussignée certifie avoir examiné ce jour …\n\nFait pour valoir ce que de droit.",
    },
    MARC: {"Compte rendu": "Cher confrère,\n\nMerci de m’avoir adressé … L’examen est …\n\nBien confraternellement,"},
}

AWAY, AWAY_FOR = NADIA, timedelta(days=6)
ABSENCE = "Bonjour,\n\nLe secrétariat est fermé cette semaine. Pour une urgence, appelez le cabinet.\n\nNadia Ferrand"


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """A mail that `owner` had in another system and imported into `folder`."""

    owner: Player
    folder: str
    raw: bytes


def mails(*, at: datetime) -> list[Mail]:
    old = [_plain(at - timedelta(days=400)), _formatted(at - timedelta(days=380)), _latin(at - timedelta(days=371))]
    return [Mail(CLAIRE, "Ancienne messagerie", raw) for raw in old]


def _plain(at: datetime) -> bytes:
    return _written(
        at,
        "Secrétariat de radiologie <radiologie@ch-ecrins.example>",
        "Rendez-vous confirmé",
        'Content-Type: text/plain; charset="utf-8"',
        "Bonjour,\r\n\r\nLe rendez-vous de votre patient est confirmé mardi à 10 h 30.\r\n",
        number=1,
    )


def _formatted(at: datetime) -> bytes:
    """HTML with a picture within it, and a document beside it."""
    picture, sheet = (encodebytes(made.data).decode() for made in (documents.thumbnail(), documents.prescription()))
    html = (
        "<html><body><p>Chère consœur,</p><p>La <b>cicatrisation</b> avance, voyez :</p>"
        '<p><img src="cid:photo@demo.example" alt="Pansement"></p><p>Inès Roche</p></body></html>'
    )
    related = [
        '--ensemble\nContent-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n' + html,
        "--ensemble\nContent-Type: image/jpeg\nContent-ID: <photo@demo.example>\nContent-Disposition: inline\n"
        "Content-Transfer-Encoding: base64\n\n" + picture + "--ensemble--",
    ]
    body = [
        '--tout\nContent-Type: multipart/related; boundary="ensemble"\n',
        *related,
        '--tout\nContent-Type: application/pdf; name="Ordonnance.pdf"\nContent-Transfer-Encoding: base64\n'
        'Content-Disposition: attachment; filename="Ordonnance.pdf"\n\n' + sheet + "--tout--\n",
    ]
    mixed = 'Content-Type: multipart/mixed; boundary="tout"'
    return _written(at, "Inès Roche <ines@ancien.example>", "Photo du pansement", mixed, "\n".join(body), number=2)


def _latin(at: datetime) -> bytes:
    """As older programs wrote, in ISO 8859-1."""
    text = "Bonjour,\n\nLe dossier d'aide à domicile est complet, merci.\n\nPaul Lemoine"
    kind = 'Content-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: 8bit'
    return _written(
        at, "Paul Lemoine <p.lemoine@mairie.example>", "Dossier complet", kind, text, number=3, as_="latin-1"
    )


def _written(
    at: datetime, sender: str, subject: str, kind: str, body: str, *, number: int, as_: str = "utf-8"
) -> bytes:
    head = [
        f"Date: {format_datetime(at)}",
        f"From: {sender}",
        f"To: {CLAIRE.given_name} {CLAIRE.family_name} <claire@ancien.example>",
        f"Subject: {subject}",
        f"Message-ID: <ancien-{number}@demo.example>",
        "MIME-Version: 1.0",
        kind,
    ]
    text = "\n".join(head) + "\n\n" + body
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode(as_, "replace")
