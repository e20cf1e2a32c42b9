"""What stands at the beginning of the OpenAPI document: manners, logins, subjects."""

from __future__ import annotations

from typing import Final

DESCRIPTION: Final = """\
Doorstep over REST: self check-in and stays for guests, the desk for staff, seats of events, and
property systems of partners. GraphQL is at `/graphql/`, with the same rules and the same codes.

## Who may call what

| Who | What to send |
| --- | --- |
| Guests | nothing to begin with; then the `token` of an answer, in the path. Keep it like a key. |
| Staff | `Authorization: Bearer <token>`, the token from `POST /api/auth/token/` |
| Partners | `Authorization: Api-Key <key>`, a key made by whoever runs the server |

Cookies never count. Staff see the hotels they work at, a key sees the hotels it is for.

## Requests and answers

- Bodies are JSON objects in UTF-8 of up to 1 MB, but for files. A missing slash at the end of an
  address is no mistake.
- Instants are ISO 8601 with an offset, mostly the hotel's: `2026-06-12T15:00:00+01:00`. Days
  (`2026-06-12`) and hours (`15:00`) are those of the hotel's zone.
- Money is a decimal in a string, `"7.50"`, with its `currency` (ISO 4217) beside it.
- Lists are pages: `{"results": […], "next": …, "previous": …}` with 50 results; `limit` asks for
  others. Follow `next` and `previous` as they are; null ends the list.
- Ignore fields that you don't know: new ones may come without notice.
- Every answer carries `X-Request-ID`. Send one of your own (8 to 64 letters, digits, `.`, `_` and
  `-`) and it is kept; name it when you ask for help.

## Asking twice

Answers get lost. Where an operation takes `Idempotency-Key`, the same request with the same key is
done once, however often it comes; another request with that key is 409 `IDEMPOTENCY_CONFLICT`.
Steps of the check-in, check-outs and cancellations need no key: again, they answer the same.

## Limits

Too many requests are 429 `RATE_LIMITED`, with `Retry-After` in seconds. Check-in starts, logins and
choices of seats are counted by address, partners' requests by key; those answers tell what is left
in `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`.

## Errors

Every error, whatever its status, is `{"error": {"code": "…", "message": "…", "fields": {…}}}`.
Decide by `code`: it is never translated or renamed. `message` is one sentence for the person;
`fields` is there where inputs are at fault, by their names, or where something helps further."""

TAGS: Final = [
    {"name": name, "description": description}
    for name, description in (
        ("Self check-in", "For guests: four steps to the PIN. The token comes with the first."),
        ("Stay", "For guests: the stay with its codes, by the key that the check-in answered."),
        ("Stay: chat", "For guests: what they and the front desk write to each other."),
        ("Stay: room service", "For guests in house: orders from the menu."),
        ("Seats", "For anybody: seats of events, chosen, paid for, given up and waited for."),
        ("Desk: login", "For staff: logging in and out."),
        ("Desk: bookings", "For staff: bookings, their rooms and their dates."),
        ("Desk: check-in", "For staff: guests taken in, and the check-ins they do themselves."),
        ("Desk: check-out", "For staff: guests who leave, one by one or by rooms."),
        ("Desk: rooms", "For staff: the board, housekeeping and maintenance."),
        ("Desk: chat", "For staff: what guests write."),
        ("Desk: room service", "For staff: what guests order."),
        ("Desk: seats", "For staff: seat maps, seats off sale, and the review of payments."),
        ("Desk: reports", "For staff: figures over days."),
        ("Desk: alerts", "For staff: what somebody should look at, locks above all."),
        ("Partners", "For property systems: who a key is."),
        ("Partners: reservations", "For property systems: bookings, brought in and heard of."),
        ("Partners: rooms", "For property systems: rooms and their states."),
        ("Partners: codes", "For property systems: where access codes stand."),
        ("Partners: webhooks", "For property systems: told of what happens, or asking for it."),
    )
]
SERVERS: Final = [{"url": "/", "description": "The server that this document comes from."}]
