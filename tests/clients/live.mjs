// Apps that watch: graphql-ws, and the older subscriptions-transport-ws. Prints what they saw.

import { createClient } from "graphql-ws";
import { SubscriptionClient } from "subscriptions-transport-ws";
import WebSocket from "ws";

const given = JSON.parse(process.env.GIVEN);

const WATCH = `subscription Watch($slug: String!, $after: Int) {
  seatUpdates(eventSlug: $slug, afterVersion: $after) {
    version
    seats {
      label
      status
    }
  }
}`;
const SELECT = `mutation Select($slug: String!, $labels: [String!]!, $token: String) {
  selectSeats(input: { eventSlug: $slug, labels: $labels, orderToken: $token }) {
    ... on SeatOrder {
      token
    }
    ... on Problem {
      code
    }
  }
}`;

const closed = [];
const app = createClient({
  url: given.url,
  webSocketImpl: WebSocket,
  retryAttempts: 5,
  retryWait: async () => {},
  on: { closed: (event) => closed.push(event.code) },
});

const once = (client, query, variables) =>
  new Promise((resolve, reject) => {
    let answer;
    client.subscribe(
      { query, variables },
      { next: (result) => (answer = result), error: reject, complete: () => resolve(answer) },
    );
  });

// A viewer keeps the newest version: whatever comes again after a broken line is known.
const versions = [];
const states = {};
let until = () => {};
const watching = app.subscribe(
  { query: WATCH, variables: { slug: given.slug, after: 0 } },
  {
    next: ({ data: { seatUpdates: update } }) => {
      if (update.version > (versions.at(-1) ?? 0)) versions.push(update.version);
      for (const seat of update.seats) states[seat.label] = seat.status;
      until();
    },
    error: (error) => {
      throw error;
    },
    complete: () => {},
  },
);
const seen = (version) =>
  new Promise((resolve) => {
    until = () => versions.at(-1) >= version && resolve();
    until();
  });

const select = async (labels, token) =>
  (await once(app, SELECT, { slug: given.slug, labels, token })).data.selectSeats.token;

const token = await select(["A-1"]);
await seen(1);
app.terminate(); // the line breaks; the client connects again by itself
await select(["A-2"], token);
await seen(2);
watching();

const refused = await once(app, "{ nothing }").then(
  () => null,
  (errors) => errors[0].extensions.code,
);
await app.dispose();

const stranger = createClient({
  url: given.url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: "Bearer wrong" },
});
const forbidden = await once(stranger, "{ __typename }").then(
  () => null,
  (event) => event.code,
);

const old = new SubscriptionClient(given.url, { reconnect: false }, WebSocket);
const replayed = await new Promise((resolve, reject) => {
  const heard = [];
  old.request({ query: WATCH, variables: { slug: given.slug, after: 0 } }).subscribe({
    next: ({ data }) => heard.push(data.seatUpdates.version) === 2 && resolve(heard),
    error: reject,
  });
});
old.close();

console.log(JSON.stringify({ versions, states, closed, refused, forbidden, replayed }));
