"""How gunicorn serves Minta. It reads this file by itself where it is started; its command line wins."""

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
# Half of them may wait for changes of the feed (`connectors.feed.WAITING`): deliveries find one that is free.
threads = 8

# Nothing here is steered through it, and it would be one more file in somebody's home.
control_socket_disable = True

# Where an access log is wanted (`--access-logfile -`). Queries and referrers hold session tokens, codes and
# signatures, so neither is named; the path is quoted, or a line feed in it would forge a line.
access_log_format = "%(t)s %(m)s %(U)r %(s)s %(B)s bytes %(M)s ms [%({x-request-id}o)s]"
