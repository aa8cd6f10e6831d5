"""What `sceau up` refuses to start with: Django system checks with an id and a hint (`sceau check --deploy` runs them).

Each check answers one question about this installation. Ids are stable: `docs/fr/exploiter.md` lists them.
"""

import ipaddress
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from sceau import custody
from sceau.cli import restoring
from sceau.core.errors import Malformed, NotFound, Refused, Unreadable
from sceau.core.values import Address

_PUBLIC_SUFFIXES = {".pub", ".vkey", ".crt"}


def folders() -> Iterator[CheckMessage]:
    data, keys = settings.SCEAU_DATA.resolve(), settings.SCEAU_KEYS.resolve()
    custody = settings.SCEAU_CUSTODY_KEY_FILE.resolve()
    if keys.is_relative_to(data) or data.is_relative_to(keys) or custody.is_relative_to(data):
        yield Error(
            _("Les clés et les données sont dans le même dossier : qui vole l’un vole l’autre."),
            hint=_("Placez SCEAU_KEYS et SCEAU_CUSTODY_KEY_FILE hors de SCEAU_DATA."),
            id="sceau.E001",
        )
    if not data.is_dir() or not os.access(data, os.W_OK | os.X_OK):
        yield Error(
            _("Le dossier des données n’existe pas, ou ce compte ne peut pas y écrire."),
            hint=_("Créez le dossier que nomme SCEAU_DATA et donnez-le au compte qui fait tourner Sceau."),
            id="sceau.E002",
        )


def key_files() -> Iterator[CheckMessage]:
    if not (settings.SCEAU_KEYS / "secret.key").exists():
        yield Error(
            _("Cette installation n’a pas encore de clés."),
            hint=_("Lancez « sceau keys create » une fois."),
            id="sceau.E003",
        )
        return
    exposed = [path.name for path in _secrets() if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if exposed:
        yield Error(
            _("Des clés sont lisibles par d’autres comptes : %s.") % ", ".join(sorted(exposed)),
            hint=_("Lancez « chmod 700 » sur le dossier SCEAU_KEYS et « chmod 600 » sur ces fichiers."),
            id="sceau.E004",
        )


def _secrets() -> list[Path]:
    keys = settings.SCEAU_KEYS
    files = [path for path in keys.iterdir() if path.is_file() and path.suffix not in _PUBLIC_SUFFIXES]
    custody = settings.SCEAU_CUSTODY_KEY_FILE
    return [keys, *files, *([custody] if custody.exists() and custody.parent != keys else [])]


def passphrase() -> Iterator[CheckMessage]:
    if not settings.SCEAU_CUSTODY_PASSPHRASE:
        yield Error(
            _("La phrase de passe de la garde des clés manque : aucun accès perdu ne pourrait être rendu."),
            hint=_("Donnez SCEAU_CUSTODY_PASSPHRASE_FILE (ou SCEAU_CUSTODY_PASSPHRASE) au service."),
            id="sceau.E005",
        )
        return
    try:
        custody.load()
    except (NotFound, Malformed, Unreadable):
        yield Error(
            _("La phrase de passe n’ouvre pas la garde des clés, ou son fichier manque."),
            hint=_("Vérifiez SCEAU_CUSTODY_KEY_FILE et la phrase donnée lors de « sceau keys create »."),
            id="sceau.E022",
        )
    except Refused:  # among the data, or exposed: other checks say so
        return


def database() -> Iterator[CheckMessage]:
    """Durable when it says so: otherwise « scellé » would be said of what a power cut takes back."""
    try:
        unsafe = list(_unsafe_sqlite() if connection.vendor == "sqlite" else _unsafe_postgresql())
        missing = MigrationExecutor(connection)
        pending = missing.migration_plan(missing.loader.graph.leaf_nodes())
    except DatabaseError:
        yield Error(
            _("La base de données ne répond pas."),
            hint=_("Vérifiez SCEAU_DATABASE_URL et que le serveur de base de données est démarré."),
            id="sceau.E006",
        )
        return
    if unsafe:
        yield Error(
            _("La base de données n’écrit pas durablement : %s.") % ", ".join(unsafe),
            hint=_("Rétablissez ces réglages : une coupure de courant perdrait des enveloppes déjà dites scellées."),
            id="sceau.E007",
        )
    if pending:
        yield Error(
            _("Les tables ne correspondent pas à cette version."),
            hint=_("Faites une sauvegarde, puis lancez « sceau migrate »."),
            id="sceau.E008",
        )


def _unsafe_sqlite() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] < 2:  # 2 is FULL, 3 is EXTRA
            yield "synchronous"
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone()[0] not in ("wal", "delete", "truncate", "persist"):  # "memory" and "off" lose a crash
            yield "journal_mode"


def _unsafe_postgresql() -> Iterator[str]:
    with connection.cursor() as cursor:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute("SELECT current_setting(%s)", [name])
            if cursor.fetchone()[0] == "off":
                yield name


def transport() -> Iterator[CheckMessage]:
    """TLS here, or a proxy in front, or nobody but this machine (design §5)."""
    certificate, key = settings.SCEAU_TLS_CERTIFICATE, settings.SCEAU_TLS_KEY
    host = urlsplit(f"//{settings.SCEAU_BIND}").hostname or ""
    if bool(certificate) != bool(key) or not all(os.access(path, os.R_OK) for path in (certificate, key) if path):
        yield Error(
            _("Le certificat TLS ou sa clé manque, ou ne peut pas être lu."),
            hint=_("Donnez SCEAU_TLS_CERTIFICATE et SCEAU_TLS_PRIVATE_KEY, deux fichiers que ce compte peut lire."),
            id="sceau.E009",
        )
    if not certificate and not settings.SCEAU_TRUSTED_PROXIES and not _is_loopback(host):
        yield Error(
            _("Sceau serait joignable sans chiffrement."),
            hint=_(
                "Donnez un certificat (SCEAU_TLS_CERTIFICATE), nommez le serveur mandataire qui chiffre devant"
                " (SCEAU_TRUSTED_PROXIES), ou n’écoutez que sur 127.0.0.1 (SCEAU_BIND)."
            ),
            id="sceau.E010",
        )
    if any(not _is_network(proxy) for proxy in settings.SCEAU_TRUSTED_PROXIES):
        yield Error(
            _("Un serveur mandataire de confiance n’est pas une adresse."),
            hint=_("SCEAU_TRUSTED_PROXIES attend des adresses ou des réseaux : 10.0.0.2, 192.168.4.0/24."),
            id="sceau.E011",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")  # RFC 6761 §6.3


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def restore() -> Iterator[CheckMessage]:
    if restoring.under_way():
        yield Error(
            _("Une restauration n’est pas terminée."),
            hint=_("Relancez la même commande « sceau restore » : elle reprend où elle s’est arrêtée."),
            id="sceau.E021",
        )


def failpoint() -> Iterator[CheckMessage]:
    if os.environ.get("SCEAU_FAILPOINT"):
        yield Error(
            _("Un point de coupure d’essai est armé : ce processus se tuerait lui-même."),
            hint=_("Retirez SCEAU_FAILPOINT de l’environnement."),
            id="sceau.E012",
        )


def public_address() -> Iterator[CheckMessage]:
    """The one host of every link in every mail."""
    parts = urlsplit(settings.SCEAU_PUBLIC_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
        yield Error(
            _("L’adresse publique n’est pas celle d’un site."),
            hint=_("SCEAU_PUBLIC_URL s’écrit https://sceau.exemple.fr, sans rien derrière le nom."),
            id="sceau.E013",
        )
        return
    if parts.hostname not in settings.SCEAU_HOSTS:
        yield Error(
            _("L’adresse publique n’est pas parmi les noms auxquels Sceau répond : aucun lien ne s’ouvrirait."),
            hint=_("Ajoutez %s à SCEAU_HOSTS.") % parts.hostname,
            id="sceau.E014",
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        yield Error(
            _("L’adresse publique n’est pas chiffrée : aucun navigateur ne garderait la session."),
            hint=_("Écrivez SCEAU_PUBLIC_URL avec https://."),
            id="sceau.E015",
        )
    if parts.scheme == "https" and not settings.SCEAU_TLS_CERTIFICATE and not settings.SCEAU_TRUSTED_PROXIES:
        yield Error(
            _("L’adresse publique est chiffrée, mais rien ici ne chiffre : tout formulaire serait refusé."),
            hint=_("Donnez SCEAU_TLS_CERTIFICATE, ou nommez dans SCEAU_TRUSTED_PROXIES le serveur qui chiffre devant."),
            id="sceau.E020",
        )


def mail() -> Iterator[CheckMessage]:
    try:
        sender = Address.parse(settings.SCEAU_MAIL_FROM)
    except Malformed:
        sender = None
    if sender is None:
        yield Error(
            _("L’adresse qui envoie les avis n’est pas une adresse."),
            hint=_("SCEAU_MAIL_FROM s’écrit sceau@exemple.fr."),
            id="sceau.E016",
        )
    elif sender.domain.endswith(".localdomain") and not _is_local_only():
        yield Error(
            _("L’adresse qui envoie les avis est celle d’un essai : personne ne les recevrait."),
            hint=_("Donnez à SCEAU_MAIL_FROM une adresse de votre domaine."),
            id="sceau.E017",
        )


def _is_local_only() -> bool:
    return _is_loopback(urlsplit(settings.SCEAU_PUBLIC_URL).hostname or "")


def blobs() -> Iterator[CheckMessage]:
    if settings.SCEAU_BLOBS == "s3" and not (settings.SCEAU_S3_BUCKET and settings.SCEAU_S3_ACCESS_KEY):
        yield Error(
            _("Le dépôt S3 n’est pas entièrement réglé."),
            hint=_("Donnez SCEAU_S3_BUCKET, SCEAU_S3_ACCESS_KEY et SCEAU_S3_SECRET_KEY (ou …_FILE)."),
            id="sceau.E018",
        )


def demonstration() -> Iterator[CheckMessage]:
    if settings.SCEAU_DEMO and not _is_local_only():
        yield Error(
            _("La démonstration montre les courriels de tous : elle n’est que pour cette machine."),
            hint=_("Retirez SCEAU_DEMO."),
            id="sceau.E019",
        )


def help_page() -> Iterator[CheckMessage]:
    if not (settings.SCEAU_HELP_PHONE or settings.SCEAU_HELP_MAIL) or not settings.SCEAU_DPO_MAIL:
        yield Warning(
            _("La page « Aide » ne dit pas qui joindre."),
            hint=_("Donnez SCEAU_HELP_PHONE ou SCEAU_HELP_MAIL, et SCEAU_DPO_MAIL."),
            id="sceau.W001",
        )


ALL = (
    folders,
    key_files,
    passphrase,
    database,
    transport,
    restore,
    failpoint,
    public_address,
    mail,
    blobs,
    demonstration,
    help_page,
)


def installation(**_arguments: Any) -> list[CheckMessage]:
    """Every fault of this installation, in the order above."""
    return [message for check in ALL for message in check()]
