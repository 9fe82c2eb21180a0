"""客户全景: everything about one customer on one page, as far as the acting person may know it."""
