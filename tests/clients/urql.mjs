// An app on urql: sends a file, and persisted queries. Prints what it saw as JSON.

import { Client, cacheExchange, fetchExchange, gql } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

const given = JSON.parse(process.env.GIVEN);

const SUBMIT = gql`
  mutation Submit($input: SubmitPaymentProofInput!) {
    submitPaymentProof(input: $input) {
      ... on SeatOrder {
        orderNumber
        status
      }
      ... on Problem {
        code
        field
      }
    }
  }
`;
const ORDER = gql`
  query Order($token: String!) {
    seatOrder(token: $token) {
      status
      seats {
        label
      }
    }
  }
`;

const sent = [];
const app = new Client({
  url: given.url,
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    persistedExchange({ preferGetForPersistedQueries: false }),
    fetchExchange,
  ],
  fetch: async (address, options) => {
    sent.push(options.body instanceof FormData ? "form" : Object.keys(JSON.parse(options.body)));
    return fetch(address, options);
  },
});

const submit = (content, type) =>
  app
    .mutation(SUBMIT, {
      input: { orderToken: given.order, file: new File([content], "proof", { type }) },
    })
    .toPromise();
const read = () =>
  app
    .query(ORDER, { token: given.order }, { requestPolicy: "network-only" })
    .toPromise();

const wrong = await submit("no picture", "text/plain");
const right = await submit(Buffer.from(given.picture, "base64"), "image/png");
const orders = [await read(), await read()];
const failed = [wrong, right, ...orders].find((answer) => answer.error);
if (failed) throw failed.error;
console.log(
  JSON.stringify({
    wrong: wrong.data.submitPaymentProof,
    right: right.data.submitPaymentProof,
    orders: orders.map((answer) => answer.data.seatOrder),
    sent,
  }),
);
