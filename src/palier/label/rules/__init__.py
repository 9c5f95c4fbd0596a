"""The law of the label: stages, steps, guards, rule sets, dates."""
