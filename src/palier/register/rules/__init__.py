"""The law of the register: the history of a label, the certificate, the licence of the mark."""
