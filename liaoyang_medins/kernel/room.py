"""Whether something failed because the server has no room left: no page of ours can say more than Python or
PostgreSQL, but it can say what to do.
"""

import errno

# A full disk, a used-up quota, a file as large as the system lets it get.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# What Python says when it could write into no folder for temporary files; why, it does not.
_NO_FOLDER = "No usable temporary directory"
# PostgreSQL's disk_full.
_DISK_FULL = "53100"
# What such an error is called where it is kept as text.
NAME = "NoRoom"


def out_of_room(error: BaseException | None) -> bool:
    """Whether an error, or one that it came of, says that there is no room to write into."""
    while error is not None:
        if isinstance(error, OSError) and (error.errno in _NO_ROOM or _NO_FOLDER in str(error)):
            return True
        if getattr(error, "pgcode", None) == _DISK_FULL:
            return True
        error = error.__cause__ or error.__context__
    return False
