"""What a plan publishes: all that persons may know of it. Nobody else writes a plan's row of the offers."""

from datetime import date

from abm.clock import half_month, periods
from abm.errors import ModelError
from abm.money import fen, spell
from abm.persons.rules import overlap
from abm.persons.situation import highest_contribution_weight
from abm.platforms import pages, rules
from abm.platforms.awareness import claim_awareness
from abm.platforms.board import years_of_wear
from abm.platforms.closing import ClosingKind, Stage, closure_salience
from abm.platforms.divisions import DIVISIONS
from abm.platforms.plan import Plan
from abm.platforms.remedies import aid_by_table
from abm.platforms.rivalry import recommended
from abm.platforms.rivals import told_against_rivals

FOR_EVER = 1_000_000  # a step after all others
MOST_WEIGHTS = 1 << 62  # of all persons together, and so within 64 bits
MOST_TO_SHARE = 1 << 51  # fen in a period: shares of a century, and thousandths of fen, stay within 64 bits too


def post(plan: Plan, day: date) -> None:
    """Publish, before a step, what changes from step to step."""
    terms, model = plan.terms, plan.model
    offer, case, now = model.world.offers[plan.index], model.case, model.now
    launched = max(0, half_month(day) - half_month(terms.launch))
    reach = rules.campaign_reach(terms.steady_reach, terms.launch_reach, terms.launch_fading, launched)
    takes_members = plan.stage == Stage.OPEN and (terms.small_plans is None or plan.small_plans > 0)
    offer["open"] = takes_members
    reach = reach * plan.levers.marketing * case.shock("marketing", day, plan.name)
    marketed = min(1.0, reach + recommended(plan.model.world.products, case))
    raised = pages.raising(plan, day)
    by_pages = pages.seen_by_others(plan, raised)
    offer["reach"] = (overlap(marketed, by_pages) if by_pages else marketed) * takes_members
    offer["crowdfunding"] = raised * takes_members
    shown = rules.decayed(terms.cross_sell_reach, terms.traffic_decay, years_of_wear(plan))
    offer["cross_sell_reach"] = shown * takes_members
    offer["subsidised"] = pays_shares(plan, day)
    offer["year_start"] = max(0, half_month(date(day.year, 1, 1)) - model.first_period)
    offer["advertised"] = advertised(plan)
    offer["delay"] = rules.decision_delay(plan.desk.waiting, plan.desk.capacity)
    offer["true_level"], offer["education"] = plan.census.true_level, plan.levers.education
    offer["brand"], offer["trust_shock"] = plan.brand, plan.trust_shock
    model.world.mild_covered[plan.index, now] = terms.mild_cover > 0
    offer["claim_awareness"] = claim_awareness(plan, ending=plan.closing is not None)
    offer["perceived_closure_risk"] = perceived_closure_risk(plan)
    last = plan.closing.last if plan.closing else FOR_EVER
    offer["covered_until"], offer["ending"] = last, 1.0 if now >= last else plan.failing
    offer["seized"], promised = seized(plan), plan.closing_plan
    offer["returned"], offer["conversion"] = promised.shares_refunded, promised.conversion_months / 12
    offer["given_to_all"] = promised.given_to_all
    offer["ends_by_year"] = plan.closing is not None and promised.ends_by_year


def print_terms(plan: Plan) -> None:
    """Publish what changes only with the terms."""
    terms, world = plan.terms, plan.model.world
    offer, covers, deposits = (table[plan.index] for table in (world.offers, world.covers, world.deposits))
    offer["newcomers_share"], offer["min_credit"] = terms.newcomers_share, terms.min_credit
    offer["waiting"], offer["claim_window"] = periods(terms.waiting_days), periods(terms.claim_days)
    offer["chronic_only"], offer["tiers"] = terms.chronic_only, sum(1 << tier for tier in {*terms.tiers})
    offer["mild_cover"] = terms.mild_cover
    offer["annual_cap"] = fen(terms.annual_cap)
    world.audiences[plan.index] = pages.audiences(terms, plan.model.case.people)
    offer["assessment_error"] = terms.assessment_error
    products, offered = list(plan.model.case.insurance.products), terms.closing.conversion_product
    offer["conversion_product"] = products.index(offered)
    caps = world.annual_caps[plan.index]
    offer["renewed_yearly"] = terms.renewed_yearly
    offer["caps_by_age"] = any(band.annual_cap is not None for band in terms.bands)
    covers[:], deposits[:], caps[:] = 0, fen(terms.deposit), fen(terms.annual_cap)
    for band in terms.bands:
        ages = slice(band.age_from, band.age_to + 1)
        covers[ages] = round(band.cover)
        deposits[ages] = fen(terms.deposit_of(band))
        caps[ages] = fen(terms.annual_cap_of(band))
    world.covers[-1] = world.covers[:-1].max(axis=0)  # the widest cover that any plan gives
    division = DIVISIONS[terms.division]
    offer["division"] = division.code
    world.weights[plan.index] = division.weights(covers, world.incidence)
    if terms.division != "equal":
        _require_weights(plan)


def _require_weights(plan: Plan) -> None:
    """Raise `ModelError` where the weights of all members might come to more than can be counted."""
    persons = plan.model.persons
    highest = highest_contribution_weight(persons, plan.index, plan.model.world)
    if highest * persons.size > MOST_WEIGHTS:
        raise ModelError(
            f"platform.{plan.name}.division = '{plan.terms.division}': somebody weighs {highest:.2g}, too much to be"
            f" summed over {persons.size:,} persons; lower assessment_error, covers or health.frailty_spread"
        )


def publish_share(plan: Plan, share: int, amount_to_share: int) -> None:
    """Publish the share of this step, fen, and what it was divided out of and over.

    Raises `ModelError` for more than can be counted.
    """
    if amount_to_share > MOST_TO_SHARE:
        raise ModelError(
            f"platform.{plan.name}: {spell(amount_to_share)} are to be shared in a period, and at most"
            f" {spell(MOST_TO_SHARE)} can be counted; lower covers or health.incidence_level"
        )
    world, now = plan.model.world, plan.model.now
    offer, published = world.offers[plan.index], world.published[plan.index]
    offer["share"], offer["amount_to_share"] = share, amount_to_share
    offer["aid_published"] = plan.desk.accepted.size > 0
    offer["sharing"], offer["contribution_weights"] = plan.census.sharing, plan.census.contribution_weights
    published[now + 1] = published[now] + (0 if offer["subsidised"] else share)


def pays_shares(plan: Plan, day: date) -> bool:
    """Whether the platform pays the shares of this step itself: as promised, to the end, or after it."""
    terms, stage = plan.terms, plan.stage
    promised = terms.subsidised_until is not None and day <= terms.subsidised_until
    ending = stage == Stage.CLOSING and plan.closing_plan.last_shares_borne
    return promised or ending or stage >= Stage.RUN_OFF


def advertised(plan: Plan) -> float:
    """The share that newcomers are led to expect, fen: the past's, unless they are told the true level."""
    taught = plan.discloses or plan.levers.education > 0
    if not taught:
        return told_against_rivals(plan)
    return plan.census.true_level or level_by_table(plan)


def level_by_table(plan: Plan) -> float:
    """The share that an actuary reckons with before anybody is covered: mean of all ages and both sexes, fen."""
    aid = aid_by_table(plan, plan.model.world.offers[plan.index]["mild_cover"])
    return rules.true_level(fen(aid), plan.gross)


def perceived_closure_risk(plan: Plan) -> float:
    """The publicly believed chance that the plan closes within a year; once its end has a date, the part it lacks.

    Closings of others raise it, and the mood of the public, in which they are too: the stronger of the two.
    """
    if plan.closing:
        return rules.closure_risk_by_date(plan.closing.last - plan.model.now)
    model = plan.model
    near = closure_salience(model.closings, model.now, plan.name)
    return rules.closure_risk(model.case.mind.closing_alarm, near, model.case.mood.fear * model.mood)


def seized(plan: Plan) -> float:
    """The chance that a deposit is gone when a membership ends with the plan."""
    if plan.in_custody:
        return 0.0
    if plan.terms.small_plans and not plan.closing:
        return plan.terms.small_plans.dishonest
    return 1.0 if plan.closing and plan.closing.kind == ClosingKind.FLIGHT else 0.0
