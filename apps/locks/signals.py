"""What the locks room tells those above it. They listen; it does not know them.

``access_grant_changed`` is sent by a worker after the change is committed, with ``grant``; it is
sent again until every listener has returned, so listeners are idempotent and read the grant's
present state.
"""

from django.dispatch import Signal

access_grant_changed = Signal()
