"""The reference renderer: real videos from the feed's brief. It knows Minta only over HTTP, and a feed key.

plan        the shapes that the parts hand to each other: formats, scenes, layers
"""
