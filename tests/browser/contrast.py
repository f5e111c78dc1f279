"""Contrast of everything that a page says, measured in the browser: WCAG 2.2, 4.5 to 1 for text, 3 to 1 for large text
and for the borders of what can be operated. What is folded away is opened first; notes count though they are hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

WALK = r"""() => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  const read = (colour) => {
    const part = colour.match(/[\d.]+/g).map(Number);
    return { rgb: part.slice(0, 3), a: part.length > 3 ? part[3] : 1 };
  };
  const over = (top, under) => top.rgb.map((one, n) => top.a * one + (1 - top.a) * under[n]);
  const light = (rgb) => {
    const linear = (one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((one) => linear(one / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  // The grounds that may lie under an element: its own or that of who holds it; of a gradient, each of its colours.
  const grounds = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const drawn = style.backgroundImage.match(/rgba?\([^)]*\)/g);
      if (drawn) return drawn.map((one) => flat(layers, read(one).rgb));
      const own = read(style.backgroundColor);
      if (own.a === 1) return [flat(layers, own.rgb)];
      if (own.a > 0) layers.push(own);
    }
    return [flat(layers, [255, 255, 255])];
  };
  const flat = (layers, under) => layers.reduceRight((ground, layer) => over(layer, ground), under);
  // In a drawing a text may lie on a shape: the topmost that is filled, drawn before it, at its middle.
  const shapeUnder = (text) => {
    const box = text.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    let found = null;
    for (const shape of text.ownerSVGElement.querySelectorAll("rect, circle")) {
      if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const own = shape.getBoundingClientRect();
      const fill = getComputedStyle(shape).fill;
      if (x > own.left && x < own.right && y > own.top && y < own.bottom && fill.startsWith("rgb")) found = fill;
    }
    return found;
  };
  const faults = [];
  let texts = 0;
  const fails = (what, colour, under, least) => {
    const worst = Math.min(...under.map((ground) => ratio(over(colour, ground), ground)));
    if (worst < least) faults.push([worst.toFixed(2), least, what.trim().slice(0, 60)]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, template, .skip, option, :disabled")) continue;
    const style = getComputedStyle(element);
    if (!element.getClientRects().length || style.display === "none") continue;
    texts += 1;
    const drawn = element.ownerSVGElement;
    const colour = read(drawn ? style.fill : style.color);
    const size = parseFloat(style.fontSize);
    const large = !drawn && (size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700));
    const shape = drawn ? shapeUnder(element) : null;
    fails(node.data, colour, shape ? [read(shape).rgb] : grounds(element), large ? 3 : 4.5);
  }
  for (const input of document.querySelectorAll("input:not([type=hidden], [type=range], .seg *), select, .btn, .seg")) {
    if (!input.getClientRects().length || input.matches(":disabled")) continue;
    const style = getComputedStyle(input);
    if (input.matches("[type=checkbox], [type=radio], [type=file]")) continue;
    fails(`border of ${input.name || input.className}`, read(style.borderTopColor), grounds(input.parentElement), 3);
  }
  return { texts, faults };
}"""


def walk(page: Page) -> dict[str, Any]:
    """How many texts a page has, and each that stands out too little: ratio, least, the text."""
    found: dict[str, Any] = page.evaluate(WALK)
    return found


DECORATION = ("#c9c7c1", "#e9e6df", "#efede7", "#f0ede6", "#f4f2ed", "#ecdbe6")
"""Hairlines, land, bands and washes of a drawing: nothing is told by them alone."""

MARKS = r"""(decoration) => {
  const read = (css) => {
    const part = (css.match(/[\d.]+/g) || []).map(Number);
    if (!css.startsWith("rgb")) return { rgb: [0, 0, 0], a: 0 };
    return { rgb: part.slice(0, 3), a: part.length > 3 ? part[3] : 1 };
  };
  const light = (rgb) => {
    const linear = (one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((one) => linear(one / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const hex = (rgb) => "#" + rgb.map((one) => Math.round(one).toString(16).padStart(2, "0")).join("");
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const own = read(getComputedStyle(at).backgroundColor);
      if (own.a === 1) return own.rgb;
    }
    return [255, 255, 255];
  };
  const faults = [];
  let marks = 0;
  for (const drawing of document.querySelectorAll("svg")) {
    const page = ground(drawing), painted = [];
    for (const shape of drawing.querySelectorAll("rect, path, circle, ellipse, polygon, line, polyline")) {
      const style = getComputedStyle(shape), fill = read(style.fill), stroke = read(style.stroke);
      const extent = shape.getBBox(), isArea = shape.closest("symbol") || (extent.width > 0 && extent.height > 0);
      const drawn = [isArea ? fill : { a: 0 }, parseFloat(style.strokeWidth) > 0 ? stroke : { a: 0 }];
      const inks = drawn.filter((one) => one.a > 0);
      if (!inks.length || inks.every((one) => decoration.includes(hex(one.rgb)))) continue;
      marks += 1;
      const box = shape.getBoundingClientRect();
      const apart = (one) =>
        one.right < box.left || one.left > box.right || one.bottom < box.top || one.top > box.bottom;
      const under = painted.filter((one) => one.holder === shape.parentElement && !apart(one.box));
      const lower = under.flatMap((one) => one.inks).map((one) => one.rgb).concat([page]);
      const best = Math.max(...inks.flatMap((ink) => lower.map((one) => ratio(ink.rgb, one))));
      if (best < 2.995) faults.push([best.toFixed(2), 3, `mark in ${drawing.getAttribute("class") || "svg"}`]);
      painted.push({ box, inks, holder: shape.parentElement });
    }
  }
  return { marks, faults };
}"""
"""A mark stands out by its fill or its edge, from the page or from a mark that it is drawn upon."""


def marks(page: Page) -> dict[str, Any]:
    """How many marks the drawings of a page have, and each that stands out less than 3 to 1; decoration left out."""
    found: dict[str, Any] = page.evaluate(MARKS, list(DECORATION))
    return found
