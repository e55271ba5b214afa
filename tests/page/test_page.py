"""The page without a browser: requests and frames, lives, refusals, files."""

import re
import threading
import time
from dataclasses import replace

import pytest

from abm.cli.main import main
from abm.model import MutualAidModel
from abm.page import session
from abm.page.choices import Setup, policy
from abm.page.requests import Note, Request
from abm.page.session import Session

SMALL = Setup(persons=300)
PATIENCE = 60.0


class Watcher:
    """Somebody who sees every frame, reads every note, and looks at frames at once unless told otherwise."""

    def __init__(self, setup=SMALL, looking=True) -> None:
        self.frames, self.notes, self.lives, self.looking = [], [], [], looking
        self._news = threading.Condition()
        self.session = Session(Request(setup), self._see, self._hear, self._read)

    def _see(self, frame) -> None:
        with self._news:
            self.frames.append(frame)
            self._news.notify_all()
        if self.looking:
            self.session.looked_at(frame.number)

    def _hear(self, note) -> None:
        with self._news:
            self.notes.append(note)
            self._news.notify_all()

    def _read(self, lives) -> None:
        with self._news:
            self.lives.append(lives)
            self._news.notify_all()

    def until(self, true) -> None:
        with self._news:
            assert self._news.wait_for(true, PATIENCE), (self.frames[-1:], self.notes[-1:])

    def seen(self, **what):
        """The first frame from now on, or the last so far, of which all this is true."""
        self.until(lambda: self.frames and all(getattr(self.frames[-1], name) == value for name, value in what.items()))
        return self.frames[-1]

    def told(self, words: str) -> Note:
        self.until(lambda: any(words in note.fault for note in self.notes))
        return next(note for note in self.notes if words in note.fault)

    def close(self) -> None:
        self.session.close()
        self.session._thread.join(PATIENCE)
        assert not self.session._thread.is_alive()


@pytest.fixture
def watch():
    watchers = []

    def start(*args, **kwargs) -> Watcher:
        watchers.append(Watcher(*args, **kwargs))
        return watchers[-1]

    yield start
    for watcher in watchers:
        watcher.close()


def value(frame, name, world=0) -> str:
    return next(card.value for card in frame.worlds[world] if card.name == name)


# Wishes.


def test_a_visitor_sees_the_first_half_month_without_asking(watch):
    frame = watch().seen(step=1)
    assert (frame.number, frame.view, frame.playing) == (1, "glance", False)


def test_the_numbers_of_a_frame_are_those_of_its_world(watch):
    watcher = watch()
    watcher.session.want(steps=30)
    frame = watcher.seen(step=30)
    model = MutualAidModel(SMALL.scenario(), seed=SMALL.seed)
    while model.now + 1 < 30:
        model.step()
    assert frame.day == model.day
    assert value(frame, "Members") == f"{model.latest['xianghubao.members'] / 1e6:.1f} million"


def test_a_wish_overtaken_is_not_shown(watch, monkeypatch):
    """While the first of a thousand requests is served, the others are made: only the last of them is seen."""
    begin, go_on = threading.Event(), threading.Event()
    real = session.take

    def slow(*args):
        begin.set()
        assert go_on.wait(PATIENCE)
        return real(*args)

    monkeypatch.setattr(session, "take", slow)
    watcher = watch()
    assert begin.wait(PATIENCE)
    for seed in range(2, 1000):
        watcher.session.want(setup=replace(SMALL, seed=seed))
    go_on.set()
    assert watcher.seen(setup=replace(SMALL, seed=999)).number == len(watcher.frames) <= 2


def test_another_world_is_brought_to_the_same_day(watch):
    watcher = watch()
    watcher.session.want(steps=12)
    day = watcher.seen(step=12).day
    watcher.session.want(setup=replace(SMALL, seed=2))
    frame = watcher.seen(setup=replace(SMALL, seed=2))
    assert (frame.step, frame.day) == (12, day)


def test_a_stride_is_so_many_steps(watch):
    watcher = watch()
    watcher.session.want(stride=6)
    watcher.session.step()
    assert watcher.seen(step=7).steps == 79


def test_a_reset_begins_anew_with_the_same_numbers(watch):
    watcher = watch()
    first = watcher.seen(step=1)
    watcher.session.want(steps=20)
    watcher.seen(step=20)
    watcher.session.reset()
    again = watcher.seen(step=1)
    assert again.number > first.number
    assert again.worlds == first.worlds
    assert again.pictures == first.pictures


def test_play_waits_until_a_frame_was_looked_at(watch):
    watcher = watch(looking=False)
    first = watcher.seen(step=1)
    watcher.session.want(playing=True, pause=0.0)
    playing = watcher.seen(playing=True)
    time.sleep(0.3)  # time for dozens of steps of this size
    assert watcher.frames[-1] is playing
    assert playing.step == first.step
    watcher.session.looked_at(playing.number)
    assert watcher.seen(step=2)
    time.sleep(0.3)
    assert watcher.frames[-1].step == 2


def test_play_ends_with_the_calendar(watch):
    watcher = watch()
    watcher.session.want(playing=True, pause=0.0, stride=10)
    frame = watcher.seen(step=79, playing=False)
    assert frame.ended
    assert not watcher.session.request.playing


# Refusals.


def test_what_cannot_be_is_refused_and_the_old_worlds_stay(watch):
    watcher = watch()
    watcher.session.want(steps=5)
    seen = watcher.seen(step=5)
    watcher.session.want(setup=replace(SMALL, changes=(("mind.altruism", -1.0),)))
    assert "mind.altruism" in watcher.told("altruism").fault
    assert watcher.session.request.setup == SMALL
    watcher.session.step()
    frame = watcher.seen(step=6)
    assert frame.setup == seen.setup
    assert frame.events[0] == seen.events[0]


@pytest.mark.parametrize("row", [-1, 300, 10**12])
def test_a_person_there_is_not_is_refused(watch, row):
    watcher = watch()
    watcher.session.want(view="friends", person=row)
    assert "0 to 299" in watcher.told(f"person {row}").fault
    watcher.until(lambda: watcher.lives)  # of the others
    assert watcher.session.request.person is None
    watcher.session.want(person=299)
    watcher.until(lambda: watcher.lives and watcher.lives[-1].row == 299)


def test_an_accident_in_the_middle_of_a_step_is_told_and_the_page_goes_on_as_if_it_had_not_been(
    watch, monkeypatch, capfd
):
    watcher = watch()
    watcher.seen(step=1)

    def stumble(model) -> None:
        raise ZeroDivisionError("an accident")

    with monkeypatch.context() as broken:
        broken.setattr(MutualAidModel, "review", stumble)
        watcher.session.want(playing=True, pause=0.0)
        watcher.told("an accident")
        watcher.seen(playing=False)
    watcher.session.want(steps=5)
    after = watcher.seen(step=5)
    untroubled = watch()
    untroubled.session.want(steps=5)
    assert after.worlds == untroubled.seen(step=5).worlds
    assert "ZeroDivisionError" in capfd.readouterr().err


# Two worlds, lives, files.


def test_two_worlds_have_the_same_people_and_luck(watch):
    watcher = watch(replace(SMALL, persons=3000))
    counterfactual = policy("the true level is told", watcher.session.request.setup, "xianghubao")
    watcher.session.want(
        steps=40, view="worlds", counterfactual=counterfactual, counterfactual_name="the true level is told"
    )
    watcher.until(lambda: watcher.frames and len(watcher.frames[-1].worlds) == 2)
    frame = watcher.frames[-1]
    assert frame.names == ("as set", "the true level is told")
    assert value(frame, "Members", 0) != value(frame, "Members", 1)
    assert [node.row for node in frame.friends[0]] == [node.row for node in frame.friends[1]]
    assert "only in the second world" in frame.gaps[0]
    aided, refused = (re.findall(r"\d[\d,]*", words) for words in frame.gaps[1:3])
    assert aided[0] != aided[1] or refused[0] != refused[1]
    watcher.session.want(
        setup=replace(watcher.session.request.setup, changes=counterfactual),
        counterfactual=(),
        counterfactual_name="as it was",
    )
    undone = watcher.seen(names=("as set", "as it was"))
    assert undone.worlds[1] == frame.worlds[0]
    watcher.session.want(setup=replace(SMALL, persons=3000))
    watcher.until(lambda: watcher.frames[-1].worlds[0] == watcher.frames[-1].worlds[1])
    same = watcher.seen(names=("as set", "as it was"))
    assert same.worlds[0] == same.worlds[1]
    assert same.friends[0] == same.friends[1]
    assert all(same.gaps[place].split()[0] == "0" and "million" not in same.gaps[place] for place in (0, 3))
    for words in same.gaps[1:3]:
        here, there = re.findall(r"\d[\d,]*", words)
        assert here == there


def test_a_world_where_others_fall_ill_says_that_persons_cannot_be_compared(watch):
    watcher = watch(replace(SMALL, persons=3000))
    counterfactual = (("health.high_risk_share", 0.3),)
    watcher.session.want(steps=40, view="worlds", counterfactual=counterfactual, counterfactual_name="more at risk")
    frame = watcher.seen(names=("as set", "more at risk"))
    assert "cannot be compared" in frame.gaps[0]


def test_lives_are_told_at_rest_and_of_the_present_day(watch):
    watcher = watch(replace(SMALL, persons=3000))
    watcher.session.want(steps=40, view="friends", person="highest_risk")
    watcher.until(lambda: watcher.lives)
    lives = watcher.lives[-1]
    assert (lives.setup, lives.step) == (watcher.session.request.setup, 40)
    assert lives.row == lives.picks["highest_risk"]
    assert any("risk" in each.text for each in lives.story)
    told = len(watcher.lives)
    watcher.session.want(playing=True, pause=0.0)
    watcher.until(lambda: watcher.frames[-1].step > 42)
    assert len(watcher.lives) == told


@pytest.mark.parametrize("drive", ["compiled", pytest.param("agents", marks=pytest.mark.slow)])
def test_files_are_those_of_the_command(watch, tmp_path, drive):
    """Also where every person acts by themselves, and where a policy was chosen and a number moved."""
    changes = (*policy("shares by age", SMALL, "xianghubao"), ("mind.altruism", 12.5))
    setup = Setup(persons=400, seed=3, drive=drive, changes=changes)
    watcher = watch(setup)
    watcher.session.want(steps=24)
    frame = watcher.seen(step=24)
    files = watcher.session.results()
    (tmp_path / "scenario.toml").write_bytes(files["scenario.toml"])
    words = setup.command(f"{frame.day}").split()[3:]
    assert main(["run", str(tmp_path / "scenario.toml"), *words, "--out", str(tmp_path / "out")]) == 0
    for name in ("series.csv", "history.svg", "scenario.toml", "experience.csv", "lapses.csv", "loss_ratios.csv"):
        assert (tmp_path / "out" / name).read_bytes() == files[name], name


def test_a_world_as_calibrated_is_that_of_the_command_by_name(watch, tmp_path):
    watcher = watch()
    watcher.session.want(steps=24)
    frame = watcher.seen(step=24)
    files = watcher.session.results()
    words = ["--persons", "300", "--seed", "1", "--until", f"{frame.day}", "--out", str(tmp_path)]
    assert main(["run", "xianghubao", *words]) == 0
    for name in ("series.csv", "history.svg", "scenario.toml"):
        assert (tmp_path / name).read_bytes() == files[name], name
