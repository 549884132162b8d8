"""Doing several things at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from liaoyang_medins.kernel.errors import DomainError


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of the works gives or raises (a domain error), in their order, all begun together. The test needs
    `django_db(transaction=True)`: another connection sees only what is committed.
    """
    start = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            start.wait(20)
            answers[index] = work()
        except DomainError as error:
            answers[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def parted(answers: list[Any]) -> tuple[list[Any], list[DomainError]]:
    """What was given, and what was refused."""
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    return [answer for answer in answers if not isinstance(answer, DomainError)], refused
