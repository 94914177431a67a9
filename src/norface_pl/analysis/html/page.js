"use strict";
// Lets the curves of a part of the page be pointed at.
function activate(root) {
  for (const curves of root.querySelectorAll(".curves")) follow(curves);
}

function follow(curves) {
  const { times, values } = JSON.parse(curves.querySelector("script").textContent);
  const plot = curves.querySelector(".curve svg"), ticks = curves.querySelector(".axis");
  const cursor = curves.querySelector(".cursor"), when = curves.querySelector(".when");
  const begin = Number(curves.dataset.begin), end = Number(curves.dataset.end);
  const cards = [...curves.closest("section").querySelectorAll(".card")]
    .filter((card) => card.dataset.face === curves.dataset.face);
  let at = null;

  function show(index) {
    at = Math.min(Math.max(index, 0), times.length - 1);
    const frame = curves.getBoundingClientRect(), area = plot.getBoundingClientRect();
    const share = (times[at] - begin) / (end - begin);
    cursor.hidden = false;
    cursor.style.left = `${area.left - frame.left + share * area.width}px`;
    cursor.style.top = `${area.top - frame.top}px`;
    cursor.style.height = `${ticks.getBoundingClientRect().top - area.top}px`;
    when.textContent = `${times[at].toFixed(2)} s`;
    write((column) => values[column][at]);
    picture(times[at]);
  }

  function rest() {
    at = null;
    cursor.hidden = true;
    when.textContent = "mean";
    write((column) => {
      const known = values[column].filter((value) => value !== null);
      return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
    });
    picture(times[0]);
  }

  function write(value) {
    for (const output of curves.querySelectorAll(".value")) {
      const number = value(output.dataset.column);
      output.textContent = number === null ? "–" : number.toFixed(2);
    }
  }

  // The face whose moment is nearest, of those that are shown below.
  function picture(time) {
    const away = (card) => Math.abs(Number(card.dataset.time) - time);
    const nearest = cards.reduce((best, card) => (!best || away(card) < away(best) ? card : best), null);
    for (const kind of nearest ? [".aligned", ".redrawn"] : [])
      curves.querySelector(kind).src = nearest.querySelector(kind).src;
  }

  function nearest(time) {
    let low = 0, high = times.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (times[middle] < time) low = middle; else high = middle;
    }
    return time - times[low] < times[high] - time ? low : high;
  }

  curves.addEventListener("pointermove", (event) => {
    const area = plot.getBoundingClientRect();
    const share = (event.clientX - area.left) / area.width;
    if (share >= 0 && share <= 1) show(nearest(begin + share * (end - begin)));
  });
  curves.addEventListener("pointerleave", rest);
  curves.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { show(at === null ? 0 : at + step); event.preventDefault(); }
  });
  rest();
}
