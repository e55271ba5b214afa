"""What a run notes in its chronicle: dated events, each of a kind that readers match by value."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

COLUMNS = ("date", "who", "what", "detail")  # of an event, for readers; its kind is for programs
REGULATOR = "regulator"  # who it is that warns and rectifies


class EventKind(StrEnum):
    """Of which kind an event is."""

    LAUNCH = "launch"
    NEW_TERMS = "new terms"
    CLOSING = "closing"
    STOPPED_AND_CONVERTED = "stopped and converted"  # as insurance, by the regulator; goes on under new terms
    STOPPED_AND_CLOSED = "stopped and closed"  # the same, and is wound up
    SPUN_OFF = "spun off"  # the parent has parted with the plan, which goes on under a new owner
    EXIT_PLAN = "exit plan"  # asked for by the regulator
    TRUTH_DEMANDED = "true level demanded"  # by the regulator, of a plan whose promotion was misleading
    WARNING = "warning"
    RECTIFICATION = "rectification"
    NEW_PREMIUM = "new premium"  # of insurance, by the experience of a year
    PRODUCT_ENDED = "product ended"  # insurance that has lost too much


STOPS = frozenset({EventKind.STOPPED_AND_CONVERTED, EventKind.STOPPED_AND_CLOSED})
CLOSINGS = frozenset({EventKind.CLOSING, EventKind.STOPPED_AND_CLOSED})
CHANGES_OF_TERMS = frozenset({EventKind.NEW_TERMS, EventKind.STOPPED_AND_CONVERTED, EventKind.SPUN_OFF})


def readable(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event as it is shown: date, who, what, detail."""
    return {column: event[column] for column in COLUMNS}
