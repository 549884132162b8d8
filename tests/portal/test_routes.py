"""Roles × routes × whose object: the table in routes.py holds for every address of the portal (R9)."""

from django.test import Client

from liaoyang_medins.kernel.offices.roles import Role
from tests.portal.routes import PUBLIC, ROUTES
from tests.portal.things import Thing, is_own, spread
from tests.portal.world import CityTestCase, address, patterns

# Somebody else's objects of a kind that are tried in each role at each route, and one's own.
OTHERS = 2
OWN = 2
# The page of an object itself, and its papers, are there for everybody who may see it.
PAGES = {"resident", "registration", "notice", "notice-print", "receipt", "receipt-print", "stay", "settlement"}
PAGES |= {"settlement-print", "referral", "statement", "statement-print", "statement-export", "statement-persons"}
PAGES |= {
    "transfer",
    "merge",
    "resident-change",
    "resident-correct",
    "registration-receipt",
    "user",
    "office",
    "institution",
    "journal-entry",
    "posting-new",
    "run",
}
PAGES |= {"supervision-institution", "supervision-institution-export", "publication"}
PAGES |= {"watch-finding"}
PAGES |= {"cockpit-office", "cockpit-export", "call-list", "call-list-print", "call-list-export"}
PAGES |= {"list", "school-classes", "school-class", "school-export"}
PAGES |= {"client", "catalogue-item", "catalogue-version", "report", "inspection"}
PAGES |= {"ledger", "entered-document", "account-month", "match", "bank-statement", "bank-statement-file"}
PAGES |= {"bank-file", "bank-file-lines", "bank-file-original", "bank-file-return"}


def test_every_route_is_in_the_table() -> None:
    names = {pattern.name for pattern in patterns()}
    assert None not in names
    assert names - PUBLIC == set(ROUTES)


def test_every_route_says_what_it_asks_for() -> None:
    without = {pattern.name for pattern in patterns() if not getattr(pattern.callback, "verbs", ())}
    assert without == PUBLIC


class TestRoutes(CityTestCase):
    def status(self, url: str, method: str = "get") -> int:
        return int(self.ask(url, method).status_code)

    def test_nobody_gets_in_without_signing_in(self) -> None:
        wrong = []
        for name, route in ROUTES.items():
            url = address(name, self.one(route.of) if route.of else None)
            for response in (self.ask(url), self.ask(url, "post")):
                if response.status_code != 302 or not response["Location"].startswith("/sign-in/?next="):
                    wrong.append((name, response.status_code))
        assert not wrong, "\n".join(map(str, wrong))

    def test_a_role_without_the_route_is_refused(self) -> None:
        wrong = []
        for role in Role:
            posting = self.sign_in(role)
            for name, route in ROUTES.items():
                if role in route.roles:
                    continue
                url = address(name, self.one(route.of, posting) if route.of else None)
                codes = (self.status(url), self.status(url, "post"))
                if codes != (403, 403):
                    wrong.append((role.value, name, *codes))
        assert not wrong, "\n".join(map(str, wrong))

    def test_a_role_with_the_route_gets_it(self) -> None:
        wrong = []
        for role in Role:
            posting = self.sign_in(role)
            for name, route in ROUTES.items():
                if role not in route.roles:
                    continue
                if route.of:
                    own = [thing for thing in self.found[route.of] if is_own(posting, route.of, thing)]
                    urls = [address(name, thing) for thing in spread(own, OWN)]
                else:
                    urls = [address(name)]
                for url in urls:
                    status = self.status(url)
                    if route.post:
                        fits = status in (302, 405)
                    elif name in PAGES:
                        fits = status == 200
                    elif route.of:
                        # The object may be past this step: then a page says so.
                        fits = status in (200, 302, 403, 404, 409, 422)
                    else:
                        fits = status in (200, 302)
                    if not fits:
                        wrong.append((role.value, url, status))
        assert not wrong, "\n".join(map(str, wrong))

    def test_nobody_gets_at_the_objects_of_others(self) -> None:
        wrong = []
        tried = set()
        for role in Role:
            posting = self.sign_in(role)
            for name, route in ROUTES.items():
                if not route.of or role not in route.roles:
                    continue
                others = [thing for thing in self.found[route.of] if not is_own(posting, route.of, thing)]
                former = [thing for thing in others if thing.resident and thing.resident.number == self.left]
                for thing in spread(others, OTHERS) + spread(former, OTHERS):
                    tried.add((role, route.of))
                    wrong += self.refusals(role, name, thing)
        assert not wrong, "\n".join(map(str, wrong))
        # Who lived at the usual community until today is nothing to it any more.
        home = self.posting[Role.COMMUNITY]
        former = [
            thing for thing in self.found["registration"] if thing.resident and thing.resident.number == self.left
        ]
        assert former
        assert not any(is_own(home, "registration", thing) for thing in former)
        # Each role with a part of its own was shown somebody else's of each kind that it works with.
        for role in (Role.COMMUNITY, Role.SUBDISTRICT, Role.DISTRICT, Role.SCHOOL):
            assert {(role, kind) for kind in ("resident", "registration", "notice")} <= tried
        assert {(Role.COMMUNITY, "draft"), (Role.SCHOOL, "draft")} <= tried
        assert {(Role.HOSPITAL, kind) for kind in ("stay", "settlement", "referral", "outpatient")} <= tried

    def refusals(self, role: Role, name: str, thing: Thing) -> list[tuple[object, ...]]:
        """What goes wrong where somebody asks for a thing that is not theirs, by GET and by POST."""
        url = address(name, thing)
        responses = (self.ask(url), self.ask(url, "post", {"version": 1}))
        codes = [response.status_code for response in responses]
        # A route that takes one method says so before it looks for the object.
        refused = set(codes) <= {403, 404, 405} and codes != [405, 405]
        shown = thing.text and any(thing.text in response.content.decode() for response in responses)
        return [(role.value, url, *codes)] if shown or not refused else []

    def test_what_does_not_exist_is_not_found(self) -> None:
        nothing = {
            "number": "X2009-0000000",
            "code": "NOWHERE",
            "source": "nowhere",
            "username": "nobody-at-all",
            "posting_id": 999_999_999,
            "pk": 999_999_999,
            "place": 999_999,
            "position": 999,
            "draft_id": "00000000-0000-4000-8000-000000000000",
            "key": "00000000-0000-4000-8000-000000000000",
            "day": "2009-10-01",
            "giver": "NOWHERE",
            "taker": "NOWHERE",
            "document_type": "receipt",
            "document_number": "C2009-9999999",
        }
        wrong = []
        for name, route in ROUTES.items():
            if not route.of:
                continue
            kwargs = {key: nothing[key] for key in self.one(route.of).kwargs}
            for role in sorted(route.roles):
                self.sign_in(role)
                url = address(name, Thing(kwargs))
                codes = {self.status(url), self.status(url, "post")} - {405}
                if codes != {404}:
                    wrong.append((role.value, name, *codes))
        assert not wrong, "\n".join(map(str, wrong))

    def test_no_route_changes_anything_without_its_token(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.posting[Role.ADMINISTRATOR].user)
        assert strict.post(address("user-new"), {"username": "x"}).status_code == 403
        assert strict.post(address("search"), {"q": "x"}).status_code == 403
