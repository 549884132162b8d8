"""What a row of a list is to do, given what is on record: the same answer before and when it is done.

Pure: no database, no clock. A decision names the acts that the services of registration and contributions do.
"""

from .authorities import decide
from .people import Act, Add, Decision, End, Held, Move, Person, Place, Register, Renew
from .schools import decide_pupil

__all__ = [
    "Act",
    "Add",
    "Decision",
    "End",
    "Held",
    "Move",
    "Person",
    "Place",
    "Register",
    "Renew",
    "decide",
    "decide_pupil",
]
