"""The economics, one question a function: numbers in, a number out, nothing written.

All are scalar and compute in double precision. Money is in fen where a bill is meant and in yuan a year where
wishes are weighed; probabilities are per half-month unless a name says otherwise.
"""

import math

from abm.jit import rule

PERIODS_PER_YEAR = 24.0
FEN_PER_YUAN = 100.0
MOST_WHOLE = float(1 << 62)  # that 64 bits surely hold


@rule("f8(f8, f8)")
def illness_chance(incidence: float, frailty: float) -> float:
    """Chance of falling ill in a half-month, from an annual rate and a person's multiplier on it."""
    return min(1.0, incidence * frailty / PERIODS_PER_YEAR)


@rule("f8(f8, f8, f8)")
def learned(expected: float, seen: float, gain: float) -> float:
    """Expectation after seeing one more share: a constant part of the gap is learned (Evans, Honkapohja 2001)."""
    return expected + gain * (seen - expected)


@rule("f8(f8, f8, f8)")
def alarmed(believed: float, alarm: float, salience: float) -> float:
    """Believed frailty after a friend's illness: a part of the way up to `alarm`, and never down."""
    return believed + salience * max(0.0, alarm - believed)


@rule("f8(f8, f8)")
def raise_trust(trust: float, part: float) -> float:
    """Trust after good news: a part of what is lacking is won."""
    return trust + part * (1.0 - trust)


@rule("f8(f8, f8)")
def erode_trust(trust: float, part: float) -> float:
    """Trust after bad news: a part of it is lost."""
    return trust - part * trust


@rule("f8(f8, f8, f8)")
def anticipated_share(expected: float, bill: float, anxiety: float) -> float:
    """The share a person reckons with: the expected one, and on top a part of what the last bill exceeded it.

    The anxious extrapolate, so that a jump frightens more than the level it leads to, and only until
    expectations have caught up (mechanisms A4, A5 and A12).
    """
    return expected + anxiety * max(0.0, bill - expected)


@rule("f8(f8, f8, f8)")
def surprise(bill: float, reference: float, noticeable: float) -> float:
    """How far a bill exceeds the one it is held against, over the larger of that and what is noticed at all."""
    return max(0.0, bill - reference) / max(reference, noticeable)


@rule("f8(f8, f8, f8)")
def thinking_chance(attention: float, surprise: float, patience: float) -> float:
    """Chance that a person thinks again: their attention, doubled by a surprise as large as their patience."""
    return min(1.0, attention * (1.0 + surprise / patience))


@rule("f8(f8, f8, f8, f8, f8)")
def worth_of_cover(trust: float, cover: float, risk: float, aversion: float, overlap: float) -> float:
    """Yuan a year that cover is worth: believed expected aid, marked up for dislike of risk, less other cover.

    `cover` is in yuan, `risk` the believed annual incidence, `trust` the chance that a valid claim is paid.
    """
    return trust * cover * risk * (1.0 + aversion) * (1.0 - overlap)


@rule("f8(f8, f8, f8, f8)")
def useful_cover(cover: float, bill: float, reimbursed: float, beyond: float) -> float:
    """Yuan of cover as they count where basic medical insurance pays a part of the bill: those above the rest less."""
    above = max(0.0, cover - bill * (1.0 - reimbursed))
    return cover - (1.0 - beyond) * above


@rule("f8(f8, f8, f8)")
def aid_for_the_mean_case(cover: float, mild_cover: float, mild: float) -> float:
    """Aid that a case brings on average, where so many are mild: aid for these is at most that for the others."""
    return cover - mild * max(0.0, cover - mild_cover)


@rule("f8(f8, f8)")
def worth_of_company(herding: float, friends_in: float) -> float:
    """Yuan a year for doing as one's friends do; `friends_in` is the share of them inside."""
    return herding * friends_in


@rule("f8(f8)")
def cost_of_sharing(share: float) -> float:
    """Yuan a year for a `share` in fen a half-month."""
    return PERIODS_PER_YEAR * share / FEN_PER_YUAN


@rule("f8(f8)")
def entry(deposit: float) -> float:
    """Yuan that joining costs at once, for a deposit in fen: it will be drawn on, but it has to be parted with."""
    return deposit / FEN_PER_YUAN


@rule("f8(f8, f8)")
def choice_chance(gain: float, noise: float) -> float:
    """Chance of choosing what gains so much: logistic (McFadden 1974); without noise, whatever gains at all."""
    if noise <= 0.0:
        return 1.0 if gain > 0.0 else 0.0
    return 1.0 / (1.0 + math.exp(min(700.0, -gain / noise)))


@rule("f8(f8)")
def log_odds(u: float) -> float:
    """Logarithm of the odds of a number in [0, 1): a logistic deviate of scale one where the number is uniform."""
    return math.log((u + 0.5 / (1 << 53)) / (1.0 - u))


@rule("f8(i8, f8)")
def intervals(now: int, years: float) -> float:
    """How many times so many years have passed by a step; a time shorter than a period counts as a period."""
    return now / max(1.0, PERIODS_PER_YEAR * years)


@rule("i8(i8, f8, f8)")
def renewals(now: int, years: float, phase: float) -> int:
    """How often a taste has been renewed by a step, once in so many years, and at most once a period.

    Intervals are regular and begin anywhere, by a `phase` in [0, 1) of the person's own. They stand for renewals at
    random: in each period a part 1 / (24 years) of all people renew theirs, and nobody has to look back.
    """
    return int(intervals(now, years) + phase)


@rule("f8(f8, f8)")
def heeding_chance(trust_shock: float, noticed_shock: float) -> float:
    """Chance that bad news of a plan makes its members think: in proportion to the trust that it costs."""
    return 1.0 if trust_shock >= noticed_shock else trust_shock / noticed_shock


@rule("f8(f8, f8)")
def deduction_failure(credit: float, base: float) -> float:
    """Chance that a deduction fails: `base` at a score of 650, nothing at 950, in a straight line between."""
    return max(0.0, min(1.0, base * (950.0 - credit) / 300.0))


@rule("i8(i8, i8, i8)")
def part_of_amount(amount_to_share: int, contribution_weight: int, contribution_weights: int) -> int:
    """Fen that a member owes of an amount: in proportion to their weight, rounded up as published shares are.

    Under equal division every weight is 1, and this is `money.divide`. What 64 bits cannot multiply out is reckoned in
    double precision, to sixteen digits.
    """
    if float(amount_to_share) * float(contribution_weight) > MOST_WHOLE:
        return math.ceil(min(MOST_WHOLE, amount_to_share * (contribution_weight / contribution_weights)))
    return -(-amount_to_share * contribution_weight // contribution_weights)


@rule("f8(f8, f8, f8)")
def assessed(frailty: float, u: float, error: float) -> float:
    """A person's multiplier as assessed by others: off by a logistic error with this standard deviation of logs."""
    return frailty * math.exp(log_odds(u) * error * math.sqrt(3.0) / math.pi)


@rule("i8(f8, f8)")
def contribution_weight(weight: float, frailty: float) -> int:
    """Contribution weight under division by weights: the weight of one's age and sex times one's risk, at least one."""
    return max(1, int(weight * frailty))


@rule("f8(f8, f8)")
def overlap(one: float, other: float) -> float:
    """What two covers together take away from the worth of a third."""
    return 1.0 - (1.0 - one) * (1.0 - other)


@rule("f8(f8, f8, f8)")
def resentment_of(paid: float, perceived_closure_risk: float, resentment: float) -> float:
    """Yuan a year that weigh against staying: what one has paid (fen), if the plan closes before one's own turn."""
    return resentment * perceived_closure_risk * paid / FEN_PER_YUAN
