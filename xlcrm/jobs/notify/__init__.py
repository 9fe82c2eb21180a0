"""Messages: written with the step they are about, sent afterwards."""
