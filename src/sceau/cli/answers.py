"""The operator's door: one table from error class to what the terminal says, the most particular first."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sceau.cli import backups, keys, restoring, snapshots
from sceau.core import errors, keyfiles
from sceau.custody import KeyAmongData
from sceau.custody.software import NoPassphrase
from sceau.evidence import faults
from sceau.evidence.recovery import Gap

SENTENCES = {
    keys.KeysExist: gettext_lazy(
        "Il y a déjà des clés ici : d’autres rendraient illisible tout ce qui est scellé. Rien n’a changé."
    ),
    KeyAmongData: gettext_lazy(
        "Les clés seraient sous le dossier des données, donc dans chaque sauvegarde. Changez SCEAU_KEYS."
    ),
    NoPassphrase: gettext_lazy(
        "Il faut une phrase de passe : donnez SCEAU_CUSTODY_PASSPHRASE_FILE, ou répondez à la question."
    ),
    keyfiles.ExposedKey: gettext_lazy("Un fichier de clé est lisible par d’autres comptes : « chmod 600 »."),
    backups.KeysInBackup: gettext_lazy(
        "Ce dossier contient les clés ou les données, ou se trouve parmi elles : qui volerait la sauvegarde aurait"
        " tout. Choisissez un autre dossier, sur un autre disque."
    ),
    backups.AlwaysChanging: gettext_lazy(
        "Des contenus sont détruits plus vite qu’ils ne se copient. Rien n’est perdu ; recommencez dans un moment."
    ),
    backups.DamagedBackup: gettext_lazy(
        "Cette sauvegarde est abîmée : un fichier n’a pas l’empreinte attendue. Prenez une autre génération."
    ),
    snapshots.NotEmpty: gettext_lazy("La base contient déjà des tables : une restauration n’écrase jamais rien."),
    snapshots.ToolMissing: gettext_lazy(
        "pg_dump ou pg_restore manque, ou le serveur PostgreSQL a refusé. Installez « postgresql-client »."
    ),
    restoring.NotEmpty: gettext_lazy("Il y a déjà des contenus ici : une restauration n’écrase jamais rien."),
    restoring.OtherDatabase: gettext_lazy(
        "Cette sauvegarde vient de l’autre sorte de base de données (SQLite ou PostgreSQL)."
    ),
    faults.LogAhead: gettext_lazy(
        "Le journal publié est en avance sur la base : elle a été restaurée. Lancez « sceau log recover »,"
        " qui ferme ce journal en nommant ce qui manque et en ouvre un autre."
    ),
    faults.LogFault: gettext_lazy(
        "Le journal des preuves est abîmé ou se contredit. Rien ne démarre avant qu’un humain ait regardé :"
        " « sceau verify-log » dit où."
    ),
    errors.StorageFull: gettext_lazy("Le disque est plein. Rien n’est perdu ; faites de la place et recommencez."),
    errors.NotFound: gettext_lazy("Il n’y a rien de tel ici."),
    errors.TryLater: gettext_lazy("Le dépôt ou la base ne répond pas. Rien n’est perdu ; recommencez dans un moment."),
    errors.Refused: gettext_lazy("C’est refusé."),
}


def gap(found: Gap) -> str:
    """What closing an origin of the log meant."""
    return _(
        "%(closed)s est fermé, %(opened)s le suit.\n"
        "Perdus avec la base restaurée : %(lost)s événements, nommés au début du nouveau journal.\n"
        "Les preuves déjà données restent vérifiables. Relancez « sceau up »."
    ) % {"closed": found.closed, "opened": found.opened, "lost": found.size - found.lost_from}


def sentence(error: errors.Error) -> str:
    """What to say, with the stable code for a search in the manual."""
    for kind, text in SENTENCES.items():
        if isinstance(error, kind):
            return f"{text} ({error.code})"
    return _("Une erreur est survenue. (%s)") % error.code
