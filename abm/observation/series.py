"""Every reported series, once: name, unit, meaning. Counts and money are in real units, persons times weight.

Observation changes nothing: series are read from the census, the ledger's flows and the platform's published
figures, all taken at the end of a step. A series of a platform is a column ``platform.series``, one of the whole
market a column of its bare name.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from abm.money import yuan
from abm.persons.census import EXPECTED_UNIT, RISK_UNIT, STATUSES, TRUST_UNIT, Count
from abm.persons.state import Status
from abm.platforms.alarms import ALARMS
from abm.platforms.census import holding


@dataclass(frozen=True)
class PlatformSnapshot:
    """What is seen of one platform at the end of a step; money in fen, counts in simulated persons and in claims.

    A person stands for `weight` real ones, a claim for `case_weight` real cases.
    """

    weight: float
    case_weight: float
    census: Sequence[int]
    population: Sequence[int]
    flows: Mapping[str, int]
    sharing: int
    share: int
    aid: np.ndarray  # of each claim paid
    filed: int
    refused: int
    backlog: int
    capacity: float
    pool: int
    gained: int
    reserve: int
    stage: int
    policies_sold: int
    effort: float
    marketing: float
    fee_rate: float
    small_plans: int
    underwritten: int
    spun_off: bool


@dataclass(frozen=True)
class MarketSnapshot:
    """What is seen of the whole market at the end of a step: rows of the census, and the regulator's memory."""

    weight: float
    platforms: Sequence[Sequence[int]]
    population: Sequence[int]
    in_plans: Sequence[int]
    pressure: float
    insurance_like_membership: float
    stance: int
    closings: int
    alarms: Mapping[str, float]
    mood: float
    premiums: Sequence[int]  # paid by holders of each product in the step, simulated fen
    premium_levels: Sequence[float]  # of each product, over those of its first year


Seen = TypeVar("Seen", PlatformSnapshot, MarketSnapshot)


@dataclass(frozen=True)
class Series(Generic[Seen]):
    """A column of the results."""

    name: str
    unit: str
    meaning: str
    read: Callable[[Seen], float]


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below else math.nan  # always this object: it equals itself in a table


def _stock(*statuses: Status) -> Callable[[PlatformSnapshot], float]:
    return lambda snapshot: snapshot.weight * float(sum(snapshot.census[status] for status in statuses))


def _flow(status: Status) -> Callable[[PlatformSnapshot], float]:
    return lambda snapshot: snapshot.weight * float(snapshot.census[STATUSES + status])


def _money(*purposes: str) -> Callable[[PlatformSnapshot], float]:
    return lambda snapshot: snapshot.weight * yuan(sum(snapshot.flows.get(purpose, 0) for purpose in purposes))


def _mean(count: Count, unit: float = 1.0) -> Callable[[PlatformSnapshot], float]:
    return lambda snapshot: _ratio(float(snapshot.census[count]) / unit, float(snapshot.census[Count.DESCRIBED]))


def _risk(row: Sequence[int]) -> float:
    return _ratio(row[Count.RISK] / RISK_UNIT, row[Count.DESCRIBED])


def _trust(snapshot: MarketSnapshot) -> float:
    trust, covered = (sum(row[count] for row in snapshot.platforms) for count in (Count.TRUST, Count.DESCRIBED))
    return _ratio(trust / TRUST_UNIT, covered)


def _alarm(name: str, cause: str) -> Series[MarketSnapshot]:
    return Series(f"alarm_{name}", "1 a period", f"pressure that came from {cause}", lambda s: s.alarms[name])


INSIDE = (Status.WAITING, Status.COVERED, Status.FILING, Status.CLAIMING)

SERIES: tuple[Series[PlatformSnapshot], ...] = (
    Series("members", "persons", "members at the end of the step, the waiting among them", _stock(*INSIDE)),
    Series("members_waiting", "persons", "members not yet covered", _stock(Status.WAITING)),
    Series("members_sharing", "persons", "members over whom the aid was divided", lambda s: s.weight * s.sharing),
    Series("joined", "persons a period", "joined, net of those turned away", _flow(Status.WAITING)),
    Series("declined", "persons a period", "turned away by their health declaration", _flow(Status.DECLINED)),
    Series("left", "persons a period", "chose to leave", _flow(Status.LEFT)),
    Series("lapsed", "persons a period", "removed after failed deductions", _flow(Status.LAPSED)),
    Series("aged_out", "persons a period", "grew too old for the plan", _flow(Status.AGED_OUT)),
    Series("barred", "persons a period", "diagnosed while waiting", _flow(Status.BARRED)),
    Series("filed", "cases a period", "claims filed", lambda s: s.case_weight * s.filed),
    Series("aided", "cases a period", "claims accepted and paid", lambda s: s.case_weight * s.aid.size),
    Series("refused", "cases a period", "claims refused", lambda s: s.case_weight * s.refused),
    Series("backlog", "cases", "claims waiting for investigation", lambda s: s.case_weight * s.backlog),
    Series("capacity", "cases a period", "claims that can be investigated", lambda s: s.capacity),
    Series("share", "yuan a period", "published share", lambda s: yuan(s.share)),
    Series(
        "share_noise",
        "1",
        "relative standard deviation of the share by chance, from the cases paid; without fellows that of a sample",
        lambda s: _ratio(float(np.linalg.norm(s.aid)), int(s.aid.sum())),
    ),
    Series(
        "expected_share",
        "yuan a period",
        "mean share that members expect",
        lambda s: yuan(_mean(Count.EXPECTED, EXPECTED_UNIT)(s)),
    ),
    Series("trust", "1", "mean believed chance that a valid claim is paid", _mean(Count.TRUST, TRUST_UNIT)),
    Series("risk", "1 a year", "mean true incidence of covered members", lambda s: _risk(s.census)),
    Series(
        "risk_population",
        "1 a year",
        "mean true incidence of all persons of an age that is covered",
        lambda s: _risk(s.population),
    ),
    Series(
        "relative_risk",
        "1",
        "risk of covered members over that of the population",
        lambda s: _ratio(_risk(s.census), _risk(s.population)),
    ),
    Series(
        "leavers_risk",
        "1 a year",
        "mean true incidence of those who chose to leave",
        lambda s: _ratio(float(s.census[Count.LEAVERS_RISK]) / RISK_UNIT, float(s.census[STATUSES + Status.LEFT])),
    ),
    Series("mean_age", "years", "mean age of covered members", lambda s: _mean(Count.AGE)(s) + 0.5),
    Series("high_risk", "1", "share of covered members at high risk", _mean(Count.HIGH_RISK)),
    Series(
        "insured",
        "1",
        "share of covered members with insurance that asks about health",
        lambda s: _ratio(holding(s.census, s.underwritten), s.census[Count.DESCRIBED]),
    ),
    Series("under_30", "1", "share of covered members under 30", _mean(Count.UNDER_30)),
    Series("low_income", "1", "share of covered members below 100,000 yuan a year", _mean(Count.LOW_INCOME)),
    Series("tier_3", "1", "share of covered members in cities of tier 3 and below", _mean(Count.TIER_3)),
    Series("in_care", "1", "share of covered members for whom somebody else decides and pays", _mean(Count.IN_CARE)),
    Series("aid", "yuan a period", "aid paid to the ill", _money("aid")),
    Series("deposited", "yuan a period", "paid into deposits", _money("deposit")),
    Series("refunded", "yuan a period", "deposits paid back to those who left", _money("refund")),
    Series("fee", "yuan a period", "fee on the aid, the platform's income", _money("fee")),
    Series(
        "collected",
        "yuan a period",
        "shares collected, by deduction or from deposits",
        _money("share", "drawn"),
    ),
    Series(
        "subsidy",
        "yuan a period",
        "shares, excess over caps and what used-up deposits lacked, borne by the platform",
        _money("subsidy", "case_cap", "annual_cap", "shortfall"),
    ),
    Series("investigation", "yuan a period", "cost of investigation", _money("investigation")),
    Series("technology", "yuan a period", "cost of technology", _money("technology")),
    Series("other_costs", "yuan a period", "other costs", _money("other_costs")),
    Series("education", "yuan a period", "cost of telling members the true level of shares", _money("education")),
    Series("traffic", "yuan a period", "income from selling insurance to members", _money("traffic")),
    Series("other_sales", "yuan a period", "income from other sales to members", _money("other_sales")),
    Series("run_off", "yuan a period", "aid borne by the platform after the end of cover", _money("run_off")),
    Series("returned", "yuan a period", "shares given back to members at the end", _money("returned")),
    Series("conversion", "yuan a period", "free insurance given to members at the end", _money("conversion")),
    Series("parting", "yuan a period", "what it cost the parent to part with the plan, or to try", _money("parting")),
    Series("fine", "yuan a period", "fines for misleading promotion", _money("fine")),
    Series("seized", "yuan a period", "deposits kept by the platform when it ended", _money("seized")),
    Series("levy", "yuan a period", "part of the aid paid into the guarantee fund", _money("levy")),
    Series("guarantee", "yuan a period", "aid paid by the guarantee fund", _money("guarantee")),
    Series("reserve", "yuan", "put aside for claims, by duty", lambda s: s.weight * yuan(s.reserve)),
    Series("reserve_cost", "yuan a period", "what it costs to leave the reserve untouched", _money("reserve_cost")),
    Series("reserve_paid", "yuan a period", "aid paid out of the reserve", _money("reserve_paid")),
    Series(
        "surplus",
        "yuan a period",
        "change of the platform's own money, with its reserve: all that it takes in less all that it bears",
        lambda s: s.weight * yuan(s.gained),
    ),
    Series(
        "pool",
        "yuan",
        "carried into the next period; negative is advanced by the platform",
        lambda s: s.weight * yuan(s.pool),
    ),
    Series("stage", "code", "where the plan is in its life, see platforms.closing.Stage", lambda s: s.stage),
    Series("spun_off", "0 or 1", "whether the parent has parted with the plan", lambda s: float(s.spun_off)),
    Series(
        "policies_sold",
        "policies a period",
        "insurance sold to members by the platform",
        lambda s: s.weight * s.policies_sold,
    ),
    Series("effort", "1", "effort of investigation", lambda s: s.effort),
    Series("marketing", "1", "marketing over that of the terms", lambda s: s.marketing),
    Series("fee_rate", "1", "fee on the aid in force", lambda s: s.fee_rate),
    Series("small_plans", "plans", "small plans that are counted together as this one", lambda s: s.small_plans),
)


@functools.cache
def columns_of(platform: str) -> tuple[str, ...]:
    """The columns of a platform, one for each of its series."""
    return tuple(f"{platform}.{series.name}" for series in SERIES)


MARKET: tuple[Series[MarketSnapshot], ...] = (
    Series("pressure", "1", "what weighs on the regulator's mind, the sum of all alarms", lambda s: s.pressure),
    *(_alarm(name, cause) for name, cause in ALARMS.items()),
    Series(
        "insurance_like_membership",
        "periods",
        "members of insurance-like products over population, summed",
        lambda s: s.insurance_like_membership,
    ),
    Series("stance", "code", "how stern the regulator is, see agents.regulator.Stance", lambda s: s.stance),
    Series(
        "persons_in_plans",
        "persons",
        "persons in any plan, not diagnosed and of an age that is covered",
        lambda s: s.weight * s.in_plans[Count.DESCRIBED],
    ),
    Series("mood", "1", "mood of the public towards mutual aid, from 0 (calm) to 1 (alarm)", lambda s: s.mood),
    Series("plan_trust", "1", "mean trust of covered members, over all memberships", _trust),
)
CLOSINGS: Series[MarketSnapshot] = Series("closings", "plans", "closings announced so far", lambda s: s.closings)


def of_product(name: str, row: int) -> tuple[Series[MarketSnapshot], ...]:
    """The series of an insurance product, in the row of that number."""
    people = f"with the insurance {name}, of those not diagnosed and of an age that is covered"

    def held(census: Sequence[int]) -> float:
        return _ratio(holding(census, 1 << row), census[Count.DESCRIBED])

    return (
        Series(f"{name}_share", "1", f"share of persons {people}", lambda s: held(s.population)),
        Series(f"{name}_share_members", "1", f"share of persons in any plan {people}", lambda s: held(s.in_plans)),
        Series(
            f"{name}_premiums",
            "yuan a period",
            f"what all holders of the insurance {name} paid for it",
            lambda s: s.weight * yuan(s.premiums[row]),
        ),
        Series(
            f"{name}_premium_level",
            "1",
            f"what the insurance {name} costs a person over what it cost in its first year",
            lambda s: s.premium_levels[row],
        ),
    )


@functools.cache
def of_market(products: tuple[str, ...]) -> tuple[Series[MarketSnapshot], ...]:
    """All series of the market where those insurance products are known."""
    of_products = (series for row, name in enumerate(products) for series in of_product(name, row))
    return (*MARKET, *of_products, CLOSINGS)
