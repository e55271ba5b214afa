"""Room for so many worlds and persons at once, and a kind word for who comes too late."""

import threading

import pytest

from abm.cli.main import main
from abm.errors import PageError
from abm.page.choices import LARGEST, Setup
from abm.page.requests import Request
from abm.page.room import MOST_PERSONS, MOST_WORLDS, Room
from abm.page.session import Session

PATIENCE = 60.0


def test_there_is_room_for_so_many_worlds_and_no_more():
    room = Room(worlds=3, persons=1_000)
    room.take("one", [10, 10])
    room.take("other", [10])
    with pytest.raises(PageError, match="room for 3 worlds at once, and others watch 3"):
        room.take("third", [10])
    room.leave("one")
    room.take("third", [10])


def test_there_is_room_for_so_many_persons_and_no_more():
    room = Room(worlds=9, persons=1_000)
    room.take("one", [600])
    with pytest.raises(PageError, match=r"people\.persons: 401 in 1 .* 1,000 at once, and others watch 600"):
        room.take("other", [401])
    room.take("other", [400])


def test_who_asks_for_another_world_gives_the_first_back_but_not_where_it_is_refused():
    room = Room(worlds=2, persons=1_000)
    room.take("one", [600])
    room.take("one", [900])
    with pytest.raises(PageError):
        room.take("one", [1_001])
    with pytest.raises(PageError, match="others watch 900"):
        room.take("other", [101])
    room.leave("one")
    room.leave("one")
    room.take("other", [1_000])


def test_the_largest_world_and_a_second_one_have_room():
    Room().take("one", [LARGEST, LARGEST])


def test_the_command_says_how_much_there_is_room_for(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["view", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert f"{MOST_WORLDS} worlds and {MOST_PERSONS:,} persons at once" in said


class Visitor:
    """Somebody before the page: what they see and are told."""

    def __init__(self, room, persons=300, **more) -> None:
        self.frames, self.faults = [], []
        self._news = threading.Condition()
        self.session = Session(Request(Setup(persons=persons)), self._see, self._hear, room=room, **more)

    def _see(self, frame) -> None:
        with self._news:
            self.frames.append(frame)
            self._news.notify_all()

    def _hear(self, note) -> None:
        with self._news:
            self.faults += filter(None, [note.fault])
            self._news.notify_all()

    def until(self, true) -> None:
        with self._news:
            assert self._news.wait_for(true, PATIENCE), (self.frames[-1:], self.faults)

    def leaves(self) -> None:
        self.session.close()
        self.session._thread.join(PATIENCE)
        assert not self.session._thread.is_alive()


def test_who_comes_too_late_is_told_so_and_has_room_once_another_leaves(capfd):
    room = Room(worlds=1)
    first = Visitor(room)
    first.until(lambda: first.frames)
    late = Visitor(room, start=Setup(persons=300))
    late.until(lambda: late.faults)
    assert "room for 1 worlds at once" in late.faults[0]
    first.leaves()
    late.session.want(setup=Setup(persons=400))
    late.until(lambda: late.frames)
    assert late.frames[0].setup.persons == 400
    late.leaves()
    assert capfd.readouterr().err == ""


def test_a_second_world_for_which_there_is_no_room_leaves_the_first():
    alone = Visitor(Room(worlds=1))
    alone.until(lambda: alone.frames)
    alone.session.want(counterfactual=(), counterfactual_name="as it was")
    alone.until(lambda: alone.faults and len(alone.frames) > 1)
    assert "room for 1 worlds" in alone.faults[0]
    assert len(alone.frames[-1].worlds) == 1
    alone.leaves()


def test_a_world_that_cannot_be_founded_gives_its_room_back_and_shows_that_of_the_start():
    """The number of persons is one more than the memory or the room allows."""
    room = Room(persons=1_000)
    visitor = Visitor(room, persons=1_001, start=Setup(persons=1_000))
    visitor.until(lambda: visitor.faults and visitor.frames)
    assert "people.persons: 1,001" in visitor.faults[0]
    assert visitor.frames[-1].setup.persons == 1_000
    visitor.leaves()
    room.take("another", [1_000])
