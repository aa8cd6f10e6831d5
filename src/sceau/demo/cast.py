"""Who plays in the demonstration and in the tests: invented people, on addresses that cannot exist (RFC 2606)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Player:
    handle: str  # her host name in the demonstration: claire.localhost
    given_name: str
    family_name: str
    email: str
    civility: str = ""
    profession: str = ""
    structure: str = ""
    city: str = ""
    rpps: str | None = None
    certified: bool = True
    part: str = ""  # what she is there for, in French: the walk-through says it
    password: str = "Tilleul-verveine-7"


CLAIRE = Player(
    handle="claire",
    civility="Dr",
    given_name="Claire",
    family_name="Vasseur",
    email="claire.vasseur@tilleuls.example",
    profession="Médecin généraliste",
    structure="Cabinet des Tilleuls",
    city="Gap",
    rpps="99000000002",
    part="médecin traitant : elle écrit, scelle et suit ses preuves ; des dossiers, des modèles",
)
MARC = Player(
    handle="marc",
    civility="Dr",
    given_name="Marc",
    family_name="Benali",
    email="marc.benali@ch-ecrins.example",
    profession="Cardiologue",
    structure="Centre hospitalier des Écrins",
    city="Briançon",
    rpps="99000001372",
    part="cardiologue : une demande d’avis l’attend, il répond",
)
INES = Player(
    handle="ines",
    civility="Mme",
    given_name="Inès",
    family_name="Roche",
    email="ines.roche@buech.example",
    profession="Infirmière",
    structure="Cabinet infirmier du Buëch",
    city="Serres",
    rpps="99000002743",
    part="infirmière : elle reçoit une ordonnance, elle l’a déjà ouverte",
)
NADIA = Player(
    handle="nadia",
    civility="Mme",
    given_name="Nadia",
    family_name="Ferrand",
    email="nadia.ferrand@tilleuls.example",
    profession="Secrétaire médicale",
    structure="Cabinet des Tilleuls",
    city="Gap",
    part="secrétaire du cabinet : un brouillon en cours, et une réponse automatique",
)
PAUL = Player(
    handle="paul",
    civility="M.",
    given_name="Paul",
    family_name="Lemoine",
    email="paul.lemoine@ccas-gap.example",
    profession="Assistant de service social",
    structure="CCAS de Gap",
    city="Gap",
    part="travailleur social : il demande des pièces à Claire",
)
LEA = Player(
    handle="lea",
    civility="Mme",
    given_name="Léa",
    family_name="Martin",
    email="lea.martin@maisondesante.example",
    profession="Sage-femme",
    structure="Maison de santé de Veynes",
    city="Veynes",
    certified=False,
    part="compte non validé : elle ouvre et répond, sans pouvoir écrire la première",
)

EVERYBODY = (CLAIRE, MARC, INES, NADIA, PAUL, LEA)

STRANGER = "vous@nouveau.example"  # has no account yet: signs up during the walk-through
