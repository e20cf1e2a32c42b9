// The board: one line to the server, what it brings, and where that is shown.

import { connect } from "./connection.js";
import { $, h } from "./draw.js";
import { feed } from "./feed.js";
import { watchHouse } from "./house.js";
import { panels } from "./panels.js";
import { watchSeats } from "./seats.js";
import { clockOf } from "./words.js";

const { hotel: slug, zone, tokenUrl, loginUrl } = document.body.dataset;
const clock = clockOf(zone);

// -- the line ----------------------------------------------------------------------------------

async function askForLogin() {
  const proof = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const response = await fetch(tokenUrl, { method: "POST", headers: { "X-CSRFToken": proof } });
  if ([401, 403].includes(response.status)) return null; // the session is over, or another one
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return response.json();
}

const CONNECTION = {
  live: () => ["Live", ""],
  offline: (since) => [
    `Offline since ${clock.time(since)}`,
    `Offline since ${clock.moment(since)}. What you see is from then; it goes on by itself.`,
  ],
  ended: () => ["Logged out", "You have been logged out. What you see is not kept up to date. "],
};

function showConnection(state, since) {
  const [words, banner] = CONNECTION[state](since);
  $("connection").textContent = words;
  $("connection").dataset.state = state;
  if ($("banner").textContent !== banner) $("banner").textContent = banner;
  $("banner").hidden = !banner;
  if (state === "ended") {
    const href = `${loginUrl}?next=${encodeURIComponent(location.pathname + location.hash)}`;
    $("banner").append(h("a", { href }, "Log in again"));
  }
}

const line = connect({
  url: new URL("/graphql/", location.href).href.replace("http", "ws"),
  askForLogin,
  onChange: showConnection,
});

// -- the house ---------------------------------------------------------------------------------

let showsNames = localStorage.getItem("names") === "shown";
const shown = panels(clock);
const house = watchHouse({
  line,
  slug,
  clock,
  showsNames: () => showsNames,
  onPart: (name, nodes) => {
    shown.draw(name, nodes);
    if (name === "rooms") $("house-view").removeAttribute("aria-busy");
  },
  onRefused: (name) => {
    shown.hide(name);
    if (name === "arrivals") $("names").hidden = true; // no names anywhere else
  },
  onEvent: feed(clock),
});

// Names are for the desk and not for a screen on the wall: hidden until somebody asks.
$("names").setAttribute("aria-pressed", showsNames);
$("names").addEventListener("click", () => {
  showsNames = !showsNames;
  localStorage.setItem("names", showsNames ? "shown" : "hidden");
  $("names").setAttribute("aria-pressed", showsNames);
  house.refresh(["arrivals", "departures"], 0);
});

// -- the seats ---------------------------------------------------------------------------------

let hasLookedAtSeats = false;

function showView() {
  const isSeats = location.hash === "#seats";
  $("house-view").hidden = isSeats;
  $("seats-view").hidden = !isSeats;
  for (const link of document.querySelectorAll("nav a")) {
    if ((link.hash === "#seats") === isSeats) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (isSeats && !hasLookedAtSeats) {
    hasLookedAtSeats = true;
    watchSeats({ line, slug, clock }).open();
  }
}

addEventListener("hashchange", showView);
showView();

// -- the page ----------------------------------------------------------------------------------

function showTime() {
  const now = new Date();
  $("clock").textContent = `${clock.day(now)}, ${clock.time(now)}`;
  $("clock").dateTime = now.toISOString();
}

showTime();
setInterval(showTime, 1_000);
$("hotels")?.addEventListener("change", ({ target }) => {
  location.href = target.value + location.hash;
});
