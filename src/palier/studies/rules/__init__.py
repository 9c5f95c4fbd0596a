"""The law of regional studies: who is counted and when, what is proposed beforehand, what the figures say."""
