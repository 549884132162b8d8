"""Django's PostgreSQL backend, with another look at a connection that was kept since the last request."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server only where there is a reason: a statement for each request would be one in sixteen of an API
    call's.
    """

    def is_usable(self) -> bool:
        """Whether the connection can be used.

        A server that ends a connection says so on it, and the system closes that of a server that is gone: either can
        be read. A connection on which nothing came in rested unharmed.
        """
        return self.is_silent() or super().is_usable()

    def is_silent(self) -> bool:
        """Whether nothing has come in on the connection since its last answer."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
