// The page as an app: the service worker that shows a notice when offline, and how to install it.

import { onArrival } from "./travel.js";

const AFTER_MS = 2000; // what a page needs to be shown and live goes first

let offer = null; // the browser's own question, kept until somebody asks for it
let trusted = true;

function state() {
  if (!window.isSecureContext) return "insecure";
  if (matchMedia("(display-mode: standalone)").matches || navigator.standalone) return "installed";
  if (!trusted) return "untrusted";
  return offer ? "ready" : "by-hand";
}

function show() {
  const now = state();
  for (const each of document.querySelectorAll("#install [data-install]")) each.hidden = each.dataset.install !== now;
}

async function keepNotice() {
  if (!navigator.serviceWorker) return; // over plain http there is none
  try {
    await navigator.serviceWorker.register(`/worker.js?language=${document.documentElement.lang}`);
  } catch (error) {
    // A certificate that somebody waved through is not good enough for a worker.
    if (error.name === "SecurityError") trusted = false;
    else if (!(error instanceof TypeError)) throw error; // offline: the stream says so
    show();
  }
}

/** Begin. */
export function install() {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    show();
  });
  addEventListener("appinstalled", () => {
    offer = null;
    show();
  });
  document.addEventListener("click", async (event) => {
    if (!offer || !event.target.closest?.("[data-install-now]")) return;
    await offer.prompt();
    offer = null; // a browser's question can be asked once
    show();
  });
  onArrival(show);
  setTimeout(keepNotice, AFTER_MS);
}
