"""The pages that mails about an account lead to. A GET of any of them changes nothing (attack 25).

A test compares these paths with the URL table, which the domain cannot ask.
"""

from sceau.notify.links import page


def sign_up() -> str:
    return page("/inscription")


def confirm(token: str) -> str:
    return page(f"/inscription/{token}")


def sign_in() -> str:
    return page("/connexion")


def security() -> str:
    return page("/compte/securite")


def lost_access() -> str:
    return page("/acces-perdu")


def recover(token: str) -> str:
    return page(f"/acces-perdu/{token}")


def refuse(token: str) -> str:
    return page(f"/acces-perdu/refuser/{token}")
