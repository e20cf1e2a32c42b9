// The seats of an event, as they are sold. A state has a colour and a shape.

import { $, h, svg } from "./draw.js";
import { SEAT_STATES } from "./words.js";

const EVENTS = `query SeatingEvents($slug: String!) {
  seatingEvents(hotelSlug: $slug, first: 100) { edges { node { slug name venue startsAt } } }
}`;
const MAP = `query SeatMap($event: String!) {
  seatMap(eventSlug: $event) {
    version seats { id label status section row number x y category isAccessible }
  }
}`;
const UPDATES = `subscription SeatUpdates($event: String!, $after: Int) {
  seatUpdates(eventSlug: $event, afterVersion: $after) {
    version resync seats { id label status }
  }
}`;
const MOST_NAMED = 5;
const GLYPHS = {
  AVAILABLE: "",
  HELD: "M-.13 -.17v.34M.13 -.17v.34",
  BOOKED: "M-.18 -.18l.36 .36M.18 -.18l-.36 .36",
  BLOCKED: "M-.22 0h.44",
};

/** Show the seats of the hotel's events, from the first time that somebody looks. */
export function watchSeats({ line, slug, clock }) {
  let events = [];
  let seats = new Map(); // id → { seat, mark }
  let version = 0;
  let stop = () => {};

  async function open() {
    const data = await line.ask(EVENTS, { slug });
    events = data.seatingEvents.edges.map(({ node }) => node);
    if (!events.length) {
      $("seat-map").replaceChildren(h("p", { class: "empty" }, "No event has seats here."));
      $("events").hidden = true;
      return;
    }
    const isToCome = ({ startsAt }) => new Date(startsAt) > new Date();
    const next = events.filter(isToCome).at(-1) ?? events[0]; // the list begins with the last
    $("events").replaceChildren(
      ...events.map((event) => h("option", { value: event.slug }, event.name)),
    );
    $("events").value = next.slug;
    $("events").addEventListener("change", () => show($("events").value));
    await show(next.slug);
  }

  async function show(eventSlug) {
    stop();
    const event = events.find((one) => one.slug === eventSlug);
    $("event-when").textContent = [
      event.venue,
      `${clock.day(event.startsAt)}, ${clock.time(event.startsAt)}`,
    ]
      .filter(Boolean)
      .join(" · ");
    await read(eventSlug);
    stop = line.follow(
      UPDATES,
      {
        event: eventSlug,
        get after() {
          return version; // read anew at each connection
        },
      },
      ({ seatUpdates: update }) => {
        if (update.resync) return read(eventSlug);
        if (update.version > version) apply(update);
      },
    );
  }

  async function read(eventSlug) {
    const { seatMap } = await line.ask(MAP, { event: eventSlug });
    version = seatMap.version;
    seats = new Map();
    $("seat-map").replaceChildren(drawMap(seatMap.seats, seats));
    count();
  }

  function apply(update) {
    version = update.version;
    for (const { id, status } of update.seats) {
      const known = seats.get(id);
      if (!known) continue;
      known.seat.status = status;
      paint(known.mark, known.seat);
      known.mark.classList.add("changed");
      setTimeout(() => known.mark.classList.remove("changed"), 2_500);
    }
    count();
    $("seat-news").textContent = news(update.seats);
  }

  function count() {
    const all = [...seats.values()].map(({ seat }) => seat);
    $("seat-counts").replaceChildren(
      ...Object.entries(SEAT_STATES).map(([state, words]) =>
        h(
          "li",
          { "data-status": state },
          legend(state),
          h("strong", {}, String(all.filter(({ status }) => status === state).length)),
          ` ${words.toLowerCase()}`,
        ),
      ),
    );
    $("seat-table").replaceChildren(table(all));
  }

  return { open };
}

function news(changed) {
  const groups = Map.groupBy(changed, ({ status }) => status);
  return [...groups]
    .map(([status, those]) => {
      const named = those.slice(0, MOST_NAMED).map(({ label }) => label);
      const more = those.length > named.length ? ` and ${those.length - named.length} more` : "";
      return `${named.join(", ")}${more}: ${SEAT_STATES[status].toLowerCase()}`;
    })
    .join(". ");
}

function drawMap(all, seats) {
  const [xs, ys] = [all.map(({ x }) => x), all.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs) - 2, Math.max(...xs) + 2];
  const [top, bottom] = [Math.min(...ys) - 2.2, Math.max(...ys) + 1];
  const picture = svg("svg", {
    viewBox: `${left} ${top} ${right - left} ${bottom - top}`,
    role: "img",
    "aria-label": "Seat map; the table below has its numbers.",
  });
  picture.append(
    svg("rect", {
      class: "stage",
      x: left + (right - left) * 0.2,
      y: top + 0.3,
      width: (right - left) * 0.6,
      height: 0.8,
      rx: 0.4,
    }),
    svg("text", { class: "stage-name", x: (left + right) / 2, y: top + 0.86 }, "Stage"),
  );
  for (const [key, row] of rowsOf(all)) {
    picture.append(svg("text", { class: "row-name", x: row.left - 1, y: row.y + 0.17 }, key));
  }
  for (const seat of all) {
    const mark = svg("g", { class: "seat", transform: `translate(${seat.x} ${seat.y})` });
    mark.append(
      svg("title"),
      svg("rect", { x: -0.4, y: -0.4, width: 0.8, height: 0.8, rx: 0.22 }),
      svg("path"),
    );
    paint(mark, seat);
    seats.set(seat.id, { seat, mark });
    picture.append(mark);
  }
  return picture;
}

function rowsOf(all) {
  const rows = new Map();
  for (const { section, row, x, y } of all) {
    const key = `${section} ${row}`;
    const known = rows.get(key);
    rows.set(key, { name: row, left: Math.min(x, known?.left ?? x), y });
  }
  return [...rows.values()].map((row) => [row.name, row]);
}

function paint(mark, seat) {
  const [title, , path] = mark.children;
  mark.dataset.status = seat.status;
  title.textContent = `${seat.label}, ${seat.category}: ${SEAT_STATES[seat.status].toLowerCase()}`;
  path.setAttribute("d", GLYPHS[seat.status]);
}

function legend(state) {
  const mark = svg("g", { class: "seat", "data-status": state });
  mark.append(
    svg("rect", { x: -0.4, y: -0.4, width: 0.8, height: 0.8, rx: 0.22 }),
    svg("path", { d: GLYPHS[state] }),
  );
  return svg("svg", { viewBox: "-.5 -.5 1 1", class: "legend", "aria-hidden": "true" }, mark);
}

function table(all) {
  const categories = [...new Set(all.map(({ category }) => category))];
  const states = Object.keys(SEAT_STATES);
  const number = (category, state) =>
    String(all.filter((seat) => seat.category === category && seat.status === state).length);
  return h(
    "table",
    {},
    h("caption", {}, "By category"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Category"),
        states.map((state) => h("th", { scope: "col" }, SEAT_STATES[state])),
      ),
    ),
    h(
      "tbody",
      {},
      categories.map((category) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, category),
          states.map((state) => h("td", {}, number(category, state))),
        ),
      ),
    ),
  );
}
