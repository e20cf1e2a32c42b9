// What the board calls things, and times as the hotel's clocks show them.

export const ROOM_STATES = {
  CHECKOUT_DIRTY: "To clean",
  CLEANING_IN_PROGRESS: "Being cleaned",
  CLEANED_UNINSPECTED: "To inspect",
  READY_FOR_GUEST: "Ready",
  OCCUPIED: "Occupied",
  OUT_OF_SERVICE: "Out of service",
};

export const PIN_STATES = {
  NOT_STARTED: "Not started",
  GENERATING: "PIN on its way",
  READY: "PIN ready",
  FAILED: "PIN failed",
};

export const SEAT_STATES = {
  AVAILABLE: "Available",
  HELD: "Held",
  BOOKED: "Booked",
  BLOCKED: "Not for sale",
};

const OF_BOOKINGS = {
  "booking-checked-in": "guest is in house",
  "booking-checked-out": "guest has left",
  "booking-moved": "guest moved here",
  "booking-updated": "stay was changed",
  "booking-cancelled": "booking was cancelled",
  "booking-no-show": "guest did not come",
  "check-out-undone": "check-out was undone",
  "check-in-resumed": "check-in goes on at the desk",
  "code-problem-reported": "guest reports a code that does not work",
  "message-received": "new message",
  "room-service-order-placed": "room service was ordered",
  "room-service-order-changed": "room service order changed",
  "stay-link-resent": "stay link was sent again",
};

/** Return one line about an event of the hotel. */
export function lineOf({ name, roomNumber, bookingId, data }) {
  const where = roomNumber ? `Room ${roomNumber}` : (bookingId ?? "");
  if (name === "room-status-changed") return `${where}: ${wordFor(ROOM_STATES, data.new_status)}`;
  if (name === "pin-status-changed") return `${where}: ${wordFor(PIN_STATES, data.pin_status)}`;
  if (name.startsWith("seat-order-")) return `Seats: order ${data.order_number} ${name.slice(11)}`;
  const what = OF_BOOKINGS[name] ?? name.replaceAll("-", " ");
  return where ? `${where}: ${what}` : what;
}

function wordFor(words, state) {
  return words[state] ?? String(state).replaceAll("_", " ").toLowerCase();
}

/** Return how the hotel at `zone` writes instants and days. */
export function clockOf(zone) {
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
  });
  const day = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  const iso = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
  return {
    time: (instant) => time.format(new Date(instant)),
    day: (instant) => day.format(new Date(instant)),
    today: () => iso.format(new Date()),
    /** The time, with the day where that is not today. */
    moment(instant) {
      const isToday = iso.format(new Date(instant)) === iso.format(new Date());
      return isToday ? this.time(instant) : `${this.day(instant)}, ${this.time(instant)}`;
    },
  };
}
