"""Files of figures and of incidents: what their columns are, what their cells say, whose residence a line is. No Django."""
