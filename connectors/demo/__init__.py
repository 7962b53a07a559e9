"""The main job from install to receipt, on SQLite and the sandbox, with real processes and real HTTP.

    stage      the folder, the secrets and the processes: sandbox, web, worker
    journey    what a merchant, the pipeline and the platform do, step by step
    copies     keeps copies of database and keys, and shows what they open after the erasure
    search     looks for the catalogue's values in every file that the system left

It acts from outside: over HTTP and with the product's own commands, never with its models.
"""
