"""Sessions of the page under rough hands: several at once, worlds that cannot be, requests that no longer fit."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from abm.errors import PageError
from abm.model import MutualAidModel
from abm.page import session
from abm.page.charts import MATPLOTLIB
from abm.page.choices import Setup
from abm.page.requests import Request
from abm.page.serve import free_port
from abm.page.session import Session

SMALL = Setup(persons=300)
PATIENCE = 20.0
ROOT = Path(__file__).parent.parent.parent
TWO_AT_ONCE = """
import threading
from abm.model import MutualAidModel

def live(seed):
    model = MutualAidModel(persons=6_000, seed=seed, drive="compiled")
    for _ in range(40):
        model.step()

visitors = [threading.Thread(target=live, args=[seed]) for seed in (1, 2, 3)]
for each in visitors:
    each.start()
for each in visitors:
    each.join()
print("all lived")
"""


def test_worlds_of_several_threads_do_not_end_the_program():
    """Numba's own threads, which it takes where there are no others, end the program if two loops meet in them."""
    environment = os.environ | {"NUMBA_THREADING_LAYER": "workqueue", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", TWO_AT_ONCE]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "all lived", done.stderr


class Visit:
    """A session, and all that its visitor has seen and been told."""

    def __init__(self) -> None:
        self.frames, self.faults, self.lives, self.asked = [], [], [], []
        self._news = threading.Condition()
        keep = self._keep
        heard = keep(self.frames), self._hear, keep(self.lives), keep(self.asked)
        self.session = Session(Request(SMALL), *heard)

    def _keep(self, place):
        def keep(what) -> None:
            with self._news:
                place.append(what)
                self._news.notify_all()

        return keep

    def _hear(self, note) -> None:
        if note.fault:
            self._keep(self.faults)(note.fault)

    def until(self, true) -> None:
        with self._news:
            assert self._news.wait_for(true, PATIENCE), (self.frames[-1:], self.faults)

    def seen(self, **what) -> None:
        self.until(lambda: self.frames and {name: getattr(self.frames[-1], name) for name in what} == what)

    @property
    def series(self) -> pd.DataFrame:
        return pd.read_csv(BytesIO(self.session.results()["series.csv"]))


@pytest.fixture
def visit():
    visit = Visit()
    yield visit
    visit.session.close()
    visit.session._thread.join(PATIENCE)
    assert not visit.session._thread.is_alive()


def lived(setup: Setup, steps: int) -> pd.DataFrame:
    """The series of a world that was never disturbed."""
    model = MutualAidModel(setup.scenario(), seed=setup.seed, drive="compiled")
    for _ in range(steps):
        model.step()
    text = model.datacollector.get_model_vars_dataframe()["xianghubao.members"]
    return text.reset_index(drop=True)


def stumbles_once(real):
    """A function that does half its work, and then fails, the first time."""
    calls = []

    def stumble(*arguments):
        found = real(*arguments)
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError("an accident")
        return found

    return stumble


@pytest.mark.slow
@pytest.mark.parametrize("where", ["drawing", "stepping"])
def test_after_an_accident_the_worlds_are_those_that_are_seen(visit, monkeypatch, capfd, where):
    visit.session.want(steps=40)
    visit.seen(step=40)
    with monkeypatch.context() as broken:
        if where == "drawing":
            broken.setattr(session, "take", stumbles_once(session.take))
        else:
            broken.setattr(MutualAidModel, "begin", stumbles_once(MutualAidModel.begin))
        visit.session.want(setup=replace(SMALL, seed=2), steps=42)
        visit.until(lambda: len(visit.frames) >= 3)
    assert "an accident" in visit.faults[0]
    assert (visit.frames[-1].setup, visit.frames[-1].step) == (SMALL, 40)
    assert visit.series["xianghubao.members"].tolist() == pytest.approx(lived(SMALL, 40).tolist(), rel=1e-9)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_play_that_is_refused_is_seen_to_rest(visit):
    visit.session.want(playing=True)
    visit.seen(playing=True)
    visit.session.want(setup=replace(SMALL, changes=(("mind.altruism", -1.0),)))
    visit.seen(playing=False, setup=SMALL)
    assert "mind.altruism" in visit.faults[-1]


def test_what_is_asked_for_is_heard_before_it_is_seen_and_what_is_refused_no_more(visit):
    visit.seen(step=1)
    other, wrong = replace(SMALL, seed=2), replace(SMALL, changes=(("mind.altruism", -1.0),))
    visit.session.want(setup=other)
    assert visit.asked[-1] == other
    visit.seen(setup=other)
    visit.session.want(setup=wrong)
    visit.until(lambda: visit.faults)
    visit.until(lambda: visit.asked[-1] == other)
    assert wrong in visit.asked


@pytest.mark.parametrize("who", ["refused", 300])
def test_where_a_life_cannot_be_told_others_are_still_offered(visit, who):
    visit.session.want(view="friends", person=who)
    visit.until(lambda: visit.lives and visit.faults)
    assert f"person {who}" in visit.faults[-1]
    assert visit.lives[-1].picks
    assert visit.lives[-1].row is None


def test_a_second_world_goes_with_the_scenario_that_it_was_of(visit):
    fee = (("platform.xianghubao.fee_rate", 0.2),)
    visit.session.want(counterfactual=fee, counterfactual_name="a higher fee")
    visit.seen(names=("as set", "a higher fee"))
    elsewhere = replace(SMALL, case="waterdrop")
    visit.session.want(setup=elsewhere)
    visit.seen(setup=elsewhere, names=("as set",))
    assert not visit.faults


@pytest.mark.slow
def test_worlds_of_different_calendars_go_back_together(visit):
    shorter = (("calendar.end", date(2021, 12, 31)),)
    visit.session.want(counterfactual=shorter, counterfactual_name="a short calendar", steps=79)
    visit.seen(step=79)
    visit.session.want(steps=78)
    visit.seen(step=78)
    assert len(visit.series) == 78


def test_files_are_of_the_day_wished_for_and_not_of_one_on_the_way(visit, monkeypatch):
    visit.seen(step=1)
    on_the_way, go_on, real = threading.Event(), threading.Event(), MutualAidModel.begin

    def slow(model) -> None:
        if model.now == 10:
            on_the_way.set()
            assert go_on.wait(PATIENCE)
        real(model)

    monkeypatch.setattr(MutualAidModel, "begin", slow)
    visit.session.want(steps=40)
    assert on_the_way.wait(PATIENCE)
    threading.Timer(0.2, go_on.set).start()
    assert len(visit.series) == 40


def test_a_file_is_drawn_while_nobody_else_draws(visit, monkeypatch):
    """Matplotlib has one set of settings for all threads: two visitors would draw with each other's."""
    visit.seen(step=1)
    seen = []
    monkeypatch.setattr(session, "report", lambda *_: seen.append(MATPLOTLIB.locked()))
    visit.session.results()
    assert seen == [True]


def test_no_press_of_step_is_lost(visit):
    visit.session.want(stride=1)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        hands = [threading.Thread(target=lambda: [visit.session.step() for _ in range(2_000)]) for _ in range(4)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    finally:
        sys.setswitchinterval(interval)
    assert visit.session.request.steps == 8_001
    visit.seen(step=79)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_that_nobody_could_find_is_refused(port):
    with pytest.raises(PageError, match=f"--port {port}: "):
        free_port(port)


class Turn:
    """A turn that knows whose it is; `before` is called when the worlds ask for it."""

    def __init__(self, before=lambda: None) -> None:
        self.owner, self._before, self._lock = None, before, threading.RLock()

    def __enter__(self) -> None:
        if threading.current_thread().name == "worlds":
            self._before()
        self._lock.acquire()
        self.owner = threading.current_thread()

    def __exit__(self, *_) -> None:
        self.owner = None
        self._lock.release()


def test_all_that_is_said_is_said_in_turn():
    """Frames, notes, lives and which world is asked for: each while nothing that the visitor does is heard."""
    turn, said, told = Turn(), {}, threading.Event()

    def hearing(name):
        def hear(*_) -> None:
            said.setdefault(name, set()).add(turn.owner is threading.current_thread())
            if said.keys() == {"frame", "note", "lives", "setup"}:
                told.set()

        return hear

    heard = [hearing(name) for name in ("frame", "note", "lives", "setup")]
    session = Session(Request(SMALL, view="friends"), *heard, turn=turn)
    assert told.wait(PATIENCE)
    session.close()
    session._thread.join(PATIENCE)
    assert set.union(*said.values()) == {True}


def test_the_world_that_is_asked_for_last_is_told_last():
    """Though another is asked for while the worlds wait for their turn to tell of the one before."""
    asked, there = [], threading.Event()

    def change_my_mind() -> None:
        if there.wait(PATIENCE) and session.request.setup != last:
            session.want(setup=last)

    last = replace(SMALL, seed=2)
    session = Session(
        Request(SMALL), str, str, ask=lambda setup: asked.append(setup.seed), turn=Turn(before=change_my_mind)
    )
    there.set()
    deadline = time.monotonic() + PATIENCE
    while len(asked) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    session.close()
    session._thread.join(PATIENCE)
    assert set(asked) == {2}
