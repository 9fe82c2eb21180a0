"""The add-in's text sources (VBA, ribbon XML) and the builder that packs them; not shipped in the wheel."""
