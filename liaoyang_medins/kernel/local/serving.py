"""How gunicorn serves the portal, here and in the container; `--bind` comes on the command line."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
# Hospitals' software and the proxy before us keep their connections open.
keepalive = 30
accesslog = "-"
# The path without its query: what people search for is personal data and does not belong in a log.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(L)ss'
control_socket_disable = True
