// A survey form: one page of questions at a time, all answers to be looked over, the thanks.

const IDLE = 60, WARNED = 20, SLOW = 600;

const draw = ctx => {
  const v = ctx.view;
  watch(ctx);
  const stage = {fill: page, review, sent}[v.stage];
  return h("form", {class: "form flds", key: "form", lang: v.lang, dir: v.dir, "aria-label": v.title, novalidate: true, autocomplete: "off",
    on: {submit: e => e.preventDefault(), keydown: e => pressed(ctx, e)}},
    head(ctx), ctx.local.idle && warning(ctx), stage(ctx));
};

// What is done next; what was typed a moment ago goes first. A kernel that takes its time is seen to do so.
function act(ctx, name, given) {
  flush(ctx);
  const l = ctx.local, at = ctx.view.page;
  const timers = [setTimeout(() => { l.slow = true; ctx.redraw(); }, SLOW), setTimeout(() => sight(ctx), PATIENCE + 50)];
  return ctx.do(name, given).then(said => {
    timers.forEach(clearTimeout);
    l.slow = false;
    const v = ctx.model.get("view"), item = v.focus && v.items?.find(i => i.name === v.focus);
    if (item || !said.error || v.page !== at) ctx.focus(item ? place(item) : "where");
    setTimeout(() => sight(ctx, item), 0);
  });
}

// The question to look at, else what was said, else the head is brought into sight: the button may be far below.
function sight(ctx, item) {
  const told = [...ctx.host.children].find(e => e.matches(".cl-lost, .cl-fault") && e.textContent);
  const goal = item ? document.activeElement.closest(".fld") : told ?? ctx.host.querySelector(".top");
  goal?.scrollIntoView({block: "nearest"});
}

// A button works where it was pressed, even if an answer on the way has moved it from under the pointer. The second
// click of a double click does nothing: a page or the review must not be passed over unseen.
function button(ctx, name, label, {main, act: done, ...more} = {}) {
  const go = done ?? (() => act(ctx, name));
  return h("button", {type: "button", class: main ? "btn main" : "btn", key: name, ...more, on: {
    click: e => { ctx.local.armed = null; if (e.detail < 2) go(); },
    pointerdown: e => {
      const armed = ctx.local.armed = {x: e.clientX, y: e.clientY};
      addEventListener("pointerup", up => setTimeout(() => {
        if (ctx.local.armed !== armed) return;
        ctx.local.armed = null;
        if (Math.hypot(up.clientX - armed.x, up.clientY - armed.y) < 8) go();
      }, 30), {once: true});
    },
  }}, label);
}

function head(ctx) {
  const v = ctx.view, parts = v.pages + (v.mode === "kiosk" ? 0 : 1), done = v.stage === "sent" ? parts : v.page;
  return [
    h("div", {class: "top"},
      h("h2", {key: "where", tabindex: -1}, h("b", {}, v.title), v.pages > 1 && v.stage === "fill" && [" ", h("span", {}, ctx.T("form.page_of", {page: v.page, pages: v.pages}))]),
      v.languages.length > 1 && v.stage !== "sent" && h("div", {class: "lang", role: "group", "aria-label": ctx.T("form.language")}, v.languages.map(l =>
        h("button", {type: "button", key: `lang-${l.tag}`, lang: l.tag, "aria-pressed": String(l.tag === v.lang), on: {click: () => { flush(ctx); ctx.do("language", {tag: l.tag}); }}}, l.name)))),
    h("div", {class: "prog", "aria-hidden": "true"}, Array.from({length: parts}, (_, i) => h("i", {class: i < done ? "done" : null}))),
  ];
}

function page(ctx) {
  const v = ctx.view, last = v.page === v.pages;
  const answer = (name, value) => ctx.do("answer", {item: name, value});
  const drawn = fields(ctx, v.items, answer, item => ctx.do("left", {item}));
  const asker = v.mode === "interview" && v.page === 1 && [h("p", {class: "hint"}, ctx.T("form.interview_hint")),
    h("div", {class: "fld", key: "asker"}, h("label", {class: "ask", for: `${ctx.local.uid}asker`}, ctx.T("form.interviewer")),
      h("input", {class: "in", id: `${ctx.local.uid}asker`, type: "text", autocomplete: "off",
        ...typing({ctx, answer: (_, text) => ctx.do("interviewer", {text})}, "interviewer", "interviewer", v.interviewer)}))];
  const send = last && v.mode === "kiosk";
  return [asker, v.heading && h("h3", {key: `head-${v.page}`}, v.heading), drawn,
    foot(ctx, v.page > 1 && button(ctx, "back", ctx.T("form.back")),
      send ? button(ctx, "submit", ctx.T("form.send"), {main: true}) : button(ctx, "next", ctx.T(last ? "form.to_review" : "form.next"), {main: true}))];
}

function review(ctx) {
  const v = ctx.view;
  return [h("h3", {}, ctx.T("form.review")), h("p", {class: "hint"}, ctx.T("form.review_hint")),
    h("dl", {class: "review"}, v.review.map(r => h("div", {key: r.name},
      h("dt", {}, r.question), h("dd", {dir: "auto", class: r.answer ? null : "soft"}, r.answer || ctx.T("form.unanswered")),
      h("dd", {class: "go"}, h("button", {type: "button", class: "link", key: `change-${r.name}`, "aria-label": ctx.T("form.change_this", {question: r.question}),
        on: {click: () => act(ctx, "goto", {item: r.name})}}, ctx.T("form.change")))))),
    v.more > 0 && h("p", {class: "hint"}, ctx.T("form.review_more", {n: v.more})),
    foot(ctx, button(ctx, "back", ctx.T("form.back")), button(ctx, "submit", ctx.T("form.send"), {main: true}))];
}

function sent(ctx) {
  return [h("p", {class: "thanks"}, icon("ok"), " ", h("span", {}, ctx.view.thanks)), ctx.view.remark && h("p", {class: "hint"}, ctx.view.remark),
    ctx.view.again && h("p", {}, button(ctx, "again", ctx.T("form.again"), {main: true, act: () => again(ctx)}))];
}

const foot = (ctx, back, main) => h("div", {class: "foot"}, back || h("span", {}),
  h("span", {class: ctx.local.slow ? "saved slow" : "saved"}, ctx.T(ctx.local.slow ? "widgets.working" : ctx.view.kept ? "form.kept" : "form.sent_only")), main);

// Enter in a line goes on; an interviewer picks a choice by its digit.
function pressed(ctx, e) {
  if (composing(e)) return;
  if (e.key === "Enter" && e.target.matches("input:not([type=radio],[type=checkbox])")) {
    e.preventDefault();
    if (ctx.view.stage === "fill") act(ctx, "next");
  }
  if (!ctx.view.keys || !/^\d$/.test(e.key) || e.ctrlKey || e.metaKey || e.altKey || !e.target.matches("[type=radio],[type=checkbox]")) return;
  const boxes = [...e.target.closest("fieldset").querySelectorAll(`input[name="${e.target.name}"]`)];
  const points = e.target.closest(".pts,.mx.coded"), now = Date.now(), typed = ctx.local.digits;
  const keys = points && typed && now - typed.at < 900 ? typed.keys + e.key : e.key;
  const box = points ? boxes.find(b => b.value === keys) ?? boxes.find(b => b.value === e.key) : boxes[e.key - 1];
  ctx.local.digits = {keys, at: now};
  if (box) { box.focus(); box.click(); }
}

// --- nobody is there any more: a form at a kiosk starts anew ---

function again(ctx) {
  for (const kept of Object.values(ctx.local.typed ?? {})) clearTimeout(kept.timer);
  ctx.local.typed = {};
  ctx.local.idle = 0;
  return act(ctx, "again");
}

function watch(ctx) {
  const l = ctx.local;
  if (ctx.view.mode !== "kiosk" || l.watched) return;
  l.watched = true;
  l.since = Date.now();
  for (const type of ["pointerdown", "keydown", "input"]) ctx.host.addEventListener(type, () => {
    l.since = Date.now();
    if (l.idle) { l.idle = 0; ctx.redraw(); }
  }, true);
  const timer = setInterval(() => {
    const quiet = Math.floor((Date.now() - l.since) / 1000);
    if (ctx.view.fresh) { l.since = Date.now(); return; }
    const rest = quiet < IDLE ? 0 : IDLE + WARNED - quiet;
    if (quiet >= IDLE + WARNED) { l.since = Date.now(); again(ctx); }
    else if (rest !== (l.idle ?? 0)) { l.idle = rest; ctx.redraw(); }
  }, 1000);
  ctx.on(() => clearInterval(timer));
}

function warning(ctx) {
  const key = ctx.view.stage === "sent" ? "form.idle_sent" : "form.idle";
  return h("div", {class: "idle", key: "idle"}, h("span", {role: "alert"}, ctx.T(key, {seconds: WARNED})), " ", h("b", {"aria-hidden": "true"}, ctx.local.idle),
    h("button", {type: "button", class: "btn", key: "stay", on: {click: () => {}}}, ctx.T("form.stay")));
}

export default widget(draw);
