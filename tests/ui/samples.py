"""Every template of web/ with what a view would hand to it: rendered by tests, and handy for looking at pages."""

from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms

from sceau.envelopes.activity import Week
from sceau.ui.dates import When
from sceau.web import composing, pages, plots, viewing
from sceau.web.finding import Found, FoundRow, Piece
from sceau.web.forecast import Forecast
from sceau.web.pages import Chip, Known, Party, Planned, Row, Step

ID = UUID("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b")
HOME = Chip("home", "Sceau")


def _when(text: str, exact: str = "22 novembre 2026 à 14:01:08") -> When:
    return When(text, exact, "2026-11-22T14:01:08+01:00")


class _Login(forms.Form):
    address = forms.EmailField(label="Adresse de messagerie")
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)


class _Address(forms.Form):
    address = forms.EmailField(label="Adresse professionnelle", help_text="Celle où vous lisez vos courriels.")


class _Code(forms.Form):
    code = forms.CharField()


class _Password(forms.Form):
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)


class _Current(forms.Form):
    current = forms.CharField(label="Mot de passe actuel", widget=forms.PasswordInput)


class _Change(_Current):
    password = forms.CharField(label="Nouveau mot de passe", widget=forms.PasswordInput)
    repeat = forms.CharField(label="Le même, encore une fois", widget=forms.PasswordInput)


class _Identity(forms.Form):
    civility = forms.ChoiceField(label="Civilité", choices=[("", "—"), ("Dr", "Dr"), ("Mme", "Mme")], required=False)
    given_name = forms.CharField(label="Prénom")
    family_name = forms.CharField(label="Nom")
    profession = forms.CharField(label="Profession", required=False, help_text="Vos correspondants la verront.")
    structure = forms.CharField(label="Structure", required=False)
    city = forms.CharField(label="Ville", required=False)
    phone = forms.CharField(label="Téléphone", required=False)


class _Signature(forms.Form):
    signature = forms.CharField(label="Signature", required=False, widget=forms.Textarea)


class _Absence(forms.Form):
    since = forms.DateField(label="Premier jour d’absence", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Dernier jour d’absence", help_text="La réponse s’arrête à la fin de ce jour.")
    text = forms.CharField(label="Réponse", widget=forms.Textarea)


class _Template(forms.Form):
    name = forms.CharField(label="Nom")
    text = forms.CharField(label="Texte", widget=forms.Textarea)


class _SignUp(_Identity):
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)
    repeat = forms.CharField(label="Le même, encore une fois", widget=forms.PasswordInput)


class _Recovery(forms.Form):
    way = forms.ChoiceField(choices=[("code", ""), ("wait", ""), ("session", "")])
    recovery_code = forms.CharField(label="Code de secours", required=False)
    password = forms.CharField(label="Nouveau mot de passe", widget=forms.PasswordInput)
    repeat = forms.CharField(label="Le même, encore une fois", widget=forms.PasswordInput)


class _Notices(forms.Form):
    received = forms.BooleanField(label="Une enveloppe m’attend", required=False, initial=True)
    sealed = forms.BooleanField(label="Mon enveloppe est scellée", required=False)
    opened = forms.BooleanField(label="Mon enveloppe est ouverte", required=False, help_text="Dit qui l’a ouverte.")
    word = forms.CharField(label="Le mot que montrent vos courriels", required=False)


ME = Party("Dr Claire Vasseur", "claire.vasseur@exemple.fr")
MARC = Party("Dr Marc Benali", "marc.benali@exemple.fr", "Cardiologue, CH de Gap", Chip("ok", "Compte certifié"))
FILES = (
    pages.FileLink("20261122_CR-cardiologie.pdf", "PDF, 412 Ko", "/enveloppes/x/documents/2"),
    pages.FileLink("ECG-12-derivations.png", "Image, 1,8 Mo", "/enveloppes/x/documents/3", "image"),
)
TEXT = """Chère consœur,

Merci de m’avoir adressé votre patient pour un avis avant chirurgie. L’échographie est rassurante, la fraction \
d’éjection est conservée. Vous trouverez le compte rendu complet et le tracé ci-joints.

Je propose de poursuivre le traitement actuel et de le revoir dans six mois.

Bien confraternellement,
Marc Benali"""
ROWS = (
    Row("#1", "Dr Marc Benali", "Compte rendu de cardiologie", _when("14:02"), HOME, "2 documents", "à ouvrir", "seal",
        unopened=True, current=True),
    Row("#2", "Laboratoire Azur Bio", "Résultats de biologie, bilan du 21 novembre", _when("13:47"), HOME,
        "2 documents", "à ouvrir", "seal", unopened=True),
    Row("#3", "Jeanne Morel", "Re : renouvellement de traitement", _when("11:20"), None, "", "à ouvrir", "seal",
        unopened=True),
    Row("#4", "Service social, CCAS de Gap", "Demande d’APA, pièces complémentaires", _when("hier"), HOME,
        "3 documents"),
    Row("#5", "Cabinet infirmier du Buëch", "Passage du 20 novembre", _when("hier"), HOME),
    Row("#6", "Dr Sofia Lambert", "Contenu détruit, preuves gardées", _when("19 nov."), None, "1 document",
        "contenu détruit", "destroyed"),
)  # fmt: skip
PANE = pages.Pane("received", ROWS, "3 à ouvrir", older="/recues?avant=x")
FOLDERS = (
    pages.FolderLink("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2b", "Biologie", "/dossiers/1", unopened=12),
    pages.FolderLink("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a3b", "Bilans", "/dossiers/2", depth=2),
    pages.FolderLink("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a4b", "Imagerie", "/dossiers/3", current=True),
)
FILTERS = (pages.Filter("Toutes", "/recues", current=True), pages.Filter("À ouvrir", "/recues?a-ouvrir=oui"))
FOUND_ROW = FoundRow(
    ROWS[0],
    who=(Piece("Dr Marc Benali", False),),
    subject=(Piece("Compte rendu de ", False), Piece("cardiologie", True)),
    details=((Piece("Compte rendu de ", False), Piece("cardiologie", True), Piece(".pdf", False)),),
    place="Corbeille",
)
FOUND = {
    "empty": Found("", (), "", "", "", "", 0, 0),
    "nothing": Found("zona", (), "", "", "", "", 0, 0),
    "rows": Found("cardio", (FOUND_ROW,), "1 enveloppe", "/recherche?m=1.A&avant=1", "", "", 0, 0),
    "progress": Found("cardio", (), "", "", "/recherche?m=1.A", "6 000 enveloppes sur 10 000 relues", 6000, 10000),
}
OWN_PANE = pages.Pane(
    FOLDERS[2].id,
    tuple(replace(row, id=str(number)) for number, row in enumerate(ROWS)),
    title="Imagerie",
    here="/dossiers/3",
    filters=FILTERS,
    refinement=pages.Refinement(),
)
STEPS = (
    Step("Scellée par son expéditeur", "22 novembre 2026 à 14:01:08, empreinte 7f3a…c21e", "seal"),
    Step("Déposée dans votre boîte", "14:01:08"),
    Step("Ouverte par vous", "14:02:41, connexion par code"),
    Step("Contenu détruit le 22 février 2027", "Les preuves restent", "wait"),
)
PROOF = pages.Proof(STEPS, published="Journal vérifié jusqu’à la preuve n° 84 127.", pdf="/p.pdf", json="/p.json",
                    archive="/p.zip")  # fmt: skip
SENT_PROOF = pages.Proof(
    STEPS[:1],
    recipients=(
        pages.RecipientLine("Cabinet infirmier du Buëch", "buech@exemple.fr", "Ouverte hier à 14:02"),
        pages.RecipientLine("Dr Sofia Lambert", "sofia@exemple.fr", "Déposée, pas encore ouverte", "wait"),
        pages.RecipientLine("Service social", "ccas@exemple.fr", "Le courriel d’avertissement est revenu", "fail"),
    ),
)
LETTER = pages.Letter(
    id=str(ID),
    state="open",
    subject="Compte rendu de cardiologie",
    sender=MARC,
    to=(ME,),
    cc=(Party("Cabinet infirmier du Buëch", "buech@exemple.fr"),),
    when=_when("14:01"),
    text=TEXT,
    files=FILES,
    documents="2 documents, 2,2 Mo",
    can_reply=True,
)
COVER = pages.Letter(
    id=str(ID),
    state="closed",
    subject="Résultats de biologie, bilan du 21 novembre",
    sender=Party("Laboratoire Azur Bio", "resultats@azur.exemple.fr", "Laboratoire, Gap"),
    to=(ME,),
    cc=(),
    when=_when("13:47"),
    files=(pages.FileLink("Bilan.pdf", "PDF, 412 Ko"), pages.FileLink("Courbe.png", "Image", icon="image")),
    documents="2 documents, 640 Ko",
)
DESTROYED = pages.Letter(
    id=str(ID), state="destroyed", subject="Avis demandé", sender=ME, to=(MARC,), cc=(), when=_when("19 nov."),
    sent=True, in_trash=True,
)  # fmt: skip
DRAFT = pages.DraftPage(
    id=str(ID),
    revision=3,
    to=(Known("marc.benali@exemple.fr", "Dr Marc Benali", HOME),),
    cc=(Known("ccas@ville-gap.fr", "", refused=True),),
    subject="Suite de prise en charge",
    body="Bonjour,\n\nVous trouverez ci-joint l’ordonnance et le compte rendu de la consultation de ce matin.",
    uploads=(
        pages.Upload("Ordonnance.pdf", "184 Ko", "/x"),
        pages.Upload("Radiographie-thorax.dcm", "31 Mo", "/y", "image"),
    ),
    total="31,2 Mo sur 40 Mo",
    room=8_800_000,
    too_large="Les documents d’une enveloppe font 40 Mo au plus.",
    saved="Brouillon enregistré à 14:05",
    keeps="Conservée 3 mois, puis détruite. Les preuves restent.",
)
NEW_DRAFT = pages.DraftPage(str(ID), 0, room=1_000, too_large="Les documents d’une enveloppe font 40 Mo au plus.")
PLAN = (
    Planned("Dr Marc Benali", "Recevra l’enveloppe dans sa boîte Sceau, et un courriel d’avertissement.", HOME),
    Planned("ccas@ville-gap.fr", "N’a pas de compte Sceau : ne peut pas encore recevoir.", refused=True),
)  # fmt: skip
LABELS = (("", "Aucun"), ("report", "Compte rendu"), ("prescription", "Ordonnance"))
CONFLICT = pages.Conflict(_when("14:03"), "marc.benali@exemple.fr", "", "Suite", "Bonjour,\n\nUne autre version.")
COMPOSER = {
    "forecast": Forecast(
        PLAN, (pages.Note("archive", "Trop lourd : il en partira 2.", ("1 sur 2 : a.pdf", "2 sur 2 : b.pdf")),)
    ),
    "labels": LABELS,
    "scripts": composing.SCRIPTS,
    "laters": (pages.Later("demain 8 h", "2026-11-24T08:00"),),
    "patients": (("", "rien à en dire"), ("informed", "le patient est informé")),
    "templates": (SimpleNamespace(id=ID, name="Zona"),),
    "answered": pages.Answered("Réponse à Dr Marc Benali, « Suite »", TEXT, "/enveloppes/x"),
}
NAV = pages.Nav("received", unopened=3, drafts=1, folders=FOLDERS)
CODE = "K7QF-2M9X-HD4R-T8WP-3NVC-6Y5J-B1ZE"


@dataclass
class Sample:
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.template.removeprefix("web/").removesuffix(".html").replace("/", "-")


def _filled(form: type[forms.Form], **data: str) -> forms.Form:
    bound = form(data)
    bound.is_valid()
    return bound


def _failed(form: type[forms.Form], sentence: str, **data: str) -> forms.Form:
    bound = _filled(form, **data)
    bound.add_error(None, sentence)
    return bound


SHOWN = viewing.Shown(
    "Compte rendu.pdf", "PDF, 412 Ko", "document", "pdf", (), "/d/2/contenu", "/d/2", "/e", "2 sur 5", "/d/1", "/d/3"
)

SAMPLES = (
    Sample("web/login/begin.html", {"form": _Login(), "next": "/recues"}),
    Sample("web/login/begin.html", {"form": _failed(_Login, "L’adresse ou le mot de passe n’est pas le bon.",
           address="claire@", password="x")}, "login-begin-refused"),
    Sample("web/login/code.html", {"form": _Code(), "address": "c…r@exemple.fr", "minutes": 10, "tries_left": 5,
           "resends_left": 2}),
    Sample("web/login/code.html", {"form": _filled(_Code, code=""), "address": "c…r@exemple.fr", "minutes": 1,
           "tries_left": 1, "resends_left": 0}, "login-code-wrong"),
    Sample("web/login/gone.html"),
    Sample("web/signup/ask.html", {"form": _Address()}),
    Sample("web/signup/asked.html"),
    Sample("web/signup/complete.html", {"form": _SignUp(), "address": "claire.vasseur@exemple.fr"}),
    Sample("web/signup/complete.html", {"form": _filled(_SignUp, given_name="Claire"), "address": "c@exemple.fr"},
           "signup-complete-refused"),
    Sample("web/signup/gone.html"),
    Sample("web/signup/welcome.html", {"recovery_code": CODE}),
    Sample("web/signup/welcome.html", {"recovery_code": None}, "signup-welcome-again"),
    Sample("web/lock/locked.html", {"form": _Password(), "person_name": "Dr Claire Vasseur", "next": "/recues"}),
    Sample("web/lock/refused.html", {"next": "/brouillons/x?a=b"}),
    Sample("web/recovery/ask.html", {"form": _Address()}),
    Sample("web/recovery/asked.html"),
    Sample("web/recovery/choose.html", {"form": _Recovery(), "hours": 24, "can_use_session": True, "token": "x"}),
    Sample("web/recovery/gone.html"),
    Sample("web/recovery/waiting.html", {"until": "23 novembre 2026 à 14:02", "hours": 24}),
    Sample("web/recovery/done.html", {"recovery_code": CODE}),
    Sample("web/recovery/refuse.html", {"person_name": "Dr Claire Vasseur", "done": False}),
    Sample("web/recovery/refuse.html", {"done": True}, "recovery-refused"),
    Sample("web/account/identity.html", {"form": _Identity({"given_name": "Claire", "family_name": "Vasseur"}),
           "section": "identity", "address": "claire.vasseur@exemple.fr", "status": Chip("ok", "Certifié"),
           "status_help": "Vous écrivez à tous les utilisateurs."}),
    Sample("web/account/notifications.html", {"form": _Notices(), "section": "notifications"}),
    Sample("web/account/activity.html", {"section": "activity", "days": 30, "spans": [{"days": 30, "text": "30 jours"}],
           "sent": 5, "received": 12, "prompt": 9, "share": 75, "plot": plots.of([Week(date(2026, 11, 2), 5, 12, 9)]),
           "weeks": [{"day": "2 novembre 2026", "week": Week(date(2026, 11, 2), 5, 12, 9)}]}),
    Sample("web/export.html", {"section": "folders", "choices": [pages.Tick("received", "Reçues", 1, True)],
           "total": "2 envois, 41 Ko", "count": 2, "closed": 3,
           "parcels": [pages.PartLink("Envois, partie 1", "2 envois, 41 Ko", "/tout-telecharger/envois-1.zip")],
           "proof_links": [pages.PartLink("Preuves, partie 1", "2 preuves", "/tout-telecharger/preuves-1.zip")]}),
    Sample("web/export.html", {"section": "folders", "trouble": "Ces dates ne se lisent pas."}, "export-refused"),
    Sample("web/import.html", {"nav": NAV, "limits": "Au plus 40 Mo par courriel.", "chosen": ""}),
    Sample("web/import.html", {"nav": NAV, "limits": "Au plus 40 Mo par courriel.", "trouble": "La place manque.",
           "report": pages.ImportReport("2 courriels importés", "1 était déjà là", "1 refusé", (
               pages.ImportLine("photo.jpg", "Ce fichier n’est pas un courriel.", "fail"),
               pages.ImportLine("Bilan", "Importé · bilan.eml", "done", f"/enveloppes/{ID}"),
           ), 3, "/recues")}, "import-report"),
    Sample("web/account/absence.html", {"form": _Absence(), "section": "absence", "nav": NAV, "state": ""}),
    Sample("web/account/absence.html", {"form": _failed(_Absence, "L’absence finit avant de commencer.", text="Non."),
           "section": "absence", "nav": NAV, "state": "Active jusqu’au 29 novembre 2026."}, "account-absence-refused"),
    Sample("web/account/signature.html", {"form": _Signature(), "section": "signature", "nav": NAV,
           "templates": (SimpleNamespace(id=ID, name="Demande d’avis"),)}),
    Sample("web/account/template.html", {"form": _Template(), "section": "signature", "nav": NAV}),
    Sample("web/account/template.html", {"form": _filled(_Template, name="Zona"), "section": "signature", "nav": NAV,
           "template": SimpleNamespace(id=ID, name="Zona")}, "account-template-refused"),
    Sample("web/account/security.html", {"section": "security", "nav": NAV, "code_since": _when("19 nov."),
           "sessions": [SimpleNamespace(handle=ID, device="Firefox, Windows", when=_when("14:02"), current=True),
                        SimpleNamespace(handle=ID, device="Safari, iPhone", when=_when("hier"), current=False)],
           "journal": [SimpleNamespace(when=_when("14:02"), text="Connexion", device="Firefox, Windows"),
                       SimpleNamespace(when="19 nov.", text="Mot de passe changé", device="")],
           "waiting": {"since": _when("09:12"), "until": _when("demain")}}),
    Sample("web/account/password.html", {"form": _Change(), "section": "security"}),
    Sample("web/account/recovery_code.html", {"form": _Current(), "section": "security"}),
    Sample("web/account/recovery_code.html", {"recovery_code": CODE, "section": "security"}, "account-recovery-shown"),
    Sample("web/folder.html", {"nav": NAV, "pane": PANE, "notices": ("Nos courriels vous reviennent : vérifiez.",)}),
    *(Sample("web/folder.html", {"nav": pages.Nav(folder), "pane": pages.Pane(folder, ())}, f"folder-{folder}-empty")
      for folder in ("received", "sent", "drafts", "trash")),
    Sample("web/folder.html", {"nav": pages.Nav("sent"), "pane": pages.Pane("sent", ROWS, newer="/a", older="/b")},
           "folder-sent"),
    Sample("web/folder.html", {"nav": NAV, "pane": OWN_PANE}, "folder-own"),
    *(Sample("web/search.html", {"nav": pages.Nav("search"), "found": found}, f"search-{name}")
      for name, found in FOUND.items()),
    Sample("web/folder.html", {"nav": NAV, "pane": pages.Pane("received", (), whole="/recues", filters=FILTERS,
           refinement=pages.Refinement("report", "2026-11-01"))}, "folder-nothing-found"),
    Sample("web/folders.html", {"nav": NAV, "longest": 80}),
    Sample("web/folders.html", {"nav": pages.Nav("folders"), "longest": 80, "typed": "x", "refusal": "Pris."},
           "folders-none"),
    Sample("web/folder_edit.html", {"nav": NAV, "folder": FOLDERS[2], "places": FOLDERS[:2], "inside": FOLDERS[0].id,
           "longest": 80, "typed": "Imagerie"}),
    Sample("web/shortcuts.html", {"shortcuts": (("Partout", ((("u", "Échap"), "revenir à la liste"),)),)}),
    Sample("web/envelope.html", {"nav": NAV, "pane": PANE, "letter": LETTER, "proof": PROOF,
           "exchange": pages.Exchange(ROWS[3:5], ROWS[2:3]), "back": "/recues"}),
    Sample("web/envelope.html", {"nav": NAV, "pane": PANE, "letter": COVER,
           "proof": pages.Proof((*STEPS[:2], Step("Pas encore ouverte", "", "wait"), STEPS[3]),
                                published=PROOF.published, pdf="/p.pdf")}, "envelope-closed"),
    Sample("web/envelope.html", {"nav": NAV, "letter": LETTER, "pane": PANE, "proof": SENT_PROOF}, "envelope-sent"),
    Sample("web/envelope.html", {"nav": NAV, "letter": DESTROYED, "proof": PROOF}, "envelope-destroyed"),
    Sample("web/draft.html", {"nav": pages.Nav("compose"), "draft": DRAFT, **COMPOSER}),
    Sample("web/draft.html", {"nav": pages.Nav("compose"), "draft": NEW_DRAFT, "scripts": composing.SCRIPTS},
           "draft-new"),
    Sample("web/draft.html", {"nav": pages.Nav("compose"), "draft": DRAFT, **COMPOSER,
           "conflict": CONFLICT, "errors": ["L’enveloppe n’est pas scellée."], "confirmed": "x",
           "doubts": (pages.Doubt("L’objet contient une date de naissance.", "subject"),),
           "field_errors": {"to": "« marc » n’est pas une adresse.", "expires_on": "Trop loin."}}, "draft-refused"),
    Sample("web/kept.html", {"title": "Votre session est terminée", "text": "Votre texte est ci-dessous.", "base": "3",
           "action": "/x", "sign_in": True, "gone": False,
           "typed": SimpleNamespace(to="marc@exemple.fr", cc="", subject="Suite", text=TEXT, label="", expires_on="",
           deliver_at="", patient="", patient_on="", html="")}),
    Sample("web/confirm.html", {"nav": NAV, "confirm": pages.Confirm("Détruire cette enveloppe\N{NO-BREAK SPACE}?",
           "Votre exemplaire et sa clé seront détruits. Les autres gardent le leur.", "/x", "Détruire", "/y",
           "Avis demandé, de Dr Sofia Lambert")}),
    Sample("web/withdraw.html", {"nav": NAV, "copy_id": ID, "what": "Avis demandé, à Dr Marc Benali", "held": False,
           "recipients": [(1, "Dr Marc Benali"), (2, "Service social")]}),
    Sample("web/withdraw.html", {"nav": NAV, "copy_id": ID, "what": "Avis demandé", "held": True,
           "recipients": [(1, "Dr Marc Benali")]}, "withdraw-held"),
    Sample("web/withdraw.html", {"nav": NAV, "copy_id": ID, "what": "", "held": False, "recipients": []},
           "withdraw-nothing"),
    Sample("web/help.html", {"questions": (("Je ne reçois pas mon code.", "Attendez une minute."),)}),
    Sample("web/viewer.html", {"shown": SHOWN}, "viewer-pdf"),
    Sample("web/viewer.html", {"shown": replace(SHOWN, show="dicom", frames=40, tags=(("Modalité", "CT"),))},
           "viewer-scan"),
    Sample("web/viewer.html", {"shown": replace(SHOWN, show="text", text="<b>", cut=True)}, "viewer-text"),
    Sample("web/viewer.html", {"shown": replace(SHOWN, show="nothing", before="", place="",
           warnings=("C’est un programme.",))}, "viewer-nothing"),
    Sample("web/error.html", {"title": "Rien à cette adresse", "text": "La page a été déplacée ou détruite.",
           "status": 404, "code": "not-found"}),
)  # fmt: skip
