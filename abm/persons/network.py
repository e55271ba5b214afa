"""Who knows whom: a small world in which like sits beside like.

Persons stand in a ring in the order of their founding, by tier and age band, each tied to the next few on
either side; some ties are rewired to anyone (Watts and Strogatz, "Collective dynamics of small-world networks",
Nature 393, 1998). Neighbours in the ring are neighbours in memory, which is what makes asking friends cheap.
Up to `DRAWABLE` persons networkx builds the ring; above, a compiled loop follows the same recipe.
"""

from collections import deque
from typing import NamedTuple

import networkx as nx
import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour
from abm.scenario.people import Friends

DRAWABLE = 10_000
REWIRE = int(Purpose.REWIRE) * SLOTS_PER_PURPOSE
NEW_FRIEND = int(Purpose.NEW_FRIEND) * SLOTS_PER_PURPOSE


class Network(NamedTuple):
    """Friends of person i: ``friends[first[i]:first[i + 1]]``; every tie stands in both persons' lists."""

    first: np.ndarray
    friends: np.ndarray

    def of(self, person: int) -> np.ndarray:
        """The friends of one person."""
        return self.friends[self.first[person] : self.first[person + 1]]

    def graph(self) -> nx.Graph:
        """The same ties for drawing and for networkx's measures."""
        graph: nx.Graph = nx.Graph()
        graph.add_nodes_from(range(self.first.size - 1))
        owners = np.repeat(np.arange(self.first.size - 1), np.diff(self.first).astype(np.intp))
        graph.add_edges_from(zip(owners.tolist(), self.friends.tolist(), strict=True))
        return graph


def neighbourhood(network: Network, person: int, most: int) -> np.ndarray:
    """A person, their friends, the friends of those and so on, up to `most` persons; sorted rows."""
    found, waiting = {person}, deque([person])
    while waiting and len(found) < most:
        for friend in network.of(waiting.popleft()).tolist():
            if friend not in found and len(found) < most:
                found.add(friend)
                waiting.append(friend)
    return np.array(sorted(found))


def ties_among(network: Network, persons: np.ndarray) -> list[tuple[int, int]]:
    """The ties between some persons, as places in their array, each once."""
    place = {person: at for at, person in enumerate(persons.tolist())}
    return [
        (at, place[friend])
        for person, at in place.items()
        for friend in network.of(person).tolist()
        if place.get(friend, -1) > at
    ]


def layout(network: Network, persons: np.ndarray) -> np.ndarray:
    """Where to draw some persons so that friends stand near each other: (persons, 2), from -1 to 1."""
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(persons.size))
    graph.add_edges_from(ties_among(network, persons))
    places = nx.kamada_kawai_layout(graph)
    return np.array([places[at] for at in range(persons.size)])


def befriend(persons: int, terms: Friends, seed: int) -> Network:
    """The friendships of a number of persons."""
    reach = min(terms.degree, persons - 1) // 2
    if reach == 0:
        return Network(np.zeros(persons + 1, np.uint32), np.empty(0, np.int32))
    if persons > DRAWABLE:
        return small_world(persons, reach, terms.rewired, seed)
    graph = nx.watts_strogatz_graph(persons, 2 * reach, terms.rewired, seed=seed)
    first = np.zeros(persons + 1, np.uint32)
    first[1:] = np.cumsum([degree for _, degree in graph.degree()])
    friends = [friend for person in range(persons) for friend in sorted(graph.adj[person])]
    return Network(first, np.array(friends, np.int32))


def small_world(persons: int, reach: int, rewired: float, seed: int) -> Network:
    """The compiled recipe: `reach` ties to either side, each rewired with that probability."""
    first = np.zeros(persons + 1, np.uint32)
    count_ties(first, reach, rewired, seed)
    np.cumsum(first, out=first, dtype=np.uint32)
    friends = np.empty(int(first[-1]), np.int32)
    place_ties(first, friends, reach, rewired, seed)
    first[1:] = first[:-1]  # place_ties left in first[i] where the list of i ends
    first[0] = 0
    return Network(first, friends)


@behaviour
def partner(person: int, step: int, persons: int, rewired: float, seed: int) -> int:
    """The other end of the tie of a person to the one `step` places on: that one, or after rewiring anyone."""
    if draw(seed, step, person, REWIRE) >= rewired:
        return (person + step) % persons
    return (person + 1 + int(draw(seed, step, person, NEW_FRIEND) * (persons - 1))) % persons


@behaviour
def count_ties(first: np.ndarray, reach: int, rewired: float, seed: int) -> None:
    """Write the number of ties of person i to ``first[i + 1]``."""
    persons = first.size - 1
    for i in range(persons):
        for step in range(1, reach + 1):
            first[i + 1] += 1
            first[partner(i, step, persons, rewired, seed) + 1] += 1


@behaviour
def place_ties(first: np.ndarray, friends: np.ndarray, reach: int, rewired: float, seed: int) -> None:
    """Write both ends of every tie; `first` moves on from the start to the end of each list."""
    persons = first.size - 1
    for i in range(persons):
        for step in range(1, reach + 1):
            j = partner(i, step, persons, rewired, seed)
            friends[first[i]] = j
            first[i] += 1
            friends[first[j]] = i
            first[j] += 1
