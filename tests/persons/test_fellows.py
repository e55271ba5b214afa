"""Fellows fall ill as often as persons do, one by one, and a case of theirs weighs one real case."""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from abm.agents.member import HealthyMember, HighRiskMember
from abm.draws import draw
from abm.market import NEWS_BITS, World
from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons import drives, fellows
from abm.persons.cases import CASE
from abm.persons.census import count, no_tally
from abm.persons.drives import numbers_of
from abm.persons.fellows import CHUNK, LatentStock, diagnose, filing_delay, key_of_fellows, number_struck, poisson
from abm.persons.state import HealthState, Status, Trait, membership, person
from worlds.busy import busy, digest, finish, series, teeming

SIGMAS = 4.0
POOL = "platform.xianghubao."
INSIDE = 1 << NEWS_BITS  # what friends see of a member of the first plan


# How many


@given(st.floats(2**-53, 1.0), st.floats(0.0, CHUNK))
def test_a_count_is_the_one_that_so_many_or_more_are_as_likely_as_the_number_drawn(left: float, mean: float) -> None:
    found = poisson(left, mean)
    assert 0 <= found <= fellows.MOST_IN_A_CHUNK
    near = 1e-9 * left + 1e-13  # differences of numbers near one
    assert found == 0 or stats.poisson.sf(found - 1, mean) >= left - near  # chance of so many or more
    assert stats.poisson.sf(found, mean) < left + near or found == fellows.MOST_IN_A_CHUNK


def test_counts_are_poisson_beyond_what_one_number_decides() -> None:
    """A row that stands for a whole town: the mean and the variance of the number diagnosed are the same."""
    model = finish(busy(changes={"people.persons": 1, "people.fellows": True}), 1)
    me, model.world.signals[0] = person(frailty=2.0), INSIDE
    mean = fellows.expected_diagnoses(me[0], model.world)
    assert mean > 4 * CHUNK
    keys = [int(key_of_fellows(1, row, 5)) for row in range(4_000)]
    counts = [number_struck(mean, key, draw(1, 5, row, 0), model.world) for row, key in enumerate(keys)]
    assert abs(np.mean(counts) - mean) < SIGMAS * math.sqrt(mean / len(counts))
    assert abs(np.var(counts) / mean - 1) < SIGMAS * math.sqrt(2 / len(counts))


@pytest.mark.parametrize("health", list(HealthState))
@pytest.mark.parametrize("status", [status for status in Status if status != Status.AIDED])
def test_fellows_are_diagnosed_where_somebody_is_inside_whose_own_illness_is_not_found(
    health: HealthState, status: Status
) -> None:
    """Who is inside is what friends have seen. Of who was aided they see it too; but whoever was aided is diagnosed."""
    world = finish(teeming(), 1).world
    me, mine = person(health=health), membership(platform=0, status=status, joined=0)
    count(me[0], mine[0], 0, world, no_tally(world))
    inside = Status.WAITING <= status <= Status.CLAIMING
    luck, rows, expected = np.linspace(0, 1, 1_000, endpoint=False), np.zeros(1, np.int64), np.zeros(1)
    found = sum(fellows.struck(me, 0, luck[i : i + 1], world, rows, expected) for i in range(luck.size))
    assert (found > 0) == (inside and health != HealthState.DIAGNOSED)


@pytest.mark.parametrize("latency", [0.0, 0.2, 1.0, 3.0])
def test_as_many_are_diagnosed_as_fell_ill_once_the_stock_is_in_balance(latency: float) -> None:
    """From the first step on where the stock is that of the start; without latency from the second."""
    model = finish(busy(changes={"health.latency_years": latency}), 3)
    diagnoses = fellows.diagnoses_of(model.latent.by_onset.sum(), model.world)
    assert diagnoses == pytest.approx(1.0, abs=1e-12)


def test_while_nobody_is_diagnosed_the_stock_grows_and_comes_out_later() -> None:
    """The halt of early 2020: what is not found then is found after it."""
    stock, chance, found = LatentStock(1.0), 1 / 24, []
    for period in range(400):
        now = 0.0 if 10 <= period < 16 else chance
        found.append(now * stock.by_onset.sum())
        stock.pass_period(now)
    assert found[9] == pytest.approx(1.0)
    assert found[10:16] == [0.0] * 6
    assert found[16] == pytest.approx(1 + 6 * chance)
    assert sum(found) == pytest.approx(400, abs=0.01)  # nobody is lost


def test_who_was_not_diagnosed_before_the_start_is_the_likelier_to_be_latently_ill_at_it() -> None:
    """At an incidence of 0.04 a year and five years of survival 80 of a hundred count, and as many are latent."""
    model = finish(busy(changes={"health.survival_years": 5.0, "people.fellows": True}), 1)
    model.world.incidence[:] = 0.04
    assert fellows.prior(person()[0], model.world) == pytest.approx(1 / 0.8)
    assert fellows.prior(person(frailty=20)[0], model.world) == fellows.MOST_PRIOR


@given(st.floats(0.0, 1.0, exclude_max=True), st.floats(0.001, 0.999), st.integers(0, 24))
def test_papers_are_together_after_as_long_as_a_chance_in_every_period_takes(
    u: float, chance: float, window: int
) -> None:
    delay = filing_delay(u, math.log1p(-chance), window)
    assert -1 <= delay <= window
    if delay >= 0:  # a later one is as likely as that none of the chances before came true
        assert (1 - chance) ** delay >= 1 - u - 1e-9
        assert (1 - chance) ** (delay + 1) <= 1 - u + 1e-9


@pytest.mark.parametrize(("log_of_waiting", "delay"), [(0.0, -1), (-math.inf, 0)])
def test_papers_that_never_and_always_come_together(log_of_waiting: float, delay: int) -> None:
    assert {filing_delay(u, log_of_waiting, 12) for u in (0.0, 0.5, 1 - 2**-32)} == {delay}


# How often, against persons who are all simulated

NATION: dict[str, Any] = {
    # Nobody moves: all join at once, none leaves, none is turned away; what differs is the illness of persons.
    "calendar.end": date(2021, 6, 30),
    "people.population": 60_000,
    "people.honest_share": 0.0,
    "people.deduction_failure": 0.0,
    "people.credit_mean": 900,
    "health.incidence_level": 2.0,
    "health.accident_share": 0.1,
    "mind.altruism": 1e4,
    "mind.spread": 0.0,
    "mind.alerted_attention": 1.0,
    "supervision.policy": "laissez_faire",
    f"{POOL}launch_reach": 1.0,
    f"{POOL}closing_rules": [],
    f"{POOL}capacity": 1e6,
    f"{POOL}case_cap": 1e3,
    f"{POOL}annual_cap": 1e5,
    f"{POOL}parent.effort_response": 0.0,
}


def nation(weight: int, seed: int, changes: dict[str, Any] | None = None) -> MutualAidModel:
    """A nation of 60,000 of whom one in so many is simulated, after two years and a half."""
    persons = int(NATION["people.population"] / weight)
    return finish(MutualAidModel("xianghubao", persons, seed, NATION | (changes or {}), drive="compiled"))


@pytest.mark.slow
@pytest.mark.parametrize("series_name", ["filed", "aided", "refused", "aid"])
def test_a_nation_has_as_many_cases_whole_as_in_a_sample(series_name: str) -> None:
    """Those of a sample are as many in the mean; whole, they spread by the root of their number."""
    whole = [series(nation(1, seed))[series_name].sum() for seed in range(3)]
    sample = [series(nation(30, seed))[series_name].sum() for seed in range(12)]
    error = math.hypot(np.std(whole, ddof=1) / math.sqrt(3), np.std(sample, ddof=1) / math.sqrt(12))
    cases = series(nation(1, 0))["filed"].sum()
    assert abs(np.mean(whole) - np.mean(sample)) < SIGMAS * max(error, np.mean(whole) / math.sqrt(3 * cases))


def test_cases_come_one_by_one_and_not_in_lumps() -> None:
    """The Fano factor, variance over mean, of the claims filed in a period over seeds is about one at any weight."""
    steady = {f"{POOL}waiting_days": 0, "health.filing_chance": 1.0}
    runs = [series(nation(60, seed, steady))["filed"].to_numpy()[30:] for seed in range(16)]
    counts = np.array(runs)
    assert counts.mean() > 5
    fano = (counts.var(axis=0, ddof=1) / counts.mean(axis=0)).mean()
    assert abs(fano - 1) < SIGMAS * math.sqrt(2 / counts.size) + 0.1  # rows differ in age, and few are simulated


def test_without_fellows_the_case_of_a_person_is_that_of_all_whom_they_stand_for() -> None:
    table = series(finish(busy(), 20))
    filed = table["filed"].to_numpy()
    assert filed.sum() > 0
    assert (filed % 1_000 == 0).all()
    assert (series(finish(teeming(), 20))["filed"].to_numpy() % 1_000 != 0).any()


# The same luck


def fates(changes: dict[str, Any]) -> tuple[dict[tuple[int, int, int], tuple[int, ...]], int]:
    """By row, step and number what became of fellows who claimed, and how many shares were paid."""
    found: dict[tuple[int, int, int], tuple[int, ...]] = {}
    model = teeming(changes=changes)
    while model.running and model.now < 30:
        model.step()
        for case in model.platforms[0].desk.cases:
            if case["number"]:
                key = (int(case["person"]), int(case["found"]), int(case["number"]))
                found[key] = tuple(int(case[name]) for name in ("due", "age", "mild", "lot"))
    return found, int(model.persons["paid"].sum())


def test_the_same_fellow_has_the_same_fate_under_two_policies() -> None:
    """Where all think of their claim, whatever is shared."""
    other = {f"{POOL}fee_rate": 0.3, f"{POOL}stopped.fee_rate": 0.3, f"{POOL}waiting_days": 60}
    here, paid_here = fates(off("A19"))
    there, paid_there = fates(off("A19") | other)
    both = here.keys() & there.keys()
    assert paid_here != paid_there
    assert len(both) > 0.3 * len(here) > 300
    assert all(here[each] == there[each] for each in both)


def test_at_weight_one_there_are_no_fellows_and_the_switch_changes_no_byte() -> None:
    whole = {"people.population": 500}
    have, lack = (finish(busy(changes=whole | {"people.fellows": fellows_on}), 30) for fellows_on in (True, False))
    assert series(have)["aided"].sum() > 0
    assert digest(have) == digest(lack)


def test_members_who_never_fall_ill_have_fellows_who_do() -> None:
    """An override says what the simulated person does; fellows follow the standard rule."""

    class Immune(HealthyMember):
        def fall_ill(self) -> None:
            pass

    class ImmuneToo(HighRiskMember):
        def fall_ill(self) -> None:
            pass

    model = teeming(members=(Immune, ImmuneToo), changes={"health.survival_years": 0.0, "health.latency_years": 0.0})
    finish(model, 20)
    assert (model.persons["health"] == HealthState.WELL).all()
    assert series(model)["aided"].sum() > 0
    model.audit()


# At the door


def claims_of(traits: int, joined: int, now: int = 40) -> np.ndarray:
    """Claims of a great many fellows diagnosed in one step, of somebody covered since a step."""
    model = busy(changes={"people.persons": 1, "people.fellows": True, "calendar.end": date(2021, 12, 31)})
    for _ in range(now):
        model.begin()
    model.begin()
    model.post_terms()
    model.persons[:] = person(traits=traits, frailty=20.0)
    model.memberships[0, 0] = membership(platform=0, status=Status.COVERED, joined=joined, since=joined + 6)[0, 0]
    model.world.signals[0] = INSIDE
    cases = np.zeros(100_000, CASE)
    written = diagnose(model.persons, model.memberships, 0, numbers_of(0, 1, model.world), model.world, cases)
    assert written > 1_000
    return cases[:written]


def test_claims_are_in_the_same_order_however_much_room_was_kept_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fuller block is told again: that must not show, or who is paid the last fen would hang on it."""

    def claims() -> list[bytes]:
        model = finish(teeming(changes={"people.persons": 2_500}), 8)
        return [platform.desk.cases.tobytes() for platform in model.platforms] + [model.aid_per_head.tobytes()]

    with_room = claims()
    monkeypatch.setattr(drives, "ROOM_A_BLOCK", 8)
    monkeypatch.setattr(drives, "ROOM_IN_ALL", 1)
    assert claims() == with_room


def test_the_honest_who_noticed_an_illness_were_turned_away_and_the_others_hide_it() -> None:
    """Of those ill before they joined 7 of 10 had noticed; of the honest none of these can claim."""
    world_noticed = 0.7
    late = 38  # joined two periods ago: most illnesses, found after a fifth of a year, had begun before
    honest, dishonest = claims_of(int(Trait.HONEST), late), claims_of(0, late)
    hidden = dishonest["concealed"].sum()
    assert not honest["concealed"].any()
    assert honest.size == dishonest.size - hidden
    began_before = hidden / world_noticed
    assert 0.3 < began_before / dishonest.size < 0.95
    early = claims_of(0, 0)
    assert early["concealed"].sum() < 0.01 * early.size


def test_fellows_share_a_known_risk_and_that_it_was_hidden() -> None:
    assert claims_of(int(Trait.HIGH_RISK), 0)["concealed"].all()


def test_a_world_read_as_plain_data_has_its_highest_incidence() -> None:
    world: World = busy().world
    assert (world.highest_incidence >= world.incidence).all()
    assert (np.diff(world.highest_incidence, axis=1) >= 0).all()
