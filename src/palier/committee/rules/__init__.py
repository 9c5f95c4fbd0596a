"""The law of the committee: what it decides, who sits, by which rules, and how voices are counted."""
