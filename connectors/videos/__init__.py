"""The videos that a pipeline has made of a store: announced, kept sealed, played, and taken back.

    bounds.py    how large, how many, for how long
    reach.py     what a key of the feed, or a page, may see of them
    terms.py     what of a record a video shows: its price, its offer, whether it can be bought
    register.py  announce a video, say how far it is, take it back
    shapes.py    a video as the feed shows it
    boxes.py     whether bytes are a film or a poster, and how long a film is
    uploads.py   keep a file, part by part
    playing.py   open a range of a file
    links.py     signed links for who looks at a store's page
    stale.py     which videos show what is no longer so
    removal.py   remove what is not played any more, a little at a time

The bytes are in the database: see docs/videos.md for why, and for what that costs.
"""
