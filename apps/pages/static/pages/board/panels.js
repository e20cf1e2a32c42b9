// The panels of the house, each drawn from what was read.

import { $, badge, h, icon } from "./draw.js";
import { PIN_STATES, ROOM_STATES } from "./words.js";

const COLLATOR = new Intl.Collator("en", { numeric: true });
const FLASH = 2_500;

/** Return `{ name: draw(nodes) }` for every part of the house. */
export function panels(clock) {
  const counts = {};
  const known = new Map(); // room id → status, to show what has just changed

  function put(name, count, ...children) {
    $(name).querySelector(".count").textContent = count;
    $(name)
      .querySelector(".body")
      .replaceChildren(...children);
    counts[name] = count;
  }

  function drawRooms(rooms) {
    const groups = Object.entries(ROOM_STATES).map(([state, words]) => [
      state,
      words,
      rooms
        .filter((room) => room.status === state)
        .sort((one, other) => COLLATOR.compare(one.number, other.number)),
    ]);
    const shown = groups.filter(([, , those]) => those.length);
    put("rooms", rooms.length, ...shown.map((group) => roomGroup(...group)));
    for (const [state, , those] of groups) counts[state] = those.length;
    for (const room of rooms) known.set(room.id, room.status);
  }

  function roomGroup(state, words, rooms) {
    return h(
      "div",
      { class: "room-group", "data-state": state },
      h("h3", {}, icon(state), words, h("span", { class: "count" }, String(rooms.length))),
      h("ul", { class: "tiles" }, rooms.map(roomTile)),
    );
  }

  function roomTile(room) {
    const hasChanged = known.has(room.id) && known.get(room.id) !== room.status;
    const tile = h(
      "li",
      { class: hasChanged ? "tile changed" : "tile", "data-state": room.status },
      icon(room.status),
      room.number,
    );
    if (hasChanged) setTimeout(() => tile.classList.remove("changed"), FLASH);
    return tile;
  }

  function drawArrivals(bookings) {
    const expected = bookings
      .filter(({ status }) => ["CONFIRMED", "COMPLETED"].includes(status))
      .sort(byRoom);
    counts.arriving = expected.filter(({ checkedInAt }) => !checkedInAt).length;
    put(
      "arrivals",
      expected.length,
      rows(expected, "Nobody arrives today.", (booking) => [arrivalState(booking)]),
    );
  }

  function arrivalState({ checkedInAt, checkedOutAt, flow, assignedRoom }) {
    if (checkedOutAt) return badge("READY", `Left ${clock.time(checkedOutAt)}`);
    if (checkedInAt) return badge("OCCUPIED", `In house ${clock.time(checkedInAt)}`);
    const isLive = flow && ["IN_PROGRESS", "COMPLETED"].includes(flow.status);
    const pin = isLive ? flow.pinStatus : "NOT_STARTED";
    const isWaiting = assignedRoom && assignedRoom.status !== "READY_FOR_GUEST";
    return h(
      "span",
      { class: "states" },
      isWaiting ? badge(assignedRoom.status, ROOM_STATES[assignedRoom.status]) : null,
      badge(pin, isLive && pin === "NOT_STARTED" ? `Step ${flow.step} of 4` : PIN_STATES[pin]),
    );
  }

  function drawDepartures(bookings) {
    const leaving = bookings.filter(({ checkedInAt }) => checkedInAt).sort(byRoom);
    counts.departing = leaving.filter(({ checkedOutAt }) => !checkedOutAt).length;
    put(
      "departures",
      leaving.length,
      rows(leaving, "Nobody leaves today.", ({ checkedOutAt }) => [
        checkedOutAt
          ? badge("READY", `Left ${clock.time(checkedOutAt)}`)
          : badge("OCCUPIED", "In house"),
      ]),
    );
  }

  /** Rows with a room, who it is about as far as that is shown, and a state. */
  function rows(bookings, nothing, states) {
    if (!bookings.length) return empty(nothing);
    return h(
      "ul",
      { class: "rows" },
      bookings.map((booking) =>
        h(
          "li",
          {},
          h("span", { class: "room" }, booking.assignedRoom?.number ?? "–"),
          h(
            "span",
            { class: "who" },
            booking.guestName ?? booking.flow?.fullName ?? booking.bookingId,
          ),
          ...states(booking),
        ),
      ),
    );
  }

  function drawCleaning(tasks) {
    const isBegun = ({ status }) => status === "IN_PROGRESS";
    tasks.sort((one, other) => isBegun(other) - isBegun(one) || byRoomNumber(one.room, other.room));
    put(
      "cleaning",
      tasks.length,
      tasks.length ? h("ul", { class: "rows" }, tasks.map(task)) : empty("Nothing to clean."),
    );
  }

  function task({ status, assignee, createdAt, startedAt, room }) {
    const state = status === "IN_PROGRESS" ? "CLEANING_IN_PROGRESS" : "CHECKOUT_DIRTY";
    return h(
      "li",
      {},
      h("span", { class: "room" }, room.number),
      h("span", { class: "who" }, assignee || `since ${clock.moment(startedAt ?? createdAt)}`),
      badge(state, status === "IN_PROGRESS" ? "Begun" : "Waiting"),
    );
  }

  function drawAlerts(alerts) {
    const shown = alerts.map(({ kind, message, openedAt }) =>
      h(
        "li",
        { "data-kind": kind },
        icon("FAILED"),
        h("p", {}, message, h("time", { datetime: openedAt }, clock.moment(openedAt))),
      ),
    );
    put(
      "alerts",
      alerts.length,
      shown.length ? h("ul", { class: "alerts" }, shown) : empty("All is well."),
    );
  }

  const draw = {
    rooms: drawRooms,
    arrivals: drawArrivals,
    departures: drawDepartures,
    cleaning: drawCleaning,
    alerts: drawAlerts,
  };
  return {
    draw(name, nodes) {
      draw[name](nodes);
      drawSummary(counts);
    },
    hide: (name) => ($(name).hidden = true),
  };
}

function drawSummary(counts) {
  const tiles = [
    ["arrivals", counts.arriving, "to arrive"],
    ["departures", counts.departing, "to leave"],
    ["rooms", counts.OCCUPIED, "occupied"],
    ["rooms", counts.READY_FOR_GUEST, "ready"],
    ["cleaning", counts.cleaning, "to clean"],
    ["alerts", counts.alerts, counts.alerts === 1 ? "alert" : "alerts"],
  ];
  const shown = tiles.filter(([, count]) => count !== undefined);
  $("summary").replaceChildren(
    ...shown.map(([panel, count, words]) =>
      h(
        "li",
        { "data-panel": panel, "data-none": count === 0 ? "" : null },
        h("a", { href: `#${panel}-title` }, h("strong", {}, String(count)), ` ${words}`),
      ),
    ),
  );
}

function empty(words) {
  return h("p", { class: "empty" }, words);
}

function byRoom(one, other) {
  return byRoomNumber(one.assignedRoom, other.assignedRoom);
}

function byRoomNumber(one, other) {
  return COLLATOR.compare(one?.number ?? "~", other?.number ?? "~");
}
