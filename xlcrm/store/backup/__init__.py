"""Backups of a store: packages, what goes into them, and making a store of them again."""
