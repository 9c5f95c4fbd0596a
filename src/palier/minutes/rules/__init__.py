"""The law of minutes: what is recorded of a session, how it is written down, who reads what, and the life of the document."""
