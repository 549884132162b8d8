"""The pattern that reads payments: it says what their cells say, and fits those of a sound file."""

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.bankfiles import reading
from enrollment.bankfiles.reading import Unreadable, lines_of, read

from .makers import FORMS, content, paid, went_back
from .test_reading import LAW, TODAY

SOUND = [content([paid("N2009-0000001"), went_back("A0", 40), paid("N2", words="李\u3000四")], form) for form in FORMS]
ODD = list(b' ,-.01P9AZaz"\r\t\x00\x7f\x80')


def read_whole(data: bytes) -> object:
    """What is read of a file, or what is wrong with it."""
    try:
        found = read(data, LAW, TODAY)
    except Unreadable as error:
        return error.problems
    return found, [line for part in found.parts for line in lines_of(part, found.form)]


@given(data=st.data())
def test_the_pattern_reads_what_the_cells_say(data):
    """Any bytes changed in sound files: with the pattern and without it they are the same lines, or the same is wrong
    with them.
    """
    file = bytearray(data.draw(st.sampled_from(SOUND)))
    for _time in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(file) - 1))
        file[at] = data.draw(st.one_of(st.sampled_from(ODD), st.integers(0, 255)))
    found = read_whole(bytes(file))
    with mock.patch.object(reading, "payment", return_value=None):
        assert read_whole(bytes(file)) == found


@pytest.mark.parametrize("file", SOUND, ids=range(len(SOUND)))
def test_the_pattern_fits_the_payments_of_a_sound_file(file):
    with mock.patch.object(reading, "payment", wraps=reading.payment) as pattern:
        found = read(file, LAW, TODAY)
    fitting = [call for call in pattern.call_args_list if reading.payment(*call.args) is not None]
    assert len(fitting) == found.sums.payments
