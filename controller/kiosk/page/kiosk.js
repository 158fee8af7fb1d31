// Paints the last message and sends keys. It decides nothing.
"use strict";

const SAME_STRIKE_MS = 150;
const ALIVE_MS = 5000;
const TURN_MS = 6000;
const CALM_MS = 1200;        // a reconnection shorter than this shows nothing
const AGAIN_MS = [300, 600, 1200, 2400];
const KEYS = {
  Enter: "ok", Escape: "cancel", Backspace: "cancel", ArrowUp: "up", ArrowDown: "down", F1: "help", F2: "lang", F3: "audio",
};

const root = document.documentElement;
const screen = document.getElementById("screen");
const say = document.getElementById("say");
const wait = document.getElementById("wait");
const strikes = new Map();
let socket = null;
let rev = -1;
let tries = 0;
let calm = 0;
let ticking = 0;
let turning = 0;

function send(answer) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(answer));
}

function press(key) {
  const now = performance.now();
  if (now - (strikes.get(key) ?? -Infinity) < SAME_STRIKE_MS) return;
  strikes.set(key, now);
  send({ key, rev });
}

function show(message, html) {
  rev = message.rev;
  root.lang = message.lang;
  root.dataset.theme = message.theme;
  root.dataset.size = message.size;
  screen.innerHTML = html;
  wait.hidden = true;
  say.textContent = [...screen.querySelectorAll("h1, h1 + p, h1 ~ p, .slots")]
    .map((part) => part.getAttribute("aria-label") ?? part.textContent.trim()).join(". ");
  screen.querySelector("[data-focus]")?.focus({ preventScroll: true });
  count(performance.now());
  turn();
}

// Countdowns: each second, from the moment the message came.
function count(from) {
  clearInterval(ticking);
  const counters = [...screen.querySelectorAll("[data-left]")];
  if (!counters.length) return;
  const paint = () => {
    for (const counter of counters) {
      const seconds = Math.max(0, Math.ceil((Number(counter.dataset.left) - (performance.now() - from)) / 1000));
      const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
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
  let shown = 0;
  turning = setInterval(() => {
    shown = (shown + 1) % sayings.length;
    sayings.forEach((saying, index) => {
      saying.classList.toggle("off", index !== shown);
      saying.toggleAttribute("aria-hidden", false);
      if (index !== shown) saying.setAttribute("aria-hidden", "true");
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
    const { message, html } = JSON.parse(event.data);
    show(message, html);
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
  event.preventDefault();
  if (!event.repeat) press(key);
});
screen.addEventListener("click", (event) => {
  const target = event.target.closest("[data-key]");
  if (target) press(target.dataset.key);
});
document.addEventListener("contextmenu", (event) => event.preventDefault());
setInterval(() => { if (rev >= 0) send({ alive: rev }); }, ALIVE_MS);
connect();
