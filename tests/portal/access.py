"""Roles in groups, and what the table of routes says of one."""

from dataclasses import dataclass

from liaoyang_medins.kernel.offices.roles import Role

R = Role
EVERYBODY = frozenset(Role)
COUNTER = frozenset({R.COMMUNITY, R.SCHOOL})
CHAIN = COUNTER | {R.SUBDISTRICT, R.DISTRICT}
CLERK = frozenset({R.AGENCY_CLERK})
REVIEWER = frozenset({R.AGENCY_REVIEWER})
AGENCY = CLERK | REVIEWER
HOSPITAL = frozenset({R.HOSPITAL})
FINANCE = frozenset({R.CITY_FINANCE, R.DISTRICT_FINANCE})
SUPERVISOR = frozenset({R.SUPERVISOR})
ADMINISTRATOR = frozenset({R.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Route:
    """`post` tells that the route only takes POST: a GET is answered 405 or leads back to the object's page."""

    roles: frozenset[Role]
    of: str = ""
    post: bool = False


SEES_RESIDENTS = CHAIN | AGENCY | SUPERVISOR
SEES_STAYS = AGENCY | HOSPITAL | SUPERVISOR
SEES_DECLARATIONS = AGENCY | HOSPITAL | SUPERVISOR | {R.CITY_FINANCE}
SEES_STATEMENTS = FINANCE | AGENCY | SUPERVISOR
SEES_JOURNAL = AGENCY | {R.CITY_FINANCE} | SUPERVISOR
SEES_INSTITUTIONS = AGENCY | HOSPITAL | SUPERVISOR | ADMINISTRATOR
SEES_VERSIONS = AGENCY | SUPERVISOR | ADMINISTRATOR
