"""Small studies for tests, and the rows that they leave."""

from datetime import date

from abm.study.store import Store
from abm.study.study import Axis, Study
from abm.study.tables import table_rows

STUDY = Study(
    title="A trial",
    persons=1_000,
    until=date(2019, 12, 31),
    vary={"mind.altruism": Axis(values=(0, 30)), "friends.telling": Axis(low=0.2, high=0.8)},
    points=3,
    replicates=20,
    outputs=("xianghubao.members:last", "xianghubao.relative_risk:mean", "closings"),
)
ODD = Study(vary={"x": Axis(values=(1, 2, 3, 4))}, replicates=2, outputs=("twice",))


def rows(study: Study, store: Store) -> list[str]:
    return [repr(row) for row in table_rows(study, store)]
