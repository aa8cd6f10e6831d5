"""What the cast has written to each other before the curtain rises: every state that an envelope may have."""

from collections.abc import Callable
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
    attached: tuple[Callable[[], documents.Document], ...] = ()  # made when the play begins
    opened_by: tuple[Player, ...] = ()
    name: str = ""  # by which later ones answer it or pass it on
    answers: str = ""
    forwards: str = ""  # the text is what stands above what is passed on
    html: str = ""
    filed: tuple[tuple[Player, str], ...] = ()  # path of the folder, for those who put it there
    thrown_by: tuple[Player, ...] = ()
    withdrawn_after: timedelta | None = None
    deliver_in: timedelta | None = None  # from now: it waits for its hour
    expires_in: int | None = None  # days
    sealed: bool = True


# In the order in which it happened.
LETTERS = (
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
        attached=(documents.letter, documents.scan),
        opened_by=(MARC,),
        name="advice",
        filed=((CLAIRE, "Patients/Henri D."), (MARC, "Avis demandés")),
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
        attached=(documents.report, documents.cda),
        opened_by=(CLAIRE,),
        name="report",
        answers="advice",
    ),
    Letter(
        ago=timedelta(days=3, hours=4),
        sender=CLAIRE,
        to=MARC,
        subject="Re : Compte rendu de cardiologie",
        text=(
            "Cher confrère,",
            "",
            "Merci. Je le revois dans un mois et vous tiens au courant.",
            "",
            "Claire Vasseur",
        ),
        label="letter",
        opened_by=(MARC,),
        answers="report",
        name="thanks",
    ),
    Letter(
        ago=timedelta(days=3, hours=1),
        sender=MARC,
        to=CLAIRE,
        subject="Re : Compte rendu de cardiologie",
        text=(
            "Chère consœur,",
            "",
            "La radiographie demandée est faite : rien d’inquiétant. Les images DICOM et le bilan sont joints.",
            "",
            "Marc Benali",
        ),
        label="imaging",
        attached=(documents.dicom, documents.xray, documents.blood_test),
        opened_by=(CLAIRE,),
        answers="thanks",
        name="images",
        filed=((CLAIRE, "Patients/Henri D."),),
    ),
    Letter(
        ago=timedelta(days=2, hours=22),
        sender=NADIA,
        to=CLAIRE,
        subject="Fournitures : commande passée",
        text=("Bonjour Claire,", "", "Gants et compresses arrivent mardi.", "", "Nadia"),
        label="administrative",
        opened_by=(CLAIRE,),
        thrown_by=(CLAIRE,),
    ),
    Letter(
        ago=timedelta(days=2, hours=5),
        sender=MARC,
        to=CLAIRE,
        cc=(INES,),
        subject="Réunion de concertation du 3 décembre",
        text=("Ordre du jour de la réunion.",),
        html=(
            "<p>Chers collègues,</p><p>La prochaine réunion de concertation a lieu <b>jeudi 3 décembre à 13 h</b>,"
            " salle des Écrins.</p><h3>Ordre du jour</h3><ol><li>Parcours de l’insuffisance cardiaque</li>"
            "<li>Retour à domicile et <i>soins infirmiers</i></li><li>Questions diverses</li></ol>"
            "<blockquote>Merci d’adresser vos dossiers avant lundi soir.</blockquote><p>Marc Benali</p>"
        ),
        label="appointment",
        opened_by=(CLAIRE,),
        filed=((CLAIRE, "Réunions"),),
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
        attached=(documents.prescription,),
        opened_by=(INES,),
        name="dressing",
        filed=((INES, "Tournées/Serres"),),
        expires_in=20,
    ),
    Letter(
        ago=timedelta(days=1, hours=6),
        sender=INES,
        to=CLAIRE,
        subject="Re : Ordonnance : pansements à domicile",
        text=("Bonjour Claire,", "", "Premier passage fait ce matin, plaie propre. Photo jointe.", "", "Inès"),
        attached=(documents.photo,),
        answers="dressing",
    ),
    Letter(
        ago=timedelta(days=1, hours=3),
        sender=CLAIRE,
        to=INES,
        subject="Tr : Compte rendu de cardiologie",
        text=("Bonjour Inès, voici le compte rendu dont nous parlions.",),
        forwards="report",
        opened_by=(INES,),
    ),
    Letter(
        ago=timedelta(days=1, hours=2),
        sender=CLAIRE,
        to=INES,
        subject="Ordonnance : injections",
        text=("Bonjour Inès,", "", "Une injection par jour pendant dix jours.", "", "Claire"),
        label="prescription",
        attached=(documents.prescription,),
        withdrawn_after=timedelta(minutes=12),
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
        ago=timedelta(hours=8),
        sender=CLAIRE,
        to=PAUL,
        subject="Certificat pour un dossier d’APA",
        text=("Bonjour,", "", "Certificat joint, à retirer avant sa destruction.", "", "Claire Vasseur"),
        label="administrative",
        attached=(documents.letter,),
        expires_in=4,
    ),
    Letter(
        ago=timedelta(hours=7),
        sender=CLAIRE,
        to=MARC,
        cc=(INES,),
        subject="Sortie prévue : coordination du retour à domicile",
        text=(
            "Bonjour à tous deux,",
            "",
            "Je propose un passage infirmier quotidien la première semaine, puis une consultation.",
            "",
            "Claire Vasseur",
        ),
        label="letter",
        opened_by=(INES,),
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
        attached=(documents.pregnancy_letter,),
    ),
    Letter(
        ago=timedelta(hours=1),
        sender=CLAIRE,
        to=MARC,
        subject="Résultats à discuter demain",
        text=(
            "Cher confrère,",
            "",
            "Elle partira demain, à l’ouverture de votre consultation.",
            "",
            "Claire Vasseur",
        ),
        label="results",
        attached=(documents.blood_test,),
        deliver_in=timedelta(hours=18),
    ),
    Letter(
        ago=timedelta(minutes=40),
        sender=CLAIRE,
        to=MARC,
        subject="Demande d’avis : palpitations",
        text=("Cher confrère,", "", "Je vous adresse Mme R. pour"),
        html="<p>Cher confrère,</p><p>Je vous adresse <b>Mme R.</b> pour</p>",
        label="advice",
        attached=(documents.scan,),
        sealed=False,
    ),
    Letter(
        ago=timedelta(minutes=20),
        sender=NADIA,
        to=INES,
        subject="Planning des passages de la semaine",
        text=("Bonjour Inès,", "", "Voici la liste pour"),
        sealed=False,
    ),
)
