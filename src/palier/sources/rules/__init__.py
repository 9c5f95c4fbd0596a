"""What may be known of a residence: indicators, incidents, how old a figure may be, what a text may not say."""
