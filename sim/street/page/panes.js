// Phone, desk, facts, faults and hands: lists drawn from what the street tells.
const texts = document.body.dataset;
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
    sms.append(head, marked(message.text, message.pin));
    sms.dataset.sms = message.id;
    return sms;
  }), texts.phoneEmpty);
}

function marked(text, pin) {
  const line = make("p", "text");
  const [before, after] = pin ? text.split(pin) : [text, ""];
  line.append(before);
  if (pin) line.append(make("b", "pin", pin), after);
  return line;
}

export function drawDesk(deposits, load) {
  byId("desk").replaceChildren(...deposits.map((deposit) => {
    const line = make("li");
    line.dataset.deposit = deposit.key;
    line.dataset.state = deposit.state;
    line.append(make("b", "", deposit.case), make("span", "state", deposit.words));
    if (deposit.load) {
      const button = make("button", "", texts.load);
      button.type = "button";
      button.addEventListener("click", () => load(deposit.key));
      line.append(button);
    }
    return line;
  }));
}

export function drawFacts(facts, reached) {
  const open = new Set([...byId("facts").querySelectorAll("details[open]")].map((one) => one.id));
  const items = facts.map((fact) => {
    const line = make("li");
    const details = make("details");
    details.id = `fact-${fact.id}`;
    details.open = open.has(details.id);
    const summary = make("summary");
    summary.append(make("time", "", fact.at), make("span", "", fact.words));
    details.append(summary, make("pre", "", fact.json));
    details.dataset.kind = fact.kind;
    line.append(details);
    return line;
  });
  if (!reached) items.unshift(make("li", "empty", texts.factsLate));
  put(byId("facts"), items, texts.factsEmpty);
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
    button.dataset.chip = `${chip.do}:${chip.door}`;
    button.addEventListener("click", () => clear(chip));
    return button;
  }));
}
