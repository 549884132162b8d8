"""The left navigation: at most eight entries of a role, with a count where work waits."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.context import NavigationEntry

from . import work

AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Item:
    """An entry: `url_name` is where it leads, `under` the addresses beside it where it is the current one, `queue` the
    code of the queue of work that it counts, `also` those of further ones that are reached from there."""

    label: str | Promise
    url_name: str
    icon: str
    queue: str = ""
    under: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def count(self, counts: Mapping[str, int], elsewhere: Container[str]) -> int | None:
        """How much waits under this entry; None where nothing is counted. What is counted `elsewhere` is not here."""
        codes = [self.queue, *(code for code in self.also if code not in elsewhere)]
        found = [counts[code] for code in codes if code in counts]
        return sum(found) if found else None


HOME = Item(_("Home"), "home", "house")
# Counted where no entry of its own is left for them.
REGISTRATIONS = Item(
    _("Registrations"),
    "registrations",
    "clipboard-check",
    "registrations",
    ("/residents/", "/lists/", "/schools/", "/transfers/", "/double-records/"),
    ("transfers", "merges"),
)
TRANSFERS = Item(_("Transfers"), "transfers", "send", "transfers")
LISTS = Item(_("Lists"), "lists", "file-earmark-arrow-up")
CLASSES = Item(_("Classes"), "schools", "mortarboard")
NOTICES = Item(_("Notices"), "notices", "file-earmark-text", "", ("/cockpit/", "/contribution-year/"))
COCKPIT = Item(_("Contributions so far"), "cockpit", "graph-up")
CARDS = Item(_("Cards"), "cards", "credit-card", "cards", ("/card/", "/misuse/"))
RECEIPTS = Item(
    _("Receipts"),
    "receipts",
    "cash-coin",
    "receipts",
    ("/bank-files/", "/collections/"),
    ("bank_returns", "collections"),
)
COLLECTIONS = Item(_("Collections"), "collections", "cash-stack")
STAYS = Item(
    _("Hospital stays"),
    "stays",
    "hospital",
    "stays",
    (
        *("/settlements/", "/desk/", "/handover/", "/reports/", "/inspections/", "/institutions/", "/catalogue/"),
        *("/reimbursements/", "/payment-lists/", "/payments/", "/watch/"),
        *("/declarations/", "/payment-batches/", "/institution-payments/", "/bank-accounts/"),
    ),
    (
        *("reviews", "corrections", "handover", "reports", "inspections", "catalogue", "findings"),
        *("reimbursements_to_complete", "reimbursements_to_examine", "reimbursements_to_release"),
        *("reimbursements_to_pay", "payment_lists"),
        *("declarations", "declarations_to_pay", "payment_batches", "bank_accounts"),
    ),
)
REFERRALS = Item(_("Referrals"), "referrals", "send", "referrals", ("/outpatient/",), ("outpatient",))
OUTPATIENT = Item(_("Outpatient diseases"), "outpatient-approvals", "bandaid")
ACCOUNT = Item(_("Account with the fund"), "own-account", "wallet2", "declarations", ("/declarations/",))
DECLARATIONS = Item(_("Monthly declarations"), "declarations", "cash-coin")
ENTITLEMENT = Item(_("Check cover"), "entitlement", "shield-check")
STATEMENTS = Item(_("Subsidy statements"), "statements", "file-earmark-spreadsheet", "statements", ("/runs/",))
SUPERVISION = Item(_("Supervision"), "supervision-fund", "bar-chart", "", ("/publications/",))
# Who has no entry of their own for receipts or supervision comes to them from here.
JOURNAL = Item(
    _("Journal"),
    "journal",
    "journal-text",
    "entered_documents",
    (
        *("/trial-balance/", "/supervision/", "/publications/", "/receipts/", "/bank-files/", "/collections/"),
        *("/ledger/", "/entered-documents/", "/months/", "/cash-book/", "/bank-statements/"),
    ),
    ("account_months",),
)
CATALOGUE = Item(_("Catalogue"), "catalogue", "capsule")
FINDINGS = Item(_("Suspicious findings"), "watch", "search", "findings")
INSTITUTIONS = Item(_("Institutions"), "institutions", "buildings")
USERS = Item(_("Users"), "users", "people", "", ("/administration/user", "/administration/posting"))
OFFICES = Item(_("Offices"), "offices", "diagram-3")
AUDIT = Item(_("Audit log"), "audit-log", "clock-history")

ITEMS: dict[Role, tuple[Item, ...]] = {
    Role.COMMUNITY: (HOME, REGISTRATIONS, TRANSFERS, NOTICES, COCKPIT, CARDS),
    Role.SCHOOL: (HOME, REGISTRATIONS, LISTS, CLASSES, NOTICES, COCKPIT, COLLECTIONS, CARDS),
    Role.SUBDISTRICT: (HOME, REGISTRATIONS, NOTICES, COCKPIT, CARDS),
    Role.DISTRICT: (HOME, REGISTRATIONS, NOTICES, COCKPIT, CARDS),
    Role.AGENCY_CLERK: (HOME, REGISTRATIONS, NOTICES, RECEIPTS, STAYS, REFERRALS, STATEMENTS, JOURNAL),
    Role.AGENCY_REVIEWER: (HOME, REGISTRATIONS, NOTICES, RECEIPTS, STAYS, REFERRALS, STATEMENTS, JOURNAL),
    Role.HOSPITAL: (HOME, ENTITLEMENT, STAYS, REFERRALS, OUTPATIENT, ACCOUNT, CATALOGUE, INSTITUTIONS),
    Role.CITY_FINANCE: (HOME, SUPERVISION, STATEMENTS, DECLARATIONS, JOURNAL),
    Role.DISTRICT_FINANCE: (HOME, SUPERVISION, STATEMENTS),
    Role.SUPERVISOR: (HOME, SUPERVISION, FINDINGS, REGISTRATIONS, STAYS, STATEMENTS, JOURNAL, AUDIT),
    Role.ADMINISTRATOR: (HOME, USERS, OFFICES, INSTITUTIONS, CATALOGUE, AUDIT),
}


def entries(request: HttpRequest) -> list[NavigationEntry]:
    """The navigation of the request's actor; the entry under which the page lies is the active one."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.role is None:
        return []
    counts = work.counts_of(work.queues_of(actor, clock.today()))
    own = {item.queue for item in ITEMS[actor.role]}
    items = [(item, reverse(item.url_name)) for item in ITEMS[actor.role]]
    path = getattr(request, "lies_under", request.path)
    # An entry of its own comes before one that the page only lies under.
    here, _url = max(
        ((item, url) for item, url in items if _lies_under(path, item, url)),
        key=lambda pair: (path.startswith(pair[1]), len(pair[1])),
        default=(None, ""),
    )
    return [
        NavigationEntry(str(item.label), url, item.icon, item.count(counts, own), item is here) for item, url in items
    ]


def _lies_under(path: str, item: Item, url: str) -> bool:
    if item is HOME:
        return path == url
    return path.startswith((url, *item.under))
