"""What can speak for or against an act, in words: a row for each field of `persons.appraisal.Terms`."""

from dataclasses import dataclass

from abm.persons.appraisal import Terms


@dataclass(frozen=True)
class Weight:
    """How one thing weighed is told.

    `name` stands beside a bar, `short` says it in a word or two, `clause` in a sentence: there {worth} is in yuan a
    year, and the other names in braces are those of `reasons.Reader.facts`.
    """

    name: str
    short: str
    clause: str


WEIGHTS = {
    "helping": Weight("helping", "helping", "the wish to help ({worth})"),
    "friends": Weight("friends", "friends", "{inside} of {friends} friends inside ({worth})"),
    "cover": Weight("cover", "the cover", "cover of {cover} yuan worth {worth} to {her} at trust {trust}"),
    "sharing": Weight("sharing", "the shares to come",
        "the share {she} reckoned with, {share} yuan a period ({worth} a year)"),
    "premium": Weight("premium", "the premium", "the premium ({worth} a year)"),
    "resentment": Weight("resentment", "having paid to a plan that may close",
        "having paid {paid} to a plan that may close ({worth})"),
    "effort": Weight("trouble", "the trouble", "the trouble of {act}{deposit} ({worth})"),
}  # fmt: skip
# The same field on the other side: the trouble of leaving speaks for staying.
ON_THE_SIDE_OF_STAYING = {"effort": Weight("staying put", "staying put", "the trouble of leaving ({worth})")}


@dataclass(frozen=True)
class Term:
    """One thing weighed, in yuan a year: above zero for yes, below it against. `field` is that of `Terms`."""

    field: str
    worth: float

    @property
    def weight(self) -> Weight:
        """How it is told."""
        return ON_THE_SIDE_OF_STAYING.get(self.field, WEIGHTS[self.field]) if self.worth > 0 else WEIGHTS[self.field]


def weighed(terms: Terms) -> tuple[Term, ...]:
    """The terms that weigh anything, in the order in which they add up to the gain without rounding otherwise."""
    return tuple(Term(field, float(worth)) for field, worth in terms._asdict().items() if worth != 0)
