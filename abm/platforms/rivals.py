"""What plans do about the terms of others: boards answer them, and small plans promise less (mechanism B18)."""

from collections.abc import Mapping
from typing import Any

from abm.clock import PERIODS_PER_MONTH, half_month
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.money import fen, yuan
from abm.platforms import rules
from abm.platforms.closing import Stage
from abm.platforms.owners import sisters
from abm.platforms.plan import Plan
from abm.scenario.parents import Parent
from abm.scenario.terms import PlatformTerms


def told(plan: Plan) -> float:
    """The share that a plan tells newcomers of by itself, fen: what it says, and at least the mean of the past."""
    window = plan.shares[-plan.terms.advertised_periods :]
    return rules.advertised_share(fen(plan.terms.advertised_share), sum(window), len(window))


def told_against_rivals(plan: Plan) -> float:
    """The same; small plans that undercut tell of less than any other plan that takes members."""
    small, own = plan.terms.small_plans, told(plan)
    if small is None or not small.undercuts:
        return own
    others = (told(each) for each in plan.model.platforms if each.name != plan.name and each.stage == Stage.OPEN)
    return min(own, (1 - small.undercut) * min(others, default=own))


def rival_of(plan: Plan) -> Plan | None:
    """The largest other plan that takes members, of another owner and for the same kind of people; None without any."""
    kin = [sister.name for sister in sisters(plan)]
    others = [
        each
        for each in plan.model.platforms
        if each.name not in (plan.name, *kin)
        and each.stage == Stage.OPEN
        and each.terms.small_plans is None
        and for_the_same_people(each.terms, plan.terms)
    ]
    return max(others, key=lambda each: each.members, default=None)


def for_the_same_people(one: PlatformTerms, other: PlatformTerms) -> bool:
    """Whether two plans take the same kind of people: both or neither only those at high risk, and of the same ages."""
    alike = one.chronic_only == other.chronic_only
    return alike and any(a.age_from <= b.age_to and b.age_from <= a.age_to for a in one.bands for b in other.bands)


def periods_in_force(plan: Plan) -> int:
    """For how many periods the terms of a plan have been what they are, since its launch, a change or an amendment."""
    model, original = plan.model, plan.original_terms
    since = min(model.now - plan.opened, plan.periods_since_change)
    made = original.amended(model.day)
    if made:
        since = min(since, half_month(model.day) - half_month(original.amendments[made - 1].day))
    return since


def highest_cover(terms: PlatformTerms) -> float:
    """The highest aid of a plan at any age, yuan."""
    return max(band.cover for band in terms.bands)


def answer(plan: Plan, parent: Parent) -> tuple[Mapping[str, Any], str]:
    """The terms that a board changes in answer to its rival, and the words for it; nothing where it does not answer.

    It lets a rival's terms stand for a while, and then answers with some chance. It goes a part of the way, in all that
    is better for newcomers there: fee, waiting period, cover, and the share that they are told of.
    """
    rivalry, model = parent.rivalry, plan.model
    rival = rival_of(plan) if rivalry.answers else None
    if rival is None or periods_in_force(rival) < rivalry.lag_months * PERIODS_PER_MONTH:
        return {}, ""
    if draw(model.seed, model.now, plan.index, Purpose.ANSWER * SLOTS_PER_PURPOSE) >= rivalry.chance:
        return {}, ""
    changes = nearer(plan.terms, rival.terms, yuan(told(rival)), rivalry.step)
    if any(each.discloses or each.levers.education > 0 for each in (plan, rival)):
        changes.pop("advertised_share", None)  # one tells of the true level, and cannot promise less
    return changes, f"answers {rival.name}: {in_words(changes)}" if changes else ""


def nearer(mine: PlatformTerms, other: PlatformTerms, share_told: float, step: float) -> dict[str, Any]:
    """Terms that go such a part of the way to another plan's, in what is better for newcomers there."""
    changes: dict[str, Any] = {}
    if step <= 0.0:
        return changes

    def towards(now: float, there: float) -> float:
        return now + step * (there - now)

    if other.fee_rate < mine.fee_rate:
        changes["fee_rate"] = towards(mine.fee_rate, other.fee_rate)
    if (days := round(towards(mine.waiting_days, other.waiting_days))) < mine.waiting_days:
        changes["waiting_days"] = days
    cover, wider = highest_cover(mine), highest_cover(other)
    if wider > cover > 0:
        factor = towards(cover, wider) / cover
        changes["bands"] = tuple(band.model_copy(update={"cover": factor * band.cover}) for band in mine.bands)
    if share_told < mine.advertised_share:
        changes["advertised_share"] = towards(mine.advertised_share, share_told)
    return changes


def in_words(changes: Mapping[str, Any]) -> str:
    """What has become of the terms, for readers."""
    words = []
    if "fee_rate" in changes:
        words.append(f"fee {changes['fee_rate']:.1%}")
    if "waiting_days" in changes:
        words.append(f"waiting period {changes['waiting_days']} days")
    if "bands" in changes:
        words.append(f"cover up to {max(band.cover for band in changes['bands']):,.0f} yuan")
    if "advertised_share" in changes:
        words.append(f"share of {changes['advertised_share']:.2f} yuan told")
    return ", ".join(words)
