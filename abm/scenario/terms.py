"""What a platform publishes, and what it costs to run: every number of it.

The defaults are those of the largest platform where its terms say nothing else; a scenario file gives the terms.
"""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from pydantic import model_validator

from abm.scenario.declare import Section, fact, number
from abm.scenario.pages import Crowdfunding, Users
from abm.scenario.parents import ClosingPlan, Parent, SmallPlans, Stopped

OLDEST = 105
DivisionName = Literal["equal", "age", "risk"]
RuleName = Literal["term_over", "too_few_members", "losses", "not_wanted", "run_away"]


# fmt: off
class CoverBand(Section):
    """The aid for members of some ages."""

    age_from: int = number(0, "youngest age, last birthday", unit="years", low=0, high=OLDEST, source="terms")
    age_to: int = number(59, "oldest age, last birthday", unit="years", low=0, high=OLDEST, source="terms")
    cover: float = number(300_000, "aid for a case", unit="yuan", low=0, high=10_000_000, source="terms")
    deposit: float | None = number(None, "paid in on joining, where it depends on age", unit="yuan", low=0, high=10_000,
        source="as for all ages")
    annual_cap: float | None = number(None, "most that a member pays in a calendar year, where it depends on age; "
        "goes before that of the plan, amended or not", unit="yuan", low=0, high=100_000, source="as for all ages")


class Amendment(Section):
    """Terms that change on a day."""

    day: date = fact(..., "first day of the new terms", unit="date", source="terms")
    fee_rate: float | None = number(None, "share of aid added for the platform", unit="1", low=0, high=0.5,
        source="terms")
    annual_cap: float | None = number(None, "most that a member pays in a calendar year",
        unit="yuan", low=0, high=100_000,
        source="terms")
    mild_cover: float | None = number(None, "aid for a mild case found from then on, 0 for none",
        unit="yuan", low=0, high=10_000_000, source="terms")


class PlatformTerms(Section):
    """What a platform publishes, and what it costs to run."""

    launch: date = fact(date(2018, 10, 16), "first day open", unit="date", source="terms")
    ends: date | None = fact(None, "last day of a plan that is sold for a fixed time only", unit="date",
        source="none: no plan was")
    bands: tuple[CoverBand, ...] = fact((CoverBand(),), "aid by age", source="terms")
    mild_cover: float = number(50_000, "aid for a mild case, at most that for others; 0 for none",
        unit="yuan", low=0, high=10_000_000, source="terms")
    min_credit: int = number(0, "credit score below which nobody may join", unit="points", low=0, high=950,
        source="terms")
    chronic_only: bool = fact(False, "whether the plan is for people at high risk, who need not hide it",
        source="no, unless the terms of the plan say so")
    tiers: tuple[int, ...] = fact((1, 2, 3), "city tiers in which the plan is offered; 3 stands for 3 and below",
        source="everywhere, unless the terms of the plan say so")
    audience: float = number(1.0, "share of the population that uses the pages on which the plan is offered",
        unit="1", low=0, high=1,
        source="everybody within reach, unless the scenario says otherwise")
    users: Users = Users()
    crowdfunding: Crowdfunding = Crowdfunding()
    waiting_days: int = number(90, "days from joining to cover", unit="days", low=0, high=3650, source="terms")
    newcomers_share: bool = fact(False, "whether members share from the day they join, and not only once covered",
        source="terms")
    claim_days: int = number(180, "days from diagnosis within which a claim must be filed",
        unit="days", low=15, high=3650,
        source="F123")
    fee_rate: float = number(0.08, "share of aid added for the platform", unit="1", low=0, high=0.5, source="terms")
    deposit: float = number(0, "paid in on joining and drawn on for shares; 0 where shares are deducted",
        unit="yuan", low=0, high=10_000,
        source="none unless the terms of the plan say so")
    custody: bool = fact(False, "whether a bank holds the deposits, out of the platform's reach",
        source="no, unless the terms of the plan say so")
    insurer: str | None = fact(None, "licensed mutual insurer behind an insurance-like product",
        source="none unless the terms of the plan say so")
    excess_borne_by: Literal["platform", "insurer", "claimant"] = fact("platform",
        "who bears what caps keep off members: the platform, for the annual cap its insurer, or for the cap of a case "
        "the claimant, whose aid is then less", source="the platform, unless the terms of the plan say so")
    stopped: Stopped | None = fact(None,
        "how the product goes on as mutual aid if the regulator stops it; without, it is wound up",
        source="none unless the terms of the plan say so")
    minimum_members: int = number(0, "members below which the plan ends by its own terms", unit="persons", low=0,
        high=1e9, source="none unless the terms of the plan say so")
    minimum_from_days: int = number(270, "days after the launch from which that minimum is asked for", unit="days",
        low=0, high=3650, plausible=(90, 300),
        source="assumption: one was ended by it ten months after its launch, F190, F191")
    closing: ClosingPlan = ClosingPlan()
    parent: Parent | None = fact(None, "the company behind the plan; without one the plan never changes and never ends",
        source="none unless the scenario says so")
    owner: str | None = fact(None, "the company that stands behind several plans, this one among them",
        source="none unless the scenario says so")
    small_plans: SmallPlans | None = fact(None, "given where the plan stands for many small ones",
        source="none unless the scenario says so")
    closing_rules: tuple[RuleName, ...] = fact(("term_over", "too_few_members", "losses", "not_wanted", "run_away"),
        "grounds on which the plan may end", source="all that observers name, F270")
    case_cap: float = number(1_000.0, "most that a member pays for one case", unit="yuan", low=0, high=1_000,
        source="terms")
    annual_cap: float = number(100_000, "most that a member pays in a calendar year", unit="yuan", low=0, high=100_000,
        source="terms")
    renewed_yearly: bool = fact(False,
        "whether a membership is for a year, counted from joining: at its end members think of it, and to renew it "
        "takes as much trouble as to fill up a deposit", source="no, unless the terms of the plan say so; F277")
    subsidised_until: date | None = fact(None, "last day of the shares that the platform pays itself", unit="date",
        source="terms")
    amendments: tuple[Amendment, ...] = fact((), "changes of the terms", source="terms")
    division: DivisionName = fact("equal",
        "rule of division: equal shares, by age band, or in proportion to one's own expected aid",
        source="terms")
    assessment_error: float = number(0, "standard deviation of the logarithm of risk as assessed, over true risk",
        unit="1", low=0, high=3,
        source="none unless the scenario says so; 0.3 to 1 where risk is read from a questionnaire")
    advertised_share: float = number(0.1, "share a period that newcomers are told to expect until the past says more",
        unit="yuan", low=0, high=1_000, plausible=(0.02, 5),
        source="assumption: cents were expected, F266; 'first year 100 to 200 yuan' was punished as "
               "misleading, F251")
    advertised_periods: int = number(24, "past periods whose mean share newcomers are shown",
        unit="periods", low=1, high=240,
        plausible=(6, 48), source="assumption: pages show what was paid in the year")
    brand: float = number(0.8, "trust of newcomers that a valid claim is paid", unit="1", low=0, high=1,
        plausible=(0.6, 0.95), source="assumption: a household name; 77 % felt safer, F237")
    launch_reach: float = number(0.13, "share of the unaware that the launch campaign reaches in its first period",
        unit="1", low=0, high=1,
        plausible=(0.05, 0.3), source="assumption, set by hand: 12 million joined in ten days, F007")
    steady_reach: float = number(0.026, "share of the unaware that later marketing reaches in a period",
        unit="1", low=0, high=1,
        plausible=(0.002, 0.05), source="assumption, set by hand to the growth of 2019, F016, F024, F031")
    launch_fading: float = number(0.1, "part of the launch campaign that is left a period later",
        unit="1", low=0, high=1,
        plausible=(0, 0.8), source="assumption: the rush of the first week was over within a month, F010")
    capacity: float = number(10, "cases that can be investigated in a period at the start",
        unit="cases", low=0, high=1e6,
        source="assumption: 9 cases in a period of May 2019 follow from F054")
    hiring: float = number(0.5, "growth of capacity in a period of backlog", unit="1", low=0, high=2,
        source="assumption: 100 cases in early June 2019, 496 at the end of July, F056, F081")
    longest_wait: float = number(3, "periods that a claim may wait before the platform hires",
        unit="periods", low=0, high=100,
        plausible=(1, 6), source="assumption: six weeks")
    effort: float = number(0.5, "effort of investigation, from none to all that is possible", unit="1", low=0, high=1,
        plausible=(0.2, 1), source="assumption: between a glance at the papers and a visit in every case")
    detection: float = number(0.8, "chance at full effort that a concealed illness is found", unit="1", low=0, high=1,
        plausible=(0.5, 0.95), source="assumption: hospital records can be read where the patient was treated")
    wrong_refusal: float = number(0.06, "chance at full effort that an honest claim is refused",
        unit="1", low=0, high=1,
        plausible=(0, 0.15), source="assumption: claims were said to be judged more strictly than at insurers, F267")
    overturning: float = number(0.3, "chance that a jury of members overturns a wrong refusal", unit="1", low=0, high=1,
        plausible=(0, 0.6), source="assumption: juries of members vote since February 2019, F124")
    case_cost: float = number(4_000, "cost of investigating a case at effort 0.5", unit="yuan", low=0, high=1e6,
        plausible=(2_000, 6_000),
        source="assumption: 41 % of about a billion yuan over about 100,000 cases in 2020, F133")
    cross_sell_reach: float = number(0.02, "chance that a member is shown insurance in a period, in the first year",
        unit="1", low=0, high=1,
        plausible=(0.005, 0.05), source="assumption: 12.6 million bought insurance through one platform in 2020, F168")
    technology_cost: float = number(3.6, "cost of technology for each member", unit="yuan a year", low=0, high=1_000,
        plausible=(2, 6), source="assumption: 38 % of about a billion yuan in 2020, F134")
    other_cost: float = number(2.0, "other costs for each member", unit="yuan a year", low=0, high=1_000,
        plausible=(1, 4), source="assumption: the remaining 21 % of about a billion yuan in 2020, F133 and F134")
    scale_elasticity: float = number(0.1,
        "elasticity by which the cost of technology and the rest falls for a member as members grow", unit="1",
        low=0, high=1, plausible=(0.02, 0.15),
        source="assumption: average costs of life insurers fall with size up to a point, Houston and Simon 1970, "
               "Grace and Timme 1992")
    scale_members: float = number(1e8, "members at which these costs for a member are as said", unit="persons",
        low=1, high=1e9, plausible=(5e7, 1.5e8),
        source="assumption: the size of the platform whose costs are known, F039, F133, F134")
    traffic_income: float = number(1.0, "commission on insurance sold to a member in the first year",
        unit="yuan a year", low=0, high=1_000, plausible=(0, 10),
        source="assumption, used where nothing is sold in the scenario itself: a policy of 400 yuan, F106, "
               "sold to four members in a thousand a year at a commission of 60 %")
    traffic_decay: float = number(0.1, "share of traffic income lost in a year", unit="1 a year", low=0, high=1,
        plausible=(0, 0.3), source="assumption: as the worth of a customer, F167, F169")
    wear_by_calendar: bool = fact(True,
        "whether traffic and the worth of customers wear out from one day for all, and not from the launch",
        source="assumption: the traffic of F169 wore out by years of the calendar, not of a plan")
    wear_from: date = fact(date(2018, 7, 1), "that day", unit="date",
        source="assumption: the middle of the first year of F169")

    # fmt: on

    @model_validator(mode="after")
    def _consistent(self) -> "PlatformTerms":
        bands = sorted(self.bands, key=lambda band: band.age_from)
        if not bands:
            raise ValueError("bands: is empty; a plan covers at least one band of ages")
        for band in bands:
            if band.age_to < band.age_from:
                raise ValueError(f"bands: ages {band.age_from} to {band.age_to} run backwards")
        for before, after in pairwise(bands):
            if after.age_from <= before.age_to:
                ages = f"{before.age_from}-{before.age_to} and {after.age_from}-{after.age_to}"
                raise ValueError(f"bands: ages {ages} overlap")
            if after.age_from > before.age_to + 1:
                raise ValueError(f"bands: ages {before.age_to + 1}-{after.age_from - 1} are missing between two bands")
        days = [self.launch, *(change.day for change in self.amendments)]
        if days != sorted(days):
            raise ValueError(f"amendments: dates out of order: {', '.join(map(str, days))} (launch first)")
        later = [self.stopped.annual_cap] if self.stopped else []
        later += [each.annual_cap for each in self.amendments if each.annual_cap is not None]
        by_age = [band.annual_cap for band in self.bands if band.annual_cap is not None]
        lowest = min([self.annual_cap, *later, *by_age])
        if self.division != "equal" and lowest < 100_000:
            raise ValueError(f"annual_cap = {lowest:g} needs division = 'equal'; shares by {self.division} have no cap")
        if not self.tiers or not {*self.tiers} <= {1, 2, 3}:
            raise ValueError(f"tiers = {list(self.tiers)} must be some of 1, 2 and 3")
        if self.ends and self.ends < self.launch:
            raise ValueError(f"ends = {self.ends} is before launch = {self.launch}; are the two swapped?")
        if self.excess_borne_by == "insurer" and not self.insurer:
            raise ValueError("excess_borne_by = 'insurer' needs an insurer")
        if self.subsidised_until and self.subsidised_until < self.launch:
            raise ValueError(f"subsidised_until = {self.subsidised_until} is before launch = {self.launch}")
        return self

    def deposit_of(self, band: CoverBand) -> float:
        """What members of some ages pay in on joining, yuan."""
        return self.deposit if band.deposit is None else band.deposit

    def annual_cap_of(self, band: CoverBand) -> float:
        """The most that members of some ages pay in a calendar year, yuan."""
        return self.annual_cap if band.annual_cap is None else band.annual_cap

    @property
    def without_an_insurer(self) -> dict[str, Any]:
        """The terms that are an insurer's alone, as they are without one: no caps by age, no years to renew."""
        changes: dict[str, Any] = {"renewed_yearly": False} if self.renewed_yearly else {}
        if any(band.annual_cap is not None for band in self.bands):
            changes["bands"] = tuple(band.model_copy(update={"annual_cap": None}) for band in self.bands)
        return changes

    @property
    def mean_deposit(self) -> float:
        """What is paid in on joining, yuan: the mean over the ages covered; 0 where all have their shares deducted."""
        if not any(map(self.deposit_of, self.bands)):
            return 0.0
        covered = [band for band in self.bands if band.cover]
        ages = [band.age_to - band.age_from + 1 for band in covered]
        paid = sum(number * self.deposit_of(band) for number, band in zip(ages, covered, strict=True))
        return paid / max(1, sum(ages))

    def amended(self, day: date) -> int:
        """How many amendments have been made by a day; they are in the order of their dates."""
        return sum(amendment.day <= day for amendment in self.amendments)

    def new_on(self, day: date, before: date) -> dict[str, Any]:
        """The terms, by name, that amendments change on a day, or since the collection before it."""
        changes: dict[str, Any] = {}
        for amendment in self.amendments[self.amended(before) : self.amended(day)]:
            changes |= amendment.model_dump(exclude={"day"}, exclude_none=True)
        return changes

    def on(self, day: date, later: Mapping[str, Any] | None = None) -> "PlatformTerms":
        """The terms in force on a day: all amendments made, and then the changes decided on later."""
        changes = self.new_on(day, date.min) | dict(later or {})
        return self.model_copy(update=changes) if changes else self
