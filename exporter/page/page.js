// SPDX-License-Identifier: Apache-2.0
// Keeps the page up to date: hears of changes by a stream, or asks where there is none, gets the page
// again and puts in place what differs. All that is shown was made by the server.
"use strict";

const POLL_MS = 5000;
const SILENCE_MS = 25000; // a stream that says nothing for so long is dead

const byId = (id) => document.getElementById(id);

// Makes `old` like `fresh` with the least change, so that focus, selection and scroll positions stay.
function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  morphAttributes(old, fresh);
  morphChildren(old, fresh);
}

// What is unfolded is the reader's choice.
const isReaders = (element, name) => element.nodeName === "DETAILS" && name === "open";

function morphAttributes(old, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (!isReaders(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!isReaders(old, name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
}

// Children with an id are found again wherever they stand now.
function morphChildren(old, fresh) {
  const kept = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const known = child.id ? kept.get(child.id) : undefined;
    if (known) {
      if (known === place) place = place.nextSibling;
      else old.insertBefore(known, place);
      morph(known, child);
    } else if (place && !place.id && !child.id) {
      const next = place.nextSibling;
      morph(place, child);
      place = next;
    } else {
      old.insertBefore(document.importNode(child, true), place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

let showing = byId("headline").textContent;

// Only what changed is read out, and once.
function announce() {
  const text = byId("headline").textContent;
  if (text === showing) return;
  showing = text;
  byId("announcement").textContent = text.trim();
}

function connectionIs(state, text) {
  const line = byId("connection");
  line.hidden = false;
  line.className = state;
  if (line.textContent !== text) line.textContent = text;
}

let busy = false;
let again = false;

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement;
    document.title = fresh.title;
    for (const id of ["headline", "notices", "bonds"]) morph(byId(id), fresh.getElementById(id));
    morph(document.querySelector("footer"), fresh.querySelector("footer"));
    // What is moved loses the focus.
    if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
    announce();
    connectionIs("live", `● live, as of ${new Date().toLocaleTimeString()}`);
  } catch {
    lost();
  }
  busy = false;
  if (again) {
    again = false;
    refresh();
  }
}

function lost() {
  connectionIs("lost", "✗ no connection to the exporter: what is below may be out of date");
}

let revision = "";
let heard = 0;
let stream = null;

// The same text comes by the stream and by asking. A page that nobody sees need not be drawn.
function take(bonds) {
  heard = Date.now();
  if (document.hidden && bonds.revision === revision) return;
  revision = bonds.revision;
  refresh();
}

async function poll() {
  try {
    const answer = await fetch("/api/v1/bonds", { cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    take(await answer.json());
  } catch {
    lost();
  }
}

function listen() {
  if (stream) stream.close();
  const opened = new EventSource("/api/v1/stream");
  stream = opened;
  opened.addEventListener("bonds", (message) => take(JSON.parse(message.data)));
  // Refused, as when too many listen: the browser does not try again by itself then.
  opened.addEventListener("error", () => {
    if (stream === opened && opened.readyState === EventSource.CLOSED) stream = null;
    poll();
  });
}

listen();
setInterval(() => {
  const silent = Date.now() - heard;
  if (stream && silent < SILENCE_MS) {
    if (silent > 2 * POLL_MS) poll();
    return;
  }
  listen();
  poll();
}, POLL_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
