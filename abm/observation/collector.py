"""Keeping the series: what is read of a model at the end of each step."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import mesa

from abm.ledger import own, pool, reserve
from abm.observation.series import SERIES, MarketSnapshot, PlatformSnapshot, columns_of, of_market
from abm.platforms.plan import Plan, Supervisor, Surroundings
from abm.platforms.policies import Stance


class ObservedPlan(Plan, Protocol):
    """A plan, and what is read of it for the series alone."""

    @property
    def share(self) -> int:
        """The share published in this step, fen."""

    @property
    def policies_sold(self) -> int:
        """Insurance policies sold to its members in this step, simulated."""


class ObservedRegulator(Supervisor, Protocol):
    """The regulator, and how stern it is."""

    @property
    def stance(self) -> Stance:
        """Its stance after this step."""

    @property
    def alarms(self) -> dict[str, float]:
        """Pressure that came up in this step, by cause."""


class ObservedInsurer(Protocol):
    """An insurer, and what is read of it for the series alone."""

    @property
    def name(self) -> str:
        """The product that it sells."""

    @property
    def factor(self) -> float:
        """Its premium over that of the first year."""


class Observed(Surroundings, Protocol):
    """A model, and what is read of it for the series alone."""

    @property
    def latest(self) -> dict[str, float]:
        """All series of this step, by name."""

    @property
    def platforms(self) -> Sequence[ObservedPlan]:
        """All plans in the order of the scenario."""

    @property
    def regulator(self) -> ObservedRegulator:
        """Who watches."""

    @property
    def insurers(self) -> Sequence[ObservedInsurer]:
        """Those who sell a product, or once sold it."""


# With the seed, tables of several runs laid together say whose luck each row is.
OF_ALL: Mapping[str, str] = {"date": "day", "seed": "seed"}


class Collector(mesa.DataCollector):
    """Mesa's collector of all series of `series`: ``platform.series``, and those of the market by their bare names.

    Before them come date and seed. Mesa copies whatever a reporter hands over, for it might change; the series are
    a thousand numbers, which do not, and are entered as they are.
    """

    def __init__(self, platforms: list[str], products: tuple[str, ...]) -> None:
        super().__init__(model_reporters=dict(OF_ALL))
        self.series = [column for name in platforms for column in columns_of(name)]
        self.series += [series.name for series in of_market(products)]
        self.model_vars.update({name: [] for name in self.series})

    def collect(self, model: Observed) -> None:
        """Keep what there is of a model at the end of a step."""
        super().collect(model)
        for name in self.series:
            if name not in self.model_reporters:  # a reporter of one's own comes before a series of that name
                self.model_vars[name].append(model.latest[name])


def kept_besides(kept: mesa.DataCollector) -> list[str]:
    """Names of all that a collector has been told to keep besides its series."""
    more = [name for name in kept.model_reporters if name not in OF_ALL]
    return more + [str(name) for each in (kept.agent_reporters, kept.agenttype_reporters, kept.tables) for name in each]


def observe(model: Observed, tally: list[list[int]]) -> dict[str, float]:
    """All series of a step, by name, from its census (rows of `census.count`). Observation changes nothing."""
    *plans, population, in_plans = tally
    flows: dict[str, dict[str, int]] = {platform.name: {} for platform in model.platforms}
    for (who, what), amount in model.ledger.flows.items():
        if who in flows:  # insurers have flows too
            flows[who][what] = amount
    seen = {}
    for platform, row in zip(model.platforms, plans, strict=True):
        snapshot = _snapshot(model, platform, row, population, flows[platform.name])
        for column, series in zip(columns_of(platform.name), SERIES, strict=True):
            seen[column] = series.read(snapshot)
    products, levels = tuple(model.case.insurance.products), {each.name: each.factor for each in model.insurers}
    market = MarketSnapshot(
        weight=model.weight,
        platforms=plans,
        population=population,
        in_plans=in_plans,
        pressure=model.regulator.pressure,
        insurance_like_membership=model.regulator.insurance_like_membership,
        stance=int(model.regulator.stance),
        closings=len(model.closings),
        alarms=model.regulator.alarms,
        mood=model.mood,
        premiums=[model.ledger.flows.get((name, "premiums"), 0) for name in products],
        premium_levels=[levels.get(name, 1.0) for name in products],
    )
    return seen | {series.name: series.read(market) for series in of_market(products)}


def _snapshot(
    model: Observed, platform: ObservedPlan, row: list[int], population: list[int], flows: dict[str, int]
) -> PlatformSnapshot:
    return PlatformSnapshot(
        weight=model.weight,
        census=row,
        population=population,
        flows=flows,
        sharing=platform.census.sharing,
        share=platform.share,
        case_weight=platform.desk.case_weight,
        aid=platform.desk.amounts,
        filed=platform.desk.filed,
        refused=platform.desk.refused,
        backlog=platform.desk.queue.size,
        capacity=platform.desk.capacity,
        pool=model.ledger.balances[pool(platform.name)],
        gained=model.ledger.gained(own(platform.name)) + model.ledger.gained(reserve(platform.name)),
        reserve=model.ledger.balances[reserve(platform.name)],
        stage=int(platform.stage),
        policies_sold=platform.policies_sold,
        effort=platform.levers.effort,
        marketing=platform.levers.marketing,
        fee_rate=platform.terms.fee_rate,
        small_plans=platform.small_plans,
        underwritten=model.case.insurance.underwritten,
        spun_off=platform.taken_over >= 0,
    )
