"""A step with the books audited after each phase."""

from abm.model import MutualAidModel

PHASES = (
    "begin",
    "post_terms",
    "hear_fall_ill_claim",
    "investigate",
    "share",
    "settle_learn_choose",
    "review",
    "supervise",
    "record",
)


def step_with_audits(model: MutualAidModel) -> None:
    """One step, the books audited after each phase."""
    for phase in PHASES:
        getattr(model, phase)()
        model.audit()
