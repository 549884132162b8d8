"""Names in the order of their sounds."""

import pytest

from enrollment.registration.names import sort_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("王小明", "wang xiao ming"),
        ("单雄信", "shan xiong xin"),
        ("曾国强", "zeng guo qiang"),
        ("欧阳明远", "ou yang ming yuan"),
        ("尉迟恭", "yu chi gong"),
        ("解 放", "xie fang"),
        ("吕丽", "lv li"),
        ("单", "dan"),
        ("Anna Smith", "anna smith"),
        ("阿依古丽·买买提", "a yi gu li · mai mai ti"),
    ],
)
def test_surnames_are_read_as_surnames(name: str, key: str) -> None:
    assert sort_key(name) == key


def test_a_key_fits_its_column() -> None:
    assert len(sort_key("庄" * 60)) <= 200
