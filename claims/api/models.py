"""Who calls the hospitals' interface, with which secrets, and what each message was answered."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from claims.models import Institution
from liaoyang_medins.kernel.offices.models import User


class Client(AbstractApplication):  # type: ignore[misc]  # not typed
    """The software of one institution, known by its `client_id`.

    What it proves itself by are its `secrets`: several hold at once, so that a new one is in use before the old one
    ends. The one secret of the base class is never asked. Without a secret that holds, nobody gets in.
    `calls_a_minute` is its own limit; None: that of the settings.
    """

    # An institution's software belongs to nobody in person.
    user = None
    institution = models.OneToOneField(
        Institution, models.PROTECT, related_name="client", verbose_name=_("institution")
    )
    calls_a_minute = models.PositiveIntegerField(_("calls a minute"), null=True, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by"))

    objects: "ClassVar[models.Manager[Client]]" = models.Manager()

    class Meta:
        verbose_name = _("client")
        ordering = ["client_id"]

    def __str__(self) -> str:
        return str(self.client_id)


class SecretQuerySet(models.QuerySet["ClientSecret"]):
    def in_force(self, at: datetime.datetime) -> "SecretQuerySet":
        return self.filter(ended_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


class ClientSecret(models.Model):
    """A secret of a client, by its SHA-256: 256 bits that we drew need no slower hash. `hint` are its last letters.

    It holds until `expires_at` (for ever, where empty), or until somebody ended it.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="secrets", verbose_name=_("client"))
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(_("ends in"), max_length=4)
    made_at = models.DateTimeField(_("drawn at"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("drawn by"))
    expires_at = models.DateTimeField(_("holds until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = SecretQuerySet.as_manager()

    class Meta:
        verbose_name = _("secret")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"…{self.hint}"


class Message(models.Model):
    """A changing call by the client's own message id (`key`), with the answer that it got: written in the transaction
    of the work, so that both are there or neither.

    `fingerprint` is the SHA-256 of what was asked. `status` is that of HTTP; None: the message was withdrawn before it
    came (2601), and finds nothing done whenever it comes. `undone_by` is the key of the message that undid it.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="messages")
    key = models.CharField(_("message id"), max_length=64)
    operation = models.CharField(_("operation"), max_length=40)
    fingerprint = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(_("received at"), db_index=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    undone_by = models.CharField(_("undone by"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("message")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(name="message_key", fields=["client", "key"])]

    def __str__(self) -> str:
        return f"{self.key}: {self.operation} {self.status}"
