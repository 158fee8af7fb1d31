// Paints the last message and sends keys. It decides nothing.
"use strict";

const SAME_STRIKE_MS = 150;
const SAME_STRIKE_SLOW_MS = 500;   // "slower keys"
const REPEAT_AFTER_MS = 2000;      // the arrows alone repeat
const REPEAT_EVERY_MS = 500;
const ALIVE_MS = 5000;
const TURN_MS = 6000;
const CALM_MS = 1200;        // a reconnection shorter than this shows nothing
const AGAIN_MS = [300, 600, 1000];   // the machine is on the same computer: asking often costs nothing, waiting costs a visitor
const KEYS = {
  Enter: "ok", Escape: "cancel", Backspace: "cancel", ArrowUp: "up", ArrowDown: "down", F1: "help", F2: "lang", F3: "audio",
};

const root = document.documentElement;
const screen = document.getElementById("screen");
const say = document.getElementById("say");
const wait = document.getElementById("wait");
let struck = { key: "", at: -SAME_STRIKE_SLOW_MS };
let sameStrike = SAME_STRIKE_MS;
let held = { key: "", timer: 0 };
let cueing = 0;
let rested = null;
let socket = null;
let rev = -1;
let tries = 0;
let calm = 0;
let ticking = 0;
let turning = 0;
let shown = "";
let html = "";

function send(answer) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(answer));
}

// `at` is when the finger struck, not when a busy page came to it.
function press(key, at) {
  if (key === struck.key && at - struck.at < sameStrike) return;
  struck = { key, at };
  strike(key);
}

function strike(key) {
  play("tick");
  send({ key, rev });
}

// An arrow that is held turns on by itself; the keypad's own repetition is ignored.
function hold(key) {
  release();
  if (key !== "up" && key !== "down") return;
  held = { key, timer: setTimeout(() => { held.timer = setInterval(() => strike(key), REPEAT_EVERY_MS); strike(key); }, REPEAT_AFTER_MS) };
}

function release() {
  clearTimeout(held.timer);
  clearInterval(held.timer);
  held = { key: "", timer: 0 };
}

function show(message, painted) {
  const entered = message.screen !== shown;
  shown = message.screen;
  rev = message.rev;
  root.lang = message.lang;
  root.dataset.theme = message.theme;
  root.dataset.size = message.size;
  wait.hidden = true;
  root.dataset.light = message.quiet ? "low" : "full";
  sameStrike = message.slow_keys ? SAME_STRIKE_SLOW_MS : SAME_STRIKE_MS;
  loud = { volume: message.audio.volume, quiet: message.quiet };
  if (entered) {
    clearInterval(cueing);
    if (message.cue) play(message.cue);
    if (message.cue && message.cue_every_s) cueing = setInterval(() => play(message.cue), message.cue_every_s * 1000);
  }
  if (painted === html) return;
  html = painted;
  const next = screen.cloneNode(false);
  next.innerHTML = html;
  morph(screen, next);
  const said = [...screen.querySelectorAll("h1, h1 ~ p, .slots")].map((part) => part.getAttribute("aria-label") ?? part.textContent.trim());
  const words = said.filter(Boolean).map((part) => (/[.,;:?!]$/.test(part) ? part : `${part}.`)).join(" ");
  if (say.textContent !== words) say.textContent = words;
  const wanted = screen.querySelector("[data-focus]");
  if (document.hasFocus() && (wanted !== rested || !screen.contains(document.activeElement))) rest();
  rested = wanted;
  count(performance.now());
  turn();
}

// Every node that can stay stays: a click is lost when its target is replaced between finger down and finger up.
function morph(now, next) {
  for (const name of now.getAttributeNames()) if (!next.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  const wanted = [...next.childNodes];
  let own = now.firstChild;
  wanted.forEach((child, at) => {
    while (own && !wanted.slice(at).some((each) => alike(own, each))) own = dropped(own);
    if (!own || !alike(own, child)) return now.insertBefore(child, own);
    if (own.nodeType === Node.ELEMENT_NODE) morph(own, child);
    else if (own.data !== child.data) own.data = child.data;
    own = own.nextSibling;
  });
  while (own) own = dropped(own);
}

function dropped(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}

// A key keeps its name and a screen its own; what is shown on another screen is new.
function alike(one, other) {
  return one.nodeName === other.nodeName && one.dataset?.key === other.dataset?.key && one.dataset?.screen === other.dataset?.screen;
}

// The focus rests on the safest choice, but is never taken from a page around this one.
function rest() {
  screen.querySelector("[data-focus]")?.focus({ preventScroll: true });
}

// Countdowns: each second, from the moment the message came.
function count(from) {
  clearInterval(ticking);
  const counters = [...screen.querySelectorAll("[data-left]")];
  if (!counters.length) return;
  const paint = () => {
    for (const counter of counters) {
      const seconds = Math.max(0, Math.ceil((Number(counter.dataset.left) - (performance.now() - from)) / 1000));
      const minutes = Math.floor(seconds / 60);
      const clock = (minutes < 100 ? [minutes, seconds % 60] : [Math.floor(minutes / 60), minutes % 60, seconds % 60])
        .map((part, at) => String(part).padStart(at ? 2 : 1, "0")).join(":");
      counter.textContent = counter.dataset.shape === "mmss" ? clock : String(seconds);
    }
  };
  paint();
  ticking = setInterval(paint, 250);
}

// The first screen says the same in each language in turn.
function turn() {
  clearInterval(turning);
  const sayings = [...screen.querySelectorAll(".turns > div")];
  if (sayings.length < 2) return;
  let language = 0;
  turning = setInterval(() => {
    language = (language + 1) % sayings.length;
    sayings.forEach((saying, index) => {
      saying.classList.toggle("off", index !== language);
      saying.ariaHidden = index === language ? null : "true";
    });
  }, TURN_MS);
}

function connect() {
  const address = new URL("ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.onmessage = (event) => {
    tries = 0;
    clearTimeout(calm);
    calm = 0;
    const told = JSON.parse(event.data);
    if (told.reload) return location.reload();
    show(told.message, told.html);
    send({ alive: rev });
  };
  socket.onclose = () => {
    if (!calm) calm = setTimeout(() => { wait.hidden = false; }, CALM_MS);
    setTimeout(connect, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
  };
}

document.addEventListener("keydown", (event) => {
  const key = /^[0-9]$/.test(event.key) ? event.key : KEYS[event.key];
  if (!key || event.ctrlKey || event.altKey || event.metaKey) return;
  const at = document.activeElement;
  // Somebody went there by Tab, which a keypad does not have, or there is no green target: Enter presses what has the focus.
  if (event.key === "Enter" && at.dataset.key && (at !== rested || !screen.querySelector("[data-key=ok]"))) return;
  event.preventDefault();
  if (event.repeat) return;
  press(key, event.timeStamp);
  hold(key);
});
document.addEventListener("keyup", (event) => { if (KEYS[event.key] === held.key) release(); });
addEventListener("blur", release);
screen.addEventListener("click", (event) => {
  const target = event.target.closest("[data-key]");
  if (target) press(target.dataset.key, event.timeStamp);
});
addEventListener("focus", rest);
document.addEventListener("contextmenu", (event) => event.preventDefault());
setInterval(() => { if (rev >= 0) send({ alive: rev }); }, ALIVE_MS);
connect();
