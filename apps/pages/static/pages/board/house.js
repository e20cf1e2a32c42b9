// What the board asks for, and when it asks again: what an event may have changed, nothing else.

import { Refused } from "./connection.js";

const DOCUMENTS = {
  rooms: `query Rooms($slug: String!, $after: String) {
    rooms(hotelSlug: $slug, first: 100, after: $after) {
      edges { node { id number status } } pageInfo { hasNextPage endCursor }
    }
  }`,
  arrivals: `query Arrivals($slug: String!, $today: Date!, $names: Boolean!, $after: String) {
    bookings(hotelSlug: $slug, arrivingOn: $today, first: 100, after: $after) {
      edges { node {
        bookingId guestName @include(if: $names) status checkedInAt checkedOutAt assignedRoom { number status }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  flows: `query Flows($slug: String!, $names: Boolean!) {
    checkInFlows(hotelSlug: $slug, first: 100) {
      edges { node {
        booking { bookingId } fullName @include(if: $names) step status pinStatus
      } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  departures: `query Departures($slug: String!, $today: Date!, $names: Boolean!, $after: String) {
    bookings(hotelSlug: $slug, departingOn: $today, first: 100, after: $after) {
      edges { node {
        bookingId guestName @include(if: $names) status checkedInAt checkedOutAt
        assignedRoom { number }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  cleaning: `query Cleaning($slug: String!, $status: HousekeepingTaskStatus, $after: String) {
    housekeepingTasks(hotelSlug: $slug, status: $status, first: 100, after: $after) {
      edges { node { id status assignee createdAt startedAt room { number status } } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  alerts: `query Alerts($slug: String!) {
    alerts(hotelSlug: $slug, first: 100) {
      edges { node { id kind message openedAt } } pageInfo { hasNextPage endCursor }
    }
  }`,
};
const FOLLOW = `subscription Events($slug: String!, $after: ID) {
  hotelEvents(hotelSlug: $slug, after: $after) { id name occurredAt roomNumber bookingId data }
}`;

// A place beyond the log's end is answered by \`resync\` with the id to go on from, at once: so the
// first connection is like every later one, and nothing falls between what is read and what comes.
const FROM_NOW_ON = "999999999999999999";
const MOST_PAGES = 20;
const TOGETHER = 120; // milliseconds: events come in bursts
const AGAIN_AFTER = 5_000;
const QUIET_PARTS = ["arrivals", "cleaning", "alerts"]; // some of their changes are no events
const LOOK_EVERY = 30_000;

/** Return which parts of the board an event may have changed. */
function touchedBy(name) {
  if (name.startsWith("seat") || name.startsWith("message") || name.startsWith("room-service"))
    return ["alerts"];
  if (name === "room-status-changed") return ["rooms", "arrivals", "cleaning", "alerts"];
  if (name === "pin-status-changed") return ["arrivals", "alerts"];
  return ["rooms", "arrivals", "departures", "cleaning", "alerts"];
}

/**
 * Keep the house in view.
 *
 * `onPart(name, nodes)` hears each part when it was read, `onRefused(name)` that it is not part of
 * one's role, `onEvent(event)` what happens.
 */
export function watchHouse({ line, slug, clock, showsNames, onPart, onRefused, onEvent }) {
  const parts = {
    rooms: () => all("rooms", {}),
    arrivals: async () => {
      const [bookings, flows] = await Promise.all([
        all("arrivals", ofToday()),
        firstPage("flows", { names: showsNames() }),
      ]);
      return withFlows(bookings, flows);
    },
    departures: () => all("departures", ofToday()),
    cleaning: async () =>
      (
        await Promise.all(["IN_PROGRESS", "OPEN"].map((status) => all("cleaning", { status })))
      ).flat(),
    alerts: () => firstPage("alerts", {}),
  };
  const refused = new Set();
  const due = new Set();
  let isReading = false;
  let lastId = FROM_NOW_ON;
  let day = clock.today();
  let timer;

  const ofToday = () => ({ today: clock.today(), names: showsNames() });

  async function page(name, variables) {
    const data = await line.ask(DOCUMENTS[name], { slug, ...variables });
    return Object.values(data)[0];
  }

  const firstPage = async (name, variables) =>
    (await page(name, variables)).edges.map(({ node }) => node);

  async function all(name, variables) {
    const nodes = [];
    let after = null;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const { edges, pageInfo } = await page(name, { ...variables, after });
      nodes.push(...edges.map(({ node }) => node));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    return nodes;
  }

  function refresh(names = Object.keys(parts), wait = TOGETHER) {
    for (const name of names) if (!refused.has(name)) due.add(name);
    timer ??= setTimeout(read, wait);
  }

  async function read() {
    timer = undefined;
    if (isReading) return refresh([]);
    isReading = true;
    const names = [...due];
    due.clear();
    await Promise.all(names.map(readPart));
    isReading = false;
  }

  async function readPart(name) {
    try {
      onPart(name, await parts[name]());
    } catch (error) {
      if (error instanceof Refused && error.code === "PERMISSION_DENIED") {
        refused.add(name);
        onRefused(name);
      } else {
        refresh([name], AGAIN_AFTER);
      }
    }
  }

  line.follow(
    FOLLOW,
    {
      slug,
      get after() {
        return lastId; // read anew at each connection
      },
    },
    ({ hotelEvents: event }) => {
      lastId = event.id;
      if (event.name === "resync") return refresh(undefined, 0);
      onEvent(event);
      refresh(touchedBy(event.name));
    },
  );

  setInterval(() => {
    const isNewDay = day !== clock.today();
    day = clock.today();
    refresh(isNewDay ? undefined : QUIET_PARTS);
  }, LOOK_EVERY);

  return { refresh };
}

/** Give each booking the newest of its check-ins. */
function withFlows(bookings, flows) {
  const newest = new Map();
  for (const flow of flows) {
    const { bookingId } = flow.booking;
    if (!newest.has(bookingId)) newest.set(bookingId, flow);
  }
  return bookings.map((booking) => ({ ...booking, flow: newest.get(booking.bookingId) }));
}
