"""The main job from install to receipt, on SQLite and the sandboxes, with real processes and real HTTP.

    stage      the folder, the secrets and the processes: web, worker
    parts      the platforms, and what differs between them
    journey    what a merchant, the pipeline and one platform do, step by step
    together   the journeys side by side, and what is looked at for all at once
    films      what the renderer makes, and what the merchant sees of it
    pipeline   reads the feed
    copies     keeps copies of database and keys, and shows what they open after the erasures
    search     looks for the catalogue's values in every file that the system left

It acts from outside: over HTTP and with the product's own commands, never with its models.
"""
