"""Meta's side, simulated: the Graph API, the phones of the people who write, and the webhooks that carry it all.

A process of its own that the product reaches over HTTP alone, so nothing here can lend it a hand.
"""
