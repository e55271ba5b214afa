"""What a platform publishes before a step: all that persons may know of it."""

import math
from datetime import date
from typing import TYPE_CHECKING

from abm.clock import PERIODS_PER_YEAR, half_month, periods
from abm.money import fen
from abm.platforms.closing import Stage, closure_salience
from abm.platforms.divisions import DIVISIONS

if TYPE_CHECKING:
    from abm.agents.platform import Platform

FOR_EVER = 1_000_000  # a step after all others


def post(platform: "Platform", day: date) -> None:
    """Publish what changes from step to step."""
    terms, model = platform.terms, platform.model
    offer, case, now = model.world.offers[platform.index], model.case, model.now
    launched = max(0, half_month(day) - half_month(terms.launch))
    reach = terms.steady_reach + terms.launch_reach * terms.launch_fading**launched
    takes_members = platform.stage == Stage.OPEN and (terms.small_plans is None or platform.small_plans > 0)
    offer["open"] = takes_members
    offer["reach"] = min(1.0, reach * platform.marketing * case.shock("marketing", day, platform.name)) * takes_members
    offer["cross_sell_reach"] = terms.cross_sell_reach * (1 - terms.traffic_decay) ** (launched / 24) * takes_members
    offer["subsidised"] = pays_shares(platform, day)
    offer["year_start"] = max(0, half_month(date(day.year, 1, 1)) - model.first_period)
    offer["advertised"] = advertised(platform)
    offer["delay"] = max(0.0, len(platform.desk.queue) * model.weight / max(1.0, platform.desk.capacity) - 1.0)
    offer["true_level"], offer["education"] = platform.true_level, platform.education
    offer["brand"], offer["trust_shock"], offer["perceived_closure_risk"] = (
        platform.brand,
        platform.trust_shock,
        perceived_closure_risk(platform),
    )
    last = platform.closing.last if platform.closing else FOR_EVER
    offer["covered_until"], offer["ending"] = last, 1.0 if now >= last else platform.failing
    offer["seized"], plan = seized(platform), platform.closing_plan
    offer["returned"], offer["conversion"] = plan.shares_refunded, plan.conversion_months / 12
    products = list(case.insurance.products)
    offered = plan.conversion_product in products
    offer["conversion_product"] = products.index(plan.conversion_product) if offered else -1


def print_terms(platform: "Platform") -> None:
    """Publish what changes only with the terms."""
    terms, world = platform.terms, platform.model.world
    offer, covers, deposits = (table[platform.index] for table in (world.offers, world.covers, world.deposits))
    offer["newcomers_share"], offer["min_credit"] = terms.newcomers_share, terms.min_credit
    offer["waiting"], offer["claim_window"] = periods(terms.waiting_days), periods(terms.claim_days)
    offer["chronic_only"] = terms.chronic_only
    offer["annual_cap"], offer["audience"] = fen(terms.annual_cap), terms.audience
    offer["assessment_error"] = terms.assessment_error
    covers[:], deposits[:] = 0, fen(terms.deposit)
    for band in terms.bands:
        ages = slice(band.age_from, band.age_to + 1)
        covers[ages] = round(band.cover)
        deposits[ages] = fen(terms.deposit if band.deposit is None else band.deposit)
    world.covers[-1] = world.covers[:-1].max(axis=0)  # the widest cover that any plan gives
    division = DIVISIONS[terms.division]
    offer["division"] = division.code
    world.weights[platform.index] = division.weights(covers, world.incidence)


def pays_shares(platform: "Platform", day: date) -> bool:
    """Whether the platform pays the shares of this step itself: as promised, to the end, or after it."""
    terms, stage = platform.terms, platform.stage
    promised = terms.subsidised_until is not None and day <= terms.subsidised_until
    ending = stage == Stage.CLOSING and platform.closing_plan.last_shares_borne
    return promised or ending or stage >= Stage.RUN_OFF


def advertised(platform: "Platform") -> float:
    """The share that newcomers are led to expect, fen: the past's, unless they are told the true level."""
    terms = platform.terms
    window = platform.shares[-terms.advertised_periods :]
    past = max(fen(terms.advertised_share), sum(window) / max(1, len(window)))
    taught = platform.discloses or platform.education > 0
    if not taught:
        return past
    return platform.true_level or level_by_table(platform)


def level_by_table(platform: "Platform") -> float:
    """The share that an actuary reckons with before anybody is covered: mean of all ages and both sexes, fen."""
    world = platform.model.world
    covers = world.covers[platform.index]
    aid = (covers * world.incidence.mean(axis=0))[covers > 0].mean()
    return float(fen(aid) * platform.gross / PERIODS_PER_YEAR)


def perceived_closure_risk(platform: "Platform") -> float:
    """The publicly believed chance that the plan closes within a year; once its end has a date, the part it lacks."""
    if platform.closing:
        return 1.0 - min(1.0, max(0, platform.closing.last - platform.model.now) / PERIODS_PER_YEAR)
    near = closure_salience(platform.model.closings, platform.model.now, platform.name)
    return 1.0 - math.pow(1.0 - platform.model.case.mind.closing_alarm, near)


def seized(platform: "Platform") -> float:
    """The chance that a deposit is gone when a membership ends with the plan."""
    if platform.in_custody:
        return 0.0
    if platform.terms.small_plans and not platform.closing:
        return platform.terms.small_plans.dishonest
    return 1.0 if platform.closing and platform.closing.kind == "flight" else 0.0
