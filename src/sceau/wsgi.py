"""What granian serves: the correspondent's pages, and before them the answer that open desks hear most."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sceau.settings")

_pages = get_wsgi_application()

from sceau.web.polls import NothingNew  # noqa: E402  # models want Django to be set up

application = NothingNew(_pages)
