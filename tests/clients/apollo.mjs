// An app on Apollo Client: plays one scene against the server, and prints what it saw as JSON.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { ApolloClient, CombinedGraphQLErrors, InMemoryCache, gql } from "@apollo/client/core";
import { HttpLink } from "@apollo/client/link/http";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { relayStylePagination } from "@apollo/client/utilities";
import { buildSchema } from "graphql";

const given = JSON.parse(process.env.GIVEN);

const MAP = gql`
  query Map($slug: String!) {
    seatMap(eventSlug: $slug) {
      version
      seats {
        id
        label
        status
      }
    }
  }
`;
const SELECT = gql`
  mutation Select($input: SelectSeatsInput!) {
    selectSeats(input: $input) {
      ... on SeatOrder {
        token
        seats {
          label
        }
        total
      }
      ... on SeatsTakenProblem {
        labels
      }
      ...Why
    }
  }

  fragment Why on Problem {
    code
    message
    field
  }
`;
const ROOMS = gql`
  query Rooms($slug: String!, $first: Int, $after: String) {
    rooms(hotelSlug: $slug, first: $first, after: $after) {
      edges {
        node {
          id
          number
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

function cache() {
  const schema = buildSchema(readFileSync(given.schema, "utf8"));
  const problems = schema.getPossibleTypes(schema.getType("Problem")).map((type) => type.name);
  return new InMemoryCache({
    possibleTypes: { Problem: problems },
    typePolicies: { Query: { fields: { rooms: relayStylePagination(["hotelSlug"]) } } },
  });
}

function client({ before, fetch: send } = {}) {
  const http = new HttpLink({
    uri: given.url,
    headers: given.login ? { authorization: `Bearer ${given.login}` } : {},
    fetch: send,
  });
  return new ApolloClient({ cache: cache(), link: before ? before.concat(http) : http });
}

async function failure(work) {
  try {
    await work();
  } catch (error) {
    const known = CombinedGraphQLErrors.is(error);
    return { kind: error.name, codes: known ? error.errors.map((e) => e.extensions.code) : [] };
  }
  throw new Error("it did not fail");
}

const scenes = {
  async seats() {
    const app = client();
    const map = await app.query({ query: MAP, variables: { slug: given.slug } });
    const select = (labels) =>
      app.mutate({
        mutation: SELECT,
        variables: { input: { eventSlug: given.slug, labels, holderName: "Nora Quinn" } },
      });
    const chosen = await select(["A-1", "A-2"]);
    const unknown = await select(["Z-9"]);
    return {
      map: map.data.seatMap.seats.map((seat) => [seat.label, seat.status]),
      remembered: Object.keys(app.cache.extract()).filter((key) => key.startsWith("Seat:")).length,
      chosen: chosen.data.selectSeats,
      unknown: unknown.data.selectSeats,
    };
  },

  async pages() {
    const app = client();
    const variables = { slug: given.slug, first: 2 };
    const more = (after) =>
      app.query({ query: ROOMS, variables: { ...variables, after }, fetchPolicy: "network-only" });
    let place = { hasNextPage: true };
    while (place.hasNextPage) {
      place = (await more(place.endCursor)).data.rooms.pageInfo;
    }
    const shown = app.readQuery({ query: ROOMS, variables }).rooms.edges;
    return shown.map((edge) => edge.node.number);
  },

  async persisted() {
    const sent = [];
    const app = client({
      before: new PersistedQueryLink({
        sha256: (text) => createHash("sha256").update(text).digest("hex"),
        useGETForHashedQueries: true,
      }),
      fetch: async (address, options) => {
        const response = await fetch(address, options);
        sent.push([options.method, response.status, response.headers.get("cache-control")]);
        return response;
      },
    });
    const read = () =>
      app.query({ query: MAP, variables: { slug: given.slug }, fetchPolicy: "network-only" });
    const answers = [await read(), await read()];
    return { sent, seats: answers.map((answer) => answer.data.seatMap.seats.length) };
  },

  async errors() {
    const app = client();
    const ask = (query, variables) => failure(() => app.query({ query, variables }));
    return {
      stranger: await ask(gql`query { me { username } }`),
      unknown: await ask(gql`query { nothing }`),
      wrong: await ask(MAP, { slug: 1 }),
      deep: await ask(gql(`{ ${"a { ".repeat(30)} b ${"}".repeat(30)} }`)),
    };
  },
};

console.log(JSON.stringify(await scenes[given.scene]()));
