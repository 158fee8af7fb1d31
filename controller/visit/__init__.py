"""The person at the screen: what a key does, which screen it is, what a visit learns. A pure view of all modules."""
