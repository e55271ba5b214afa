"""What the page offers: sliders, policies, pictures, an address; and worlds that are let go of."""

import re
import socket
import threading
import weakref
from dataclasses import replace
from xml.etree import ElementTree

import psutil
import pytest

from abm.cli.main import main
from abm.errors import ModelError, PageError, ScenarioError
from abm.model import MutualAidModel
from abm.page import session
from abm.page.charts import beside, glance
from abm.page.choices import POLICIES, Setup, check, policies, policy, policy_of, sliders, under
from abm.page.guard import LOCAL
from abm.page.requests import Request
from abm.page.serve import PORT, free_port
from abm.page.session import Session
from abm.runs.run import so_far
from abm.runs.watched import WatchedModel
from abm.scenario.files import load, names
from abm.scenario.paths import leaves

SMALL = Setup(persons=300)
PLANS = [(case, plan) for case in names() for plan in load(case).platform]
PATIENCE = 60.0

# Sliders and policies.


@pytest.mark.parametrize(("case", "plan"), PLANS)
def test_every_calibrated_value_has_a_place_on_its_slider(case, plan):
    found = sliders(Setup(case), plan)
    assert len(found) >= 14
    calibrated = dict(leaves(load(case)))
    for slider in found:
        assert slider.value == slider.calibrated == calibrated[slider.paths[-1]], slider.label
        assert slider.low <= slider.value <= slider.high, slider.label
        places = (slider.value - slider.low) / slider.step
        assert abs(places - round(places)) < 1e-6, slider.label
        assert 10 <= (slider.high - slider.low) / slider.step <= 1000, slider.label


@pytest.mark.parametrize(("case", "plan"), PLANS)
@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_every_slider_are_worlds(case, plan, end):
    setup = Setup(case)
    for slider in sliders(setup, plan):
        value = getattr(slider, end)
        value = int(value) if slider.whole else round(value, 9)
        check(replace(setup, changes=tuple(dict.fromkeys(slider.paths, value).items())))


def test_a_slider_says_what_it_is_in_which_unit_and_from_where():
    (slider,) = (each for each in sliders(SMALL, "xianghubao") if each.label == "altruism")
    assert slider.unit == "yuan a year"
    assert slider.help.startswith("median value of helping (yuan a year), plausible from 0 to 60. assumption: members")
    assert (slider.low, slider.high) == (0, 60)


def test_a_value_beyond_the_usual_range_still_has_its_place():
    (slider,) = (
        each
        for each in sliders(replace(SMALL, changes=(("mind.altruism", 200.0),)), "xianghubao")
        if each.label == "altruism"
    )
    assert slider.high == 200
    assert slider.calibrated == 30


@pytest.mark.parametrize("value", [0.123, 30.0, 31.37])
def test_where_a_browser_rounds_a_value_it_has_not_been_moved(value):
    """A browser shows a value at the nearest place of the slider; one place further is a move."""
    (slider,) = (
        each
        for each in sliders(replace(SMALL, changes=(("mind.altruism", value),)), "xianghubao")
        if each.label == "altruism"
    )
    shown = slider.low + round((value - slider.low) / slider.step) * slider.step
    assert not slider.moved_to(shown)
    assert slider.moved_to(shown + slider.step)
    assert slider.moved_to(shown - slider.step)


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize(("case", "plan"), PLANS)
def test_every_policy_is_a_world_and_offered_where_it_makes_a_difference(case, plan, name):
    setup = Setup(case)
    changed = replace(setup, changes=policy(name, setup, plan))
    check(changed)
    assert (name in policies(setup, plan)) == (name == "as it was" or changed.scenario() != setup.scenario())


@pytest.mark.parametrize(
    ("setup", "mistake", "message"),
    [
        (Setup(persons=99), PageError, "people.persons = 99 must be from 100"),
        (Setup(persons=10_000_001), PageError, "must be from 100 to 10,000,000"),
        (Setup(persons=20_001, drive="agents"), PageError, "must be from 100 to 20,000"),
        (Setup(seed=-1), ModelError, "seed = -1 must be"),
        (Setup(seed=2**64), ModelError, "must be a whole number from 0"),
        (Setup(case="nowhere"), ScenarioError, "nowhere"),
        (Setup(changes=(("mind.altruizm", 1.0),)), ScenarioError, "did you mean 'altruism'"),
    ],
)
def test_a_world_that_cannot_be_shown_is_refused(setup, mistake, message):
    with pytest.raises(mistake, match=re.escape(message)):
        check(setup)


# Pictures.


@pytest.fixture(scope="module")
def runs():
    """Two worlds half-way, and a market."""
    found = []
    for setup in (SMALL, replace(SMALL, changes=(("mind.altruism", 0.0),)), Setup("market", 300)):
        model = MutualAidModel(setup.scenario(), seed=1)
        for _ in range(40):
            model.step()
        found.append(so_far(model))
    return found


def texts(svg: str) -> list[str]:
    """Everything written in a picture; it is a picture at all."""
    root = ElementTree.fromstring(svg)
    return [text for each in root.iter() if each.tag.endswith("text") and (text := "".join(each.itertext()).strip())]


def test_a_glance_is_six_questions_each_with_its_unit(runs):
    pictures = glance(runs[0], "xianghubao")
    assert len({each.title for each in pictures}) == 6
    for each in pictures:
        assert "by date" in each.words
        unit = re.search(r"In (.+), by date", each.words)
        assert unit, each.words
        assert unit[1] in texts(each.svg)


def test_the_same_world_gives_the_same_picture_to_the_byte(runs):
    assert glance(runs[0], "xianghubao") == glance(runs[0], "xianghubao")


def test_a_market_draws_its_largest_plans_and_names_the_one_chosen(runs):
    pictures = glance(runs[2], "kangai")
    assert len(pictures) == 6
    assert any(each.title.startswith("Kangai: ") for each in pictures)
    assert "xianghubao" in " ".join(texts(pictures[0].svg)).lower()


def test_two_worlds_are_drawn_with_both_lines_and_the_gap_is_told(runs):
    pictures = beside(runs[0], runs[1], ("as set", "no altruism"), "xianghubao")
    assert {"as set", "no altruism"} <= set(texts(pictures[0].svg))
    last = [run.series["xianghubao.members"].iloc[-1] / 1e6 for run in runs[:2]]
    assert f"{last[1] - last[0]:+.2f} million persons in the second world" in pictures[0].title


# Address and command.


def test_a_port_that_is_taken_is_said_in_a_line_and_the_next_is_taken_instead(capsys):
    with socket.socket() as other:
        other.bind((LOCAL, 0))
        other.listen()
        taken = other.getsockname()[1]
        assert main(["view", "--persons", "300", "--no-browser", "--port", str(taken)]) == 2
        said = capsys.readouterr().err.strip()
        assert f"--port {taken}: taken" in said
        assert said.count("\n") == 0
    assert free_port(taken) == taken
    assert PORT <= free_port(None) < PORT + 20


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "nowhere"),
        (["--persons", "5"], "people.persons = 5 must be from 100"),
        (["--seed", "-1"], "seed = -1"),
        (["--set", "mind.altruizm=1"], "did you mean"),
        (["--set", "nonsense"], "nonsense"),
        (["--port", "99999999"], "--port 99999999"),
        (["--port", "-1"], "--port -1"),
    ],
)
def test_the_command_refuses_in_a_line(words, message, capsys):
    assert main(["view", *words, "--no-browser"]) == 2
    said = capsys.readouterr().err.strip()
    assert message in said
    assert said.count("\n") == 0


# Worlds let go of.


@pytest.fixture
def founded(monkeypatch):
    """Weak references to all models that sessions found."""
    found: list[weakref.ref] = []

    class Remembered(WatchedModel):
        def __init__(self, *args, **kwargs) -> None:
            super().__init__(*args, **kwargs)
            found.append(weakref.ref(self))

    monkeypatch.setattr(session, "WatchedModel", Remembered)
    return found


class Viewer:
    """Waits for frames of a session."""

    def __init__(self, setup: Setup) -> None:
        self.seen = threading.Semaphore(0)
        self.session = Session(Request(setup), lambda frame: self.seen.release(), lambda note: None)
        assert self.seen.acquire(timeout=PATIENCE)
        self.look_at("events")

    def look_at(self, view: str) -> None:
        self.session.want(view=view)
        assert self.seen.acquire(timeout=PATIENCE)

    def reset(self) -> None:
        """To a day later on and back."""
        for act in (self.session.step, self.session.reset):
            act()
            assert self.seen.acquire(timeout=PATIENCE)

    def close(self) -> None:
        self.session.close()
        self.session._thread.join(PATIENCE)


def alive(references) -> int:
    return sum(each() is not None for each in references)


@pytest.mark.slow
@pytest.mark.parametrize("drive", ["compiled", "agents"])
def test_fifty_resets_leave_one_world(founded, drive):
    """Memory grows by less than one world: 64 bytes a person and 48 of memberships, and friends."""
    viewer = Viewer(Setup(persons=200_000 if drive == "compiled" else 2_000, drive=drive))
    for _ in range(3):
        viewer.reset()
    memory, world = psutil.Process().memory_info().rss, founded[-1]()
    size = world.persons.nbytes + world.memberships.nbytes + sum(array.nbytes for array in world.network)
    del world
    for _ in range(50):
        viewer.reset()
    assert len(founded) == 54
    assert alive(founded) == 1  # at once, and not when memory runs out
    if drive == "compiled":
        assert psutil.Process().memory_info().rss - memory < size
    viewer.close()


def test_who_leaves_lets_go_of_every_world(founded):
    viewer = Viewer(SMALL)
    viewer.session.want(counterfactual=(("mind.altruism", 0.0),), counterfactual_name="no altruism", view="worlds")
    assert viewer.seen.acquire(timeout=PATIENCE)
    assert len(founded) == 3
    viewer.close()
    assert not viewer.session._thread.is_alive()
    assert alive(founded) == 0


def test_another_policy_takes_the_place_of_the_present_one_and_leaves_moved_sliders_alone():
    moved = Setup(changes=(("mind.altruism", 31.0), ("platform.xianghubao.fee_rate", 0.2)))
    assert policy_of(moved, "xianghubao") == "as it was"
    free = replace(moved, changes=under("no fee", moved, "xianghubao"))
    assert policy_of(free, "xianghubao") == "no fee"
    assert dict(free.changes) == {
        "mind.altruism": 31.0,
        "platform.xianghubao.fee_rate": 0.0,
        "platform.xianghubao.stopped.fee_rate": 0.0,
    }
    banned = replace(free, changes=under("regulator: strict ban", free, "xianghubao"))
    assert dict(banned.changes) == {"mind.altruism": 31.0, "supervision.policy": "strict_ban"}
    assert under("as it was", banned, "xianghubao") == (("mind.altruism", 31.0),)
