// A guest checks in: four forms, one GraphQL operation each, and a subscription to the PIN.
//
// Every mutation answers its result or a problem with `code`, `message` and `field`. A field's
// problem is shown at the field, any other one above the form; that is all there is to errors.

import { createClient } from "../vendor/graphql-ws-6.2.0/client.js";

// -- the documents ---------------------------------------------------------------------------

const FLOW = `token step status pinStatus hotel { name parkingInfo } failure { message }
  contact { phone email whatsappUrl }`;
const STAY = `guestName stayStatus: status pin checkInAt checkOutAt room { number }
  hotel { name } accessCodes { lockName code status } houseNotes`;
const PROBLEM = `... on Problem { code message field }`;
const CONTACT = `contact { phone email whatsappUrl }`;

const START = `mutation Start($input: StartCheckInInput!) {
  startCheckIn(input: $input) {
    __typename
    ... on CheckInFlow { ${FLOW} }
    ... on Stay { ${STAY} }
    ... on RateLimitedProblem { ${CONTACT} }
    ${PROBLEM}
  }
}`;
const DETAILS = `mutation Details($input: SubmitGuestDetailsInput!) {
  submitGuestDetails(input: $input) { __typename ... on CheckInFlow { ${FLOW} } ${PROBLEM} }
}`;
const PARKING = `mutation Parking($input: SubmitParkingInput!) {
  submitParking(input: $input) { __typename ... on CheckInFlow { ${FLOW} } ${PROBLEM} }
}`;
const CONFIRM = `mutation Confirm($input: ConfirmCheckInInput!) {
  confirmCheckIn(input: $input) {
    __typename
    ... on Stay { ${STAY} }
    ... on PinFailedProblem { bookingReference ${CONTACT} }
    ${PROBLEM}
  }
}`;
const WATCH = `subscription Watch($token: String!) {
  checkInFlow(token: $token) { ${FLOW} }
}`;

// -- the server ------------------------------------------------------------------------------

const address = new URL("/graphql/", location.href);
const sockets = createClient({
  url: address.href.replace("http", "ws"),
  retryAttempts: Infinity, // a phone loses its network now and then
  retryWait: (tries) => pause(Math.min(500 * 2 ** tries, 10_000)),
});

async function send(document, input) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: document, variables: { input } }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return Object.values(data)[0];
}

// -- what the page knows ---------------------------------------------------------------------

let flow = null; // the newest CheckInFlow; its token is the key to every further step
let wantsToEnter = false; // confirmed before the PIN was ready: confirm again when it is
let stopWatching = () => {};

function keep(newest) {
  flow = { ...flow, ...newest };
  $("hotel").textContent = flow.hotel.name;
  $("parkingInfo").textContent = flow.hotel.parkingInfo;
  showPinState();
}

function watch() {
  const { token } = flow;
  stopWatching();
  stopWatching = sockets.subscribe(
    { query: WATCH, variables: { token } },
    {
      next: ({ data }) => data && hear(data.checkInFlow),
      // A bad moment of the server; or another device took over, which the next step will say.
      error: () => setTimeout(() => flow?.token === token && watch(), 5_000),
      complete: () => {},
    },
  );
}

function hear(newest) {
  keep(newest);
  if (["EXPIRED", "CANCELLED"].includes(newest.status)) return end(newest.status);
  if (newest.pinStatus === "READY" && wantsToEnter) $("step-4").requestSubmit();
}

// -- the four steps --------------------------------------------------------------------------

const steps = {
  async 1(form) {
    const answer = await send(START, {
      bookingReference: form.bookingReference,
      hotelSlug: new URLSearchParams(location.search).get("hotel"),
      deviceType: matchMedia("(pointer: coarse)").matches ? "MOBILE" : "DESKTOP",
      verification: form.verification || null,
    });
    if (answer.__typename === "Stay") return showStay(answer);
    if (refused(answer)) return;
    keep(answer);
    watch();
    show(Math.min(answer.step + 1, 4)); // on a second device, where the first one left off
  },
  async 2({ fullName, phoneNumber, email }) {
    const input = { token: flow.token, fullName, phoneNumber, email: email || null };
    advance(await send(DETAILS, input), 3);
  },
  async 3({ hasCar, carRegistration }) {
    const input = {
      token: flow.token,
      hasCar: Boolean(hasCar),
      carRegistration: hasCar ? carRegistration : null,
    };
    advance(await send(PARKING, input), 4);
  },
  4: confirm,
};

function advance(answer, step) {
  if (refused(answer)) return;
  keep(answer);
  show(step);
}

async function confirm() {
  const answer = await send(CONFIRM, { token: flow.token });
  if (answer.__typename === "Stay") return showStay(answer);
  wantsToEnter = ["PIN_PENDING", "PIN_FAILED"].includes(answer.code);
  if (!wantsToEnter) return refused(answer);
  if (flow.pinStatus === "READY") return confirm(); // it came right while the answer travelled
  keep({ contact: answer.contact ?? flow.contact });
}

/** Show a problem where it belongs; return whether the answer was one. */
function refused({ code, message, field, contact }) {
  if (!code) return false;
  if (["FLOW_EXPIRED", "FLOW_NOT_FOUND"].includes(code)) {
    end(code, message);
    return true;
  }
  if (code.startsWith("VERIFICATION")) field = "verification";
  if (field === "verification") $("proof").hidden = false;
  const place = field && $(`${field}-error`);
  if (place) {
    place.textContent = message;
    const input = document.getElementsByName(field)[0];
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", place.id);
    input.focus();
  } else {
    $("notice").replaceChildren(message, ...(contact ? [" ", ...links(contact)] : []));
    $("notice").hidden = false;
  }
  return true;
}

// -- what the guest sees ---------------------------------------------------------------------

const PARTS = ["step-1", "step-2", "step-3", "step-4", "stay", "over"];
const PIN_STATES = {
  NOT_STARTED: "Your PIN is made as soon as you have given your details.",
  GENERATING: "Almost ready: your PIN is being put on the doors.",
  READY: "Your PIN is on the doors.",
  FAILED: "A door did not take your PIN yet. We keep trying.",
};

function show(part) {
  const id = typeof part === "number" ? `step-${part}` : part;
  for (const other of PARTS) $(other).hidden = other !== id;
  clearProblems();
  [...$("steps").children].forEach((item, index) => {
    item.classList.toggle("done", id === "stay" || index + 1 < part);
    if (index + 1 === part) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
  $(id).querySelector("h1").focus(); // where a screen reader goes on
}

function showPinState() {
  const text =
    wantsToEnter && flow.pinStatus === "GENERATING"
      ? "Almost ready: this page goes on by itself."
      : PIN_STATES[flow.pinStatus];
  const state = $("pinState");
  if (state.textContent !== text) state.textContent = text;
  state.dataset.state = flow.pinStatus;
  const needsPeople = flow.pinStatus === "FAILED" && flow.contact;
  $("contact").hidden = !needsPeople;
  if (needsPeople)
    $("contact").replaceChildren(
      "Please talk to us, and mention your booking reference.",
      ...links(flow.contact),
    );
}

function links({ phone, email, whatsappUrl }) {
  const targets = [
    [phone && `tel:${phone}`, phone],
    [email && `mailto:${email}`, email],
    [whatsappUrl, "WhatsApp"],
  ];
  return targets
    .filter(([href]) => href)
    .map(([href, text]) => {
      const link = Object.assign(document.createElement("a"), { href, textContent: text });
      link.rel = "noreferrer";
      return link;
    });
}

function showStay(stay) {
  stopWatching();
  flow = null;
  wantsToEnter = false;
  $("hotel").textContent = stay.hotel.name;
  $("welcome").textContent = `Welcome, ${stay.guestName}`;
  $("room").textContent = stay.room ? `Room ${stay.room.number}` : "Your room is told at the desk.";
  $("pin").textContent = stay.pin ?? "";
  $("pinLabel").textContent = stay.pin ? "Your PIN" : "Your codes are below.";
  $("doors").replaceChildren(...stay.accessCodes.map(door));
  $("when").textContent = `It opens from ${time(stay.checkInAt)} until ${time(stay.checkOutAt)}.`;
  $("notes").textContent = stay.houseNotes ?? "";
  show("stay");
}

/** A door; where doors have different codes, each with its own. */
function door({ lockName, code, status }) {
  const row = document.createElement("div");
  const [term, detail] = ["dt", "dd"].map((tag) => document.createElement(tag));
  term.textContent = lockName;
  detail.textContent =
    status === "SET" ? ($("pin").textContent ? "opens with this PIN" : code) : "not ready yet";
  row.append(term, detail);
  return row;
}

function end(code, message) {
  stopWatching();
  flow = null;
  wantsToEnter = false;
  $("overReason").textContent =
    message ??
    (code === "CANCELLED"
      ? "The booking was cancelled."
      : "Too much time has passed. You can simply start again.");
  show("over");
}

/** Times carry the hotel's offset: they are shown as they come, whatever zone the phone is in. */
function time(instant) {
  const asWritten = new Date(`${instant.slice(0, 19)}Z`);
  return asWritten.toLocaleString([], {
    timeZone: "UTC",
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
}

// -- the page --------------------------------------------------------------------------------

function $(id) {
  return document.getElementById(id);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function clearProblems() {
  $("notice").hidden = true;
  for (const place of document.querySelectorAll(".error")) place.textContent = "";
  for (const input of document.querySelectorAll("[aria-invalid]"))
    input.removeAttribute("aria-invalid");
}

for (const step of [1, 2, 3, 4]) {
  const form = $(`step-${step}`);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return; // a double click is one click
    form.ariaBusy = "true";
    clearProblems();
    try {
      await steps[step](Object.fromEntries(new FormData(form)));
    } catch {
      refused({ code: "OFFLINE", message: "That did not get through. Please try again." });
    } finally {
      form.ariaBusy = "false";
    }
  });
}
for (const button of document.querySelectorAll("[data-back]")) {
  button.addEventListener("click", () => {
    wantsToEnter = false;
    show(Number(button.dataset.back));
  });
}
$("step-3").addEventListener("change", ({ currentTarget }) => {
  $("car").hidden = !new FormData(currentTarget).get("hasCar");
});
$("bookingReference").value = new URLSearchParams(location.search).get("reference") ?? "";
