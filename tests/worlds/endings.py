"""A busy little market in which plans end in every way, insurers sell and a regulator acts, for tests."""

from copy import deepcopy
from datetime import date
from typing import Any

from abm.model import MutualAidModel
from abm.platforms.policies import Historical
from abm.scenario.files import parse
from abm.scenario.paths import put
from worlds.busy import BUSY
from worlds.simple import simplify

PLANS = ("unwanted", "small", "stopped", "fled", "fringe", "lasting")
OWNED = ("unwanted", "fled")  # those that have a parent
COMMON: dict[str, Any] = {
    "launch": date(2018, 10, 16),
    "bands": [{"age_to": 39, "cover": 2_500.0}, {"age_from": 40, "cover": 1_500.0}],
    "mild_cover": 800.0,
    "waiting_days": 30,
    "claim_days": 60,
    "case_cap": 0.009,
    "capacity": 5_000.0,
    "case_cost": 20.0,
    "effort": 1.0,
    "wrong_refusal": 0.3,
    "launch_reach": 0.9,
    "brand": 0.9,
    "closing.notice_days": 45,
    "closing_rules": [],
}
OWN_TERMS: dict[str, dict[str, Any]] = {
    "unwanted": {
        "closing_rules": ["not_wanted"],
        "parent": {"customer_value": 6.0, "value_decay": 0.9, "stigma": 0.0, "choice_scale": 0.0, "horizon": 9.0},
        "closing.last_shares_borne": True,
        "closing.shares_refunded": 0.2,
        "closing.conversion_months": 6,
    },
    "small": {"closing_rules": ["too_few_members"], "minimum_members": 500_000, "closing.run_off_borne": False},
    "stopped": {"insurer": "mutual", "excess_borne_by": "insurer", "annual_cap": 20.0, "deposit": 9.0},
    "fled": {
        "closing_rules": ["run_away"],
        "parent": {"flight_threshold": 100_000.0, "horizon": 0.0},
        "deposit": 10.0,
        "newcomers_share": True,
    },
    "fringe": {
        "small_plans": {"entering": 2.0, "at_start": 20, "endurance": 0.5},
        "excess_borne_by": "claimant",
        "deposit": 5.0,
        "closing.run_off_borne": False,
    },
    "lasting": {"minimum_members": 0, "cross_sell_reach": 0.1},
}
WORLD: dict[str, Any] = {path: value for path, value in BUSY.items() if path.split(".")[0] in ("people", "health")} | {
    "calendar.start": date(2018, 10, 16),
    "calendar.end": date(2020, 6, 30),
    "friends.telling": 1.0,
    "health.filing_chance": 0.3,
    "mind.taste_years": 1.0,
    "slots": 3,
    "insurance.commercial.on_sale": True,
    "insurance.commercial.reach": 0.1,
    "insurance.commercial.sum_insured": 1_000.0,
    "insurance.commercial.affordable": 1.0,
    "insurance.city.on_sale": True,
    "insurance.city.premium": 5.0,
    "insurance.city.reach": 0.1,
    "insurance.city.launches": [date(2019, 2, 1), date(2019, 3, 1), date(2019, 4, 1)],
    "insurer.mutual.capital": 100_000.0,
    "supervision.stop_all_at": 1.5,
    "supervision.from_deposits": 0.0,
    "supervision.from_complaints": 0.0,
    "supervision.from_size": 0.03,
    "supervision.from_selection": 0.01,
    "supervision.from_promotion": 0.02,
    "supervision.rectify_at": 0.6,
}


class WarnRectifyAndGuarantee(Historical):
    """What was done, and a guarantee fund beside it."""

    levy = 0.05


def ending_market(seed: int = 4, changes: dict[str, Any] | None = None, **given: Any) -> MutualAidModel:
    """The market of `PLANS`; `changes` set more numbers by path."""
    tables: dict[str, Any] = {"title": "endings"}
    numbers = dict(WORLD)
    for name in PLANS:
        numbers |= {f"platform.{name}.{path}": value for path, value in (COMMON | OWN_TERMS[name]).items()}
    for path, value in (numbers | (changes or {})).items():
        put(tables, path, deepcopy(value))  # so that no change of one test is seen by the next
    return MutualAidModel(parse(tables, "endings"), seed=seed, policy=WarnRectifyAndGuarantee(), **given)


def simple_endings(seed: int = 4, changes: dict[str, Any] | None = None, **given: Any) -> MutualAidModel:
    """The market of `PLANS` that is simple besides, and in which the changes switch on what is tested."""
    return ending_market(seed, simplify(changes or {}, PLANS, OWNED), **given)


# A small plan gives a quarter of a year of insurance to all in cover when it ends.
GIFT: dict[str, Any] = {
    "insurance.health": {"title": "a year of health cover", "on_sale": False, "premium": 24.0, "sum_insured": 5_000.0},
    "platform.small.closing.given_to_all": True,
    "platform.small.closing.conversion_product": "health",
    "platform.small.closing.conversion_months": 3,
}

# The plan of a city is for a year, and what it costs follows claims.
YEARLY: dict[str, Any] = {
    "insurance.city.year.renewed": True,
    "insurance.city.year.lapse": 0.3,
    "insurance.city.year.premium_response": 1.0,
    "insurance.city.year.least_claims": 0.0,
    "insurance.city.ill_again": 0.1,
}

# What works by default is felt more, and news of rules for platform companies comes out too.
TURNED_ON: dict[str, Any] = {
    "people.households": True,
    "mind.taste_years": 1.0,
    "mind.noticed_shock": 0.1,
    "mind.habituation_periods": 6,
    "mind.coming_back": 2.0,
    "mind.renewed_interest": 0.2,
    "mind.overlooking": 0.3,
    "mind.automatic_top_up": 0.3,
    "mind.symptom_alarm": 20.0,
    "insurance.commercial.declines_for_good": True,
    "health.incidence_slope": -0.03,
    "health.aware_of_claiming": 0.3,
    "health.filing_at_the_end": 2.0,
    "health.mild_reckoned": 1.0,
    "health.mild_slope": -0.03,
    "supervision.from_complaints": 0.01,
    "supervision.from_money": 5.0,
    "supervision.complaints_at_closing": 0.5,
    "supervision.unrequited_complaints": 0.5,
    "supervision.unrequited_years": 0.5,
    "supervision.from_selection": 0.5,
    "supervision.from_promotion": 1.0,
    "supervision.from_closings": 0.03,
    "supervision.from_insurers": 0.05,
    "supervision.insurers_heard": 0.2,
    "supervision.truth_demanded_at": 0.3,
    "insurance.commercial.disparages": 0.02,
    "insurance.commercial.recommends": 0.05,
    "platform.unwanted.closing.distrust_of_data": 0.1,
    "platform.small.closing.distrust_of_data": 0.1,
    "supervision.sternness_continuous": True,
    "supervision.exempt_by_form": False,
    "supervision.platform_rules": [date(2019, 6, 1)],
    "supervision.platform_rules_cost": 1.0,
    "mood.from_warning": 0.4,
    "mood.from_closing": 0.8,
    "mood.from_refusals": 1.0,
    "mood.fear": 0.5,
    "mood.distrust": 0.3,
    **GIFT,
    **YEARLY,
    "platform.lasting.renewed_yearly": True,
    "basic_medical.worth_beyond_bill": 0.9,
    "platform.small.closing.last_claims_shared": 0.5,
    "platform.stopped.closing.ends_by_year": True,
    "platform.unwanted.parent.spin_off.considered": True,
    "platform.unwanted.parent.spin_off.cost": 0.1,
    "platform.unwanted.parent.spin_off.failure": 0.0,
    "platform.unwanted.audience": 0.8,
    "platform.unwanted.users.tier_1": 0.4,
    "platform.unwanted.users.from_50": 0.5,
    "platform.stopped.crowdfunding.raising": 0.5,
    "platform.stopped.crowdfunding.months": 2.0,
    "platform.stopped.crowdfunding.viewers": 3.0,
    "platform.unwanted.parent.other_sales": 1.0,
    **{f"platform.{name}.wear_by_calendar": True for name in PLANS},
    **{f"platform.{name}.scale_elasticity": 0.2 for name in PLANS},
    **{
        f"platform.{name}.parent.{number}": value
        for name in OWNED
        for number, value in (("closing_later", 0.3), ("saturation", 0.7), ("stigma_elasticity", 0.5))
    },
}


def turned_on(seed: int = 4, changes: dict[str, Any] | None = None, **given: Any) -> MutualAidModel:
    """The market of `PLANS` in which every mechanism is felt."""
    return ending_market(seed, TURNED_ON | (changes or {}), **given)
