"""« Aide »: linked from login, errors and every mail; open to everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

QUESTIONS = (
    (
        _("Je ne reçois pas mon code."),
        _("Attendez une minute et regardez dans les indésirables. Le code part à l’adresse de votre compte, vaut dix"
          " minutes et ne sert qu’une fois. Vous pouvez en demander un autre depuis la page du code."),
    ),
    (
        _("J’ai perdu mon mot de passe."),
        _("« Accès perdu », sous la connexion, envoie un lien. Avec votre code de secours, la boîte se rouvre aussitôt."
          " Sans lui, l’exploitant vous rend l’accès après un délai pendant lequel vous pouvez refuser. Rien n’est"
          " perdu."),
    ),
    (
        _("Un courriel me demande mon mot de passe. Est-ce vous ?"),
        _("Non. Nos courriels ne demandent jamais de mot de passe, montrent le mot de reconnaissance choisi dans"
          " Notifications et n’ont de liens que vers ce site. En cas de doute, n’ouvrez rien et appelez-nous."),
    ),
    (
        _("Qui peut lire mes enveloppes ?"),
        _("Vous et vos correspondants, une fois connectés. Le contenu et l’objet sont conservés chiffrés : ce qui est"
          " stocké ne se lit pas sans une connexion valable, ou un usage enregistré de la clé de secours de"
          " l’exploitant."),
    ),
    (
        _("Que voit l’expéditeur quand j’ouvre une enveloppe ?"),
        _("Qui l’a ouverte et quand. Voir l’objet dans la liste n’est pas ouvrir."),
    ),
    (
        _("Combien de temps les enveloppes sont-elles gardées ?"),
        _("Trois mois, ou moins si l’expéditeur l’a choisi. Vous êtes prévenu quinze jours puis trois jours avant, et"
          " pouvez tout télécharger. Ensuite le contenu et ses clés sont détruits ; les preuves restent."),
    ),
    (
        _("Mon destinataire est refusé."),
        _("Il n’a pas encore de boîte ici. Invitez-le à ouvrir un compte : votre brouillon attend."),
    ),
    (
        _("Ma session se verrouille."),
        _("Après un temps sans geste de votre part, l’écran se vide et le mot de passe suffit pour reprendre. Ce que"
          " vous écriviez est enregistré."),
    ),
    (
        _("Comment vérifier une preuve ?"),
        _("Elle se lit comme un document PDF et se contrôle sans nous, avec le programme « sceau verify » et le fichier"
          " de confiance de l’exploitant."),
    ),
)  # fmt: skip


SHORTCUTS = (
    (
        _("Dans une liste"),
        (
            (("j",), _("enveloppe suivante")),
            (("k",), _("enveloppe précédente")),
            ((_("Entrée"),), _("aller à la lettre")),
            (("u", _("Échap")), _("revenir à la liste")),
            (("x",), _("cocher ou décocher")),
        ),
    ),
    (
        _("Pour l’enveloppe, ou celles qui sont cochées"),
        (
            (("r",), _("répondre")),
            (("e",), _("mettre à la corbeille")),
            (("v",), _("classer dans un dossier")),
            (("z",), _("annuler ce qui vient d’être fait")),
        ),
    ),
    (
        _("Partout"),
        (
            (("c",), _("nouvelle enveloppe")),
            (("/",), _("chercher")),
            (("?",), _("cette liste")),
            ((_("Échap deux fois"),), _("masquer l’écran")),
        ),
    ),
    (
        _("Quand vous écrivez"),
        (
            (("Ctrl+S",), _("enregistrer le brouillon")),
            (("Ctrl+M",), _("insérer un modèle")),
            ((_("Ctrl+Entrée"),), _("aller au bouton qui scelle")),
        ),
    ),
)


@require_safe
def shortcuts(request: HttpRequest) -> HttpResponse:
    """For who has no script, and for who reads the help; « ? » shows the same over any page of the desk."""
    return render(request, "web/shortcuts.html", {"shortcuts": SHORTCUTS})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.html", {"questions": QUESTIONS})
