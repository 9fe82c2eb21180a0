"""字段匹配: which column of an old list is which field, asked once for each header and word and remembered for the team."""
