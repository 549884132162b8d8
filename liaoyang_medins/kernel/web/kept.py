"""What is typed survives the end of a session on every form (U2).

A form that comes after the session has ended is kept for whose session it was, under an opaque key. Signed in again,
they are shown that it was not sent, and send it with one button; what the page then answers is what it always answers.
Whose session it was a signed cookie says that ends with the browser; it lets nobody in and nobody see anything.
"""

import datetime
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from liaoyang_medins.kernel import clock

from .models import KeptForm

COOKIE, SALT = "worked-as", "kept-form"
KEPT = datetime.timedelta(days=1)
# More characters than any page has fields for.
LONGEST = 200_000
LONGEST_PATH = 500
# What is not typed, or not to be kept.
LEFT_OUT = ("csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2")


def remember(response: HttpResponse, user_id: int) -> None:
    """Let the browser know whose session it has."""
    response.set_signed_cookie(
        COOKIE, str(user_id), salt=SALT, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def keep(request: HttpRequest) -> str | None:
    """Keep the posted form for whose session it was; the address at which they find it, None where that is nobody or
    there is nothing to keep. What is older than a day goes.
    """
    user_id = request.get_signed_cookie(COOKIE, "", salt=SALT)
    data = {name: values for name, values in request.POST.lists() if name not in LEFT_OUT}
    too_long = sum(len(value) for values in data.values() for value in values) > LONGEST
    path = request.get_full_path()
    if not user_id or too_long or len(path) > LONGEST_PATH:
        return None
    now = clock.now()
    KeptForm.objects.filter(made_at__lt=now - KEPT).delete()
    row = KeptForm(user_id=int(user_id), path=path, data=data, had_files=bool(request.FILES), made_at=now)
    row.save()
    return reverse("form-again", args=[row.pk])


def kept_form(user_id: int, key: uuid.UUID) -> KeptForm | None:
    """What this user sent under the key; None for another's, and one that is a day old."""
    return KeptForm.objects.filter(pk=key, user=user_id, made_at__gte=clock.now() - KEPT).first()
