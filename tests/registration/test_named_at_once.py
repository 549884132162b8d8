"""W2, Art. 9: all missing or wrong material is named at once."""

import pytest

from enrollment.registration.models import MaterialCheck, Registration
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.policy.terms import Material
from tests.registration.makers import ALL_PRESENT, Chain, register

pytestmark = pytest.mark.django_db
State = MaterialCheck.State
FIRST_VISIT = {Material.PHOTOS: State.MISSING, Material.ID_CARD: State.WRONG}


def bad_materials(registration: Registration) -> set[str]:
    return set(
        registration.materials.filter(state__in=(State.MISSING, State.WRONG)).values_list("material", flat=True)
    )


def test_the_first_visit_names_everything_that_is_missing_or_wrong():
    registration = register(materials=ALL_PRESENT | FIRST_VISIT)
    assert registration.status == Registration.Status.MATERIALS_MISSING
    assert bad_materials(registration) == {"photos", "id_card"}


def test_what_was_not_named_then_needs_a_reason_now():
    chain = Chain()
    registration = register(chain.community, materials=ALL_PRESENT | FIRST_VISIT)
    second = {Material.PHOTOS: State.PRESENT, Material.HUKOU_BOOKLET: State.MISSING}
    with pytest.raises(Invalid) as refused:
        chain.do("check_materials", registration, chain.community, materials=second)
    assert refused.value.field == "reason"
    assert bad_materials(registration) == {"photos", "id_card"}
    chain.do("check_materials", registration, chain.community, materials=second, reason="The copy was cut off.")
    assert bad_materials(registration) == {"id_card", "hukou_booklet"}


def test_once_everything_is_there_the_registration_is_accepted():
    chain = Chain()
    registration = register(chain.community, materials=ALL_PRESENT | FIRST_VISIT)
    brought = dict.fromkeys(FIRST_VISIT, State.PRESENT)
    chain.do("check_materials", registration, chain.community, materials=brought)
    assert registration.status == Registration.Status.ACCEPTED
