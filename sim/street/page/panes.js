// Phone, desk, facts, faults and hands: lists drawn from what the street tells.
const texts = document.body.dataset;
const NEAR_PX = 8;
const byId = (id) => document.getElementById(id);

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function put(list, items, empty) {
  list.replaceChildren(...(items.length ? items : [make(list.tagName === "DIV" ? "p" : "li", "empty", empty)]));
}

export function drawHand(papers) {
  put(byId("hand"), papers.map((paper) => make("p", `paper ${paper.where}`, paper.text)), texts.handsEmpty);
}

export function drawPhone(messages) {
  put(byId("phone"), messages.map((message) => {
    const sms = make("article", "sms");
    const head = make("p", "about");
    head.append(make("b", "", message.from), make("span", "", message.to), make("time", "", message.at));
    sms.append(head, marked(message.text, message.pin, message.useful));
    sms.dataset.sms = message.id;
    return sms;
  }), texts.phoneEmpty);
}

function marked(text, pin, useful) {
  const line = make("p", "text");
  const [before, after] = pin ? text.split(pin) : [text, ""];
  line.append(before);
  if (pin) line.append(make("b", useful ? "pin" : "", pin), after);
  return line;
}

export function drawDesk(deposits, act) {
  const list = byId("desk");
  const opened = new Set([...list.querySelectorAll("details[open]")].map((one) => one.closest("li").dataset.deposit));
  list.replaceChildren(...deposits.map((deposit) => {
    const line = make("li");
    line.dataset.deposit = deposit.key;
    line.dataset.state = deposit.state;
    line.append(make("b", "", deposit.case), make("span", "state", deposit.words));
    if (deposit.load) line.append(deedButton("load", texts.load, deposit.key, act));
    if (deposit.deeds.length) line.append(moreDeeds(deposit, opened.has(deposit.key), act));
    return line;
  }));
}

function moreDeeds(deposit, open, act) {
  const more = make("details", "more");
  const buttons = make("div", "buttons");
  more.open = open;
  buttons.append(...deposit.deeds.map((deed) => deedButton(deed.do, deed.text, deposit.key, act)));
  more.append(make("summary", "", texts.more), buttons);
  more.querySelector("summary").setAttribute("aria-label", `${texts.more}: ${deposit.case}`);
  return more;
}

function deedButton(deed, text, deposit, act) {
  const button = make("button", "", text);
  button.type = "button";
  button.dataset.deed = deed;
  button.addEventListener("click", () => act(deed, deposit));
  return button;
}

// What a visitor reads stays where it is: new facts come on top, known ones are not drawn again.
export function drawFacts(facts, reached) {
  const list = byId("facts");
  const known = new Map([...list.children].map((line) => [line.dataset.key, line]));
  const wanted = facts.map((fact) => [`${fact.id} ${fact.at} ${fact.kind}`, fact]);
  const fresh = wanted.filter(([key]) => !known.has(key));
  const keys = new Set(wanted.map(([key]) => key));
  for (const [key, line] of known) if (!keys.has(key)) line.remove();
  list.prepend(...fresh.map(([key, fact]) => factLine(key, fact)));
  if (!reached) list.prepend(make("li", "empty", texts.factsLate));
  else if (!facts.length) list.prepend(make("li", "empty", texts.factsEmpty));
  if (fresh.length) showNewest(list);
}

function factLine(key, fact) {
  const line = make("li");
  line.dataset.key = key;
  const details = make("details");
  details.id = `fact-${fact.id}`;
  details.dataset.kind = fact.kind;
  const summary = make("summary");
  summary.append(make("time", "", fact.at), make("span", "", fact.words));
  details.append(summary, make("pre", "", fact.json));
  line.append(details);
  return line;
}

function showNewest(list) {
  if (list.contains(document.activeElement)) byId("facts-new").hidden = list.scrollTop < NEAR_PX;
  else list.scrollTop = 0;
}

export function watchFacts() {
  const list = byId("facts");
  list.addEventListener("scroll", () => { if (list.scrollTop < NEAR_PX) byId("facts-new").hidden = true; });
  byId("facts-new").addEventListener("click", () => { list.scrollTop = 0; list.focus({ preventScroll: true }); byId("facts-new").hidden = true; });
}

export function openFact(id) {
  const fact = byId(`fact-${id}`);
  if (!fact) return;
  for (const other of byId("facts").querySelectorAll("details[open]")) other.open = false;
  fact.open = true;
  fact.scrollIntoView({ block: "nearest" });
  fact.querySelector("summary").focus();
}

export function drawChips(chips, clear) {
  byId("chips").replaceChildren(...chips.map((chip) => {
    const button = make("button", "chip", `${chip.text} ✕`);
    button.type = "button";
    button.dataset.chip = chip.id;
    button.addEventListener("click", () => clear(chip));
    return button;
  }));
}
