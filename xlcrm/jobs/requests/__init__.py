"""Update requests: raised in one place, taken through their life in one place (mission section 7; document 000)."""
