"""Members, a model and a policy as a user programs them, with things of their own in mind."""

import numpy as np

from abm.agents import HealthyMember, HighRiskMember
from abm.model import MutualAidModel
from abm.platforms.plan import Supervisor
from abm.platforms.policies import Policy
from worlds.busy import busy


class Moody(HealthyMember):
    """Leaves when a mood of their own is bad, by the model's random numbers and what a neighbour feels."""

    def __init__(self, model: MutualAidModel, row: int) -> None:
        super().__init__(model, row)
        self.mood, self.plan, self.met = np.float32(1.0), "stay", [row]

    def choose(self) -> None:
        super().choose()
        neighbour = self.model.member(max(0, self.row - 1))
        self.met.append(neighbour.row)
        self.mood = np.float32(self.mood * self.random.uniform(0.85, 1.1) + 0.01 * getattr(neighbour, "mood", 0.5))
        if self.mood < 0.4:
            self.plan = "leave"
            self.leave("xianghubao")


class Rumoured(MutualAidModel):
    """A model with a number of its own that changes what happens, and that asks for something else when it is made."""

    def __init__(self, loudness: float) -> None:
        self.loudness = loudness
        super().__init__(busy().case, seed=3)
        self.rumour, self.heard = 0.0, {"xianghubao": [0.0]}

    def step(self) -> None:
        self.rumour += self.loudness * float(self.rng.random())
        self.heard["xianghubao"].append(self.rumour)
        super().step()
        self.memberships["trust"] *= max(0.0, 1 - 0.01 * self.rumour)


class Patient(Policy):
    """Warns every fifth time."""

    def __init__(self, every: int = 5) -> None:
        self.every, self.times = every, 0

    def act(self, regulator: Supervisor) -> None:
        self.times += 1
        if self.times % self.every == 0:
            regulator.warn()


def moody() -> MutualAidModel:
    """The busy little world with moody members."""
    return busy(members=(Moody, HighRiskMember))


def rumoured() -> MutualAidModel:
    """The busy little world with rumours."""
    return Rumoured(1.0)


def patient() -> MutualAidModel:
    """The busy little world under a patient regulator."""
    return busy(policy=Patient())
