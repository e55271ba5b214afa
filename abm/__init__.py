"""An agent-based laboratory of online mutual aid (网络互助).

Read ``scenario/ -> persons/ -> platforms/ -> model.py`` and you have read the model. What users need is imported from
here, as in ``from abm import MutualAidModel, run``: a name is fetched from its room when it is first asked for, so
that ``import abm`` takes no time.
"""

from typing import TYPE_CHECKING, Any

from abm.version import VERSION

if TYPE_CHECKING:  # for editors and type checkers, and the list from which names are fetched
    from abm.agents.member import HealthyMember, HighRiskMember, Member
    from abm.errors import HuzhuError, ScenarioError
    from abm.model import MutualAidModel
    from abm.observation.run import Run
    from abm.platforms.closing import ClosingRule
    from abm.platforms.divisions import Division
    from abm.platforms.policies import Policy
    from abm.runs.fork import fork
    from abm.runs.run import run
    from abm.scenario.files import load
    from abm.scenario.scenario import Scenario
    from abm.story.tell import tell
    from abm.study.axis import Axis
    from abm.study.store import Store
    from abm.study.study import Study
    from abm.study.summary import Summary
    from abm.study.sweep import run_study

__version__ = VERSION

__all__ = [
    "Axis",
    "ClosingRule",
    "Division",
    "HealthyMember",
    "HighRiskMember",
    "HuzhuError",
    "Member",
    "MutualAidModel",
    "Policy",
    "Run",
    "Scenario",
    "ScenarioError",
    "Store",
    "Study",
    "Summary",
    "__version__",
    "fork",
    "load",
    "run",
    "run_study",
    "tell",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:  # or a type checker would believe that every name is here

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        from abm.sources import front_door, path_of

        if name in front_door():
            found = globals()[name] = getattr(import_module(front_door()[name]), name)
            return found
        if name.startswith("_") or path_of(f"{__name__}.{name}"):  # a module is imported by whoever asks for it
            raise AttributeError(f"{__name__} has no {name}")
        raise _unknown(name)


def _unknown(name: str) -> Exception:
    """A word on the nearest name there is; as an error of importing where that asks, which keeps no other's words."""
    import sys

    from abm.errors import nearest
    from abm.sources import front_door

    importing = sys._getframe(2).f_code.co_name == "_handle_fromlist"
    words = f"{__name__} has no '{name}'{nearest(name, __all__)}; there are: {', '.join(front_door())}"
    return ImportError(words, name=__name__) if importing else AttributeError(words)
