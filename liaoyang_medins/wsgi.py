"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from claims.api.chunks import with_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaoyang_medins.settings")

application = with_length(get_wsgi_application())
