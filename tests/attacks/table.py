"""Every route × everybody × GET, HEAD and POST: what is answered, as one table.

A method that a route's lines do not name is answered 405. Each request stands alone: what it did is undone.

    303 leads to the way in, or on after an act      401 session over, what was typed comes back
    404 absent and forbidden, the same (attack 28)   403 a rule says no: not validated, not opened yet
    410 a link or code that is over                  423 locked: unlock first, nothing was done
    422 somebody else's code
"""

from dataclasses import dataclass

from tests import people
from tests.attacks.stage import ROLES

# Claire wrote {draft} with {upload}, and {arrival} is on its way into it. She sent {sent}, which Marc holds as
# {received} and has opened; he has not opened {closed}. {session} is a session of Claire's; {signup}, {recovery} and
# {refusal} are tokens of mailed links.
TABLE = """
route            address                                     methods       nobody pending locked lea claire marc chloe

home             /                                           GET/HEAD      302    302     302    302 302    302  302
help             /aide                                       GET/HEAD      200    200     200    200 200    200  200
shortcuts        /aide/raccourcis                            GET/HEAD      200    200     200    200 200    200  200
alive            /sante/vivant                               GET/HEAD      200    200     200    200 200    200  200
ready            /sante/pret                                 GET/HEAD      200    200     200    200 200    200  200
signup           /inscription                                GET/HEAD      200    200     200    200 200    200  200
signup           /inscription                                POST          303    303     303    303 303    303  303
signup-asked     /inscription/envoyee                        GET/HEAD      200    200     200    200 200    200  200
signup-complete  /inscription/{signup}                       GET/HEAD/POST 200    200     200    200 200    200  200
welcome          /bienvenue                                  GET/HEAD      200    200     200    200 200    200  200
login            /connexion                                  GET/HEAD      200    200     200    303 303    303  303
login            /connexion                                  POST          303    303     303    303 303    303  303
login-code       /connexion/code                             GET/HEAD      410    200     410    303 303    303  303
login-code       /connexion/code                             POST          410    422     410    303 303    303  303
login-resend     /connexion/code/renvoyer                    POST          410    303     410    410 410    410  410
logout           /deconnexion                                POST          303    303     303    303 303    303  303
news             /nouvelles                                  GET           401    401     423    200 200    200  200
locked           /verrou                                     GET/HEAD      303    303     200    303 303    303  303
locked           /verrou                                     POST          303    303     303    303 303    303  303
lock-now         /verrou/fermer                              POST          303    303     303    303 303    303  303
recovery         /acces-perdu                                GET/HEAD      200    200     200    200 200    200  200
recovery         /acces-perdu                                POST          303    303     303    303 303    303  303
recovery-asked   /acces-perdu/envoye                         GET/HEAD      200    200     200    200 200    200  200
recovery-refuse  /acces-perdu/refuser/{refusal}              GET/HEAD/POST 200    200     200    200 200    200  200
recovery-choose  /acces-perdu/{recovery}                     GET/HEAD/POST 200    200     200    200 200    200  200
account          /compte                                     GET/HEAD      303    303     303    200 200    200  200
account          /compte                                     POST          303    303     423    303 303    303  303
notifications    /compte/notifications                       GET/HEAD      303    303     303    200 200    200  200
notifications    /compte/notifications                       POST          303    303     423    303 303    303  303
activity         /compte/activite                            GET/HEAD      303    303     303    200 200    200  200
security         /compte/securite                            GET/HEAD      303    303     303    200 200    200  200
security         /compte/securite                            POST          303    303     423    303 303    303  303
password         /compte/securite/mot-de-passe               GET/HEAD      303    303     303    200 200    200  200
password         /compte/securite/mot-de-passe               POST          303    303     423    303 303    303  303
recovery-code    /compte/securite/code-de-secours            GET/HEAD      303    303     303    200 200    200  200
recovery-code    /compte/securite/code-de-secours            POST          303    303     423    200 200    200  200
end-session      /compte/securite/sessions/{session}/fermer  POST          303    303     423    404 303    404  404
absence          /compte/absence                             GET/HEAD      303    303     303    200 200    200  200
absence          /compte/absence                             POST          303    303     423    303 303    303  303
signature        /compte/signature                           GET/HEAD      303    303     303    200 200    200  200
signature        /compte/signature                           POST          303    303     423    303 303    303  303
import           /importer                                   GET/HEAD      303    303     303    200 200    200  200
import           /importer                                   POST          303    303     423    422 422    422  422
template-new     /compte/signature/modeles                   GET/HEAD      303    303     303    200 200    200  200
template-new     /compte/signature/modeles                   POST          303    303     423    303 303    303  303
template         /compte/signature/modeles/{template}        GET/HEAD      303    303     303    404 200    404  404
template         /compte/signature/modeles/{template}        POST          303    303     423    404 303    404  404
template-remove  /compte/signature/modeles/{template}/supprimer GET/HEAD   303    303     303    404 200    404  404
template-remove  /compte/signature/modeles/{template}/supprimer POST       303    303     423    404 303    404  404
received         /recues                                     GET/HEAD      303    303     303    200 200    200  200
sent             /envoyees                                   GET/HEAD      303    303     303    200 200    200  200
drafts           /brouillons                                 GET/HEAD      303    303     303    200 200    200  200
trash            /corbeille                                  GET/HEAD      303    303     303    200 200    200  200
trash            /corbeille                                  POST          303    303     423    200 200    200  200
search           /recherche                                  GET/HEAD      303    303     303    200 200    200  200
search           /recherche                                  POST          303    303     423    303 303    303  303
folders          /dossiers                                   GET/HEAD      303    303     303    200 200    200  200
folders          /dossiers                                   POST          303    303     423    303 303    303  303
folder           /dossiers/{folder}                          GET/HEAD      303    303     303    404 200    404  404
folder-edit      /dossiers/{folder}/modifier                 GET/HEAD      303    303     303    404 200    404  404
folder-edit      /dossiers/{folder}/modifier                 POST          303    303     423    404 303    404  404
folder-remove    /dossiers/{folder}/supprimer                GET/HEAD      303    303     303    404 200    404  404
folder-remove    /dossiers/{folder}/supprimer                POST          303    303     423    404 303    404  404
selection        /selection                                  POST          303    303     423    303 303    303  303
selection-undo   /selection/annuler?vers=origine             POST          303    303     423    303 303    303  303
everything       /tout-telecharger                           GET/HEAD      303    303     303    200 200    200  200
parcel           /tout-telecharger/envois-1.zip?dossier=sent GET           303    303     303    404 200    404  404
proofs           /tout-telecharger/preuves-1.zip?dossier=sent GET          303    303     303    404 200    404  404
people           /personnes                                  POST          303    303     423    200 200    200  200
compose          /rediger                                    GET/HEAD      303    303     303    403 303    303  303
compose          /rediger                                    POST          303    303     423    303 303    303  303
draft            /brouillons/{draft}                         GET/HEAD      303    303     303    404 200    404  404
draft-save       /brouillons/{draft}/enregistrer             POST          401    401     303    404 303    404  404
draft-attach     /brouillons/{draft}/joindre                 POST          401    401     303    404 303    404  404
draft-pieces     /brouillons/{draft}/morceaux                POST          303    303     400    404 400    404  404
draft-piece      /brouillons/{draft}/morceaux/{arrival}      HEAD          303    303     204    404 204    404  404
draft-piece      /brouillons/{draft}/morceaux/{arrival}      PATCH         303    303     415    404 415    404  404
draft-piece      /brouillons/{draft}/morceaux/{arrival}      DELETE        303    303     204    404 204    404  404
draft-detach     /brouillons/{draft}/retirer/{upload}        POST          401    401     423    404 303    404  404
draft-insert     /brouillons/{draft}/modele                  POST          401    401     423    404 404    404  404
draft-discard    /brouillons/{draft}/jeter                   POST          303    303     423    404 200    404  404
draft-seal       /brouillons/{draft}/sceller                 POST          401    401     303    404 409    404  404
envelope         /enveloppes/{sent}                          GET/HEAD      303    303     303    404 200    404  404
envelope         /enveloppes/{received}                      GET/HEAD      303    303     303    404 404    200  404
envelope         /enveloppes/{closed}                        GET/HEAD      303    303     303    404 404    200  404
envelope-open    /enveloppes/{sent}/ouvrir                   POST          303    303     423    404 303    404  404
envelope-open    /enveloppes/{received}/ouvrir               POST          303    303     423    404 404    303  404
envelope-open    /enveloppes/{closed}/ouvrir                 POST          303    303     423    404 404    303  404
envelope-reply   /enveloppes/{sent}/repondre                 POST          303    303     423    404 404    404  404
envelope-reply   /enveloppes/{received}/repondre             POST          303    303     423    404 404    303  404
envelope-reply   /enveloppes/{closed}/repondre               POST          303    303     423    404 404    403  404
envelope-reply-all /enveloppes/{sent}/repondre-a-tous        POST          303    303     423    404 404    404  404
envelope-reply-all /enveloppes/{received}/repondre-a-tous    POST          303    303     423    404 404    303  404
envelope-reply-all /enveloppes/{closed}/repondre-a-tous      POST          303    303     423    404 404    403  404
envelope-forward /enveloppes/{sent}/transferer               POST          303    303     423    404 303    404  404
envelope-forward /enveloppes/{received}/transferer           POST          303    303     423    404 404    303  404
envelope-forward /enveloppes/{closed}/transferer             POST          303    303     423    404 404    403  404
envelope-withdraw /enveloppes/{sent}/retirer                 GET/HEAD      303    303     303    404 200    404  404
envelope-withdraw /enveloppes/{sent}/retirer                 POST          303    303     423    404 303    404  404
envelope-withdraw /enveloppes/{received}/retirer             GET/HEAD      303    303     303    404 404    404  404
envelope-withdraw /enveloppes/{received}/retirer             POST          303    303     423    404 404    404  404
envelope-trash   /enveloppes/{sent}/jeter                    POST          303    303     423    404 303    404  404
envelope-trash   /enveloppes/{received}/jeter                POST          303    303     423    404 404    303  404
envelope-trash   /enveloppes/{closed}/jeter                  POST          303    303     423    404 404    303  404
envelope-restore /enveloppes/{sent}/restaurer                POST          303    303     423    404 303    404  404
envelope-restore /enveloppes/{received}/restaurer            POST          303    303     423    404 404    303  404
envelope-restore /enveloppes/{closed}/restaurer              POST          303    303     423    404 404    303  404
envelope-destroy /enveloppes/{sent}/detruire                 GET/HEAD      303    303     303    404 200    404  404
envelope-destroy /enveloppes/{sent}/detruire                 POST          303    303     423    404 303    404  404
envelope-destroy /enveloppes/{received}/detruire             GET/HEAD      303    303     303    404 404    200  404
envelope-destroy /enveloppes/{received}/detruire             POST          303    303     423    404 404    303  404
envelope-destroy /enveloppes/{closed}/detruire               GET/HEAD      303    303     303    404 404    200  404
envelope-destroy /enveloppes/{closed}/detruire               POST          303    303     423    404 404    303  404
frame            /enveloppes/{sent}/lettre.html              GET           303    303     303    404 200    404  404
frame            /enveloppes/{received}/lettre.html          GET           303    303     303    404 404    200  404
frame            /enveloppes/{closed}/lettre.html            GET           303    303     303    404 404    403  404
part             /enveloppes/{sent}/documents/2              GET           303    303     303    404 200    404  404
part             /enveloppes/{received}/documents/2          GET           303    303     303    404 404    200  404
part             /enveloppes/{closed}/documents/2            GET           303    303     303    404 404    403  404
view             /enveloppes/{sent}/documents/2/voir         GET           303    303     303    404 200    404  404
view             /enveloppes/{received}/documents/2/voir     GET           303    303     303    404 404    200  404
view             /enveloppes/{closed}/documents/2/voir       GET           303    303     303    404 404    403  404
view-content     /enveloppes/{sent}/documents/2/contenu      GET           303    303     303    404 200    404  404
view-content     /enveloppes/{received}/documents/2/contenu  GET           303    303     303    404 404    200  404
view-content     /enveloppes/{closed}/documents/2/contenu    GET           303    303     303    404 404    403  404
parts-zip        /enveloppes/{sent}/documents.zip            GET           303    303     303    404 200    404  404
parts-zip        /enveloppes/{received}/documents.zip        GET           303    303     303    404 404    200  404
parts-zip        /enveloppes/{closed}/documents.zip          GET           303    303     303    404 404    403  404
message          /enveloppes/{sent}/message.eml              GET           303    303     303    404 200    404  404
message          /enveloppes/{received}/message.eml          GET           303    303     303    404 404    200  404
message          /enveloppes/{closed}/message.eml            GET           303    303     303    404 404    403  404
receipt-pdf      /enveloppes/{sent}/preuve.pdf               GET           303    303     303    404 200    404  404
receipt-pdf      /enveloppes/{received}/preuve.pdf           GET           303    303     303    404 404    200  404
receipt-pdf      /enveloppes/{closed}/preuve.pdf             GET           303    303     303    404 404    200  404
receipt-json     /enveloppes/{sent}/preuve.json              GET           303    303     303    404 200    404  404
receipt-json     /enveloppes/{received}/preuve.json          GET           303    303     303    404 404    200  404
receipt-json     /enveloppes/{closed}/preuve.json            GET           303    303     303    404 404    200  404
proofs-zip       /enveloppes/{sent}/preuves.zip              GET           303    303     303    404 200    404  404
proofs-zip       /enveloppes/{received}/preuves.zip          GET           303    303     303    404 404    200  404
proofs-zip       /enveloppes/{closed}/preuves.zip            GET           303    303     303    404 404    200  404
"""

ANOTHER = {"password": "Vent-frais 7 collines", "repeat": "Vent-frais 7 collines"}
DRAFT = {"revision": "1", "to": "marc.benali@ch-ecrins.example", "subject": "Brouillon de Claire", "body": "Bonjour."}
BODIES = {
    "signup": {"address": "autre@tilleuls.example"},
    "signup-complete": {"given_name": "Nina", "family_name": "Roux", **ANOTHER},
    "login": {"address": "marc.benali@ch-ecrins.example", "password": "Tilleul-verveine-7"},
    "locked": {"password": "Tilleul-verveine-7"},
    "recovery": {"address": "autre@tilleuls.example"},
    "recovery-choose": {"way": "wait", **ANOTHER},
    "account": {
        "civility": "Dr",
        "given_name": "Claire",
        "family_name": "Vasseur",
        "profession": "Médecin généraliste",
        "language": "fr",
        "zone": "Europe/Paris",
    },
    "security": {"act": "end-others"},
    "password": {"current": "Tilleul-verveine-7", **ANOTHER},
    "recovery-code": {"current": "Tilleul-verveine-7"},
    "absence": {"since": "2026-01-01", "until": "2099-12-31", "text": "Je suis absente."},
    "template": {"name": "Zona", "text": "Bonjour."},
    "template-new": {"name": "Zona", "text": "Bonjour."},
    "folders": {"nom": "Biologie"},
    "folder-edit": {"nom": "Imagerie"},
    "compose": {"subject": "Commencé", "revision": "0"},
    **dict.fromkeys(
        ("draft-save", "draft-attach", "draft-detach", "draft-insert", "draft-discard", "draft-seal"), DRAFT
    ),
}


@dataclass(frozen=True)
class Line:
    route: str
    address: str
    methods: tuple[str, ...]
    expected: dict[str, int]  # by role


def lines() -> list[Line]:
    rows = [line.split() for line in TABLE.splitlines()[2:] if line]
    return [
        Line(route, address, tuple(methods.split("/")), dict(zip(ROLES, map(int, statuses), strict=True)))
        for route, address, methods, *statuses in rows
    ]


LINES = lines()


def body(route: str) -> dict[str, str]:
    """What a form of this route brings."""
    if route == "login-code":
        return {"code": people.code("claire.vasseur@tilleuls.example")}
    return BODIES.get(route, {})
