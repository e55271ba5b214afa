"""What cover counts for where basic medical insurance pays a part of the bill, by hand."""

from abm.persons.rules import useful_cover


def test_cover_up_to_the_rest_of_the_bill_counts_in_full_and_the_rest_of_it_for_less() -> None:
    assert useful_cover(100_000.0, 300_000.0, 0.6, 0.5) == 100_000
    assert useful_cover(300_000.0, 300_000.0, 0.6, 0.5) == 120_000 + 90_000
    assert useful_cover(300_000.0, 300_000.0, 1.0, 0.0) == 0


def test_where_a_yuan_beyond_the_bill_is_worth_as_much_nothing_changes() -> None:
    assert useful_cover(333_333.33, 300_000.0, 0.7, 1.0) == 333_333.33
