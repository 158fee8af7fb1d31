// The cabinet with its doors, and the machine's screen.

const doors = new Map();
const screen = document.getElementById("screen");
const WIDTH = 1024;
const SIGNS_SHOWN = 8;
const GLOW = `outline: 14px solid #FFC400 !important; outline-offset: 2px !important; box-shadow: 0 0 0 20px #14202B !important;
  animation: street-glow 1s ease-in-out infinite alternate !important; z-index: 1; position: relative;`;
const SOFT = "@keyframes street-glow { from { outline-color: #FFC400; } to { outline-color: #FFE9A6; } }";
let lit = "";

export function buildCabinet(shape) {
  const grid = document.getElementById("doors");
  grid.style.gridTemplateColumns = shape.columns.map((size) => `${size}fr`).join(" ");
  grid.style.gridTemplateRows = shape.rows.map((size) => `${size}fr`).join(" ");
  grid.dataset.hinge = shape.hinge;
  for (const cell of shape.cells) {
    const door = document.createElement("button");
    door.type = "button";
    door.className = "door";
    door.dataset.door = cell.n;
    door.style.gridRow = `${cell.row} / span ${cell.span}`;
    door.style.gridColumn = cell.col;
    door.innerHTML = '<span class="inside"><span class="sheet"></span></span><span class="leaf"><span class="number"></span></span><span class="lamp"></span>';
    door.querySelector(".number").textContent = cell.n;
    door.querySelector(".inside").dataset.number = cell.n;
    grid.append(door);
    doors.set(cell.n, door);
  }
}

export function drawCabinet(states, close) {
  for (const state of states) {
    const door = doors.get(state.n);
    door.classList.toggle("open", state.open);
    door.classList.toggle("jammed", state.jammed);
    door.dataset.open = state.open;
    door.dataset.lamp = state.lamp;
    door.style.setProperty("--lamp", state.lamp ? 0.4 + 0.006 * state.lamp : 0); // a dimmed lamp is still seen
    door.setAttribute("aria-label", state.name);
    door.setAttribute("aria-disabled", String(!state.open));
    door.tabIndex = state.open ? 0 : -1;
    drawSheet(door.querySelector(".sheet"), state.paper);
    door.onclick = state.open ? () => close(state.n) : null;
  }
}

// A sheet has room for a short number; of a long one it shows the end, which tells two cases apart.
function drawSheet(sheet, number) {
  sheet.hidden = !number;
  sheet.title = number;
  sheet.textContent = number.length > SIGNS_SHOWN ? `…${number.slice(2 - SIGNS_SHOWN)}` : number;
}

// The machine's page is drawn for its own panel; here it is shown smaller.
export function fitScreen() {
  const frame = document.getElementById("kiosk");
  new ResizeObserver(() => { screen.style.transform = `scale(${frame.clientWidth / WIDTH})`; }).observe(frame);
  screen.addEventListener("load", () => paint());
}

// A frame whose machine has gone would ask for it for ever.
export function showScreen(there) {
  const wanted = there ? "/kiosk/" : "about:blank";
  if (screen.getAttribute("src") !== wanted) screen.src = wanted;
}

export function glowOnScreen(key) {
  lit = /^[a-z0-9]*$/.test(key) ? key : "";
  paint();
}

// Laid over the page's own style from outside; the machine knows nothing of it.
function paint() {
  const inside = screen.contentDocument;
  const Sheet = screen.contentWindow?.CSSStyleSheet;
  if (!inside || !Sheet) return;
  inside.streetSheet ??= new Sheet();
  inside.adoptedStyleSheets = [inside.streetSheet];
  inside.streetSheet.replaceSync(lit ? `${SOFT} .screen [data-key="${lit}"] { ${GLOW} }` : "");
}
