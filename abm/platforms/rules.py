"""The arithmetic of plans, one formula a function: numbers in, a number out, nothing written.

Money is in fen where it is booked and in yuan where a parent weighs it; a rate or chance is of a half-month unless a
name says otherwise. What persons and boards have in common (learning, trust, a logistic choice) is in `persons.rules`.
"""

import math
from collections.abc import Sequence

import numpy as np

from abm.clock import PERIODS_PER_YEAR
from abm.money import FEN_PER_YUAN, fen

MEMORY_OF_CLOSURES = 24  # periods for which a closing is remembered by others
FEW_CLOSURES = 2.0  # recent closings that take away half of what a wave can take from the stigma
NOTICED = 0.01  # rise of the mood of the public that people notice
MONTHS_PER_YEAR = 12
BILLION, THOUSAND = 1e9, 1e3


def for_members(members: int, a_year: float) -> float:
    """Fen of a half-month for a number of `members`, at yuan a member and year."""
    return fen(1) * members / PERIODS_PER_YEAR * a_year


def decayed(at_first: float, decay: float, years: float) -> float:
    """What a constant yearly loss leaves of a value after some years (mechanism B2, fact F169).

    So the traffic of a plan wears out: its commissions, the reach of its pages, and the worth of its customers.
    """
    left: float = (1 - decay) ** years
    return at_first * left


def traffic_income(members: int, a_year: float, decay: float, years: float) -> float:
    """Commission of a half-month on insurance sold to members, fen; `a_year` is yuan a member in the first year."""
    return decayed(for_members(members, a_year), decay, years)


def campaign_reach(steady: float, launch: float, fading: float, periods: int) -> float:
    """Chance that marketing reaches an unaware person: the steady part, and what is left of the launch campaign."""
    return steady + launch * fading**periods


def advertised_share(told: float, published: float, periods: int) -> float:
    """The share that newcomers are led to expect, fen: the mean of past periods, and at least what they are told."""
    return max(told, published / max(1, periods))


def gross(fee_rate: float, levy: float) -> float:
    """What members are asked for, over the aid: with the fee and the levy of a guarantee fund."""
    return 1 + fee_rate + levy


def true_level(aid_a_year: float, gross: float) -> float:
    """The share that an actuary expects in the long run, fen a period, from a member's expected aid, fen a year."""
    return aid_a_year * gross / PERIODS_PER_YEAR


def claim_awareness(at_first: float, published: float, until_half: float) -> float:
    """Share of the ill who think of the claim that they may make: the shares published remind of it.

    `published` is the sum of them, yuan a member, and `until_half` the sum that makes up half of what is lacking.
    """
    return 1 - (1 - at_first) / (1 + published / until_half)


def charged(before: float, begun: int, sharing: int, share: float) -> float:
    """What those who share have been asked for since they began to, on average, once another share is published.

    So many of them have begun with this one. It is reckoned as if those who are gone had been asked for as much as all.
    """
    return before * max(0, sharing - begun) / sharing + share if sharing else 0.0


def claims_to_come(known: float, only_then: float, chance: float, window: int, notice: int) -> tuple[float, float]:
    """Claims expected in the notice of an announced end, and after it, of the ill who are found until it is over.

    In each period, now as before, so many are found who know that they may claim, and so many whom only the
    announcement makes think of it. From the diagnosis on, or from the announcement on, papers are together with a
    `chance` in each period; they are in time for `window` periods after that of the diagnosis.
    """
    found = np.arange(-window, notice)  # periods from the first of the notice to the diagnosis
    end, in_notice, after = found + window + 1, 0.0, 0.0
    for a_period, start in ((known, found), (only_then, np.maximum(0, found))):
        tries = (np.maximum(0, np.minimum(until, end) - start) for until in (0, notice, end))
        before, by_then, in_time = (1 - (1 - chance) ** number for number in tries)
        in_notice += a_period * float((by_then - before).sum())
        after += a_period * float((in_time - by_then).sum())
    return in_notice, after


def decision_delay(cases: float, capacity: float) -> float:
    """Periods that a claim waits for a decision beyond the one in which it is filed; both in real cases."""
    return max(0.0, cases / max(1.0, capacity) - 1.0)


def detection_chance(effort: float, at_full_effort: float) -> float:
    """Chance that a concealed illness is found, or an honest claim wrongly refused, at an effort from 0 to 1."""
    return effort * at_full_effort


def investigation_cost(effort: float, at_half_effort: float) -> float:
    """Yuan for investigating one case: half of it is there without any effort."""
    return at_half_effort * (0.5 + effort)


def case_limit(case_cap: float, sharing: int, weight: float) -> int:
    """What the cap of a case lets all who share pay for one, fen; `case_cap` is yuan a member."""
    return math.ceil(FEN_PER_YUAN * case_cap * sharing * weight)


def paid_part(left: float, owed: int) -> float:
    """Part of each claim that a pool in run-off can pay, when what is left goes to all that is owed alike; fen."""
    return min(1.0, left / max(1, owed))


def monthly_exit_rate(left: int, inside: int) -> float:
    """Part of the members who left or lapsed in a half-month, as a rate of a month."""
    return 2 * left / max(1, inside)


def paid_by_members(collected: int, inside: int, ever_joined: int) -> float:
    """Shares that those now inside have paid, fen: all collected, as if everybody had stayed as long."""
    return collected * inside / max(1, ever_joined)


def regulatory_cost(at_most: float, sternness: float, shock: float, listing: float) -> float:
    """Cost of standing out to a regulator, yuan a member and year; `listing` is above 1 before a parent goes public."""
    return at_most * sternness * shock * listing


def phased_in(periods: int, months: float) -> float:
    """How far a rule weighs so many periods after the news of it: in a straight line from nothing to all."""
    if not months:
        return float(periods >= 0)
    return min(1.0, max(0, periods) * MONTHS_PER_YEAR / PERIODS_PER_YEAR / months)


def cost_from_outside(at_most: float, height: float, weighing: float) -> float:
    """Cost of rules for platform companies, yuan a member and year: `height` is over that of a stern regulator."""
    return at_most * height * weighing


def worth_of_going_on(
    horizon: float, surplus: float, members: float, customer: float, regulatory: float, later: float = 0.0
) -> float:
    """What a plan is worth to its parent, yuan: its books and its customers, less regulatory cost, for some years.

    `surplus` is yuan a year, `customer` and `regulatory` are yuan a member and year; `later` is what closing at the
    end of these years is expected to cost (mechanism B9).
    """
    return horizon * (surplus + members * (customer - regulatory)) - later


def carried_on(now: float, year_ago: float, years: float) -> float:
    """What becomes of a quantity if it goes on, for up to a year, as in the last one (mechanism B9).

    What grew goes on in a straight line, what shrank in proportion: it is doubled at most, and never below nothing.
    Where `year_ago` is less than a year ago, and `years` that time, the change counts by the part of a year it was.
    """
    if now >= year_ago:
        return now + years * (now - year_ago)
    left: float = (now / year_ago) ** years
    return now * left


def not_yet_insured(saturation: float, insured: float) -> float:
    """What is left of the worth of a customer in a plan of whose members a share `insured` has insurance already.

    At a `saturation` of 1 the insured are worth nothing any more, at 0 as much as the others (mechanism B10).
    """
    return 1 - saturation * insured


def at_size(at_reference: float, members: float, reference: float, elasticity: float) -> float:
    """Yuan a member in a plan of that size, where they are known at another: a constant elasticity to members.

    So the stigma of a closing grows with the plan (mechanism B12), and the cost of a member falls (mechanism B1).
    """
    ratio: float = (max(1.0, members) / reference) ** elasticity
    return at_reference * ratio


def stigma(alone: float, relief: float, wave: float) -> float:
    """Good name lost by closing, yuan a member: less in a wave of closings elsewhere (mechanism B5).

    `wave` counts recent closings; an endless one takes away the part `relief`, two closings half of that.
    """
    return alone * (1 - relief * wave / (wave + FEW_CLOSURES))


def recency(periods_ago: int) -> float:
    """Weight of a closing in memory: 1 when it is announced, nothing after a year, in a straight line between."""
    return max(0.0, 1 - periods_ago / MEMORY_OF_CLOSURES)


def salience(share: float, periods_ago: int) -> float:
    """How much a closing is talked about: by the root of the share of those who talk that were in the plan.

    A plan with a quarter of them is talked about by half, one with a hundredth by a tenth.
    """
    return math.sqrt(share) * recency(periods_ago)


def contagion(share: float, at_most: float) -> float:
    """What the news of a closing does to others, by the root of the share that was in the plan; `at_most` if all were.

    For other plans it is a part of trust, and the share is that of members; for the mood it is that of all people.
    """
    return math.sqrt(share) * at_most


def closure_risk(alarm: float, salience: float, fear: float) -> float:
    """Believed chance that a plan closes within a year, while closings of others are talked about so much.

    `fear` is what the mood of the public makes one believe. The greater counts, as both tell of the same closings; that
    is too little where the mood is dark for other news.
    """
    return max(1.0 - math.pow(1.0 - alarm, salience), fear)


def closure_risk_by_date(periods_left: int) -> float:
    """The same once the end has a date: the part of the next year in which there will be no cover."""
    return 1.0 - min(1.0, max(0, periods_left) / PERIODS_PER_YEAR)


def pressure(before: float, forgetting: float, seen: float) -> float:
    """Pressure on the regulator to act: a part is forgotten in each period, and what it sees is added."""
    return (1 - forgetting) * before + seen


def alarm_at_deposits(of_a_billion: float, deposits: float, weight: float) -> float:
    """Pressure from deposits out of custody, simulated yuan times the weight of a simulated person."""
    return of_a_billion * deposits * weight / BILLION


def alarm_at_complaints(of_one_in_a_thousand: float, complaints: float, people: float) -> float:
    """Pressure from the complaints of a period, real persons, in a population of `people`."""
    return of_one_in_a_thousand * complaints / people * THOUSAND


def alarm_at_money(of_a_billion: float, shared: float, weight: float) -> float:
    """Pressure from the shares of a period, simulated yuan times the weight of a simulated person, as a year's sum."""
    return of_a_billion * PERIODS_PER_YEAR * shared * weight / BILLION


def refusals_known(members: float, refused_share: float, people: float) -> float:
    """How far refusals of a plan are known: the refused part of its cases, times its members over all people."""
    return refused_share * members / people


def misled(newcomers: float, advertised: float, true_level: float, people: float) -> float:
    """Newcomers of a period over all people, each counted by the part of the true share that they were not told."""
    return newcomers / people * max(0.0, 1 - advertised / true_level) if true_level else 0.0


def complaining(members: int, lost: float, of_a_hundred: float) -> float:
    """Members who complain of an end by which they lose so much together, fen; a part of them for 100 yuan each."""
    return members * min(1.0, of_a_hundred * lost / (100 * FEN_PER_YUAN * max(1, members)))


def sternness(pressure: float, marks: Sequence[float], levels: Sequence[float]) -> float:
    """Sternness in straight lines between the marks of pressure; `levels` are at no pressure, and at each mark."""
    return float(np.interp(pressure, [0.0, *sorted(marks)], levels))


def dismay(before: float, mood: float, at_most: float) -> float:
    """Part of trust that all plans lose when the mood of the public darkens; what is too small is not noticed."""
    return at_most * (mood - before) if mood - before >= NOTICED else 0.0


def beyond(lost: float, in_all: float) -> float:
    """Part to be lost of what is left after a part `lost`, so that `in_all` is lost of the whole; nothing if it is."""
    return (in_all - lost) / (1 - lost) if in_all > lost else 0.0


def ease_of_entry(pressure: float, warn_at: float) -> float:
    """Part of founders who are not deterred: all without pressure, none from the pressure of a warning on."""
    return max(0.0, 1 - pressure / warn_at)


def fee_income(fee: float, weight: float, plans: int) -> float:
    """Yuan a year that each of the small plans takes in; `fee` is that of a period, simulated yuan."""
    return PERIODS_PER_YEAR * fee * weight / max(1, plans)


def failure_chance(endurance: float) -> float:
    """Chance that a small plan whose fees do not cover its cost gives up in a period; it lasts `endurance` years."""
    return 1 - math.exp(-1 / (PERIODS_PER_YEAR * endurance))


def premium(sum_insured: int, loading: float, incidence: np.ndarray) -> np.ndarray:
    """Premium of a critical-illness policy, whole fen a year: expected benefit and a loading on it, rounded up.

    `sum_insured` is in fen, `incidence` annual; a table of them, by sex and age, gives a table of premiums.
    """
    premiums: np.ndarray = np.ceil(sum_insured * (1 + loading) * incidence)
    return premiums
