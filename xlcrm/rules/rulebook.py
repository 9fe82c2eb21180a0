"""What the rules must be told about the world: the moment, the people, the team's own options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from xlcrm.model.vocabularies import Option, Vocabulary, vocabulary


@dataclass(frozen=True)
class Rulebook:
    """Everything outside the sheet that a check may depend on; there is no clock and no user anywhere else.

    ``people`` maps the names (and accounts) of colleagues to their rids; an empty one means that nobody is known
    yet, and names are then taken as they are. ``names`` maps rids back to names, for showing. ``options`` holds a
    team's own options by vocabulary. ``settings`` are the store's; the rules read "due_days" (working days that
    待补全 may wait, 3) and "late_hours" (after which an entry is late, 24). ``old`` marks an old list that is being
    consolidated: only a missing customer name blocks there, everything else may wait (mission section 4).
    """

    moment: datetime
    language: str = "zh"
    people: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    old: bool = False

    @property
    def day(self) -> date:
        return self.moment.date()

    def count(self, setting: str, default: int) -> int:
        """A setting that is a whole number; the default where it is unset or is none."""
        text = self.settings.get(setting, "")
        return int(text) if text.isdecimal() else default

    @cached_property
    def _vocabularies(self) -> dict[str, Vocabulary]:
        return {}

    def vocabulary(self, name: str) -> Vocabulary:
        """The options of ``name`` as this team has them."""
        found = self._vocabularies.get(name)
        if found is None:
            found = vocabulary(name)
            if name in self.options:
                found = found.extended(self.options[name])
            self._vocabularies[name] = found
        return found
