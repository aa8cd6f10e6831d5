"""The one table from error class to what a person reads on a page.

Each answer says what happened, that nothing is lost, and what to do. A test checks that every class of the family
has its own line. Sentences that need an error's values are functions; they run in the language in force.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sceau.accounts import codes, mailboxes, passwords, people, recovery, signup
from sceau.core import errors, keyfiles
from sceau.custody import KeyAmongData
from sceau.custody.software import NoPassphrase
from sceau.envelopes import (
    access,
    auto_reply,
    drafts,
    filing,
    importing,
    lookups,
    options,
    pictures,
    pieces,
    receipts,
    rules,
    sending,
    snippets,
)
from sceau.envelopes.mime import oddities as mail_oddities
from sceau.evidence import faults, leader, log, note, tree
from sceau.evidence.recovery import NothingToRecover
from sceau.notify import relay
from sceau.ui import sentences
from sceau.vault import principals, sessions, signer
from sceau.vault import recovery as key_recovery

_Text = str | Promise


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    title: _Text
    sentence: _Text | Callable[[Any], str]

    def text(self, error: errors.Error) -> str:
        return self.sentence(error) if callable(self.sentence) else str(self.sentence)


CRASH = Answer(
    500,
    _("Quelque chose s’est cassé chez nous"),
    _("Ce n’est pas de votre fait, et ce qui était enregistré l’est toujours. L’incident est noté. Réessayez dans un"
      " instant ; si cela recommence, appelez l’assistance."),
)  # fmt: skip
_GONE = Answer(
    410,
    _("Ce lien ne peut plus servir"),
    _("Il a déjà servi, ou il est trop ancien. Rien n’est perdu : demandez un nouveau lien."),
)
_CODE_GONE = Answer(
    410,
    _("Ce code ne peut plus servir"),
    _("Il a expiré, ou cinq essais ont échoué. Vos enveloppes vous attendent toujours. Demandez un nouveau code."),
)
_KEY_TROUBLE = Answer(
    500,
    _("Une clé n’a pas pu être vérifiée"),
    _("Une clé n’a pas pu être vérifiée : par prudence, rien n’a été scellé ni envoyé. Votre brouillon est gardé."
      " Prévenez l’assistance : c’est à l’exploitant de regarder."),
)  # fmt: skip
_TOO_EARLY = Answer(
    403,
    _("C’est encore trop tôt"),
    _("Le délai pendant lequel la personne peut refuser court encore. Rien n’a changé."),
)
_LOG_TROUBLE = Answer(
    503,
    _("Le journal des preuves est arrêté"),
    _(
        "Tant que le journal des preuves n’est pas vérifié, rien ne peut être scellé ni ouvert : une preuve manquerait."
        " Votre brouillon est gardé, l’exploitant est prévenu. Réessayez plus tard."
    ),
)
_RELAY_TROUBLE = Answer(
    503,
    _("Le courriel n’est pas encore parti"),
    _("Le relais de messagerie ne répond pas. Il partira dès que possible : il n’y a rien à faire."),
)
_SEAL_REFUSED = _("L’enveloppe n’est pas scellée")

TABLE: dict[type[errors.Error], Answer] = {
    errors.Error: CRASH,
    errors.NotFound: Answer(
        404,
        _("Rien à cette adresse"),
        _("La page a été déplacée ou détruite, ou elle n’est pas pour vous. Vos enveloppes sont dans votre boîte."),
    ),
    errors.Refused: Answer(
        403,
        _("Ce n’est pas permis"),
        _("Votre demande n’a pas été exécutée, et rien n’a changé. L’aide dit ce que chacun peut faire."),
    ),
    errors.Malformed: Answer(
        400,
        _("Demande illisible"),
        _("Votre demande est arrivée abîmée : rien n’a changé. Revenez en arrière et recommencez."),
    ),
    errors.Unreadable: Answer(
        500,
        _("Ce contenu ne s’ouvre pas"),
        _("Son sceau ne correspond pas à ce qui est conservé. Rien n’a été montré ni modifié. Prévenez l’assistance :"
          " c’est à l’exploitant de regarder."),
    ),
    errors.TryLater: Answer(
        503,
        _("Pas tout de suite"),
        _("Le service ne peut pas répondre à cet instant. Rien n’est perdu : réessayez dans une minute."),
    ),
    errors.ClockBehind: Answer(
        503,
        _("L’horloge du service est en retard"),
        _("L’horloge du service est en retard : tant qu’elle n’est pas remise à l’heure, rien ne peut être scellé ni"
          " ouvert, pour que les dates restent vraies. Votre brouillon est gardé, l’exploitant est prévenu. Réessayez"
          " dans quelques minutes."),
    ),
    errors.StorageFull: Answer(
        503,
        _("La place manque sur le service"),
        _("La place manque sur le service : rien n’a été envoyé, et votre brouillon est gardé. L’exploitant est"
          " prévenu. Réessayez un peu plus tard."),
    ),
    errors.Busy: Answer(
        503,
        _("Le service est très occupé"),
        _("Le service est très occupé : votre demande n’a pas été exécutée, et rien n’est perdu. Réessayez dans un"
          " instant."),
    ),
    errors.Unconfirmed: Answer(
        503,
        _("Nous ne savons pas si c’est fait"),
        _("La base de données s’est interrompue au moment d’enregistrer : votre demande a peut-être été exécutée, et"
          " rien de ce qui l’était avant n’est perdu. Regardez dans vos dossiers avant de recommencer."),
    ),
    errors.TooMany: Answer(429, _("Un peu de patience"), sentences.too_many),
    # Sessions and ways in
    sessions.SessionGone: Answer(
        401,
        _("Votre session est terminée"),
        _("Connectez-vous à nouveau. Ce que vous aviez enregistré vous attend."),
    ),
    principals.WrongPassword: Answer(
        422,
        _("Adresse ou mot de passe inconnus"),
        _("L’adresse ou le mot de passe n’est pas le bon. Vérifiez la touche majuscule, puis recommencez."),
    ),
    principals.WrongRecoveryCode: Answer(
        422,
        _("Ce code de secours n’est pas le bon"),
        _("Vérifiez chaque groupe de caractères, puis recommencez. Rien n’a changé."),
    ),
    codes.CodeGone: _CODE_GONE,
    codes.NoTriesLeft: _CODE_GONE,
    codes.NoResendLeft: Answer(
        429,
        _("Plus d’envoi possible"),
        _("Plusieurs codes sont déjà partis : regardez aussi dans les indésirables. Sinon, recommencez la connexion."),
    ),
    codes.WrongCode: Answer(422, _("Ce code n’est pas le bon"), sentences.wrong_code),
    passwords.WeakPassword: Answer(422, _("Ce mot de passe est trop faible"), sentences.weak_password),
    signup.LinkGone: _GONE,
    recovery.RecoveryGone: _GONE,
    recovery.StillRefusable: _TOO_EARLY,
    key_recovery.TooEarly: _TOO_EARLY,
    people.IdentityFixed: Answer(
        403,
        _("Cette identité est certifiée"),
        _("Votre nom et votre profession ont été vérifiés : seul l’exploitant peut les changer. Le reste est à vous."),
    ),
    # Keys that do not check out: always the operator's business
    mailboxes.OldEpoch: _KEY_TROUBLE,
    signer.UnsignedKey: _KEY_TROUBLE,
    keyfiles.ExposedKey: _KEY_TROUBLE,
    KeyAmongData: _KEY_TROUBLE,
    NoPassphrase: _KEY_TROUBLE,
    note.UnknownSigner: _KEY_TROUBLE,
    note.WrongSignature: _KEY_TROUBLE,
    tree.WrongProof: _KEY_TROUBLE,
    # Envelopes
    access.TooWeak: Answer(
        403,
        _("Une connexion plus forte est demandée"),
        _("Cette enveloppe ne s’ouvre qu’après une connexion plus forte que la vôtre. Elle vous attend."),
    ),
    drafts.Stale: Answer(
        409,
        _("Deux versions de ce brouillon"),
        _("Il a été enregistré dans un autre onglet pendant que vous écriviez ici. Rien n’est perdu : enregistrez pour"
          " voir les deux versions et choisir."),
    ),
    rules.NoRecipient: Answer(
        422,
        _SEAL_REFUSED,
        _("Il manque un destinataire. Votre brouillon est gardé : indiquez au moins une adresse."),
    ),
    rules.MalformedRecipient: Answer(422, _SEAL_REFUSED, sentences.malformed_recipient),
    rules.UnknownRecipient: Answer(422, _SEAL_REFUSED, sentences.unknown_recipient),
    lookups.Unchecked: Answer(
        429,
        _SEAL_REFUSED,
        _("Au moins une adresse n’a pas de boîte ici, et vous en avez essayé trop aujourd’hui pour que Sceau dise"
          " laquelle. Votre brouillon est gardé : retirez celles dont vous n’êtes pas sûr, ou recommencez demain."),
    ),
    rules.TooManyRecipients: Answer(422, _SEAL_REFUSED, sentences.too_many_recipients),
    rules.TooManyDocuments: Answer(422, _("Trop de documents"), sentences.too_many_documents),
    snippets.TooManyTemplates: Answer(422, _("Trop de modèles"), sentences.too_many_templates),
    rules.TooLong: Answer(422, _SEAL_REFUSED, sentences.too_long),
    rules.TooLarge: Answer(413, _("C’est trop lourd"), sentences.too_large),
    rules.DocumentTooLarge: Answer(413, _("Ce document est trop lourd"), sentences.document_too_large),
    pieces.WrongOffset: Answer(
        409,
        _("L’envoi reprend ailleurs"),
        _("Une partie de ce document est déjà arrivée. Rien n’est perdu : l’envoi reprend où il en était."),
    ),
    pieces.TooManyPieces: Answer(
        413,
        _("La liaison est trop mauvaise"),
        _("Ce document arrive en trop petits morceaux. Vos autres documents sont gardés. Retirez celui-ci, puis"
          " joignez-le à nouveau depuis une meilleure connexion."),
    ),
    sending.StillArriving: Answer(
        409,
        _SEAL_REFUSED,
        _("Un document n’est pas encore arrivé en entier. Votre brouillon est gardé : attendez la fin de l’envoi,"
          " reprenez-le, ou retirez ce document."),
    ),
    options.BadDelivery: Answer(422, _SEAL_REFUSED, sentences.bad_delivery),
    options.BadPatientDay: Answer(
        422,
        _SEAL_REFUSED,
        _("Le jour où le patient s’est prononcé ne peut pas être à venir. Votre brouillon est gardé : corrigez-le."),
    ),
    auto_reply.BadAbsence: Answer(
        422,
        _("La réponse automatique n’est pas enregistrée"),
        _("Il lui faut un texte de 5 000 caractères au plus, et une fin qui soit à venir et après le début. Rien n’a"
          " changé."),
    ),
    rules.NotEntitled: Answer(
        403,
        _("Votre compte n’est pas encore validé"),
        _("Vous pouvez lire ce que l’on vous envoie et y répondre, pas encore écrire à d’autres. Si vous aviez un"
          " brouillon, il est gardé. L’exploitant valide les comptes : l’aide dit comment le joindre."),
    ),
    rules.BadExpiry: Answer(422, _SEAL_REFUSED, sentences.bad_expiry),
    filing.BadName: Answer(
        422,
        _("Ce nom ne convient pas"),
        _("Un nom de dossier a 1 à 80 caractères, sur une ligne et tous visibles. Rien n’a changé."),
    ),
    filing.NameTaken: Answer(
        422,
        _("Ce nom est déjà pris"),
        _("Un dossier de ce nom est déjà à cet endroit. Choisissez-en un autre : rien n’a changé."),
    ),
    filing.TooDeep: Answer(
        422,
        _("C’est trop profond"),
        _("Cinq dossiers au plus s’emboîtent l’un dans l’autre. Choisissez un autre endroit : rien n’a changé."),
    ),
    filing.TooManyFolders: Answer(
        422,
        _("Trop de dossiers"),
        _("Une boîte a 200 dossiers au plus. Supprimez-en un qui ne sert plus, puis recommencez."),
    ),
    filing.InsideItself: Answer(
        422,
        _("Un dossier ne va pas dans lui-même"),
        _("Choisissez un autre endroit, ou le haut de la liste : rien n’a changé."),
    ),
    rules.NotOpened: Answer(
        403,
        _("Cette enveloppe est encore fermée"),
        _("Ouvrez-la d’abord : l’ouverture est un acte daté, que l’expéditeur apprend. Elle vous attend."),
    ),
    rules.Destroyed: Answer(
        410,
        _("Ce contenu est détruit"),
        _("La date de destruction est passée, ou l’enveloppe a été détruite. Les preuves restent et se téléchargent."),
    ),
    rules.Withdrawn: Answer(
        410,
        _("Cette enveloppe a été retirée"),
        _("Son expéditeur l’a retirée avant que quelqu’un l’ouvre. Son contenu est détruit ; la preuve reste."),
    ),
    pictures.NoPicture: Answer(
        422,
        _("Ce document ne s’affiche pas"),
        _("Ce document ne s’affiche pas ici : il est abîmé, trop grand, ou d’une sorte inconnue. Rien n’est perdu :"
          " téléchargez-le pour l’ouvrir avec votre logiciel."),
    ),
    faults.LogFault: _LOG_TROUBLE,
    faults.LogAhead: _LOG_TROUBLE,
    faults.LogForked: _LOG_TROUBLE,
    faults.LogDamaged: _LOG_TROUBLE,
    leader.Deposed: _LOG_TROUBLE,
    NothingToRecover: _LOG_TROUBLE,
    receipts.NotYetPublished: Answer(
        503,
        _("La preuve s’inscrit au journal"),
        _("Elle sera là dans un instant, deux secondes au plus : rechargez la page. L’acte lui-même est déjà fait."),
    ),
    receipts.NothingProved: Answer(
        409,
        _("Aucune preuve pour ce courriel"),
        _("Il a été importé : Sceau ne l’a pas vu passer, et ne peut rien prouver à son sujet. Le courriel lui-même se"
          " télécharge tel qu’il a été importé."),
    ),
    importing.TooManyMails: Answer(422, _("Trop de courriels à la fois"), sentences.too_many_mails),
    mail_oddities.BadMail: Answer(
        422,
        _("Ce courriel ne se lit pas"),
        _("Il n’a pas été importé, et rien n’a changé. Vérifiez que le fichier est bien un courriel (.eml ou .mbox)."),
    ),
    mail_oddities.EmptyMail: Answer(
        422,
        _("Ce fichier est vide"),
        _("Il n’a pas été importé, et rien n’a changé. Enregistrez le courriel à nouveau depuis votre messagerie."),
    ),
    mail_oddities.NoMail: Answer(
        422,
        _("Ce fichier n’est pas un courriel"),
        _("Il n’a pas été importé, et rien n’a changé. Choisissez des fichiers .eml ou .mbox."),
    ),
    mail_oddities.LargeMail: Answer(413, _("Ce courriel est trop lourd"), sentences.large_mail),
    log.AlreadyRecorded: Answer(
        409,
        _("C’est déjà fait"),
        _("Cet acte est déjà inscrit au journal des preuves : il ne se fait qu’une fois. Rien n’est perdu."),
    ),
    # The mail relay speaks to the worker alone; were it met on a page, it is trouble that passes
    relay.RelayRefused: Answer(
        503,
        _("Le courriel n’est pas parti"),
        _("Le relais de messagerie l’a refusé. Rien d’autre n’est perdu. Prévenez l’assistance."),
    ),
    relay.RelayTrouble: _RELAY_TROUBLE,
    relay.RelaySilent: _RELAY_TROUBLE,
}  # fmt: skip
