"""The faces of the model in Mesa: members, platforms."""

from abm.agents.member import HealthyMember, HighRiskMember, Member
from abm.agents.platform import Platform

__all__ = ["HealthyMember", "HighRiskMember", "Member", "Platform"]
