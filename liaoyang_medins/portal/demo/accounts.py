"""The accounts of the demo city. They exist only where the demo was created; production has none."""

from dataclasses import dataclass

from liaoyang_medins.kernel.offices.roles import Role

PASSWORD = "liaoyang2009"  # noqa: S105  shown on the demo's sign-in page on purpose


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Who can sign in to the demo: username, password, name, role and the code of the office."""

    username: str
    name: str
    role: Role
    office_code: str
    password: str = PASSWORD


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("community", "王晓梅", Role.COMMUNITY, "211002001001"),
    DemoAccount("subdistrict", "李建国", Role.SUBDISTRICT, "211002001"),
    DemoAccount("district", "张丽华", Role.DISTRICT, "211002"),
    DemoAccount("clerk", "刘洋", Role.AGENCY_CLERK, "211000"),
    DemoAccount("reviewer", "陈志远", Role.AGENCY_REVIEWER, "211000"),
    DemoAccount("approver", "宋丽萍", Role.AGENCY_REVIEWER, "211000"),
    DemoAccount("hospital", "孙医保", Role.HOSPITAL, "LY-H01"),
    DemoAccount("station", "周护士", Role.HOSPITAL, "LY-C01"),
    DemoAccount("school", "赵老师", Role.SCHOOL, "LY-S01"),
    DemoAccount("city-finance", "马会计", Role.CITY_FINANCE, "211000"),
    DemoAccount("district-finance", "高会计", Role.DISTRICT_FINANCE, "211002"),
    DemoAccount("supervisor", "郑监督", Role.SUPERVISOR, "211000"),
    DemoAccount("admin", "系统管理员", Role.ADMINISTRATOR, "211000"),
)
