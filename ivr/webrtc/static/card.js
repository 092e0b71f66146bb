// A caller's card: who, what for, why a person; in this order, large to small.

import { byId, make, show, write } from "./dom.js";

const PRIORITIES = { urgent: ["Urgent", "alarm"], nurse: ["Nurse line", "warn"] };
const SURE = 0.75;

export function callerOf(card) {
  return card.caller || "Unknown caller";
}

// Queues are named for callers' ears, "the pharmacy"; a heading says "Pharmacy".
export function titled(name) {
  const bare = name.replace(/^the /i, "");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

export function languageOf(code) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

// Show `card` in `place`; the same one twice is left alone.
export function showCard(place, card) {
  const written = JSON.stringify(card);
  if (place.dataset.card === written) return;
  place.dataset.card = written;
  const article = byId("card").content.firstElementChild.cloneNode(true);
  const find = (selector) => article.querySelector(selector);
  find(".tags").replaceChildren(...tags(card));
  write(find(".caller"), callerOf(card));
  write(find(".verified"), card.verified ? `Verified by ${card.verified}` : "Not verified");
  if (!card.verified) find(".verified").dataset.tone = "warn";
  for (const part of ["wanted", "why"]) {
    write(find(`.${part} span:last-child`), card[part]);
    show(find(`.${part}`), card[part] !== "");
  }
  fill(find(".said"), card.said, said);
  fill(find(".done"), card.done, (what) => make("li", what));
  fill(find(".known"), card.known, (what) => make("li", what));
  place.replaceChildren(article);
}

export function forgetCard(place) {
  delete place.dataset.card;
  place.replaceChildren();
}

function tags(card) {
  const found = [make("span", titled(card.queue))];
  const [priority, tone] = PRIORITIES[card.priority] ?? [];
  if (priority) found.unshift(pill(priority, tone));
  if (card.language !== "en") found.push(pill(languageOf(card.language), "calm"));
  if (card.callback) found.push(pill("Call-back", "calm"));
  const minutes = Math.round(card.waited / 60);
  found.push(make("span", minutes < 1 ? "· waited less than a minute" : `· waited ${minutes} min`));
  return found;
}

function pill(text, tone) {
  const element = make("strong", text, "pill");
  element.dataset.tone = tone;
  return element;
}

function fill(section, items, create) {
  section.querySelector("ul").replaceChildren(...items.map(create));
  show(section, items.length > 0);
}

function said({ words, sure }) {
  const item = make("li");
  const how = make("span", `${sure < SURE ? "unsure" : "sure"} ${Math.round(sure * 100)} %`, "sure");
  if (sure < SURE) how.dataset.tone = "warn";
  item.append(make("q", words), " ", how);
  return item;
}
