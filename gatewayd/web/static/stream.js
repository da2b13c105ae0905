// One event stream for a browser, whatever the number of its tabs: a leader holds it and tells the
// others. The leader is who has the lock; over plain http there are no locks, so there a note in
// localStorage says who leads and until when. Without either each tab has a stream of its own.

const TYPES = [
  ...["received", "queued", "sending", "sent", "delivered", "undelivered", "failed", "expired", "canceled", "unknown", "updated"].map((each) => `message.${each}`),
  ...["created", "updated", "assigned", "mentioned", "reminder", "snoozed", "closed", "reopened", "presence", "read"].map((each) => `conversation.${each}`),
  ...["created", "updated", "consent"].map((each) => `contact.${each}`),
  "modem.state",
  "modem.incident",
];
const LEASE_MS = 6000;
const NOTED_MS = 250; // until each tab can read what another one noted
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10000;
const KEPT = 300;

const me = crypto.randomUUID?.() ?? String(Math.random());
const listeners = { event: new Set(), state: new Set(), gap: new Set() };
const channel = "BroadcastChannel" in window ? new BroadcastChannel("gatewayd") : null;
// The events that were heard last, for pages that were made before and could not hear them. Before
// them came `since`.
const heard = [];
let since = document.body.dataset.at ?? "";
let newest = since;
let connected = null;
let source = null;
let retryMs = FIRST_RETRY_MS;
let refusals = 0;

/** Hear of each event: its type and its data. */
export const onEvent = (listener) => listeners.event.add(listener);

/** Hear when the connection is lost (false) or there again (true). */
export const onState = (listener) => listeners.state.add(listener);

/** Hear that something may have happened of which nobody knows what: to look again. */
export const onGap = (listener) => listeners.gap.add(listener);

/** Whether this tab is the one that holds the stream. */
export const leads = () => source !== null;

const announce = ({ type, data }) => listeners.event.forEach((hear) => hear(type, data));

/** Those that came after one; where it is none of ours, by their ids, which ascend. */
function laterThan(at) {
  const place = heard.findIndex(({ id }) => id === at);
  return place >= 0 ? heard.slice(place + 1) : heard.filter(({ id }) => id > at);
}

/** Tell again what happened after a page was made, which came while it was on its way. */
export function catchUp(at) {
  if (at) laterThan(at).forEach(announce);
}

function happened(event) {
  // Who looks at what has no id: it is told, and over.
  if (event.id) {
    if (heard.some(({ id }) => id === event.id)) return;
    newest = event.id;
    heard.push(event);
    if (heard.length > KEPT) since = heard.shift().id;
  }
  announce(event);
}

function told(message) {
  if (message.to && message.to !== me) return;
  if (message.kind === "event") happened(message.event);
  if (message.kind === "missed") message.events.forEach(happened);
  if (message.kind === "gap") listeners.gap.forEach((hear) => hear());
  if (message.kind === "state") {
    // A stream that is new may have missed something: all look again.
    if (message.fresh || message.connected !== connected) {
      connected = message.connected;
      for (const hear of listeners.state) hear(connected);
    }
    if (message.fresh && !source) ask();
  }
  if (message.kind === "who" && source) answer(message);
}

/** Ask the leader how it is, and what happened since this page was made. */
function ask() {
  channel.postMessage({ kind: "who", from: me, at: newest });
}

function answer({ from, at }) {
  channel.postMessage({ kind: "state", to: from, connected });
  const reaches = at >= since || heard.some(({ id }) => id === at);
  const message = reaches ? { kind: "missed", events: laterThan(at) } : { kind: "gap" };
  channel.postMessage({ ...message, to: from });
}

function tell(message) {
  told(message);
  channel?.postMessage(message);
}

function open() {
  // From where this page or the last stream ended. What is not kept any more is refused.
  const resumes = newest && refusals < 2;
  source = new EventSource(`/v1/events?types=${TYPES.join(",")}${resumes ? `&after=${newest}` : ""}`);
  source.addEventListener("open", () => {
    retryMs = FIRST_RETRY_MS;
    refusals = 0;
    tell({ kind: "state", connected: true, fresh: true });
    if (newest && !resumes) tell({ kind: "gap" });
  });
  source.addEventListener("error", () => {
    tell({ kind: "state", connected: false });
    // An answer that is no stream ends the browser's own tries: stopping, or logged out.
    if (source?.readyState !== EventSource.CLOSED) return;
    refusals += 1;
    setTimeout(() => source && open(), retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  });
  for (const type of TYPES) {
    source.addEventListener(type, ({ data: text }) => {
      const { id, data } = JSON.parse(text);
      tell({ kind: "event", event: { id, type, data } });
    });
  }
}

function close() {
  source?.close();
  source = null;
}

const leaseOf = () => JSON.parse(localStorage.getItem("gatewayd-leader") ?? "null");

function leadByLease() {
  const lease = leaseOf();
  const free = !lease || lease.who === me || lease.until < Date.now();
  if (free) {
    localStorage.setItem("gatewayd-leader", JSON.stringify({ who: me, until: Date.now() + LEASE_MS }));
    if (!source) setTimeout(beginIfMine, NOTED_MS);
  } else if (source) {
    close();
  }
}

/** Two tabs may have found the lead free at once: whose note was the last one has it. */
function beginIfMine() {
  if (!source && leaseOf()?.who === me) open();
}

function giveUpLease() {
  if (leaseOf()?.who === me) localStorage.removeItem("gatewayd-leader");
}

/** Begin to hear. */
export function listen() {
  if (channel) channel.onmessage = ({ data }) => told(data);
  if (!channel) {
    open();
  } else if (navigator.locks) {
    // The lock is held as long as the promise is pending: until this tab ends.
    navigator.locks.request("gatewayd-events", () => new Promise(open));
    ask();
  } else {
    addEventListener("pagehide", giveUpLease);
    setInterval(leadByLease, LEASE_MS / 3);
    leadByLease();
    ask();
  }
}
