"""The feed over HTTP: `/feed/v1/...`, JSON for who holds a key.

urls          the addresses
base          what every address shares
reads         stores, products, changes
briefs        the brief; brief_shapes is what it looks like
pictures      links to pictures
erasures      what is still to be confirmed, and the word that it is done
videos        videos: announced, filled with files, listed, taken back
document      all this as OpenAPI
auth          the key of a request
limits        how often a key may ask
query         parameters, checked
bodies        what is sent, checked
answers       JSON out; errors as JSON
schema        what an address says of itself; shapes are those of rows
"""
