"""The contract kit: what every platform must keep, stated once and run over all of them."""
