"""The model as Mesa has it, with agents that stay to the end, and copies that are whole models of their own."""

from copy import deepcopy
from typing import Any

import mesa
import numpy as np

from abm.agents.agent import Agent, require_no_views
from abm.errors import ModelError


class WholeModel(mesa.Model):
    """A model of which `copy.copy`, `copy.deepcopy` and `pickle` make one that goes on by itself as this one does."""

    _own: frozenset[str] = frozenset()  # attributes that the model gives itself

    @property
    def rows(self) -> tuple[np.ndarray, ...]:
        """The arrays that agents look at."""
        return ()

    @property
    def added(self) -> dict[str, Any]:
        """Attributes by name that do not come of this class: those of a subclass, and those set from outside."""
        return {name: value for name, value in self.__dict__.items() if name not in self._own}

    def __copy__(self) -> "WholeModel":
        """Half a copy would share the persons."""
        return deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        require_no_views(type(self).__name__, state, self.rows)
        return state | {"numbered": max((agent.unique_id for agent in self.agents), default=0)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        Agent.count_from(self, self.__dict__.pop("numbered") + 1)

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Remove an agent of a class of one's own. Raises `ModelError` for persons and institutions."""
        if isinstance(agent, Agent):
            raise ModelError(
                f"{type(agent).__name__} {agent.unique_id}: is not removed, for its row and its books stay to the end;"
                " a person ends a membership by leave(platform)"
            )
        super().deregister_agent(agent)

    def close(self) -> None:
        """Let go of the agents, so that the memory of this model can be used again; it makes no step any more."""
        for agent in list(self.agents):
            super().deregister_agent(agent)
