"""``make bench``: what Integrator does in a second, beside the barest thing that could do the same on this machine.

Nothing here is part of the product. Every part measures both sides in turns, in one run, and prints the ratio first.
"""
