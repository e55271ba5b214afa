"""Why, in words: the terms of a decision, the largest first, and what made the person think again."""

from functools import cache

from abm.money import spell, yuan
from abm.persons.state import Trait
from abm.scenario.files import load, names
from abm.story.decisions import Decision, Prompt
from abm.story.events import Kind, Moment
from abm.story.weights import Term
from abm.story.witness import Witness

LEAST = 0.5  # yuan a year below which a term goes without saying


@cache
def label(platform: str) -> str:
    """The name of a platform for a reader, ``Waterdrop Mutual (水滴互助)``, or else that of the scenario."""
    if platform not in names():
        return platform
    return load(platform).title.partition(",")[0].partition(":")[0]


class Reader:
    """Reads the moments that one witness noted: knows the names of the plans, and how to speak of the person."""

    def __init__(self, witness: Witness) -> None:
        self.model, self.row, self.moments = witness.model, witness.row, witness.moments
        self.plans = [platform.name for platform in self.model.platforms]
        self.products = [product.title for product in self.model.case.insurance.products.values()]
        self.woman = bool(self.model.persons[self.row]["traits"] & Trait.FEMALE)
        self.she, self.her, self.hers = ("she", "her", "her") if self.woman else ("he", "him", "his")
        self.named: set[int] = set()

    def name(self, plan: int) -> str:
        """The name of a plan: in full when it is first named."""
        full = label(self.plans[plan])
        if plan in self.named:
            return full.partition(" (")[0]
        self.named.add(plan)
        return full

    def why(self, decision: Decision, act: str) -> str:
        """The terms of a decision, the chance that follows and, where it came out against them, that it did."""
        weighed = [term for term in decision.terms if abs(term.worth) >= LEAST]
        weighed.sort(key=lambda term: -abs(term.worth))
        sides = [listed([self._term(term, decision, act) for term in weighed if (term.worth > 0) == good])
                 for good in (True, False)]  # fmt: skip
        more, less = sides if decision.gain > 0 else sides[::-1]
        words = f"{more} weighed more than {less}" if less else f"{more or 'nothing'}, and nothing on the other side"
        against = decision.yes != (decision.gain > 0)
        if against and not less:
            words = f"nothing weighed against {more}"
        chance, close = f"Chance of {act} {decision.chance:.2f}", against or 0.05 < decision.chance < 0.95
        if decision.taste is None:
            chance += f", and {decision.drawn:.2f} was drawn." if close else "."
        else:
            taste = f"{decision.drawn:.2f} is {self.hers} lasting taste, {rounded(abs(decision.taste))} yuan a year"
            chance += f" over all tastes; {taste} {'for' if decision.taste > 0 else 'against'} it." if close else "."
        return f"{', although ' if against else ': '}{words}. {chance}"

    def _term(self, term: Term, decision: Decision, act: str) -> str:
        """One thing weighed, in words, with yuan a year."""
        return term.weight.clause.format_map(self.facts(term, decision, act))

    def facts(self, term: Term, decision: Decision, act: str) -> dict[str, str]:
        """What may stand in a sentence on one thing weighed."""
        inside, friends = decision.friends
        return {
            "worth": rounded(abs(term.worth)),
            "act": f"{act} again" if decision.again else act,
            "deposit": " and the deposit" if decision.deposit else "",
            "cover": f"{decision.cover:,.0f}",
            "trust": f"{decision.trust:.2f}",
            "share": f"{yuan(decision.share):,.2f}",
            "paid": spell(decision.paid),
            "inside": str(inside),
            "friends": str(friends),
            "she": self.she,
            "her": self.her,
        }

    def prompt(self, moment: Moment) -> str:
        """What made the person think again."""
        decision = moment.decision
        if decision is None or decision.prompt is None or decision.prompt == Prompt.HABIT:
            return ""
        if decision.prompt == Prompt.NEWS:
            return f" What made {self.her} think: {self._news(moment)}."
        bill, reference = yuan(decision.bill), yuan(decision.reference)
        if bill <= reference:
            return f" What made {self.her} think: the bill of another plan."
        used = "was used to" if self.model.case.mind.habituation_periods else "by then expected"
        surprise = f"a bill of {bill:,.2f} yuan where {self.she} {used} {reference:,.2f}"
        return f" What made {self.her} think: {surprise}."

    def _news(self, moment: Moment) -> str:
        kinds = {
            Kind.FRIEND_REFUSED: "a friend's refusal", Kind.FRIEND_AIDED: "a friend's aid",
            Kind.FRIEND_ILL: "a friend's illness", Kind.DOUBTED: "what was said of the plan",
            Kind.HEARD: "word of a plan",
        }  # fmt: skip
        found = [words for kind, words in kinds.items()
                 if any(each.kind == kind and each.step == moment.step and each.said.get("heeded", True)
                        for each in self.moments)]  # fmt: skip
        return listed(found) or "news of friends"


def rounded(amount: float) -> str:
    """Yuan a year for a reader."""
    return f"{amount:,.0f}" if abs(amount) >= 10 else f"{amount:.1f}"


def listed(words: list[str]) -> str:
    """One, two and three."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def span(periods: int) -> str:
    """So many half-months in words."""
    months = periods / 2
    return "half a month" if periods == 1 else f"{months:g} month{'s' * (periods != 2)}"
