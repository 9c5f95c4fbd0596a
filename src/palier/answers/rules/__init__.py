"""What an answer keeps of whoever gave it, and when a questionnaire is answered in full: plain Python."""
