"""Every number of the world, once: its name, meaning, unit, range, default and where it comes from.

A scenario file sets what differs from these defaults, says in its ``[sources]`` table where each value comes from, and
in its ``[plausible]`` table from where to where it might as well lie.
Persons are declared in `people`, platforms in `terms` and `parents`, insurers and the regulator in `institutions`;
reading and writing such files is in `files`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from abm.clock import half_month
from abm.errors import ModelError, nearest
from abm.scenario.declare import NAME, Range, Section, bounds, fact, found_at, number
from abm.scenario.institutions import BasicMedical, Mood, MutualInsurer, Supervision
from abm.scenario.insurance import Insurance
from abm.scenario.owners import Owner
from abm.scenario.people import Friends, Health, Mind, People
from abm.scenario.terms import PlatformTerms

LONGEST = 2_400  # half-months, a century
EARLIEST, LATEST = date(1000, 1, 1), date(8999, 12, 31)  # so that days before and after are days too
MOST_SHOCKS = 100
MOST_AID = 20_000_000  # yuan: what a person received is kept in 32 bits, in fen
DUTIES = ("exit_plan_duty", "reserve_duty")  # policies each, and of supervision, from a day on, beside any policy
ACCOUNTS = ("persons", "households", "outside", "guarantee_fund")  # of the ledger
Name = Annotated[str, Field(pattern=NAME)]
Platforms = Annotated[dict[Name, PlatformTerms], Field(min_length=1, max_length=23)]


def _two(given: Any) -> Any:
    """Both ends of a range."""
    if isinstance(given, Mapping):
        raise ValueError("must be two numbers, [low, high], and the path before them in quotation marks")
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ValueError(f"{list(given) if isinstance(given, tuple) else given!r} must be two numbers, [low, high]")
    return tuple(given)


# fmt: off
class Calendar(Section):
    """From when to when."""

    start: date = fact(date(2018, 10, 16), "first day simulated", unit="date", source="F001")
    end: date = fact(date(2022, 1, 31), "last day simulated", unit="date", source="the last platform closed")

    @model_validator(mode="after")
    def _in_order(self) -> "Calendar":
        if self.end < self.start:
            raise ValueError(f"end = {self.end} is before start = {self.start}; are the two swapped?")
        if self.periods > LONGEST:
            raise ValueError(f"{self.start} to {self.end} are {self.periods} half-months; at most {LONGEST} can be run")
        if self.start < EARLIEST or self.end > LATEST:
            raise ValueError(f"{self.start} to {self.end} must be within {EARLIEST} to {LATEST}")
        return self

    @property
    def periods(self) -> int:
        """The number of half-months from start to end, both included."""
        return half_month(self.end) - half_month(self.start) + 1

    def steps_until(self, day: date | None) -> int:
        """Steps from the first day to `day`, the last day where none is given.

        Raises `ModelError` for a day outside the calendar.
        """
        if day is None:
            return self.periods
        if not isinstance(day, date):
            raise ModelError(f"until = {day!r} must be a day, as datetime.date(2020, 12, 31)")
        if not half_month(self.start) <= half_month(day) <= half_month(self.end):
            raise ModelError(f"until = {day} is outside the calendar, {self.start} to {self.end}")
        return half_month(day) - half_month(self.start) + 1


class Shock(Section):
    """Something from outside the market, with dates: it multiplies a chance or a capacity while it lasts."""

    title: str = fact(..., "what happened", source="the scenario")
    target: Literal["investigation", "diagnosis", "marketing", "trust", "regulatory_cost"] = fact(...,
        "what it multiplies; trust of members and regulatory cost of parents in every period that it lasts",
        source="the scenario")
    platform: str | None = fact(None, "the plan that it meets; all where none is named", source="the scenario")
    first: date = fact(..., "first day", unit="date", source="the scenario")
    last: date = fact(..., "last day", unit="date", source="the scenario")
    factor: float = number(1.0, "what the target is multiplied by", unit="1", low=0, high=100, source="the scenario")

    @model_validator(mode="after")
    def _in_order(self) -> "Shock":
        if self.last < self.first:
            raise ValueError(f"last = {self.last} is before first = {self.first}; are the two swapped?")
        return self


class Scenario(Section):
    """A whole world: who lives in it, what they are like, and which platforms open."""

    title: str = fact("untitled", "one line", source="the scenario")
    summary: str = fact("", "what it shows", source="the scenario")
    calendar: Calendar = Calendar()
    people: People = People()
    friends: Friends = Friends()
    health: Health = Health()
    mind: Mind = Mind()
    platform: Platforms = fact({"pool": PlatformTerms()},
        "platforms by name",
        source="the scenario")
    insurance: Insurance = Insurance()
    basic_medical: BasicMedical = BasicMedical()
    insurer: dict[Name, MutualInsurer] = fact({}, "licensed mutual insurers by name", source="the scenario")
    owner: dict[Name, Owner] = fact({}, "companies behind several plans, by name", source="the scenario")
    supervision: Supervision = Supervision()
    mood: Mood = Mood()
    slots: int = number(1, "platforms that a person can be in at once", unit="platforms", low=1, high=8,
        source="assumption: 1 where there is one platform; a user had joined four, F268")
    shocks: tuple[Shock, ...] = fact((), "what came from outside", source="none unless the scenario says so")
    sources: dict[str, str] = fact({}, "where the values of this scenario come from, by path", source="the scenario")
    plausible: dict[str, Annotated[Range, BeforeValidator(_two)]] = fact({},
        "from where to where values of this scenario might as well lie, by path", source="the scenario")

    @model_validator(mode="after")
    def _countable(self) -> "Scenario":
        highest = [max(band.cover for band in terms.bands) for terms in self.platform.values()]
        if any(terms.parent and terms.parent.rivalry.answers for terms in self.platform.values()):
            highest = [max(highest)] * len(highest)  # who answers a rival comes to give as much
        most = sum(sorted(highest)[-self.slots :])
        if most > MOST_AID:
            words = f"covers of {self.slots} plans add up to {most:,.0f} yuan"
            raise ValueError(f"{words}; at most {MOST_AID:,} can be counted for a person")
        return self

    @model_validator(mode="after")
    def _within_the_run(self) -> "Scenario":
        for name, terms in self.platform.items():
            if terms.launch > self.calendar.end:
                raise ValueError(f"platform.{name}.launch = {terms.launch} is after calendar.end = {self.calendar.end}")
        if len(self.shocks) > MOST_SHOCKS:
            raise ValueError(f"shocks: {len(self.shocks):,} are too many; at most {MOST_SHOCKS}")
        for index, shock in enumerate(self.shocks):
            if shock.last < self.calendar.start or shock.first > self.calendar.end:
                raise ValueError(f"shocks.{index}: {shock.first} to {shock.last} is outside the calendar")
            if shock.platform is not None and shock.platform not in self.platform:
                known = ", ".join(self.platform)
                raise ValueError(f"shocks.{index}: no platform '{shock.platform}'; there are: {known}")
        for name, terms in self.platform.items():
            if terms.insurer is not None and terms.insurer not in self.insurer:
                known = ", ".join(self.insurer) or "none"
                raise ValueError(f"platform.{name}.insurer: no insurer '{terms.insurer}'; there are: {known}")
            if terms.owner is not None and terms.owner not in self.owner:
                known = ", ".join(self.owner) or "none"
                raise ValueError(f"platform.{name}.owner: no owner '{terms.owner}'; there are: {known}")
            given, products = terms.closing.conversion_product, self.insurance.products
            if given not in products:
                words = f"no product '{given}'{nearest(given, list(products))}; there are: {', '.join(products)}"
                raise ValueError(f"platform.{name}.closing.conversion_product: {words}")
            if terms.closing.given_to_all and (products[given].on_sale or not products[given].premium):
                words = f"'{given}' is given to all, and so has a premium, the same for all, and is not on sale"
                raise ValueError(f"platform.{name}.closing.conversion_product: {words}")
        return self

    @model_validator(mode="after")
    def _duties_hold(self) -> "Scenario":
        """A duty comes into force within the run, and is not the policy's from the first day on and another's later."""
        policy, start, end = self.supervision.policy, self.calendar.start, self.calendar.end
        for duty in DUTIES:
            first = getattr(self.supervision, f"{duty}_from")
            if first is not None and first > end:
                raise ValueError(f"supervision.{duty}_from = {first} is after calendar.end = {end}")
            if first is not None and policy == duty and first > start:
                words = f"supervision.policy = '{policy}' is that duty from calendar.start = {start} on"
                raise ValueError(f"supervision.{duty}_from = {first}: {words}; leave one of the two out")
        return self

    @model_validator(mode="after")
    def _accounts_differ(self) -> "Scenario":
        """Everybody has accounts of their own in the ledger."""
        owners = dict.fromkeys(ACCOUNTS, "an account of all")
        for section, names in (
            ("insurance", self.insurance.products),
            ("platform", self.platform),
            ("insurer", self.insurer),
        ):
            for name in names:
                if name in owners:
                    raise ValueError(f"{section}.{name}: '{name}' is {owners[name]} already; choose another name")
                owners[name] = f"{section}.{name}"
        return self

    @model_validator(mode="after")
    def _plausible_is_allowed(self) -> "Scenario":
        for path, (first, last) in self.plausible.items():
            try:
                field, value = found_at(self, path)
            except ValueError as error:
                raise ValueError(f"plausible.{path}: {error}") from None
            low, high = bounds(field)
            if low is None or value is None:
                raise ValueError(f"plausible.{path}: {value!r} is not a number that could be another")
            if first > last:
                raise ValueError(f"plausible.{path}: {first:g} is above {last:g}; are the two swapped?")
            if first < low or last > high:
                allowed = f"{low:g} to {high:g}"
                raise ValueError(f"plausible.{path}: {first:g} to {last:g} is outside what is allowed, {allowed}")
        return self

    @property
    def passing_shocks(self) -> tuple[Shock, ...]:
        """Those that pass: one that lasts for more than half of the calendar is how things are from then on."""
        first, last = self.calendar.start, self.calendar.end
        return tuple(
            shock for shock in self.shocks if min(shock.last, last) - max(shock.first, first) <= (last - first) / 2
        )

    def shock(self, target: str, day: date, platform: str | None = None) -> float:
        """The product of all factors on a target on a day, for one platform; 1 without a shock."""
        factor = 1.0
        for shock in self.shocks:
            if shock.target == target and shock.first <= day <= shock.last and shock.platform in (None, platform):
                factor *= shock.factor
        return factor
