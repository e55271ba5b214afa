"""Rules of division: over whom, and in what proportion, the aid of a period is divided.

A new rule is a final class with a `code` and the weights of all ages, named in `DIVISIONS` and `terms.DivisionName`.
"""

from abc import ABC, abstractmethod

import numpy as np

from abm.market import ASSESSED, EQUAL, WEIGHTED

TENTHS_OF_A_YUAN = 10


class Division(ABC):
    """A rule of division. Members pay in proportion to their weight, under `ASSESSED` times their assessed risk."""

    code: int

    @abstractmethod
    def weights(self, cover: np.ndarray, incidence: np.ndarray) -> np.ndarray:
        """Weights (sex, age), from the cover by age in yuan and the annual incidence (sex, age)."""


class Equal(Division):
    """Everybody pays the same."""

    code = EQUAL

    def weights(self, cover: np.ndarray, incidence: np.ndarray) -> np.ndarray:  # noqa: ARG002
        return np.ones_like(incidence)


class ByAge(Division):
    """The old pay more: expected aid of an age, the mean of women and men."""

    code = WEIGHTED

    def weights(self, cover: np.ndarray, incidence: np.ndarray) -> np.ndarray:
        return np.broadcast_to(TENTHS_OF_A_YUAN * cover * incidence.mean(axis=0), incidence.shape)


class ByRisk(Division):
    """Each pays their own expected aid, as it is assessed."""

    code = ASSESSED

    def weights(self, cover: np.ndarray, incidence: np.ndarray) -> np.ndarray:
        tenths: np.ndarray = TENTHS_OF_A_YUAN * cover * incidence
        return tenths


DIVISIONS: dict[str, Division] = {"equal": Equal(), "age": ByAge(), "risk": ByRisk()}
