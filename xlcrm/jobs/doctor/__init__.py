"""环境检查: what is wrong on this machine, why, and what to do about it.

``machine`` describes an environment, ``checks`` judges a description (pure), ``look`` describes the one we run on.
"""

from xlcrm.jobs.doctor.checks import CHECKS, Trouble, examine
from xlcrm.jobs.doctor.look import look
from xlcrm.jobs.doctor.machine import Machine

__all__ = ["CHECKS", "Machine", "Trouble", "examine", "look"]
