"""A merchant's export: everything that is held of a store, in one file that only its page can open.

    asking.py    ask for one, say how far it is, give up and remove what is old
    making.py    make one, in the background, in sealed parts
    contents.py  which files are in it, and what each is read from
    tables.py    a record as one line of a table
    archive.py   the files as one ZIP, piece by piece: nothing is held whole
    opening.py   open a range of it, for who downloads it

docs/rights.md is the outside.
"""
