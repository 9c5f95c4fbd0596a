"""The law of the stock: codes of the registers, fields of a line, grouping into residences, priority districts."""
