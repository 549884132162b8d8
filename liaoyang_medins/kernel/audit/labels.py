"""The words for the acts of the audit record. A test shows that every act that a service records has some here."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Promise] = {
    "demo.set_day": _("Moved the demo's day"),
    "users.create": _("Created the user"),
    "users.change": _("Changed the user"),
    "users.set_password": _("Gave the user a new password"),
    "postings.add": _("Added a posting"),
    "postings.end": _("Ended a posting"),
    "postings.head": _("Said whether a posting heads its office"),
    "stand_ins.name": _("Named a stand-in"),
    "stand_ins.end": _("Ended a standing-in"),
    "offices.create": _("Created the office"),
    "offices.change": _("Changed the office"),
    "residents.reveal": _("Looked at the full ID number"),
    "audit.look_up": _("Looked up what was done about the person"),
    "audit.export": _("Downloaded a part of the audit log"),
    "records.load": _("Loaded records in bulk"),
}


def verb_label(verb: str) -> str:
    """An act in words; the verb itself where nobody gave it any."""
    return str(VERBS.get(verb, verb))


# Whoever acts without being signed in, by the name that the audit record keeps.
JOBS: dict[str, Promise] = {
    "contribution_year": _("Job of the contribution year"),
    "create_administrator": _("Command at the server"),
    "demo city": _("Maker of the demo city"),
    "demo_client": _("Maker of the demo city"),
    "follow_moves": _("Nightly job"),
    "hospital_client": _("Command at the server"),
    "journal": _("Job that books documents"),
    "lapse_unpaid": _("Nightly job"),
    "play": _("Maker of the demo city"),
    "public": _("Page for the public"),
    "supervision": _("Job that counts for supervision"),
    "watch": _("Nightly look for patterns"),
    "workbooks": _("Nightly job"),
}


def actor_label(kind: str, name: str) -> str:
    """Who acted in words: people and clients by their names, a job by what it is."""
    return str(JOBS.get(name, name)) if kind == "job" else name
