// One socket for everything, with a login that is renewed before it ends.
//
// The page's session hands out bearer tokens for minutes; each connection begins with one. A line
// that breaks is taken up again by the client: what was asked is asked again, and subscriptions
// tell by their variables, read anew at each attempt, what they have seen.

import { createClient } from "../vendor/graphql-ws-6.2.0/client.js";

const PING_EVERY = 10_000;
const ANSWER_WITHIN = 5_000;
const GRACE = 1_500; // a line that is back by then was never worth a word
const LONGEST_PAUSE = 10_000;
const RENEW_AT = 0.8; // of a login's life

/** The server says no, and would say so again. `code` is the API's. */
export class Refused extends Error {
  constructor(error) {
    super(error.message);
    this.code = error.extensions?.code;
  }
}

/**
 * Return `{ ask, follow }`.
 *
 * `askForLogin` resolves to `{ token, expires_in }`, to null when the session is over, and throws
 * when nobody answers. `onChange` hears `("live")`, `("offline", since)` and `("ended")`.
 */
export function connect({ url, askForLogin, onChange }) {
  let login = null;
  let hasEnded = false;
  let heardAt = Date.now();
  let renewal, silence, grace;

  const client = createClient({
    url: async () => {
      await ensureLogin();
      return url;
    },
    connectionParams: () => ({ authorization: `Bearer ${login.token}` }),
    keepAlive: PING_EVERY,
    retryAttempts: Infinity,
    retryWait: (tries) => pauseOrOnline(Math.min(250 * 2 ** tries, LONGEST_PAUSE)),
    on: {
      connected: () => {
        clearTimeout(grace);
        grace = undefined;
        onChange("live");
      },
      message: () => (heardAt = Date.now()),
      ping: (isReceived) => {
        if (isReceived) return;
        clearTimeout(silence);
        silence = setTimeout(() => client.terminate(), ANSWER_WITHIN);
      },
      pong: (isReceived) => isReceived && clearTimeout(silence),
      closed: ({ code }) => {
        clearTimeout(silence);
        if (code === 4403) login = null; // ended or revoked: the session says whether for good
        grace ??= setTimeout(tellOffline, GRACE);
      },
    },
  });

  addEventListener("offline", () => {
    tellOffline();
    client.terminate();
  });

  function tellOffline() {
    if (!hasEnded) onChange("offline", heardAt);
  }

  function end() {
    hasEnded = true;
    clearTimeout(grace);
    clearTimeout(renewal);
    onChange("ended");
    client.dispose();
  }

  async function ensureLogin() {
    for (let tries = 0; !login; tries++) {
      try {
        use(await askForLogin());
      } catch {
        tellOffline();
        await pauseOrOnline(Math.min(500 * 2 ** tries, LONGEST_PAUSE));
      }
      if (hasEnded) await new Promise(() => {}); // nobody connects any more
    }
  }

  function use(handed) {
    login = handed;
    if (!login) return end();
    clearTimeout(renewal);
    renewal = setTimeout(renew, login.expires_in * 1000 * RENEW_AT);
  }

  /** A connection keeps the login it began with, so another login needs another connection. */
  async function renew() {
    try {
      use(await askForLogin());
      if (!hasEnded) client.terminate();
    } catch {
      login = null; // out of reach: the next connection asks again
    }
  }

  /** Run `begin(sink)` until it is refused or over, and again after whatever else stops it. */
  async function lasting(begin) {
    for (;;) {
      if (hasEnded) await new Promise(() => {});
      try {
        return await new Promise((resolve, reject) => begin(resolve, reject));
      } catch (error) {
        if (Array.isArray(error)) throw new Refused(error[0]);
        await pauseOrOnline(LONGEST_PAUSE / 2); // such as 1011: the server had a bad moment
      }
    }
  }

  return {
    /** Return the data of a query. Raises Refused. */
    ask: (query, variables) =>
      lasting((resolve, reject) => {
        let answer;
        client.subscribe(
          { query, variables },
          {
            next: (result) => (answer = result),
            error: reject,
            complete: () => (answer?.errors ? reject(answer.errors) : resolve(answer?.data)),
          },
        );
      }),

    /** Hear a subscription until the returned function is called. */
    follow: (query, variables, hear) => {
      let stop = () => {};
      let isOver = false;
      lasting((resolve, reject) => {
        if (isOver) return resolve();
        stop = client.subscribe(
          { query, variables },
          { next: ({ data }) => data && hear(data), error: reject, complete: resolve },
        );
      }).catch((refusal) => console.warn(refusal.message));
      return () => {
        isOver = true;
        stop();
      };
    },
  };
}

function pauseOrOnline(milliseconds) {
  const spread = milliseconds * (0.75 + Math.random() / 2); // not all boards at once
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve();
    };
    const timer = setTimeout(over, spread);
    addEventListener("online", over);
  });
}
