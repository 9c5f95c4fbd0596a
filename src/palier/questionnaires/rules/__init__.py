"""What a questionnaire is, how it is written, what it asks and what it accepts: plain Python."""
