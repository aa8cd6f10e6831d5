"""What the console says: five minutes, every role."""

from pathlib import Path
from urllib.parse import urlsplit

from sceau.demo import cast
from sceau.demo.cast import CLAIRE, LEA, MARC


def text(public_url: str, program: str, trust: Path) -> str:
    """`public_url`: where a newcomer signs up; each role has its own host on the same port."""
    port = urlsplit(public_url).port or 80
    roles = "\n".join(
        f"  http://{player.handle + '.localhost:' + str(port):<22} {player.email:<34} {player.part}"
        for player in cast.EVERYBODY
    )
    return f"""
Sceau est prêt. Chaque rôle a sa propre adresse : ouvrez-les côte à côte dans un même navigateur.

{roles}

  Mot de passe de tous : {CLAIRE.password}
  Les courriels de tous, codes compris : http://courriels.localhost:{port}

Cinq minutes pour tout voir :

  1. Marc.   Ouvrez http://marc.localhost:{port}, connectez-vous avec {MARC.email} ; le code à six
             chiffres est sur la page des courriels. Une enveloppe de Nadia l’attend : l’ouvrir est un acte, qui
             laisse une preuve.
  2. Claire. Ouvrez http://claire.localhost:{port}. Dans « Envoyées », chaque enveloppe dit où elle en est :
             ouverte, retirée, partira plus tard. Dans « Henri D. », l’échange avec Marc ; ses images (DICOM, PDF) se
             regardent sur place ; « Ancienne messagerie » garde des courriels importés. Cherchez « radio ».
             Écrivez à Marc avec un document, puis « Sceller et envoyer ».
  3. Marc.   Revenez chez Marc sans rien recharger : l’enveloppe est entrée dans sa liste, un courriel ordinaire l’a dit
             sans rien dévoiler. Répondez. Échap deux fois masque l’écran.
  4. Léa.    Son compte n’est pas validé ({LEA.email}) : elle ouvre et répond, mais n’écrit pas la première.
  5. Vous.   Ouvrez http://localhost:{port}/inscription avec {cast.STRANGER} ; le lien arrive sur la page des courriels.
  6. Preuve. Sur une enveloppe ouverte, prenez « Pour un logiciel (JSON) » ou le PDF, et « Le message (.eml) » ;
             puis contrôlez-les sans Sceau, avec leurs noms et leur dossier :
             {program} verify preuve-….json --message message.eml --trust {trust}

Ctrl-C arrête tout et efface tout.
"""
