"""Every page of the correspondent. French paths; the names are what code uses."""

from django.urls import path

from sceau.web.views import (
    account,
    compose,
    downloads,
    envelope,
    folders,
    help,
    home,
    lock,
    login,
    recovery,
    security,
    signup,
    status,
)

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("aide", help.help_page, name="help"),
    path("sante/vivant", status.alive, name="alive"),
    path("sante/pret", status.ready, name="ready"),
    # The way in
    path("inscription", signup.ask, name="signup"),
    path("inscription/envoyee", signup.asked, name="signup-asked"),
    path("inscription/<str:token>", signup.complete, name="signup-complete"),
    path("bienvenue", signup.welcome, name="welcome"),
    path("connexion", login.begin, name="login"),
    path("connexion/code", login.code, name="login-code"),
    path("connexion/code/renvoyer", login.resend, name="login-resend"),
    path("deconnexion", login.leave, name="logout"),
    path("verrou", lock.locked, name="locked"),
    path("verrou/fermer", lock.lock_now, name="lock-now"),
    path("acces-perdu", recovery.ask, name="recovery"),
    path("acces-perdu/envoye", recovery.asked, name="recovery-asked"),
    path("acces-perdu/refuser/<str:token>", recovery.refuse, name="recovery-refuse"),
    path("acces-perdu/<str:token>", recovery.choose, name="recovery-choose"),
    # The person's own settings
    path("compte", account.identity, name="account"),
    path("compte/notifications", account.notifications, name="notifications"),
    path("compte/securite", security.overview, name="security"),
    path("compte/securite/mot-de-passe", security.password, name="password"),
    path("compte/securite/code-de-secours", security.recovery_code, name="recovery-code"),
    path("compte/securite/sessions/<uuid:handle>/fermer", security.end_session, name="end-session"),
    # Folders
    path("recues", folders.received, name="received"),
    path("envoyees", folders.sent, name="sent"),
    path("brouillons", folders.drafts, name="drafts"),
    path("corbeille", folders.trash, name="trash"),
    path("tout-telecharger", downloads.everything, name="everything"),
    # Writing
    path("rediger", compose.create, name="compose"),
    path("brouillons/<uuid:draft_id>", compose.edit, name="draft"),
    path("brouillons/<uuid:draft_id>/enregistrer", compose.save, name="draft-save"),
    path("brouillons/<uuid:draft_id>/joindre", compose.attach, name="draft-attach"),
    path("brouillons/<uuid:draft_id>/retirer/<uuid:upload_id>", compose.detach, name="draft-detach"),
    path("brouillons/<uuid:draft_id>/jeter", compose.discard, name="draft-discard"),
    path("brouillons/<uuid:draft_id>/sceller", compose.seal, name="draft-seal"),
    # One envelope, as one mailbox holds it
    path("enveloppes/<uuid:copy_id>", envelope.show, name="envelope"),
    path("enveloppes/<uuid:copy_id>/ouvrir", envelope.open_, name="envelope-open"),
    path("enveloppes/<uuid:copy_id>/repondre", compose.reply, name="envelope-reply"),
    path("enveloppes/<uuid:copy_id>/jeter", envelope.trash, name="envelope-trash"),
    path("enveloppes/<uuid:copy_id>/restaurer", envelope.restore, name="envelope-restore"),
    path("enveloppes/<uuid:copy_id>/detruire", envelope.destroy, name="envelope-destroy"),
    path("enveloppes/<uuid:copy_id>/documents/<int:number>", downloads.part, name="part"),
    path("enveloppes/<uuid:copy_id>/documents.zip", downloads.parts_zip, name="parts-zip"),
    path("enveloppes/<uuid:copy_id>/message.eml", downloads.message, name="message"),
    path("enveloppes/<uuid:copy_id>/preuve.pdf", downloads.receipt_pdf, name="receipt-pdf"),
    path("enveloppes/<uuid:copy_id>/preuve.json", downloads.receipt_json, name="receipt-json"),
    path("enveloppes/<uuid:copy_id>/preuves.zip", downloads.proofs_zip, name="proofs-zip"),
]
