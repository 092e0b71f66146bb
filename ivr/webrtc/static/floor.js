// Who waits, who talks, who is there.

import { byId, countUp, make, rows, show, write } from "./dom.js";
import { languageOf, titled } from "./card.js";

const PRESENCES = {
  ready: ["Ready", "go"],
  offered: ["Rings", "calm"],
  talking: ["In a call", "calm"],
  wrapping: ["Wrap-up", "warn"],
  paused: ["Paused", "warn"],
  offline: ["Not here", ""],
};
const PHASES = {
  talking: "talking", held: "on hold", ringing_other: "consulting",
  consulting: "consulting", in_flow: "caller in a flow", ended: "ended",
};
const MODES = { listen: "Listen", whisper: "Whisper", join: "Join", take_over: "Take over" };

export function presenceOf(presence, reason = "") {
  const [text, tone] = PRESENCES[presence] ?? [presence, ""];
  return { text: presence === "paused" && reason ? `${text}: ${reason}` : text, tone };
}

// `acts`: moveUp(ticket), attend(call, mode), leave().
export function showFloor(floor, you, acts) {
  show(byId("stale"), !floor.current);
  showWaiting(floor.waiting, you.role === "supervisor", acts);
  showColleagues(floor.colleagues, you.name);
  show(byId("talks-section"), you.role === "supervisor");
  if (you.role === "supervisor") showTalks(floor.talks ?? [], you, acts);
}

function showWaiting(waiting, supervisor, acts) {
  write(byId("waiting-count"), waiting.length ? String(waiting.length) : "");
  show(byId("nobody"), waiting.length === 0);
  show(byId("waiting"), waiting.length > 0);
  rows(byId("waiting-rows"), waiting, {
    key: (waiter) => waiter.ticket,
    create: (waiter) => waitingRow(waiter, supervisor, acts),
    fill: fillWaiting,
  });
}

function waitingRow(waiter, supervisor, acts) {
  const row = make("tr");
  const queue = make("td");
  queue.append(make("span"), make("small"));
  row.append(queue, make("td"), make("td"));
  if (supervisor) {
    const act = make("td");
    const button = make("button", "Move up");
    button.onclick = () => acts.moveUp(waiter.ticket);
    act.append(button);
    row.append(act);
  }
  return row;
}

function fillWaiting(row, waiter) {
  const [queue, place, waits, act] = row.children;
  write(queue.firstChild, titled(waiter.queue));
  const tags = [];
  if (waiter.priority !== "routine") tags.push(waiter.priority);
  if (waiter.language !== "en") tags.push(languageOf(waiter.language));
  if (waiter.callback) tags.push("call-back");
  if (waiter.offered_to) tags.push(`rings ${waiter.offered_to}`);
  write(queue.lastChild, tags.join(" · "));
  row.classList.toggle("urgent", waiter.priority === "urgent");
  write(place, String(waiter.position));
  countUp(waits, waiter.waited);
  act?.firstChild.setAttribute(
    "aria-label", `Move up place ${waiter.position} of ${titled(waiter.queue)}`,
  );
  if (act) act.firstChild.disabled = waiter.position === 1;
}

function showColleagues(colleagues, me) {
  rows(byId("colleagues"), colleagues, {
    key: (colleague) => colleague.name,
    create: () => {
      const row = make("li");
      row.append(make("span", "", "name"), make("span", "", "pill"), make("span", "", "time"));
      return row;
    },
    fill: (row, colleague) => {
      const [name, pill, time] = row.children;
      const { text, tone } = presenceOf(colleague.presence, colleague.reason);
      write(name, colleague.name === me ? `${colleague.name} (you)` : colleague.name);
      write(pill, text);
      pill.dataset.tone = tone;
      countUp(time, colleague.since);
    },
  });
}

function showTalks(talks, you, acts) {
  const others = talks.filter((talk) => talk.agent !== you.name);
  write(byId("talks-count"), others.length ? String(others.length) : "");
  rows(byId("talks"), others, {
    key: (talk) => talk.call,
    create: (talk) => talkRow(talk, acts),
    fill: (row, talk) => fillTalk(row, talk, you.attending),
  });
}

function talkRow(talk, acts) {
  const row = make("li");
  const buttons = make("span", "", "acts");
  for (const [mode, title] of Object.entries(MODES)) {
    const button = make("button", title);
    button.dataset.mode = mode;
    button.onclick = () => acts.attend(talk.call, mode);
    buttons.append(button);
  }
  const leave = make("button", "Leave");
  leave.onclick = () => acts.leave();
  buttons.append(leave);
  row.append(make("span", "", "name"), make("span", "", "time"), make("span", "", "detail"), buttons);
  return row;
}

function fillTalk(row, talk, attending) {
  const [name, time, detail, buttons] = row.children;
  const here = attending?.call === talk.call;
  write(name, talk.agent);
  countUp(time, talk.seconds);
  const with_ = talk.attended_by ? `, with ${talk.attended_by}` : "";
  write(detail, `${titled(talk.queue)}, ${PHASES[talk.phase] ?? talk.phase}${with_}`);
  for (const button of buttons.children) {
    const { mode } = button.dataset;
    if (mode) button.setAttribute("aria-pressed", String(here && attending.mode === mode));
    else show(button, here);
    button.setAttribute("aria-label", `${button.textContent}: ${talk.agent}`);
  }
}
