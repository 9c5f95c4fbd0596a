"""The law of surveys: who may be asked, how many, how often, by which way, and what became of each invitation."""
