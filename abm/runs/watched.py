"""A model that is watched as actuaries watch a portfolio, step by step, for the tables of a run."""

from functools import cached_property

from abm.model import MutualAidModel
from abm.observation.experience import Experience


class WatchedModel(MutualAidModel):
    """A model with its experience; in all else it is the model that it watches. A resumed one must be watched anew."""

    @cached_property
    def experience(self) -> Experience:
        """The experience of the plans since the first step."""
        return Experience(self)

    def record(self) -> None:
        """Everybody is counted; observation changes nothing."""
        super().record()
        self.experience.observe(self)
