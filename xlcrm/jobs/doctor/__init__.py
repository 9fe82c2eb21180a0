"""环境检查: what is wrong on this machine, why, and what to do about it.

``machine`` describes an environment and ``care`` how the data of its store is kept, ``checks`` judges a description (pure);
``look`` describes the one we run on, ``caring`` its store.
"""

from xlcrm.jobs.doctor.care import Backup, Care, Room
from xlcrm.jobs.doctor.checks import CHECKS, Trouble, examine, said
from xlcrm.jobs.doctor.look import look
from xlcrm.jobs.doctor.machine import Machine

__all__ = ["CHECKS", "Backup", "Care", "Machine", "Room", "Trouble", "examine", "look", "said"]
