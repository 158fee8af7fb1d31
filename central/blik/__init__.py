"""BLIK: the centre asks a payment gateway for the money; machines never do."""
