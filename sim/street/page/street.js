// Listens to the street, draws what it is told and passes on what the visitor does. It decides nothing.
import { buildCabinet, drawCabinet, fitScreen, glowOnScreen, showScreen } from "./cabinet.js";
import { drawChips, drawDesk, drawFacts, drawHand, drawPhone, openFact, watchFacts } from "./panes.js";
import { buildWorkshop, drawWorkshop, showView } from "./workshop.js";

const body = document.body;
const lang = document.documentElement.lang;
const now = document.getElementById("now");
const proof = document.getElementById("proof");
const refused = document.getElementById("refused");
const dark = document.getElementById("dark");
const caseInput = document.getElementById("case");
const AGAIN_S = [1, 2, 4, 8, 15];
const drawn = {};
let tries = 0;
let forgetting = 0;
let suggested = "";
let lastKind = "";

export async function act(deed) {
  try {
    const answer = await fetch(`/deeds?lang=${lang}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ lang, ...deed }),
    });
    if (answer.ok) say("");
    else say((await answer.json()).text ?? "");
    return answer.ok;
  } catch {
    say(body.dataset.lost);
    return false;
  }
}

function say(text) {
  clearTimeout(forgetting);
  refused.textContent = text;
  if (text) forgetting = setTimeout(() => { refused.textContent = ""; }, 6000);
}

// A part is drawn again only when it has changed, so that focus and open details stay.
function once(name, value, draw) {
  const text = JSON.stringify(value);
  if (drawn[name] === text) return;
  drawn[name] = text;
  draw(value);
}

function draw(street) {
  if (body.dataset.ready === "yes" && body.dataset.screen !== street.kiosk.screen) say("");  // it has gone on: what was refused is over
  Object.assign(body.dataset, {
    phase: street.phase, power: street.power, network: street.network ? "on" : "off", screen: street.kiosk.screen, ready: "yes",
  });
  once("doors", street.doors, (doors) => drawCabinet(doors, (door) => act({ do: "close", door })));
  once("hand", street.hand, drawHand);
  once("phone", street.phone, drawPhone);
  once("desk", street.desk, (desk) => drawDesk(desk, (what, deposit) => act({ do: what, deposit })));
  once("facts", [street.facts, street.reached], () => drawFacts(street.facts, street.reached));
  once("chips", street.chips, (chips) => drawChips(chips, (chip) => act({ do: chip.do, door: chip.door, value: chip.value })));
  once("workshop", [street.speech, street.site, street.today, street.code], () => drawWorkshop(street));
  once("guide", street.guide, () => drawGuide(street.guide));
  for (const name of ["take", "put", "close", "jam"]) {
    document.getElementById(name).setAttribute("aria-disabled", String(!street.can[name]));
  }
  for (const button of document.querySelectorAll("[data-press]")) {
    button.setAttribute("aria-disabled", String(!street.kiosk.keys.includes(button.dataset.press)));
  }
  drawSwitch("power", street.power !== "off");
  drawSwitch("network", street.network);
  dark.hidden = street.power === "on";
  dark.textContent = street.power === "off" ? body.dataset.dark : body.dataset.starting;
  if (caseInput.value === suggested && document.activeElement !== caseInput) caseInput.value = suggested = street.next_case;
  glow(street.guide.glow);
}

function drawSwitch(name, on) {
  const button = document.getElementById(name);
  button.textContent = on ? button.dataset.off : button.dataset.on;
}

function drawGuide(guide) {
  if (now.textContent !== guide.text) now.textContent = guide.text;
  now.dataset.guide = guide.key;
  proof.replaceChildren(...guide.proof.map((part) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: part.text });
    button.addEventListener("click", () => openFact(part.fact));
    return button;
  }));
}

// One thing glows: a key of the machine's screen, or something of the street.
function glow(what) {
  body.dataset.glow = what;
  const [kind, name] = what.split(":");
  for (const lit of document.querySelectorAll(".glow")) lit.classList.remove("glow");
  glowOnScreen(kind === "kiosk" ? name : "");
  const inDesk = `[data-deposit="${name}"] [data-deed="${kind}"]`;
  const chip = `[data-chip="${kind}:${name ?? 0}"]`;
  const target = { load: inDesk, scan: inDesk, slip: inDesk, extend: inDesk, reissue: inDesk, jam: chip, stuck: chip, wire: chip, sms: chip, register: "#register-now" }[kind];
  const wanted = kind === "kiosk" ? document.getElementById("kiosk") : what && document.querySelector(target ?? `#${kind}`);
  wanted?.closest?.("details")?.setAttribute("open", "");
  const shown = wanted && !wanted.offsetParent ? document.getElementById("to-street") : wanted;
  if (kind !== "kiosk") shown?.classList?.add("glow");
  if (shown && kind !== lastKind) shown.scrollIntoView({ block: "nearest" });  // matters on a small screen only
  lastKind = kind;
}

// While nobody answers the page asks ever more seldom, and its frame not at all.
function listen() {
  const events = new EventSource(`/events?lang=${lang}`);
  events.onmessage = (event) => {
    if (body.dataset.ready === "no") say("");
    tries = 0;
    showScreen(true);
    draw(JSON.parse(event.data));
  };
  events.onerror = () => {
    events.close();
    body.dataset.ready = "no";
    glow("");
    showScreen(false);
    dark.hidden = false;
    refused.textContent = dark.textContent = body.dataset.lost;
    clearTimeout(forgetting);
    setTimeout(listen, AGAIN_S[Math.min(tries++, AGAIN_S.length - 1)] * 1000);
  };
}

for (const button of document.querySelectorAll("[data-do]")) {
  const { do: what, value = "", atDoor } = button.dataset;
  button.addEventListener("click", () => act({ do: what, value, door: atDoor ? Number(document.getElementById("door").value) : 0 }));
}
document.getElementById("register").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [kind, low, slip] = ["kind", "low", "slip"].map((id) => document.getElementById(id));
  const deed = { do: "register", case: caseInput.value, phone: document.getElementById("number").value, kind: kind.value, low: low.checked, slip: slip.checked };
  if (await act(deed)) suggested = caseInput.value;
});
for (const button of document.querySelectorAll("[data-press]")) {
  button.addEventListener("click", () => act({ do: "key", key: button.dataset.press }));
}
buildCabinet(JSON.parse(body.dataset.shape));
buildWorkshop(JSON.parse(body.dataset.shape), (key, value) => act({ do: "site", key, value }), () => glow(body.dataset.glow ?? ""));
showView(location.hash === "#workshop" ? "workshop" : "street");
fitScreen();
watchFacts();
listen();
