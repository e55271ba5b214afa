"""A life as a list of happenings: each a day, a kind, a sentence, and the terms that stand behind it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from abm.money import spell, yuan
from abm.story.decisions import Decision
from abm.story.events import Kind, Moment
from abm.story.reasons import Reader, listed, span
from abm.story.sentences import SENTENCES
from abm.story.weights import Term
from abm.story.witness import Witness

IDLE = (Kind.STAYED, Kind.PASSED_BY)
DOUBTLESS = 0.95  # chance of what happened from which a decision was never in doubt
CLOSING_BOOKS = {Kind.LEFT, Kind.LAPSED, Kind.CLAIMED, Kind.AIDED, Kind.REFUSED, Kind.ENDED, Kind.AGED_OUT}


@dataclass(frozen=True)
class Happening:
    """A sentence of a story, and what stands behind it.

    `platform` is a name of the scenario, empty where none is meant; `amount` fen paid or received; `decision` what was
    weighed, None where nothing was.
    """

    day: date
    kind: Kind
    platform: str
    text: str
    decision: Decision | None = None
    amount: int = 0

    @property
    def terms(self) -> tuple[Term, ...]:
        """What spoke for and against, yuan a year."""
        return self.decision.terms if self.decision else ()

    def __str__(self) -> str:
        return f"{self.day}: {self.text}"


def story(witness: Witness) -> list[Happening]:
    """What a witness has seen so far, told in order of the days, with a closing sentence."""
    return Teller(witness).told()


def brief(story: list[Happening]) -> list[Happening]:
    """The same story without what led to nothing.

    Of decisions that changed nothing the closest of each stretch is left, if it was in doubt or the closest for that
    plan at all; of plans heard of and not joined, those are left where no other mattered.
    """
    aside = (Kind.HEARD, Kind.PASSED_BY, Kind.INSURED, Kind.TURNED_DOWN)
    mattered = {each.platform for each in story if each.kind not in aside and each.platform}
    mattered = mattered or {each.platform for each in story if each.kind in (Kind.HEARD, Kind.PASSED_BY)}
    left: list[Happening] = []
    stretches: dict[tuple[str, Kind], list[list[Happening]]] = {}
    for each in story:
        if each.kind in (Kind.HEARD, Kind.PASSED_BY) and each.platform not in mattered:
            continue
        if each.kind in IDLE:
            stretches.setdefault((each.platform, each.kind), [[]])[-1].append(each)
            continue
        left.append(each)
        if each.kind != Kind.PAID:
            for (platform, _), runs in stretches.items():
                if each.platform in (platform, ""):
                    runs.append([])
    for runs in stretches.values():
        closest = sorted(map(_closest, filter(None, runs)), key=_certainty)
        left += [each for each in closest if each is closest[0] or _certainty(each) < DOUBTLESS]
    return sorted(left, key=lambda each: (each.day, each.kind == Kind.CLOSES))


def _certainty(each: Happening) -> float:
    """The chance of what happened, where nothing changed."""
    assert each.decision is not None
    return each.decision.chance if each.kind == Kind.STAYED else 1 - each.decision.chance


def _closest(run: list[Happening]) -> Happening:
    """Of several decisions with the same outcome the one that was nearest to the other."""
    nearest = min(run, key=_certainty)
    if len(run) == 1:
        return nearest
    return replace(nearest, text=f"{nearest.text} This was the closest of {len(run)} such decisions.")


class Teller(Reader):
    """Puts the moments of one witness in order and into words."""

    def told(self) -> list[Happening]:
        found = sorted(self._all(), key=lambda each: each.day)
        if self.moments:
            found.append(Happening(self.model.day, Kind.CLOSES, "", self._in_the_end(), amount=self._net()))
        return found

    def _all(self) -> Iterator[Happening]:
        bills: dict[int, list[Moment]] = {}
        for moment in self.moments:
            for plan, paid in list(bills.items()):
                if paid[0].day.year < moment.day.year or (plan == moment.plan and moment.kind in CLOSING_BOOKS):
                    yield self._paid(plan, bills.pop(plan))
            if moment.kind == Kind.PAID:
                bills.setdefault(moment.plan, []).append(moment)
            else:
                text = SENTENCES[moment.kind](self, moment)
                platform = self.plans[moment.plan] if moment.plan >= 0 else ""
                amount = moment.said.get("amount", moment.said.get("aid", 0))
                yield Happening(moment.day, moment.kind, platform, text, moment.decision, amount)
        for plan, paid in bills.items():
            yield self._paid(plan, paid)

    def _paid(self, plan: int, paid: list[Moment]) -> Happening:
        amounts = [moment.said["amount"] for moment in paid]
        shares = "a share" if len(paid) == 1 else f"{len(paid)} shares"
        largest = f", the largest {yuan(max(amounts)):,.2f}" if len(paid) > 1 else ""
        source = " out of the deposit" if any(moment.said["drawn"] for moment in paid) else ""
        text = f"paid {shares} to {self.name(plan)}{source} in {paid[0].day.year}: {spell(sum(amounts))}{largest}."
        return Happening(paid[-1].day, Kind.PAID, self.plans[plan], text, amount=sum(amounts))

    def _net(self) -> int:
        me = self.model.persons[self.row]
        return int(me["received"]) - int(me["paid"])

    def _in_the_end(self) -> str:
        me = self.model.persons[self.row]
        words = f"in all, {self.she} has paid {spell(int(me['paid']))} and received {spell(int(me['received']))}."
        plans = [self.name(int(m["platform"])) for m in self.model.memberships[self.row] if 1 <= m["status"] <= 4]
        inside = (
            f" {self.she.capitalize()} is in {listed(plans)}." if plans else f" {self.she.capitalize()} is in no plan."
        )
        if not any(moment.kind in (Kind.JOINED, Kind.CAME_BACK) for moment in self.moments):
            inside = f" {self.she.capitalize()} never joined a plan."
        for moment in self.moments:
            for plan, since, cover in moment.said.get("missed", ()):
                lapsed = (moment.step - since, plan, Kind.LAPSED) in {(m.step, m.plan, m.kind) for m in self.moments}
                gone, then = ("been removed from", "had been removed") if lapsed else ("left", "had left")
                inside += (
                    f" Had {self.she} not {gone} {self.name(plan)}, it would have covered {self.her} with "
                    f"{cover:,.0f} yuan when {self.she} was found ill, {span(since)} after {self.she} {then}."
                )
        last = max((each for each in self.moments if each.kind in (Kind.FELL_ILL, Kind.DIAGNOSED)), default=None,
                   key=lambda each: each.step)  # fmt: skip
        if last is not None and last.kind == Kind.FELL_ILL:
            inside += f" {self.she.capitalize()} does not know that {self.she} has been ill since {last.day}."
        return words + inside
