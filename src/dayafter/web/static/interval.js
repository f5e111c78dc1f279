// A number that moves: its two ends as sliders with number fields beside, and the text that is asked with. Whichever is
// used, the others follow. An end pushes the other before it; a best value stays within the ends.
export function interval(root) {
  const text = root.querySelector("[name=value]");
  const ends = {};
  for (const name of ["low", "high"]) {
    ends[name] = { slider: root.querySelector(`[data-end=${name}]`), field: root.querySelector(`[data-field=${name}]`) };
  }
  const note = root.querySelector("[data-at=limits]");
  let best = null;

  const NUMBER = "[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?";
  const READS = [
    [new RegExp(`^(${NUMBER})$`), (m) => [m[1], m[1], null]],
    [new RegExp(`^(${NUMBER})\\s*(?:\\.\\.|…)\\s*(${NUMBER})$`), (m) => [m[1], m[2], null]],
    [new RegExp(`^(${NUMBER})\\s*\\[\\s*(${NUMBER})\\s*(?:,|\\.\\.)\\s*(${NUMBER})\\s*\\]$`), (m) => [m[2], m[3], m[1]]],
  ];

  // What the server reads, so that sliders follow what is typed; null: it is not done yet, or no number.
  function read(typed) {
    for (const [form, parts] of READS) {
      const found = typed.trim().replace("−", "-").match(form);
      if (found) return parts(found).map((one) => (one === null ? null : Number(one)));
    }
    return null;
  }

  function show([low, high, middle]) {
    best = middle;
    for (const [name, value] of [["low", low], ["high", high]]) {
      ends[name].slider.value = value;
      ends[name].field.value = value;
    }
  }

  function write(low, high) {
    if (best !== null) best = Math.min(Math.max(best, low), high);
    text.value = low === high ? `${low}` : best === null ? `${low}..${high}` : `${best} [${low}, ${high}]`;
    show([low, high, best]);
  }

  function moved(name, value) {
    if (Number.isNaN(value)) return;
    const other = Number(ends[name === "low" ? "high" : "low"].field.value);
    if (name === "low") write(value, Math.max(value, other));
    else write(Math.min(value, other), value);
  }

  for (const [name, { slider, field }] of Object.entries(ends)) {
    slider.addEventListener("input", () => moved(name, Number(slider.value)));
    // Digits count when they are all there, or a first 0 would push the other end to 0.
    field.addEventListener("input", (event) => event.stopPropagation());
    field.addEventListener("change", () => {
      if (field.value === "" || !field.validity.valid) return;
      moved(name, field.valueAsNumber);
      text.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  text.addEventListener("input", () => {
    const found = read(text.value);
    if (found) show(found);
  });

  return {
    // A number was chosen: its limits and what it is now. Without one there is nothing to move.
    choose(option) {
      const value = option ? option.dataset.value || "" : "";
      text.value = value;
      const found = read(value);
      root.querySelector(".ends2").hidden = !found;
      if (!found) return;
      for (const { slider, field } of Object.values(ends)) {
        for (const one of ["min", "max", "step"]) slider[one] = option.dataset[one];
        field.min = option.dataset.floor;
        field.max = option.dataset.ceiling;
      }
      note.textContent = option.dataset.said;
      show(found);
    },
  };
}
