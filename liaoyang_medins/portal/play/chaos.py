"""The steps of a day in several processes, which are killed on the way, with messages that come twice.

The steps of one resident stay in order: they belong to one process, and each is sent when the one before it was
answered. Beside it another process may get the same message, at the same moment or later. A process is killed with
SIGKILL at a moment that nothing in it chooses; what it had not answered is sent to the one that takes its place,
whether or not it was done. Yet another process sweeps the journal and seals the audit record all the while.
"""

import datetime
import os
import random
import signal
import time
import traceback
import zlib
from collections import deque
from collections.abc import Iterable
from multiprocessing import connection as pipes
from multiprocessing import get_context
from typing import Any

from django.db import connections

from liaoyang_medins.kernel import clock

from .acts.funds import close_day
from .steps import CITY, PlayError, Result, Step, perform
from .tally import Tally

# Of a hundred steps: how many are sent a second time, and in how many of them the process is killed.
DOUBLED, KILLED = 6, 1
# A process that is to be killed dies within this time of getting a step (seconds); most steps take about as long.
WITHIN = 0.02
NIGHT_RESTS = 0.3
FORK = get_context("fork")
Message = tuple[Step, bool]


def worker(pipe: Any) -> None:
    """Does the steps that come through the pipe and answers each: a process of its own. None ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while (message := pipe.recv()) is not None:
        step, doubled = message
        try:
            with clock.on_day(step.day):
                answer: Result | str = perform(step, doubled=doubled)
        except PlayError as error:
            answer = str(error)
        except Exception:
            answer = f"{step}:\n{traceback.format_exc()}"
        pipe.send(answer)
    connections.close_all()


def night(pipe: Any) -> None:
    """Sweeps and seals again and again, on the day that came last through the pipe: a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    day: datetime.date | None = pipe.recv()
    while day is not None:
        try:
            with clock.on_day(day):
                close_day()
        except Exception:
            pipe.send(traceback.format_exc())
            break
        while day is not None and pipe.poll(NIGHT_RESTS):
            day = pipe.recv()
    connections.close_all()


class Hand:
    """A worker as the coordinator knows it: its process, what it was sent and has not answered, and what waits."""

    def __init__(self, target: Any) -> None:
        self.target = target
        self.sent: Message | None = None
        self.waiting: deque[Message] = deque()
        self.twice: deque[Message] = deque()
        self.dies_at: float | None = None
        self.start()

    def start(self) -> None:
        # A connection to the database must not be shared over a fork.
        connections.close_all()
        self.pipe, theirs = FORK.Pipe()
        self.process = FORK.Process(target=self.target, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    @property
    def is_done(self) -> bool:
        return self.sent is None and not self.waiting and not self.twice

    def kill(self) -> None:
        pid = self.process.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        self.process.join()
        self.pipe.close()
        self.dies_at = None

    def stop(self) -> None:
        if self.process.is_alive():
            self.pipe.send(None)
            self.process.join(30)
        if self.process.is_alive():
            self.kill()


class Chaos:
    """Does the steps in `processes` processes. Which are killed and what comes twice is drawn from the seed; what that
    does to the order of things is not."""

    def __init__(self, tally: Tally, processes: int, seed: int) -> None:
        self.tally = tally
        self.random = random.Random(f"chaos|{seed}")  # noqa: S311  no secret
        self.processes = processes

    def __enter__(self) -> "Chaos":
        self.hands = [Hand(worker) for _ in range(self.processes)]
        self.night = Hand(night)
        return self

    def __exit__(self, *error: object) -> None:
        for hand in (*self.hands, self.night):
            hand.stop()

    def work(self, steps: Iterable[Step]) -> None:
        """Do the steps of one day: the agency's own first, then those of all residents at once. Raises PlayError."""
        wanted = list(steps)
        if not wanted:
            return
        self.night.pipe.send(wanted[0].day)
        city = [step for step in wanted if step.who == CITY]
        for steps_at_once in (city, [step for step in wanted if step.who != CITY]):
            for step in steps_at_once:
                # Not hash(): that differs from run to run, and kills shall be drawn alike.
                place = zlib.crc32(step.who.encode()) % len(self.hands)
                self.hands[place].waiting.append((step, False))
            while not all(hand.is_done for hand in self.hands):
                self.turn()

    def turn(self) -> None:
        """Give work to who is idle, hear who answered, kill who is to die."""
        for hand in self.hands:
            if hand.sent is None:
                self.give(hand)
        busy = [hand for hand in self.hands if hand.sent is not None]
        deadlines = [hand.dies_at for hand in busy if hand.dies_at is not None]
        patience = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
        heard = pipes.wait([hand.pipe for hand in busy] + [self.night.pipe], timeout=patience)
        for hand in busy:
            if hand.pipe in heard:
                self.hear(hand)
        if self.night.pipe in heard:
            raise PlayError(f"The journal or the seal: {self.night.pipe.recv()}")
        now = time.monotonic()
        for hand in busy:
            if hand.dies_at is not None and hand.dies_at <= now:
                hand.kill()
                self.tally.killed += 1
                hand.start()
                if hand.sent is not None:
                    # Nobody knows whether it was done: it is sent again.
                    hand.pipe.send(hand.sent)

    def give(self, hand: Hand) -> None:
        """Send the next message, and now and then send it to another process too."""
        if hand.twice:
            self.send(hand, hand.twice.popleft())
        elif hand.waiting:
            step, _doubled = hand.waiting.popleft()
            self.send(hand, (step, False))
            if self.random.randrange(100) < DOUBLED:
                self.tally.doubled += 1
                other = self.random.choice(self.hands)
                other.twice.append((step, True))
                if other.sent is None:
                    self.send(other, other.twice.popleft())

    def send(self, hand: Hand, message: Message) -> None:
        hand.sent = message
        hand.pipe.send(message)
        # Who answered before its time dies in its next step.
        if hand.dies_at is not None or self.random.randrange(100) < KILLED:
            hand.dies_at = time.monotonic() + self.random.random() * WITHIN

    def hear(self, hand: Hand) -> None:
        if hand.sent is None:
            return
        step, doubled = hand.sent
        try:
            answer = hand.pipe.recv()
        except EOFError as error:
            raise PlayError(f"{step}: the process that did it ended by itself.") from error
        hand.sent = None
        if isinstance(answer, str):
            raise PlayError(answer)
        if not doubled:
            self.tally.note(step, answer)
