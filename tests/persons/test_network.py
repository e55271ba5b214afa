"""Friends: mutual, clustered, few steps apart, alike; small and large networks alike."""

import networkx as nx
import numpy as np
import pytest

from abm.market import open_world
from abm.persons.founding import found
from abm.persons.network import DRAWABLE, Network, befriend, small_world
from abm.scenario.files import load
from abm.scenario.people import Friends
from abm.scenario.tables import incidence_by_age

SIZE = 5000


@pytest.fixture(scope="module", params=["networkx", "compiled"])
def network(request: pytest.FixtureRequest) -> Network:
    """The same recipe by networkx and by the compiled loop."""
    terms = Friends(rewired=0.1)
    if request.param == "networkx":
        return befriend(SIZE, terms, seed=5)
    return small_world(SIZE, terms.degree // 2, terms.rewired, seed=5)


def test_friendship_is_mutual(network: Network) -> None:
    owners = np.repeat(np.arange(SIZE), np.diff(network.first))
    pairs = set(zip(owners.tolist(), network.friends.tolist(), strict=True))
    assert all((b, a) in pairs for a, b in pairs)
    assert all(a != b for a, b in pairs)


def test_a_person_has_eight_friends_on_average(network: Network) -> None:
    degrees = np.diff(network.first)
    assert degrees.mean() == 8
    # Rewiring moves one end of a tenth of four ties a person: in-degree variance 4 p^2-ish, below 1.
    assert 0.3 < degrees.std() < 1.2


def test_friends_of_friends_are_friends_as_watts_and_strogatz_say(network: Network) -> None:
    """Clustering near C(0) (1 - p)^3 with C(0) = 3 (k - 2) / (4 (k - 1)), Barrat and Weigt 2000."""
    expected = 3 * 6 / (4 * 7) * 0.9**3
    graph = network.graph()
    measured = [nx.clustering(graph, node) for node in range(0, SIZE, 5)]
    error = np.std(measured) / np.sqrt(len(measured))
    assert abs(np.mean(measured) - expected) < 4 * error + 0.01  # the formula leaves out terms of order 1/n


def test_strangers_are_a_few_steps_apart(network: Network) -> None:
    lengths = nx.single_source_shortest_path_length(network.graph(), 0)
    assert len(lengths) == SIZE
    assert np.mean(list(lengths.values())) < 10  # 312 on the ring without rewiring


def test_no_rewiring_leaves_the_ring_and_full_rewiring_leaves_nothing_of_it() -> None:
    ring = small_world(1000, 4, 0.0, seed=1)
    assert sorted(ring.of(500)) == [496, 497, 498, 499, 501, 502, 503, 504]
    anyone = small_world(100_000, 4, 1.0, seed=1)
    distance = np.abs(np.repeat(np.arange(100_000), np.diff(anyone.first)) - anyone.friends)
    assert (np.minimum(distance, 100_000 - distance) <= 4).mean() < 0.001


@pytest.mark.parametrize("persons", [4000, 40_000])
def test_friends_are_alike_in_city_tier_and_age(persons: int) -> None:
    scenario = load("xianghubao", {"people.persons": persons, "friends.rewired": 0.1})
    people = found(scenario, incidence_by_age(scenario.health), 1)
    network = befriend(persons, scenario.friends, 1)
    owners = np.repeat(np.arange(persons), np.diff(network.first))
    same_tier = (people["tier"][owners] == people["tier"][network.friends]).mean()
    by_chance = sum(share**2 for share in scenario.people.tier_shares)
    assert same_tier > 0.9 > 2 * by_chance
    ages = people["age_at_start"]
    assert np.corrcoef(ages[owners], ages[network.friends])[0, 1] > 0.7


@pytest.mark.parametrize("persons", [1, 2, 3, 9])
def test_even_the_smallest_society_has_a_network(persons: int) -> None:
    network = befriend(persons, Friends(), 1)
    assert network.first.size == persons + 1
    assert (network.friends < persons).all()
    assert network.graph().number_of_nodes() == persons


def test_small_networks_are_made_by_networkx_and_large_ones_by_the_loop() -> None:
    scenario = load("xianghubao", {"people.persons": DRAWABLE})
    network = befriend(DRAWABLE, scenario.friends, 3)
    graph = nx.watts_strogatz_graph(DRAWABLE, 8, scenario.friends.rewired, seed=3)
    assert nx.utils.graphs_equal(network.graph(), graph)
    world = open_world(scenario, network.first, network.friends, incidence_by_age(scenario.health), 3)
    assert world.friends is network.friends
