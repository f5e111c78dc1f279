// The what-if: reads the form, asks at once, runs the ensemble and follows it. All state lives in this page, so that
// two tabs cannot disturb one another. Answers are written as text, never as markup.
import { interval } from "./interval.js";

const panel = document.getElementById("whatif");
if (panel) start(panel);

function start(root) {
  const form = root.querySelector("#ask");
  const number = interval(root.querySelector("#number"));
  const words = new Map();
  for (const one of root.querySelector("#words").content.querySelectorAll("[data-key]")) {
    words.set(one.dataset.key, one.textContent);
  }
  // What stands inside a sentence from the right keeps its own direction: FIRST STRONG ISOLATE … POP DIRECTIONAL ISOLATE.
  const fromRight = document.documentElement.dir === "rtl";
  const apart = (text) => (fromRight && text !== "" ? `\u2068${text}\u2069` : text);
  const comma = fromRight ? "، " : ", ";
  const semicolon = fromRight ? "؛ " : "; ";
  const said = (address) => `${address}?lang=${root.dataset.lang}`;
  const t = (key, values = {}) => {
    let text = words.get(key) ?? key;
    for (const [name, value] of Object.entries(values)) text = text.replaceAll(`{${name}}`, apart(String(value)));
    return text;
  };
  const at = (name, within = root) => within.querySelector(`[data-at="${name}"]`);
  const atOnce = root.querySelector("#at-once");
  const ensemble = root.querySelector("#ensemble");
  const bar = ensemble.querySelector("progress");
  const sheet = document.getElementById("sheet");
  const begin = root.querySelector("#run");
  const halt = root.querySelector("#stop");
  let asked = 0;
  let timer = 0;
  let stream = null;
  let run = "";
  let spoken = 0;

  function question() {
    const data = new FormData(form);
    const deal = root.dataset.deal;
    const steps = [];
    const levels = data.getAll("level");
    if (data.get("form")) steps.push({ action: "formalise", deal, form: data.get("form") });
    if (levels.length) steps.push({ action: "add-level", deal, levels });
    for (const actor of data.getAll("actor")) steps.push({ action: "add-party", deal, actor });
    for (const community of data.getAll("community")) steps.push({ action: "add-party", deal, community });
    if (data.get("guarantor")) {
      const step = { action: "guarantee", deal, actor: data.get("guarantor"), levels: ["local", "national"] };
      const until = monthAfter(Number(data.get("stay")));
      if (until) step.until = until;
      steps.push(step);
    }
    if (data.get("patron")) steps.push({ action: "withdraw", actor: data.get("patron") });
    if (data.get("aid")) {
      const what = data.get("aiddo");
      const step = { aid: data.get("aid"), action: what === "withdraw" ? "withdraw" : "set-condition" };
      if (what !== "withdraw") step.condition = what;
      steps.push(step);
    }
    const body = { deal, steps };
    if (data.get("donor") && Number(data.get("amount")) > 0) {
      body.pledge = { donor: data.get("donor"), amount: Number(data.get("amount")) };
      steps.push({ action: "give-aid", aid: "what-if-pledge" });
    }
    if (data.get("input") && data.get("value").trim()) {
      const [table, row, field] = data.get("input").split("|");
      body.intervals = [{ table, row, field, value: data.get("value").trim() }];
    }
    if (data.get("policy")) body.policy = data.get("policy");
    return body;
  }

  // The stay counts from the first month of the run; the server knows that month, the page is told it.
  function monthAfter(months) {
    const first = root.dataset.first;
    if (!first || !months) return "";
    const [year, month] = first.split("-").map(Number);
    const last = year * 12 + month - 1 + months - 1;
    return `${String(Math.floor(last / 12)).padStart(4, "0")}-${String((last % 12) + 1).padStart(2, "0")}`;
  }

  function changes(body) {
    return body.steps.length + (body.intervals || []).length;
  }

  async function send(method, address, body) {
    const init = { method, headers: { "content-type": "application/json" } };
    if (body) init.body = JSON.stringify(body);
    const reply = await fetch(address, init).catch(() => {
      throw new Error(t("The server does not answer. Is it still running?"));
    });
    const told = await reply.json();
    if (!reply.ok) {
      const faults = (told.faults || told.issues || []).map((one) => one.what).join("; ");
      throw new Error(faults ? `${told.error}: ${faults}` : told.error);
    }
    return told;
  }

  function fail(error) {
    const spot = root.querySelector("#what-error");
    spot.hidden = !error;
    spot.textContent = error ? error.message : "";
  }

  function list(spot, pairs) {
    spot.replaceChildren();
    for (const [left, right, tone] of pairs) {
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = apart(left);
      dd.textContent = apart(right);
      if (tone) dt.className = dd.className = tone;
      spot.append(dt, dd);
    }
  }

  async function askNow() {
    const body = question();
    const turn = ++asked;
    root.querySelector("#undo").disabled = changes(body) === 0 && !body.policy;
    if (!changes(body)) {
      atOnce.hidden = true;
      sheet.hidden = true;
      root.querySelector("#disagree").hidden = true;
      fail(null);
      return;
    }
    try {
      const told = await send("POST", said("/api/v1/what-if"), body);
      if (turn !== asked) return;
      fail(null);
      showAnswer(told, changes(body));
    } catch (error) {
      if (turn === asked) fail(error);
    }
  }

  function showAnswer(told, n) {
    atOnce.hidden = false;
    atOnce.classList.remove("provisional");
    at("seconds", atOnce).textContent = t("{n} s", { n: told.seconds.toFixed(1) });
    const accept = told.accepting;
    list(
      at("parties", atOnce),
      (accept ? accept.parties : []).filter((one) => one.veto).map((one) => [
        one.name, one.at_limit ? `${t("at its limit")}: ${one.text}` : one.text, one.at_limit ? "lim" : "",
      ]),
    );
    at("accepting", atOnce).textContent = accept
      ? t("The first package at {where}: accepted by all in {after} of draws (before: {before}), and held by all in {stable} (before: {was}).", {
        where: accept.where, after: accept.after, before: accept.before, stable: accept.stable_after, was: accept.stable_before,
      })
      : t("No assessed place is covered, so there is nothing to settle.");
    at("flip", atOnce).textContent = accept ? accept.first_to_flip : "";
    const holding = told.holding;
    at("chance", atOnce).textContent = holding.change;
    at("chance-note", atOnce).textContent = holding.after
      ? `${estimate(holding.after)}${comma}${t("read from the record")}${semicolon}${t("saved case")}: ${estimate(holding.before)}. ${told.assumptions.join(" ")}`
      : told.assumptions.join(" ");
    disagree(told.disagree);
    sheet.hidden = false;
    at("sheet", sheet).textContent = t("{n} changes", { n }) + (holding.change ? `: ${holding.change}` : "");
    say(holding.change || at("accepting", atOnce).textContent);
  }

  function estimate(one) {
    if (fromRight) return `${one.word} (${apart(one.text)}${one.range ? comma + apart(one.range) : ""})`;
    return one.range ? `${one.text} (${one.range}), ${one.word}` : `${one.text}, ${one.word}`;
  }

  function disagree(text) {
    const spot = root.querySelector("#disagree");
    spot.hidden = !text;
    spot.textContent = text;
  }

  function say(text) {
    root.querySelector("#said").textContent = text;
  }

  async function startRun() {
    const body = question();
    if (!changes(body)) {
      fail(new Error(t("Change something first.")));
      return;
    }
    await stopRun();
    try {
      const told = await send("POST", said("/api/v1/what-if/runs"), { ...body, members: Number(root.dataset.members) });
      fail(null);
      run = told.run;
      running(true);
      ensemble.hidden = false;
      ensemble.classList.add("provisional");
      follow(told.events);
    } catch (error) {
      fail(error);
    }
  }

  function follow(address) {
    stream = new EventSource(address);
    const seen = (event) => showRun(JSON.parse(event.data));
    for (const name of ["waiting", "running"]) stream.addEventListener(name, seen);
    for (const name of ["done", "stopped", "failed"]) {
      stream.addEventListener(name, (event) => {
        ended();
        seen(event);
      });
    }
    stream.addEventListener("error", () => {
      if (stream && stream.readyState === EventSource.CLOSED) {
        ended();
        fail(new Error(t("The connection is lost; run it again.")));
      }
    });
  }

  function ended() {
    stream.close();
    stream = null;
    run = "";
    running(false);
  }

  // While an ensemble runs it can be stopped, and begun again only after that.
  function running(is) {
    const focused = document.activeElement === (is ? begin : halt);
    begin.hidden = is;
    halt.hidden = !is;
    if (focused) (is ? halt : begin).focus();
  }

  async function stopRun() {
    if (stream) stream.close();
    stream = null;
    if (run) {
      const old = run;
      run = "";
      running(false);
      await send("DELETE", old).catch(() => null);
    }
  }

  function showRun(told) {
    const done = told.state === "done";
    ensemble.classList.toggle("provisional", !done);
    at("state", ensemble).textContent = done ? t("done") : told.state === "running" ? t("provisional") : t(told.state);
    bar.max = told.of;
    bar.value = told.done;
    bar.hidden = done || told.state === "stopped" || told.state === "failed";
    const left = told.seconds_left === null ? "" : `${comma}${t("about {n} s left", { n: Math.ceil(told.seconds_left) })}`;
    at("progress", ensemble).textContent = done
      ? t("{of} members in {n} s, seed {seed}", { of: told.of, n: told.seconds.toFixed(1), seed: told.seed })
      : `${t("{done} of {of} members", { done: told.done, of: told.of })}${left}`;
    if (told.error) fail(new Error(told.error));
    const result = told.result;
    if (result) showResult(result, done);
    const now = Date.now();
    if (done || now - spoken > 4000) {
      spoken = now;
      const head = result && result.headline ? result.headline.change : "";
      say(`${at("progress", ensemble).textContent} ${head}`);
    }
  }

  function showResult(result, done) {
    const head = result.headline;
    at("headline", ensemble).textContent = head ? head.change : "";
    const so = done ? "" : `${t("Provisional, after {n} members.", { n: result.members })} `;
    at("against", ensemble).textContent = head
      ? `${so}${head.label}${comma}${t("month {n}", { n: result.months })}${comma}${t("in the simulated futures")}: ${head.after}${semicolon}${t("before")}: ${head.before}. ${t("Compared with")} ${result.compared_with}.`
      : `${so}${t("Compared with")} ${result.compared_with}.`;
    list(
      at("differences", ensemble),
      result.differences.map((one) => [`${apart(one.about)}: ${one.label}`, one.change, one.clear ? "lim" : ""]),
    );
    const wrong = result.wrong ? ` ${t("Members gone wrong and left out: {n}.", { n: result.wrong })}` : "";
    at("basis", ensemble).textContent = `${t("Simulated under stated assumptions")}${semicolon}${result.basis}.${wrong}`;
    if (result.disagree) disagree(result.disagree);
    at("sheet", sheet).textContent = head ? `${head.change}${done ? "" : ` (${result.members}/${result.of})`}` : "";
  }

  function dispute() {
    const data = new FormData(form);
    if (!data.get("input")) throw new Error(t("Choose a number first."));
    const [table, row, field] = data.get("input").split("|");
    const accounts = ["1", "2"].map((n) => ({ value: data.get(`value${n}`).trim(), source: data.get(`source${n}`).trim() }));
    return { deal: root.dataset.deal, table, row, field, accounts };
  }

  async function onAccounts(address, show) {
    try {
      const told = await send("POST", address, dispute());
      fail(null);
      show(told);
    } catch (error) {
      fail(error);
    }
  }

  function showWeighed(told) {
    const spot = root.querySelector("#weighed");
    spot.hidden = false;
    spot.textContent = told.said;
    list(
      root.querySelector("#consequences"),
      told.consequences.map((one) => [`${apart(one.source)}: ${apart(one.value)}`, one.chance ? estimate(one.chance) : one.accepted, ""]),
    );
  }

  root.querySelector("#weigh").addEventListener("click", () => onAccounts(said("/api/v1/disputes"), showWeighed));
  const keep = root.querySelector("#keep");
  if (keep) {
    keep.addEventListener("click", () => onAccounts("/api/v1/accounts", (told) => {
      const spot = root.querySelector("#saved");
      spot.hidden = false;
      spot.textContent = t("{n} accounts kept in the copy of the case.", { n: told.accounts });
    }));
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target.closest("#accounts")) return;
    if (event.target.name === "input") {
      number.choose(event.target.selectedOptions[0]);
    }
    stopRun();
    atOnce.classList.add("provisional");
    ensemble.classList.add("provisional");
    bar.hidden = true;
    at("state", ensemble).textContent = t("of the question before");
    clearTimeout(timer);
    timer = setTimeout(askNow, 250);
  });
  begin.addEventListener("click", startRun);
  halt.addEventListener("click", () => {
    if (run) send("DELETE", run).catch(fail); // the stream says that it stopped, with what was known by then
  });
  root.querySelector("#undo").addEventListener("click", () => {
    form.reset();
    number.choose(null);
    stopRun();
    ensemble.hidden = true;
    askNow();
    form.querySelector("input, select").focus();
  });
  const save = root.querySelector("#save");
  if (save) {
    save.addEventListener("submit", async (event) => {
      event.preventDefault();
      const spot = root.querySelector("#saved");
      try {
        const told = await send("POST", "/api/v1/policies", { ...question(), name: save.elements.name.value });
        fail(null);
        spot.hidden = false;
        spot.textContent = t("Saved as “{id}” in the copy of the case.", { id: told.id });
        save.reset();
      } catch (error) {
        spot.hidden = true;
        fail(error);
      }
    });
  }
  window.addEventListener("pagehide", () => { if (stream) stream.close(); });
}
