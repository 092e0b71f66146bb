// The callers' page: one button, and a keypad while the call is on.

import { Connection } from "./connection.js";
import { byId, make, show, write } from "./dom.js";
import { Sound } from "./sound.js";

const KEYS = "123456789*0#";
const PHASES = { ringing: "It rings…", talking: "You are talking to the line.", ended: "The call has ended." };
const GOODBYES = {
  ended: PHASES.ended,
  full: "All lines are busy. Try again in a moment.",
  not_known: "This page may not ring the line.",
  stopping: "The line is closing.",
};

const sound = new Sound(byId("ear"));
let sdp = "";

const connection = new Connection({
  greet: () => (sdp ? { type: "ring_line", sdp } : null),
  onMessage: (message) => {
    switch (message.type) {
      case "sound":
        sound.accept(message.sdp).catch(() => end("Your sound could not be connected."));
        break;
      case "call":
        if (message.phase === "ended") end(PHASES.ended, "");
        else say(PHASES[message.phase]);
        break;
      case "goodbye":
        end(GOODBYES[message.reason] ?? "The call could not be made.");
        break;
      default: // for agents
    }
  },
  onLink: (up) => { if (!up) end("The line was lost. Try again."); },
});

async function ring() {
  show(byId("ring"), false);
  show(byId("hang-up"), true);
  byId("hang-up").focus();
  say("Connecting…");
  sound.speak(true);
  try {
    sdp = await sound.connect("call");
  } catch {
    end("The browser does not lend its microphone. Allow it beside the address.");
    return;
  }
  if (!sdp) return;
  connection.open();
  show(byId("keypad"), true);
}

function end(text, tone = "alarm") {
  sdp = "";
  connection.close();
  sound.close();
  show(byId("keypad"), false);
  show(byId("hang-up"), false);
  show(byId("ring"), true);
  byId("ring").focus();
  say(text, tone);
}

function say(text, tone = "") {
  byId("happens").dataset.tone = tone;
  write(byId("happens"), text);
}

function press(key) {
  connection.send("key", { key });
  const button = document.querySelector(`[data-digit="${key}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
}

byId("ring").onclick = ring;
byId("hang-up").onclick = () => {
  connection.send("hang_up");
  end(PHASES.ended, "");
};
for (const key of KEYS) {
  const button = make("button", key);
  button.dataset.digit = key;
  if (key === "*") button.setAttribute("aria-label", "star");
  if (key === "#") button.setAttribute("aria-label", "pound");
  button.onclick = () => press(key);
  byId("keypad").append(button);
}
addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.repeat;
  if (plain && KEYS.includes(event.key) && !byId("keypad").hidden) press(event.key);
});
