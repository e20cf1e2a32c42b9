"""keyboardPwd/*: chosen codes, algorithmic codes, and what the cloud lists.

Source: TTLock open platform, keyboardPwd/add, get, change, delete, deleteByCode, listKeyboardPwd.
"""

from __future__ import annotations

from typing import Any, Final

from apps.locks.simulator import passcodes
from apps.locks.simulator.entities import CloudCode, IssuedWindow, Lock, MemoryCode
from apps.locks.simulator.wire import MINUTE_MS, ErrCode, Fields, Refusal, done, page
from apps.locks.simulator.work import ADMIN, Desk, Work

BY_BLUETOOTH: Final = 1  # the vendor's default: a phone has done it, the cloud only notes it
BY_GATEWAY: Final = 2
WAYS: Final = {
    BY_BLUETOOTH: None,
    BY_GATEWAY: None,
    3: ErrCode.NB_NOT_REGISTERED,
    4: ErrCode.WIFI_NOT_CONFIGURED,
}


def _way(fields: Fields, name: str) -> int:
    """How a change gets to the lock. These locks have gateways only. Raises Refusal."""
    way = BY_BLUETOOTH if not fields.has(name) else fields.required_integer(name)
    refusal = WAYS.get(way, ErrCode.INVALID_PARAMETER)
    if refusal is not None:
        raise Refusal(refusal, name)
    return way


def _refuse_duplicate(desk: Desk, lock: Lock, code: str, *, but: int | None = None) -> None:
    """One set of digits once per lock, whatever the windows. Raises Refusal -3007."""
    if any(held == code and id_ != but for id_, held in desk.world.digits_on(lock.lock_id)):
        raise Refusal(ErrCode.CODE_EXISTS)


def _refuse_full(desk: Desk, lock: Lock) -> None:
    customs = sum(code.is_custom for code in desk.world.remembered(lock.lock_id))
    if customs >= passcodes.CUSTOM_CAPACITY or lock.lock_id in desk.faults.plan.full_memory:
        raise Refusal(ErrCode.MEMORY_FULL)


def add(desk: Desk, fields: Fields) -> Work:
    """A chosen code. addType 1 or omitted: a cloud row only; 2 writes the lock's memory too."""
    lock = desk.lock(fields)
    code = fields.required_text("keyboardPwd")
    passcodes.check_custom_code(code, lock=lock)
    pwd_type = fields.integer("keyboardPwdType") or passcodes.PERIOD
    start, end = passcodes.custom_window(
        pwd_type, fields.instant("startDate"), fields.instant("endDate")
    )
    through_gateway = _way(fields, "addType") == BY_GATEWAY
    _refuse_duplicate(desk, lock, code)

    def answer() -> dict[str, Any]:
        _refuse_duplicate(desk, lock, code)
        if through_gateway:
            _refuse_full(desk, lock)
        row = CloudCode(
            keyboard_pwd_id=desk.world.next_passcode_id(),
            lock_id=lock.lock_id,
            code=code,
            name=fields.text("keyboardPwdName") or "",
            pwd_type=pwd_type,
            start_ms=start or desk.now_ms() // MINUTE_MS * MINUTE_MS,
            end_ms=end,
            sent_ms=desk.now_ms(),
            is_custom=True,
        )
        desk.world.save(row)
        if through_gateway:
            desk.world.save(_memory_of(row))
        return {"keyboardPwdId": row.keyboard_pwd_id}

    return Work(answer=answer, lock=lock if through_gateway else None)


def _memory_of(row: CloudCode) -> MemoryCode:
    return MemoryCode(
        keyboard_pwd_id=row.keyboard_pwd_id,
        lock_id=row.lock_id,
        code=row.code,
        name=row.name,
        pwd_type=row.pwd_type,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        is_custom=row.is_custom,
    )


def get(desk: Desk, fields: Fields) -> Work:
    """An algorithmic code: the cloud computes it, the lock accepts it, no gateway takes part.

    One period code per lock, start and end: while it stands a second is answered -3007 (the digits
    would be the same ones), after its deletion -1026. One-time and permanent codes past their
    number per start are answered -4056.
    """
    lock = desk.lock(fields)
    pwd_type = fields.required_integer("keyboardPwdType")
    start, end = passcodes.computed_window(
        pwd_type, fields.instant("startDate"), fields.instant("endDate")
    )

    def answer() -> dict[str, Any]:
        fresh = IssuedWindow(lock_id=lock.lock_id, pwd_type=pwd_type, start_ms=start, end_ms=end)
        window = desk.world.windows.get(fresh.key, fresh)
        _refuse_reissue(window)
        code = passcodes.computed_code(
            lock,
            pwd_type=pwd_type,
            start_ms=start,
            end_ms=end,
            number=window.issued,
            taken={held for _id, held in desk.world.digits_on(lock.lock_id)},
        )
        row = CloudCode(
            keyboard_pwd_id=desk.world.next_passcode_id(),
            lock_id=lock.lock_id,
            code=code,
            name=fields.text("keyboardPwdName") or "",
            pwd_type=pwd_type,
            start_ms=start,
            end_ms=end,
            sent_ms=desk.now_ms(),
            is_custom=False,
        )
        window.issued += 1
        window.standing += 1
        for entity in (window, row, _memory_of(row)):
            desk.world.save(entity)
        return {"keyboardPwd": code, "keyboardPwdId": row.keyboard_pwd_id}

    return Work(answer=answer)


def _refuse_reissue(window: IssuedWindow) -> None:
    if window.issued < passcodes.COMPUTED_PER_WINDOW[window.pwd_type]:
        return
    if window.pwd_type != passcodes.PERIOD:
        raise Refusal(ErrCode.STORAGE_FULL)
    raise Refusal(ErrCode.CODE_EXISTS if window.standing else ErrCode.WINDOW_ISSUED_BEFORE)


def _row(desk: Desk, lock: Lock, keyboard_pwd_id: int) -> CloudCode:
    row = desk.world.cloud_codes.get(str(keyboard_pwd_id))
    if row is None or row.lock_id != lock.lock_id:
        raise Refusal(ErrCode.PASSCODE_NOT_FOUND)
    return row


def _refuse_unused(desk: Desk, row: CloudCode) -> None:
    """An algorithmic code is out of reach until the lock has seen it once. Raises Refusal -3008."""
    memory = desk.world.memory_codes.get(row.key)
    if not row.is_custom and memory is not None and memory.used_ms is None:
        raise Refusal(ErrCode.CODE_NEVER_USED)


def change(desk: Desk, fields: Fields) -> Work:
    """New name, digits or window. One date without the other succeeds and changes no window.

    A new name needs no lock. With changeType 1 the cloud row changes and the memory does not; with
    2 a code that the memory does not hold is answered -2009.
    """
    lock = desk.lock(fields)
    row = _row(desk, lock, fields.required_integer("keyboardPwdId"))
    code = fields.text("newKeyboardPwd")
    window = _new_window(fields)
    touches_lock = code is not None or window is not None
    through_gateway = _way(fields, "changeType") == BY_GATEWAY and touches_lock
    if touches_lock:
        _refuse_unused(desk, row)
    if code is not None:
        passcodes.check_custom_code(code, lock=lock)
        _refuse_duplicate(desk, lock, code, but=row.keyboard_pwd_id)

    def answer() -> dict[str, Any]:
        current = _row(desk, lock, row.keyboard_pwd_id)
        entities: list[CloudCode | MemoryCode] = [current]
        if through_gateway:
            memory = desk.world.memory_codes.get(current.key)
            if memory is None:
                raise Refusal(ErrCode.PASSCODE_NOT_FOUND)
            entities.append(memory)
        if code is not None:
            _refuse_duplicate(desk, lock, code, but=row.keyboard_pwd_id)
        current.name = fields.text("keyboardPwdName") or current.name
        for entity in entities:
            _rewrite(entity, code=code, window=window)
            desk.world.save(entity)
        return done()

    return Work(answer=answer, lock=lock if through_gateway else None)


def _new_window(fields: Fields) -> tuple[int, int] | None:
    start, end = fields.instant("startDate"), fields.instant("endDate")
    if start is None or end is None:
        return None
    return passcodes.custom_window(passcodes.PERIOD, start, end)


def _rewrite(
    entity: CloudCode | MemoryCode, *, code: str | None, window: tuple[int, int] | None
) -> None:
    entity.code = code or entity.code
    if window is not None:
        entity.start_ms, entity.end_ms = window
        entity.pwd_type = passcodes.PERIOD


def delete(desk: Desk, fields: Fields) -> Work:
    """deleteType 1 or omitted takes the cloud row only; 2 takes it and the lock's code.

    An unknown id is answered -2009, or 0 with the fault ``delete_unknown_ok``: both were seen.
    """
    lock = desk.lock(fields)
    return _delete(desk, fields, lock, fields.required_integer("keyboardPwdId"))


def delete_by_code(desk: Desk, fields: Fields) -> Work:
    """The same, found by its digits."""
    lock = desk.lock(fields)
    code = fields.required_text("keyboardPwd")
    found = (row.keyboard_pwd_id for row in desk.world.listed(lock.lock_id) if row.code == code)
    return _delete(desk, fields, lock, next(found, 0))


def _delete(desk: Desk, fields: Fields, lock: Lock, keyboard_pwd_id: int) -> Work:
    through_gateway = _way(fields, "deleteType") == BY_GATEWAY
    try:
        row = _row(desk, lock, keyboard_pwd_id)
    except Refusal:
        if desk.faults.plan.delete_unknown_ok:
            return Work(answer=done)
        raise
    if through_gateway:
        _refuse_unused(desk, row)

    def answer() -> dict[str, Any]:
        current = _row(desk, lock, keyboard_pwd_id)
        memory = desk.world.memory_codes.get(current.key)
        if through_gateway and memory is not None:
            desk.world.discard(memory)
        desk.world.discard(current)
        if not current.is_custom:
            _note_deleted(desk, current)
        return done()

    return Work(answer=answer, lock=lock if through_gateway else None)


def _note_deleted(desk: Desk, row: CloudCode) -> None:
    key = IssuedWindow(
        lock_id=row.lock_id, pwd_type=row.pwd_type, start_ms=row.start_ms, end_ms=row.end_ms
    ).key
    window = desk.world.windows.get(key)
    if window is not None:
        window.standing -= 1
        desk.world.save(window)


def list_codes(desk: Desk, fields: Fields) -> Work:
    """The cloud's rows of a lock, not a reading of its memory."""
    lock = desk.lock(fields)
    search = fields.text("searchStr")
    rows = [row for row in desk.world.listed(lock.lock_id) if search is None or _found(row, search)]
    order = fields.integer("orderBy")
    if order in (0, 2):
        rows.sort(key=lambda row: row.name, reverse=order == 2)
    else:
        rows.sort(key=lambda row: row.keyboard_pwd_id, reverse=True)
    body = page([passcode_row(row) for row in rows], fields, max_size=200)
    return Work(answer=lambda: body)


def _found(row: CloudCode, search: str) -> bool:
    return search == row.code or search.casefold() in row.name.casefold()


def passcode_row(row: CloudCode) -> dict[str, Any]:
    """A passcode as lock/listKeyboardPwd shows it."""
    return {
        "keyboardPwdId": row.keyboard_pwd_id,
        "lockId": row.lock_id,
        "keyboardPwd": row.code,
        "keyboardPwdName": row.name,
        "keyboardPwdType": row.pwd_type,
        "keyboardPwdVersion": 4,
        "startDate": row.start_ms,
        "endDate": row.end_ms,
        "sendDate": row.sent_ms,
        "isCustom": int(row.is_custom),
        "status": 1,
        "senderUsername": ADMIN,
    }
