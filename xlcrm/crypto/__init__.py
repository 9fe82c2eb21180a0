"""Keys and ciphers: the only room that touches cryptography and the system's keyring (design decision 6)."""
