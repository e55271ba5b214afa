"""Facts of the whole industry, which belong to no plan, beside what all plans of a market come to.

They are compared where a scenario has every plan of which there are facts: one plan alone is not the industry.
"""

from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from abm.observation.facts import PLATFORMS, Comparison, Fact, compare, load_facts

NAME = "Industry"  # in the facts file, and before the columns made here
LARGE = 10_000_000  # members
LARGE_PLANS, MADE_OF = "large_plans", ("members", "small_plans")
OF_PERSONS = ("persons_in_plans",)  # which are series of the market as they stand


def is_whole(platforms: Collection[str]) -> bool:
    """Whether a scenario with these plans is the whole industry."""
    return set(PLATFORMS) <= set(platforms)


def columns(facts: Iterable[Fact], platform: str, platforms: Sequence[str]) -> set[str]:
    """Columns of a run's series that facts of a plan, or of the industry of `platforms`, are read off."""
    names = {name for fact in facts for name in fact.meaning.needed}
    if platform != NAME:
        return {f"{platform}.{name}" for name in names}
    of_plans = {each for name in names for each in (MADE_OF if name == LARGE_PLANS else (name,))}
    of_plans -= set(OF_PERSONS)
    return {f"{plan}.{name}" for plan in platforms for name in of_plans} | names.intersection(OF_PERSONS)


def compare_industry(
    series: pd.DataFrame, platforms: Sequence[str], known: Sequence[Fact] | None = None
) -> list[Comparison]:
    """Each fact of the industry beside its simulation, as `facts.compare` does; none where a plan of it is missing."""
    if not is_whole(platforms):
        return []
    facts = load_facts(NAME) if known is None else known
    made = {name: _of_all(series, name, platforms) for fact in facts for name in fact.meaning.needed}
    table = pd.DataFrame({"date": series["date"]} | {f"{NAME}.{name}": value for name, value in made.items()})
    return compare(table, NAME, known=facts)


def _of_all(series: pd.DataFrame, name: str, platforms: Sequence[str]) -> pd.Series:
    """A series of the industry: the sum of its plans', or how many are large; of those counted together, each."""
    if name in OF_PERSONS:
        return series[name]
    if name != LARGE_PLANS:
        return series[[f"{plan}.{name}" for plan in platforms]].sum(axis=1, skipna=False)
    count = pd.Series(0.0, index=series.index)
    for plan in platforms:
        plans = series[f"{plan}.small_plans"].clip(lower=1)
        count += plans * (series[f"{plan}.members"] / plans > LARGE)
    return count
