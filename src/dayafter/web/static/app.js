// Notes at signs and citations: on hover and focus by the style sheet; here Escape, touch and room at the edge.
"use strict";
(() => {
  const holders = ".led td, .has-pop";

  function closed(holder) {
    holder.classList.remove("show");
    holder.classList.add("closed");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const holder of document.querySelectorAll(holders)) {
      if (holder.matches(":hover, :focus-within, .show")) closed(holder);
    }
  });

  // The tab of this page, where the tabs do not all fit.
  const tabs = document.querySelector(".tabs");
  const current = tabs && tabs.querySelector("[aria-current]");
  if (current && tabs.scrollWidth > tabs.clientWidth) {
    const room = tabs.getBoundingClientRect();
    const own = current.getBoundingClientRect();
    tabs.scrollBy({ left: own.left + own.width / 2 - room.left - room.width / 2 });
  }

  for (const holder of document.querySelectorAll(holders)) {
    const opener = holder.querySelector(".cell, a");
    holder.addEventListener("pointerenter", () => holder.classList.remove("closed"));
    holder.addEventListener("focusin", (event) => {
      if (event.target === opener) holder.classList.remove("closed");
    });
    holder.addEventListener("focusout", (event) => {
      if (!holder.contains(event.relatedTarget)) holder.classList.remove("show", "closed");
    });
    const button = holder.querySelector("button.cell");
    if (button) {
      button.addEventListener("click", () => {
        const open = holder.classList.toggle("show");
        holder.classList.toggle("closed", !open);
      });
    }
  }

  document.addEventListener("pointerdown", (event) => {
    for (const holder of document.querySelectorAll(".show")) {
      if (!holder.contains(event.target)) closed(holder);
    }
  });

  // An answer that is being computed: how far it is, told now and then. When it is there the page comes again, unless
  // whoever reads is at something in it: then it is said, and the link leads there.
  const working = document.getElementById("working");
  if (working) {
    const bar = working.querySelector("progress");
    const said = working.querySelector("[role=status]");
    let leaves = false;
    addEventListener("submit", () => { leaves = true; });
    addEventListener("beforeunload", () => { leaves = true; });
    const look = async () => {
      const reply = await fetch(working.dataset.progress);
      const told = await reply.json();
      if (told.of > 0) {
        bar.max = told.of;
        bar.value = told.done;
        said.textContent = working.dataset.said.replace("{done}", told.done).replace("{of}", told.of);
      }
      if (reply.ok && (told.state === "waiting" || told.state === "running")) {
        setTimeout(look, 1000);
        return;
      }
      said.textContent = working.dataset.ready;
      const at = document.activeElement;
      if (!leaves && (!at || at === document.body || at.id === "main")) location.reload();
    };
    setTimeout(look, 500);
  }

  // A workbook that is checked: the faults as a list, each with its cell. Text only, never markup.
  const check = document.getElementById("check");
  if (check) {
    check.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = document.getElementById("check-answer");
      answer.textContent = "…";
      const reply = await fetch(check.action, { method: "POST", body: new FormData(check) });
      const told = await reply.json();
      answer.replaceChildren();
      const line = document.createElement("p");
      if (told.error) {
        line.className = "warn";
        line.textContent = told.error;
      } else {
        line.className = told.ok ? "good" : "warn";
        const rows = Object.entries(told.counts).map(([table, n]) => `${n} ${table.replaceAll("_", " ")}`).join(", ");
        line.textContent = told.ok ? `${answer.dataset.ok} ${rows}` : answer.dataset.faults.replace("{n}", told.errors);
      }
      answer.append(line);
      const list = document.createElement("ol");
      list.className = "issues";
      for (const issue of told.issues || []) {
        const item = document.createElement("li");
        const where = document.createElement("b");
        where.dir = "ltr";
        const spot = issue.where;
        where.textContent = spot.sheet ? `${spot.sheet}!${spot.cell || spot.line || ""} ${spot.field || ""}` : spot.file;
        const what = document.createElement("span");
        what.lang = "en";
        what.textContent = `${issue.what}. ${issue.remedy}`;
        item.append(where, " ", what);
        list.append(item);
      }
      if (list.children.length) answer.append(list);
    });
  }
})();
