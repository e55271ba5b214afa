"""What one visitor of the page has before them: worlds that go on in a thread of their own, and frames to look at.

The visitor's request is a value; the thread brings the worlds to it and hands out a frame, which never changes. So no
button waits for a world, no picture is drawn of a world in motion, and two visitors have nothing in common.
"""

import gc
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from abm.clock import collection_date
from abm.errors import HuzhuError, PageError
from abm.page.charts import MATPLOTLIB
from abm.page.choices import Setup
from abm.page.frames import Frame, take
from abm.page.friends import Circle, leavers, why_left
from abm.page.requests import Lives, Note, Overtaken, Request
from abm.page.room import ROOM, Room
from abm.page.turns import ALWAYS, in_turn
from abm.runs.report import draw, facts_beside, report
from abm.runs.run import finished
from abm.runs.watched import WatchedModel
from abm.story.events import WitnessError
from abm.story.narrative import brief
from abm.story.notable import gallery
from abm.story.tell import find, tell_all
from abm.story.witness import require_person

TELL_EVERY = 0.3  # seconds between words on how far a long way has come


class Session:
    """The worlds of one visitor, who begins with a request, or with `start` where that cannot be fulfilled.

    `show` takes frames, `tell` notes and `read` lives, from the thread of the worlds; `ask` hears which world is asked
    for, at once and from whoever asks. All are called while `turn` is held. A `fault` is told beside the first frame.
    Worlds need room.
    """

    def __init__(
        self,
        request: Request,
        show: Callable[[Frame], None],
        tell: Callable[[Note], None],
        read: Callable[[Lives], object] = str,
        ask: Callable[[Setup], object] = str,
        start: Setup | None = None,
        fault: str = "",
        room: Room = ROOM,
        turn: AbstractContextManager[Any] = ALWAYS,
    ) -> None:
        self._show, self._tell, self._read = (in_turn(turn, say) for say in (show, tell, read))
        self._ask = in_turn(turn, lambda: ask(self._request.setup))  # in turn, or an older request might be told last
        self._changed = threading.Condition()
        self._request, self._fault, self._room = request, fault, room
        self._begin = None if start is None else Request(start)
        self._served: Request | None = None  # the last request that was fulfilled or refused
        self._built: tuple[Setup, ...] = ()
        self._models: list[WatchedModel] = []
        self._hands = threading.RLock()  # held while the models move or are read
        self._circle: tuple[Any, Circle] | None = None
        self._frames, self._looked_at, self._next = 0, 0, 0.0
        self._frame: Frame | None = None  # the last that was shown
        self._closed = False
        self._started, self._founding, self._stepping = datetime.now(UTC), 0.0, 0.0
        self._thread = threading.Thread(target=self._work, name="worlds", daemon=True)
        self._thread.start()

    @property
    def request(self) -> Request:
        """What is asked for at present."""
        return self._request

    def want(self, **changes: Any) -> None:
        """Change the request; a frame that fulfils it follows. A new scenario ends the second world."""
        with self._changed:
            case = self._request.setup.case
            self._request = replace(self._request, **changes)
            if self._request.setup.case != case and "counterfactual" not in changes:
                self._request = replace(self._request, counterfactual=None, counterfactual_name="")
            self._changed.notify_all()
        self._ask()

    def step(self) -> None:
        """Ask for one stride more, at rest."""
        with self._changed:
            steps = self._request.steps + self._request.stride
            self._request = replace(self._request, steps=steps, playing=False)
            self._changed.notify_all()

    def reset(self) -> None:
        """Ask for the beginning."""
        self.want(steps=1, playing=False)

    def looked_at(self, frame: int) -> None:
        """The page has drawn a frame; the next may come."""
        with self._changed:
            self._looked_at = max(self._looked_at, frame)
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread and let go of the worlds."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def results(self) -> dict[str, bytes]:
        """What `huzhu run` would write of the first world up to its present day, by file name."""
        with self._hands, MATPLOTLIB, TemporaryDirectory() as folder:
            if not self._models or self._models[0].now < 0:
                raise PageError("there is nothing to download yet")
            run = finished(self._models[0], self._started, self._founding, self._stepping)
            beside = facts_beside(run)
            report(run, beside, Path(folder))
            draw(run, beside, Path(folder))
            return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._closed or self._request != self._served or self._due()):
                    self._changed.wait(self._until_next())
                if self._closed:
                    break
                if self._request == self._served:
                    self._request = replace(self._request, steps=self._request.steps + self._request.stride)
                request = self._request
            try:
                self._serve(request, self._fault)
                if self._served is request:
                    self._fault = ""
            except HuzhuError as error:
                self._refuse(request, str(error))
            except Exception as error:
                traceback.print_exc()
                self._let_go()  # who knows in the middle of what
                self._refuse(request, f"the page stumbled, and went back to what was: {error}")
        self._let_go()

    def _due(self) -> bool:
        """Whether the next frame of a play may be made: the last has been drawn, and its time is over."""
        return self._request.playing and self._looked_at >= self._frames and time.monotonic() >= self._next

    def _until_next(self) -> float | None:
        playing = self._request.playing and self._looked_at >= self._frames
        return max(0.0, self._next - time.monotonic()) if playing else None

    def _serve(self, request: Request, fault: str = "") -> None:
        """Bring the worlds to a request and show them; give up where the request has become another world."""
        started = time.monotonic()
        with self._hands:
            if request.worlds != self._built or request.steps <= max(model.now for model in self._models):
                self._build(request)
            if not self._advance(request, started):
                return
            frame = take(self._models, request, self._frames + 1, self._around(request))
        with self._changed:
            self._served = request
            self._frames += 1
            self._next = started + request.pause
            if request.playing and frame.ended and self._request is request:
                self._request = self._served = replace(request, playing=False)
                frame = replace(frame, playing=False)
        self._frame = frame
        self._ask()
        self._show(frame)
        self._tell(Note(fault=fault))
        if request.view == "friends" and not frame.playing:
            self._tell_lives(request, fault)

    def _tell_lives(self, request: Request, fault: str) -> None:
        """Hand out the lives asked for; where they cannot be told, who else is worth hearing of, and why not."""
        model = self._models[0]
        lives = Lives(request.setup, model.now + 1, gallery(model), None, (), {})
        try:
            self._read(self._lives(request, lives))
        except (HuzhuError, WitnessError) as error:
            self._read(lives)
            fault = str(error)
            with self._changed:
                if self._request == request:  # or the same would be refused at every step
                    self._request = self._served = replace(request, person=None)
        except Overtaken:
            fault = ""
        self._tell(Note(fault=fault))

    def _lives(self, request: Request, known: Lives) -> Lives:
        """Run the first world again with witnesses: of the person asked for, and of those drawn who left by choice.

        Raises `Overtaken` as soon as something else is asked for.
        """
        model = self._models[0]
        row = find(model, request.person) if isinstance(request.person, str) else request.person
        if row is not None:
            require_person(model, row)
        gone = leavers(model, self._around(request))
        told_at = time.monotonic()

        def on_step(day: date) -> None:
            nonlocal told_at
            if self._closed or self._request != request:
                raise Overtaken
            if time.monotonic() - told_at > TELL_EVERY:
                told_at = time.monotonic()
                self._tell(Note(busy=f"looking again at lives: {day:%B %Y}"))

        rows = [*gone, *([] if row is None else [row])]
        told = dict(zip(rows, tell_all(model, rows, on_step) if rows else [], strict=True))
        why = {each: why_left(told[each]) for each in gone}
        return replace(known, row=row, story=() if row is None else tuple(brief(told[row])), why=why)

    def _build(self, request: Request) -> None:
        """Found the worlds of a request in place of those there are; none is lost if one of them cannot be."""
        scenarios = [(setup, setup.scenario()) for setup in request.worlds]
        self._room.take(self, [setup.persons for setup in request.worlds])
        self._forget()
        self._started, clock = datetime.now(UTC), time.perf_counter()
        for setup, scenario in scenarios:
            self._models.append(WatchedModel(scenario, seed=setup.seed, drive=setup.drive))
        self._built = request.worlds
        self._founding, self._stepping = time.perf_counter() - clock, 0.0

    def _advance(self, request: Request, told: float) -> bool:
        """Step all worlds up to a request, one after the other; whether it is still asked for."""
        clock = time.perf_counter()
        model = self._models[0]

        def on_step(day: date) -> None:
            nonlocal told
            if self._closed or self._request.worlds != request.worlds or self._request.steps < request.steps:
                raise Overtaken
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                place = self._models.index(model) + 1
                world = f", world {place} of {len(self._models)}" if len(self._models) > 1 else ""
                self._tell(Note(busy=f"{day:%B %Y}: step {model.now + 1} of {request.steps}{world}"))

        try:
            for model in self._models:
                steps = max(1, min(request.steps, model.case.calendar.periods))
                model.run_until(collection_date(model.first_period + steps - 1), on_step)
        except Overtaken:
            return False
        self._stepping += time.perf_counter() - clock
        return True

    def _around(self, request: Request) -> Circle | None:
        """The friends to be drawn, laid out once for each network and centre."""
        if request.view not in ("friends", "worlds"):
            return None
        model = self._models[0]
        persons = model.persons.size
        centre = request.centre if request.centre is not None and 0 <= request.centre < persons else persons // 2
        key = (persons, model.case.friends, model.seed, centre)
        if self._circle is None or self._circle[0] != key:
            self._circle = key, Circle.around(model, centre)
        return self._circle[1]

    def _refuse(self, request: Request, fault: str) -> None:
        """Say what is wrong, and go back to the last request that could be fulfilled, and to its worlds."""
        with self._changed:
            overtaken, last = self._request is not request, self._served or self._begin
            self._begin = None
            if not overtaken:
                self._request = self._served = replace(last or request, playing=False)
            back = self._request
        self._ask()
        self._tell(Note(fault=fault))
        if overtaken:
            return
        if last is None:
            self._let_go()
            return
        try:
            self._serve(back, fault)
        except Exception as error:
            if not isinstance(error, HuzhuError):
                traceback.print_exc()
            self._let_go()
            if self._frame:
                self._show(replace(self._frame, playing=False))

    def _let_go(self) -> None:
        self._forget()
        self._room.leave(self)

    def _forget(self) -> None:
        with self._hands:
            while self._models:
                self._models.pop().close()
            self._built = ()
        gc.collect()  # a world and its agents know each other, and are large
