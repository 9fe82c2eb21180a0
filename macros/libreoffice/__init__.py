"""The LibreOffice extension: its text sources and what builds the .oxt from them."""
