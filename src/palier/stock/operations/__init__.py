"""What one may do with the stock."""
