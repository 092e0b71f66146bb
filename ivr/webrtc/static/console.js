// The agents' page: what the line says is shown, what the agent does is sent; nothing is
// remembered here that the line could not say again.

import { callerOf, forgetCard, showCard } from "./card.js";
import { Connection } from "./connection.js";
import { announce, byId, countDown, show, stopCounting, write } from "./dom.js";
import { presenceOf, showFloor } from "./floor.js";
import { useKeys } from "./keys.js";
import { Note } from "./note.js";
import { Ringer, Sound } from "./sound.js";
import { Talk } from "./talk.js";

const TOKEN = "token";
const GOODBYES = {
  wrong_password: "Name or password is wrong.",
  locked_out: "Too many wrong tries. Try again in",
  not_known: "Please log in again.",
  elsewhere: "You logged in on another page. Calls ring there now.",
  logged_out: "You are logged out.",
  removed: "You take no calls here any more.",
  misspoken: "This page is of another version than the line: load it again.",
  full: "Too many people are logging in. Try again in a moment.",
  unavailable: "The list of agents cannot be read. Try again, or ask who runs the line.",
};
const NOTICE_FOR = 8000; // ms

const sound = new Sound(byId("ear"));
const ringer = new Ringer();
const note = new Note((type, members) => connection.send(type, members));
const talk = new Talk({
  command: (what, to) => connection.send("command", to ? { do: what, to } : { do: what }),
  mute: (muted) => setMuted(muted),
});
let credentials = null;
let you = null;
let floor = { waiting: [], colleagues: [], talks: [], queues: [], flows: [], current: true };
let noticeTimer = 0;
let entering = ""; // the talk of somebody else that a supervisor is about to enter

const connection = new Connection({
  greet: () => {
    if (credentials) return { type: "log_in", ...credentials };
    const token = sessionStorage.getItem(TOKEN);
    return token ? { type: "return", token } : null;
  },
  onMessage: take,
  onLink: (up) => {
    const wasLost = byId("link").dataset.tone === "alarm";
    byId("link").dataset.tone = up ? "" : "alarm";
    write(byId("link"), up ? "" : "Line lost. Trying again…");
    if (up && wasLost) say("The line is back.");
    if (up) note.flush();
  },
});

function take(message) {
  switch (message.type) {
    case "welcome":
      credentials = null;
      sessionStorage.setItem(TOKEN, message.token);
      write(byId("practice"), message.practice);
      break;
    case "you":
      render(message);
      break;
    case "floor":
      floor = message;
      if (you) renderFloor();
      break;
    case "sound":
      sound.accept(message.sdp).catch(() => say("Your sound could not be connected.", true));
      break;
    case "notice":
      say(message.text, message.trouble);
      if (message.trouble && entering) {
        entering = "";
        if (!you.talk && !you.attending) sound.close();
      }
      break;
    case "goodbye":
      leave(message);
      break;
    default: // of a newer line; it says nothing that this page could show
  }
}

// ---------------------------------------------------------------- what the line says

function render(now) {
  const before = you;
  you = now;
  show(byId("door"), false);
  show(byId("console"), true);
  show(byId("me"), true);
  renderMe();
  renderWork(before);
  renderFloor();
  followSound(before);
  if (!before && !you.offer && !you.talk) byId(byId("ready").disabled ? "work" : "ready").focus();
}

function renderMe() {
  const { text, tone } = presenceOf(you.presence, you.reason);
  write(byId("my-name"), you.name);
  write(byId("my-presence"), text);
  byId("my-presence").dataset.tone = tone;
  const talking = Boolean(you.talk);
  byId("ready").disabled = talking || you.presence === "ready";
  byId("pause").disabled = talking || you.presence === "paused";
  byId("log-out").disabled = talking;
  write(document.querySelector("title"), title());
}

function title() {
  if (you.offer) return "Incoming call";
  if (you.talk) return "In a call";
  return presenceOf(you.presence, you.reason).text;
}

function renderWork(before) {
  const { offer, talk: call, wrap_up: wrapUp } = you;
  const at = call ?? wrapUp;
  show(byId("offer"), Boolean(offer));
  show(byId("talk"), Boolean(call));
  show(byId("wrap-up"), Boolean(wrapUp && !call));
  show(byId("about"), Boolean(at));
  show(byId("idle"), !offer && !at);
  if (offer) renderOffer(offer, before?.offer);
  else forgetCard(byId("offer-card"));
  if (call) talk.render(call);
  else talk.leave();
  if (at) {
    showCard(byId("about-card"), at.card);
    note.turnTo(at);
  } else {
    forgetCard(byId("about-card"));
    note.leave();
  }
  if (wrapUp && you.left > 0) countDown(byId("wrap-up-left"), you.left);
  else stopCounting(byId("wrap-up-left"));
  tellChanges(before);
}

function renderOffer(offer, before) {
  showCard(byId("offer-card"), offer.card);
  countDown(byId("offer-left"), offer.left);
  byId("answer").disabled = offer.taken;
  byId("decline").disabled = offer.taken;
  if (before?.number === offer.number) return;
  ringer.start();
  announce("shout", `Incoming call from ${callerOf(offer.card)} for ${offer.card.queue}. `
    + "Press A to answer, D to decline.");
  if (!typing()) byId("offer-title").focus();
}

function tellChanges(before) {
  if (!you.offer || you.offer.taken) ringer.stop();
  if (you.talk && !before?.talk) {
    announce("murmur", `You talk to ${callerOf(you.talk.card)}.`);
    if (!typing()) byId("talk-title").focus();
  }
  if (you.wrap_up && before?.talk) {
    announce("murmur", "The call is over. Your note waits.");
    if (!typing()) byId("note").focus();
  }
  const { trouble, told } = you.talk?.view ?? {};
  if (trouble && trouble !== before?.talk?.view.trouble) say(trouble, true);
  if (told && told !== before?.talk?.view.told) say(told);
}

function renderFloor() {
  talk.floor = floor;
  talk.me = you.name;
  showFloor(floor, you, {
    moveUp: (ticket) => connection.send("move_up", { ticket }),
    attend: (call, mode) => attend(call, mode),
    leave: () => connection.send("leave_talk"),
  });
  const waiting = floor.waiting.length;
  const { text } = presenceOf(you.presence, you.reason);
  write(byId("idle-title"), you.presence === "ready" ? "Ready for a call" : text);
  const people = waiting === 1 ? "One caller waits." : `${waiting} callers wait.`;
  write(byId("idle-text"), you.presence === "ready" ? (waiting ? people : "Nobody waits.")
    : `${waiting ? people : "Nobody waits."} Press Ready to take calls.`);
}

// ---------------------------------------------------------------- sound

// While a call rings its sound is set up, silent: picking up is then a matter of an instant.
function followSound(before) {
  const { offer, talk: call, attending } = you;
  if (offer) {
    if (before?.offer?.number !== offer.number) prepare(offer);
  } else if (call) {
    sound.speak(!call.muted);
    if (!sound.key) comeBack();
  } else if (attending) {
    if (attending.call === entering) entering = "";
    sound.speak(attending.mode !== "listen");
  } else if (entering) {
    // the old talk was left, the new one is not entered yet
  } else if (before?.offer || before?.talk || before?.attending) {
    sound.close();
  }
}

async function prepare(offer) {
  sound.speak(false);
  try {
    const sdp = await sound.connect(`offer ${offer.number}`);
    if (sdp) connection.send("sound", { offer: offer.number, sdp });
  } catch {
    sound.close();
    connection.send("decline", { offer: offer.number });
    connection.send("pause", { reason: "no microphone" });
    say("The browser does not lend its microphone, so the call went to somebody else.", true);
  }
}

// The page was loaded anew in the middle of a call.
async function comeBack() {
  try {
    const sdp = await sound.connect("again");
    if (sdp) connection.send("sound", { offer: 0, sdp });
  } catch {
    sound.close();
    say("The browser does not lend its microphone.", true);
  }
}

async function attend(call, mode) {
  if (you.attending?.call === call) {
    connection.send("attend", { call, mode });
    return;
  }
  entering = call;
  sound.speak(false);
  try {
    const sdp = await sound.connect(`talk ${call}`);
    if (sdp) connection.send("attend", { call, mode, sdp });
  } catch {
    entering = "";
    sound.close();
    say("The browser does not lend its microphone.", true);
  }
}

function setMuted(muted) {
  sound.speak(!muted);
  connection.send("mute", { muted });
}

// ---------------------------------------------------------------- what the agent does

function saveNote(ready) {
  connection.send("wrap_up_done", { ...note.values, ready });
}

async function getReady() {
  if (you.wrap_up) return saveNote(true);
  if (await sound.permitted()) return connection.send("ready");
  return say("The browser does not lend its microphone. Allow it beside the address, then try again.", true);
}

byId("log-in").onsubmit = (event) => {
  event.preventDefault();
  credentials = { name: byId("name").value.trim(), password: byId("password").value };
  write(byId("door-trouble"), "");
  connection.open();
};
byId("ready").onclick = getReady;
byId("pause").onclick = () => connection.send("pause", { reason: byId("reason").value });
byId("log-out").onclick = () => connection.send("log_out");
byId("answer").onclick = () => connection.send("take", { offer: you.offer.number });
byId("decline").onclick = () => connection.send("decline", { offer: you.offer.number });
byId("save-ready").onclick = () => saveNote(true);
byId("save-pause").onclick = () => saveNote(false);
addEventListener("beforeunload", (event) => {
  note.flush();
  if (you?.talk || you?.offer) event.preventDefault();
});

// ---------------------------------------------------------------- the rest

function say(text, trouble = false) {
  const notice = byId("notice");
  clearTimeout(noticeTimer);
  notice.dataset.tone = trouble ? "alarm" : "";
  show(notice, true);
  write(notice, text);
  noticeTimer = setTimeout(() => show(notice, false), NOTICE_FOR);
}

function leave({ reason, wait }) {
  sessionStorage.removeItem(TOKEN);
  credentials = null;
  ringer.stop();
  sound.close();
  note.leave();
  you = null;
  for (const id of ["offer-card", "about-card"]) forgetCard(byId(id));
  for (const id of ["console", "me", "notice"]) show(byId(id), false);
  show(byId("door"), true);
  byId("password").value = "";
  const minutes = wait ? ` ${Math.ceil(wait / 60)} min.` : "";
  write(byId("door-trouble"), `${GOODBYES[reason] ?? reason}${minutes}`);
  write(document.querySelector("title"), "Console");
  byId(byId("name").value ? "password" : "name").focus();
}

function typing() {
  return Boolean(document.activeElement?.closest("input, textarea, select"));
}

useKeys();
if (sessionStorage.getItem(TOKEN)) {
  connection.open();
} else {
  show(byId("door"), true);
  byId("name").focus();
}
