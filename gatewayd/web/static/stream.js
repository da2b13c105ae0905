// One event stream for a browser, whatever the number of its tabs: a leader holds it and tells the
// others. The leader is who has the lock; over plain http there are no locks, so there a note in
// localStorage says who leads and until when. Without either each tab has a stream of its own.

const TYPES = [
  ...["received", "queued", "sending", "sent", "delivered", "undelivered", "failed", "expired", "canceled", "unknown", "updated"].map((each) => `message.${each}`),
  ...["created", "updated", "assigned", "snoozed", "closed", "reopened", "presence", "read"].map((each) => `conversation.${each}`),
  ...["created", "updated", "consent"].map((each) => `contact.${each}`),
  "modem.state",
  "modem.incident",
];
const LEASE_MS = 6000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10000;

const me = crypto.randomUUID?.() ?? String(Math.random());
const listeners = { event: new Set(), state: new Set() };
const channel = "BroadcastChannel" in window ? new BroadcastChannel("gatewayd") : null;
let connected = null;
let source = null;
let retryMs = FIRST_RETRY_MS;

/** Hear of each event: its type and its data. */
export const onEvent = (listener) => listeners.event.add(listener);

/** Hear when the connection is lost (false) or there again (true). */
export const onState = (listener) => listeners.state.add(listener);

/** Whether this tab is the one that holds the stream. */
export const leads = () => source !== null;

function told(message) {
  if (message.kind === "event") for (const hear of listeners.event) hear(message.type, message.data);
  // A stream that is new may have missed something: all look again.
  if (message.kind === "state" && (message.fresh || message.connected !== connected)) {
    connected = message.connected;
    for (const hear of listeners.state) hear(connected);
  }
  if (message.kind === "who" && source) channel.postMessage({ kind: "state", connected });
}

function tell(message) {
  told(message);
  channel?.postMessage(message);
}

function open() {
  source = new EventSource(`/v1/events?types=${TYPES.join(",")}`);
  source.addEventListener("open", () => {
    retryMs = FIRST_RETRY_MS;
    tell({ kind: "state", connected: true, fresh: true });
  });
  source.addEventListener("error", () => {
    tell({ kind: "state", connected: false });
    // An answer that is no stream ends the browser's own tries: stopping, or logged out.
    if (source?.readyState !== EventSource.CLOSED) return;
    setTimeout(() => source && open(), retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  });
  for (const type of TYPES) {
    source.addEventListener(type, (event) => {
      tell({ kind: "event", type, data: JSON.parse(event.data).data });
    });
  }
}

function close() {
  source?.close();
  source = null;
}

function leadByLease() {
  const lease = JSON.parse(localStorage.getItem("gatewayd-leader") ?? "null");
  const free = !lease || lease.who === me || lease.until < Date.now();
  if (free) {
    localStorage.setItem("gatewayd-leader", JSON.stringify({ who: me, until: Date.now() + LEASE_MS }));
    if (!source) open();
  } else if (source) {
    close();
  }
}

function giveUpLease() {
  if (source) localStorage.removeItem("gatewayd-leader");
}

/** Begin to hear. */
export function listen() {
  if (channel) channel.onmessage = ({ data }) => told(data);
  if (!channel) {
    open();
  } else if (navigator.locks) {
    // The lock is held as long as the promise is pending: until this tab ends.
    navigator.locks.request("gatewayd-events", () => new Promise(open));
    channel.postMessage({ kind: "who" });
  } else {
    addEventListener("pagehide", giveUpLease);
    setInterval(leadByLease, LEASE_MS / 3);
    leadByLease();
    channel.postMessage({ kind: "who" });
  }
}
