"""The TTLock Open API, as far as a house with doors needs it.

Everything the client needs is passed in: it reads no settings and knows no database. Times
are aware instants, windows half-open. Codes are text: leading zeros count.

One command at a time per gateway, retries and budgets are the caller's affair; the client
makes each call once, and once more with a new token when the token was refused.
"""

from functools import partial

from apps.locks.ttlock import endpoints
from apps.locks.ttlock.lock_calls import LockCalls
from apps.locks.ttlock.passcode_calls import PasscodeCalls
from apps.locks.ttlock.wire import get_int


class TTLockClient(LockCalls, PasscodeCalls):
    """Calls in the name of one TTLock account. Safe to share between threads.

    Every method may raise RetryLater, TokenRejected among it, or NeverWorks; those that
    change something may raise OutcomeUnknown, and then the lock's list says what happened.
    """

    def month_request_count(self) -> int:
        """Calls that the application made this month, by Beijing's calendar.

        The vendor's two editions name different credentials for it, so all of them go along.
        """
        fields = {"clientSecret": self._credentials.client_secret}
        read = partial(get_int, name="monthRequestCount")
        return self._call(endpoints.MONTH_REQUEST_COUNT, fields, read)
