"""The calendar: half-months, the beat at which platforms publish claims and collect shares.

Claims are published on the 7th and 21st and collected on the 14th and 28th (fact F119). A half-month is
named by a whole number, ``24 * year + 2 * (month - 1) + half``, so that dates subtract.
"""

from datetime import date

PERIODS_PER_YEAR = 24
PERIODS_PER_MONTH = 2
COLLECTION_DAYS = (14, 28)


def half_month(day: date) -> int:
    """The half-month that `day` falls into: the first half ends on the 15th."""
    return PERIODS_PER_YEAR * day.year + 2 * (day.month - 1) + (day.day > 15)


def collection_date(period: int) -> date:
    """The day on which the shares of a half-month are collected."""
    year, rest = divmod(period, PERIODS_PER_YEAR)
    month, half = divmod(rest, 2)
    return date(year, month + 1, COLLECTION_DAYS[half])


def first_period_of(day: date) -> int:
    """The first half-month in which what is new on a day is so at the collection of shares."""
    return half_month(day) + (collection_date(half_month(day)) < day)


def periods(days: float) -> int:
    """Days as whole half-months, rounded up: a wait of 90 days is six of them."""
    return -int(-days * PERIODS_PER_YEAR // 365.25)
