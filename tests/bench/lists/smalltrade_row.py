"""A line of the list, and what of the truth a reader can still see in it."""

from dataclasses import dataclass, field

from tests.bench.lists.smalltrade_world import PLACEHOLDER_PHONES


@dataclass
class Seen:
    """What a careful reader gets out of one row."""

    phones: set[str] = field(default_factory=set)  # own numbers, in full
    near: set[str] = field(default_factory=set)  # own numbers, misprinted
    shared: str = ""
    place: str = ""  # site and number
    owner: str = ""  # the contact's full name as it should be
    owner_typo: bool = False
    brand: str = ""
    brand_typo: bool = False
    trade: str = ""
    label: str = ""
    formerly: str = ""

    def numbers(self) -> set[str]:
        """The numbers that tell something: own ones, in full or misprinted, and shared ones that are no filler."""
        return self.phones | self.near | ({self.shared} - {"", *PLACEHOLDER_PHONES})


@dataclass
class Row:
    """One line of the list, what can be seen of it and the names of what was done to it."""

    name: str = ""
    contact: str = ""
    phone: str = ""
    mail: str = ""
    address: str = ""
    industry: str = ""
    kinds: list[str] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
