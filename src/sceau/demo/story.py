"""What the cast has written to each other before the curtain rises."""

from dataclasses import dataclass
from datetime import timedelta

from sceau.demo import documents
from sceau.demo.cast import CLAIRE, INES, LEA, MARC, NADIA, PAUL, Player


@dataclass(frozen=True, slots=True)
class Letter:
    """One envelope, `ago` before now; those in `opened_by` have opened it. `text`: its lines."""

    ago: timedelta
    sender: Player
    to: Player
    subject: str
    text: tuple[str, ...]
    label: str = ""
    cc: tuple[Player, ...] = ()
    attached: tuple[documents.Document, ...] = ()
    opened_by: tuple[Player, ...] = ()
    answers: int | None = None  # the number of the letter it answers
    expires_in: int | None = None  # days
    sealed: bool = True


def letters() -> list[Letter]:
    """In the order in which it happened."""
    return [
        Letter(
            ago=timedelta(days=6, hours=3),
            sender=CLAIRE,
            to=MARC,
            subject="Demande d’avis : douleurs thoraciques à l’effort",
            text=(
                "Cher confrère,",
                "",
                "Je vous adresse M. Henri D., 67 ans, hypertendu, pour des douleurs à l’effort depuis un mois.",
                "L’examen est normal au repos. Vous trouverez ma lettre et le dernier tracé.",
                "",
                "Bien confraternellement,",
                "Claire Vasseur",
            ),
            label="advice",
            attached=(documents.letter(), documents.scan()),
            opened_by=(MARC,),
        ),
        Letter(
            ago=timedelta(days=4, hours=5),
            sender=MARC,
            to=CLAIRE,
            subject="Compte rendu de cardiologie",
            text=(
                "Chère consœur,",
                "",
                "Merci de m’avoir adressé votre patient. L’échographie est rassurante. Vous trouverez le compte rendu.",
                "",
                "Je propose de poursuivre le traitement actuel et de le revoir dans six mois.",
                "",
                "Bien confraternellement,",
                "Marc Benali",
            ),
            label="report",
            attached=(documents.report(), documents.cda()),
            opened_by=(CLAIRE,),
            answers=0,
        ),
        Letter(
            ago=timedelta(days=2, hours=2),
            sender=CLAIRE,
            to=INES,
            subject="Ordonnance : pansements à domicile",
            text=(
                "Bonjour Inès,",
                "",
                "Pansement simple tous les deux jours pendant deux semaines, à commencer mercredi.",
                "",
                "Merci, Claire",
            ),
            label="prescription",
            attached=(documents.prescription(),),
            opened_by=(INES,),
            expires_in=20,
        ),
        Letter(
            ago=timedelta(days=1, hours=6),
            sender=INES,
            to=CLAIRE,
            subject="Re : Ordonnance : pansements à domicile",
            text=("Bonjour Claire,", "", "Premier passage fait ce matin, plaie propre. Photo jointe.", "", "Inès"),
            attached=(documents.photo(),),
            answers=2,
        ),
        Letter(
            ago=timedelta(days=1, hours=1),
            sender=PAUL,
            to=CLAIRE,
            subject="Demande d’APA, pièces complémentaires",
            text=(
                "Bonjour Docteur,",
                "",
                "Pour le dossier d’allocation de Mme T., il manque le certificat médical. Merci d’avance.",
                "",
                "Paul Lemoine, CCAS de Gap",
            ),
            label="administrative",
        ),
        Letter(
            ago=timedelta(hours=5),
            sender=NADIA,
            to=MARC,
            subject="Rendez-vous de contrôle",
            text=(
                "Bonjour,",
                "",
                "Pouvez-vous proposer une date en mai pour le contrôle de M. Henri D. ?",
                "",
                "Nadia Ferrand, secrétariat du cabinet des Tilleuls",
            ),
            label="appointment",
            cc=(CLAIRE,),
        ),
        Letter(
            ago=timedelta(hours=2),
            sender=CLAIRE,
            to=LEA,
            subject="Suivi de grossesse",
            text=("Bonjour Léa,", "", "Je vous confie le suivi de Mme R., deuxième grossesse.", "", "Claire Vasseur"),
            label="letter",
            attached=(documents.pregnancy_letter(),),
        ),
        Letter(
            ago=timedelta(minutes=20),
            sender=NADIA,
            to=INES,
            subject="Planning des passages de la semaine",
            text=("Bonjour Inès,", "", "Voici la liste pour"),
            sealed=False,
        ),
    ]
