"""How far a command has come: a bar on a terminal, else a line now and then."""

import time
from typing import Protocol

WIDTH = 30
# Seconds between two pictures of the bar, and between two lines where there is no terminal.
PAUSE, LONG_PAUSE = 0.1, 20


class Stream(Protocol):
    """What a command writes to."""

    def isatty(self) -> bool: ...

    def write(self, text: str, /) -> object: ...

    def flush(self) -> None: ...


class Progress:
    """Says on `stream` what is being done (`say`) and what share of all is done (`show`). A bar ends with `close`."""

    def __init__(self, stream: Stream, *, bar: bool | None = None) -> None:
        self.stream = stream
        self.bar = stream.isatty() if bar is None else bar
        self.text = ""
        self.share = 0.0
        self._drawn = 0.0
        self._length = 0

    def say(self, text: str) -> None:
        """From now on `text` is being done."""
        self.text = text
        self._draw()

    def show(self, share: float) -> None:
        """`share` (0 to 1) of all is done."""
        self.share = share
        if time.monotonic() - self._drawn >= (PAUSE if self.bar else LONG_PAUSE):
            self._draw()

    def close(self) -> None:
        """Leave the bar as it stands: what is written next begins on a line of its own."""
        if self.bar and self._drawn:
            self._draw()
            self.stream.write("\n")
            self.stream.flush()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        if not self.bar:
            self.stream.write(f"{self.share:4.0%}  {self.text}\n")
        else:
            full = int(WIDTH * self.share)
            line = f"[{'#' * full}{'.' * (WIDTH - full)}] {self.share:4.0%}  {self.text}"
            self.stream.write("\r" + line.ljust(self._length))
            self._length = len(line)
        self.stream.flush()
