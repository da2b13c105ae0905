// The page's script: it only makes quicker what works without it.

import { banner } from "./banner.js";
import { compose } from "./composer.js";
import { inbox } from "./inbox.js";
import { install } from "./install.js";
import { keys } from "./keys.js";
import { mentions } from "./mentions.js";
import { notify } from "./notify.js";
import { offline } from "./offline.js";
import { preview } from "./preview.js";
import { recipient } from "./recipient.js";
import { replies } from "./replies.js";
import { strips } from "./strips.js";
import { together } from "./together.js";
import { catchUp, listen, onEvent, onGap } from "./stream.js";
import { arrived, follow, onArrival, soon, travel } from "./travel.js";

document.documentElement.classList.add("scripted");
offline();
if (document.querySelector(".app")) {
  travel();
  inbox();
  compose();
  replies();
  mentions();
  recipient();
  keys();
  banner();
  preview();
  notify();
  install();
  together();
  strips();
  onEvent(follow);
  onGap(soon);
  onArrival(() => catchUp(document.body.dataset.at));
  listen();
  arrived();
}
