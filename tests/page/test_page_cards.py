"""The numbers of a moment are of one moment: they come to the visitor as one piece."""

from types import SimpleNamespace

import solara

from abm.page.frames import Card
from abm.page.views import Cards


def frame(step: int, *worlds: tuple[str, str]) -> SimpleNamespace:
    """What the cards look at: in each world its members and who left."""
    cards = tuple((Card("Members", members, "inside"), Card("Left", left, 'by "choice"')) for members, left in worlds)
    return SimpleNamespace(step=step, names=("as set", "second")[: len(worlds)], worlds=cards)


def rows(page) -> list:
    return [each for each in page.find(solara.widgets.HTML).widgets if "huzhu-cards" in each.attributes["class"]]


def test_a_row_of_numbers_goes_to_the_next_moment_at_once():
    _, page = solara.render(Cards(frame(7, ("1.0 million", "20"))), handle_error=False)
    (row,) = rows(page)
    said = []
    row.observe(lambda change: said.append(change["new"]))
    page.render(Cards(frame(8, ("1.1 million", "30"))))
    (told,) = said
    assert "1.1 million" in told
    assert "<b>30</b>" in told
    assert told.count('data-step="8"') == 2
    assert rows(page) == [row]
    page.close()


def test_each_world_has_its_row_under_its_name_and_what_is_told_cannot_break_out_of_it():
    _, page = solara.render(Cards(frame(7, ("1 < 2", "20"), ("2", "30"))), handle_error=False)
    first, second = rows(page)
    assert "<b>1 &lt; 2</b>" in first.unsafe_innerHTML
    assert "by &quot;choice&quot;" in first.unsafe_innerHTML
    assert "<b>2</b>" in second.unsafe_innerHTML
    page.close()
