"""The faces of the model in Mesa: members, platforms, insurers, the regulator."""

from abm.agents.insurer import Insurer, LicensedMutual
from abm.agents.member import HealthyMember, HighRiskMember, Member
from abm.agents.platform import Platform
from abm.agents.regulator import Regulator

__all__ = ["HealthyMember", "HighRiskMember", "Insurer", "LicensedMutual", "Member", "Platform", "Regulator"]
