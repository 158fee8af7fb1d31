// Measures a shown screen and answers what does not fit: [] when all is well. Argument: {px_mm, cap_min}.
({ px_mm, cap_min }) => {
  const wrong = [];
  const screen = document.getElementById("screen");
  const panel = screen.getBoundingClientRect();
  const inside = (a, b) => a.left >= b.left - 0.5 && a.right <= b.right + 0.5 && a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5;
  const cross = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
  const name = (node) => (node.dataset?.key ? `target ${node.dataset.key}` : `"${node.textContent.trim().slice(0, 30)}"`);
  const seen = (node) => !node.closest(".unseen") && getComputedStyle(node).visibility === "visible" && node.getClientRects().length > 0;
  const canvas = document.createElement("canvas").getContext("2d");

  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) wrong.push("the page scrolls");
  if (screen.scrollWidth > screen.clientWidth || screen.scrollHeight > screen.clientHeight) wrong.push("the screen is clipped");

  const targets = [...screen.querySelectorAll("[data-key]")].filter(seen);
  const boxes = targets.map((target) => target.getBoundingClientRect());
  targets.forEach((target, i) => {
    const box = boxes[i];
    const small = target.matches(".digit, .up, .down, .help.bare");
    if (!inside(box, panel)) wrong.push(`${name(target)} leaves the panel`);
    if (box.height < 15 * px_mm - 0.5 || box.width < (small ? 15 : 30) * px_mm - 1) wrong.push(`${name(target)} is ${box.width}x${box.height}`);
    boxes.forEach((other, j) => {
      const air = 2 * px_mm - 1.5;
      const grown = { left: other.left - air, right: other.right + air, top: other.top - air, bottom: other.bottom + air };
      if (j > i && cross(box, grown)) wrong.push(`${name(target)} is too near to ${name(targets[j])}`);
    });
  });

  // Each line of text, cut down to what its letters cover: from the top of a capital to the foot of a "p".
  const lines = [];
  const walker = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const parent = text.parentElement;
    if (!text.textContent.trim() || !seen(parent)) continue;
    const style = getComputedStyle(parent);
    canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const cap = canvas.measureText("H").actualBoundingBoxAscent;
    if (parent.closest("svg") === null && cap < cap_min - 0.3) wrong.push(`${name(parent)} has capitals of ${cap.toFixed(1)} px`);
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      const size = parseFloat(style.fontSize);
      const middle = (box.top + box.bottom) / 2;
      if (parent.closest("svg")) continue;
      const line = { left: box.left, right: box.right, top: middle - size * 0.42, bottom: middle + size * (/^[0-9]$/.test(text.textContent) ? 0.4 : 0.48), parent };
      lines.push(line);
      const home = parent.closest("[data-key]");
      if (!inside(line, panel)) wrong.push(`${name(parent)} leaves the panel`);
      if (home && !inside(line, home.getBoundingClientRect())) wrong.push(`${name(parent)} leaves ${name(home)}`);
    }
  }
  const solid = [...targets, ...screen.querySelectorAll(".picture svg, .slots, .banner .icon, h1 .icon")].filter(seen);
  for (const line of lines) {
    for (const thing of solid) {
      if (!thing.contains(line.parent) && cross(line, thing.getBoundingClientRect())) wrong.push(`${name(line.parent)} runs into ${thing.className.baseVal ?? thing.className}`);
    }
    for (const other of lines) {
      if (other !== line && other.parent.closest("h1, p, .bar, [data-key]") !== line.parent.closest("h1, p, .bar, [data-key]") && cross(line, other)) {
        wrong.push(`${name(line.parent)} runs into ${name(other.parent)}`);
      }
    }
  }
  return [...new Set(wrong)];
}
