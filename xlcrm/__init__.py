"""xlcrm turns Excel into a customer database that a team can trust."""

__version__ = "0.1.0"
