"""Pages of the comparison between landlords."""
