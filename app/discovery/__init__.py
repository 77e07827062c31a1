"""Search: what people type becomes products that they may see.

Invariant: the candidates are chosen inside the viewer's audience, never filtered afterwards.
"""
