// A tree that is edited: rows from the kernel (rows), a toolbar, the side panel with its forms, the keyboard.
// Which tools there are, what the panel asks and what it is called comes from the kernel.

const ROUND = "M8 1.8a6.2 6.2 0 100 12.4 6.2 6.2 0 000-12.4z";
Object.assign(ICONS, {
  verified: ROUND + "M5.2 8.2l2 2 3.7-4.2", hypothesis: ROUND, "ruled-out": ROUND + "M3.7 12.3l8.6-8.6",
  question: ROUND + "M6.2 6.4a1.8 1.8 0 112.6 1.6c-.6.3-.8.7-.8 1.3M8 11.3v.1", finding: ROUND + "M8 6.2a1.8 1.8 0 100 3.6 1.8 1.8 0 000-3.6z",
  error: "M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4zM8 5v3.8M8 10.8v.2", info: ROUND + "M8 7.4v3.4M8 5v.1",
  gate: "M3 3v3a2 2 0 002 2h6a2 2 0 002-2V3M8 8v5", ban: ROUND + "M5 8h6", link: "M6.5 9.5l3-3M7.2 4.8l1.4-1.4a2.7 2.7 0 013.9 3.9l-1.4 1.4M8.8 11.2l-1.4 1.4a2.7 2.7 0 01-3.9-3.9l1.4-1.4",
});
const TE = "tree_editor.";
const BOX = {verified: "ver", hypothesis: "hyp", "ruled-out": "out", question: "ask", finding: "fin"};

// --- what the page knows of the tree ---

function know(ctx) {
  const L = ctx.local, rows = ctx.model.get("rows") ?? [];
  if (L.rows !== rows) {
    // A row that says the same as before is not read again.
    L.read = new Map(rows.map(row => [row, L.read?.get(row) ?? JSON.parse(row)]));
    const all = L.all = [...L.read.values()];
    L.rows = rows;
    L.by = new Map(all.map(r => [r.id, r]));
    L.kids = new Map(all.map(r => [r.id, []]));
    for (const r of all) L.kids.get(r.up)?.push(r);
    // A number for all that a branch says, and one for where it hangs: as long as both stay the same, the branch need
    // not be drawn again.
    L.numbers ??= new Map();
    L.kept ??= new Map();
    L.drawn ??= new Map();
    L.own = new Map();
    const number = text => L.numbers.get(text) ?? (L.numbers.set(text, L.numbers.size), L.numbers.size - 1);
    L.says = new Map();
    L.hangs = new Map();
    for (const r of all) L.hangs.set(r.id, number(L.hangs.get(r.up) + ">" + r.id));
    for (const [own, r] of [...L.read].reverse()) {
      const kids = L.kids.get(r.id);
      L.own.set(r.id, number(own + !kids.length));
      L.says.set(r.id, number(own + kids.map(kid => L.says.get(kid.id))));
    }
    for (const id of [...L.kept.keys()]) if (!L.by.has(id)) forget(L, id);
    if (L.going && L.by.has(ctx.view.at)) L.at = ctx.view.at;
  }
  L.closed ??= new Set();
  L.folds ??= new Map();
  L.drafts ??= {};
  if (!L.by.has(L.at)) {
    const inTree = document.activeElement?.closest?.("[role=tree]") && ctx.host.contains(document.activeElement);
    L.at = L.by.has(ctx.view.at) ? ctx.view.at : L.all[0]?.id;
    if (inTree) ctx.focus("n:" + L.at);
  }
  if (L.edit && !L.by.has(L.edit.id)) {
    if (L.edit.text) L.error = ctx.T(TE + "gone_words", {text: L.edit.text});
    L.edit = null;
  }
  if (L.pick && !L.by.has(L.pick)) L.pick = null;
  L.seen = [];
  const walk = r => { L.seen.push(r); if (!L.closed.has(r.id)) L.kids.get(r.id).forEach(walk); };
  if (L.all[0]) walk(L.all[0]);
}

const above = (L, id) => { const found = []; for (let r = L.by.get(id); r; r = L.by.get(r.up)) found.push(r.id); return found; };

function open(L, id) {
  for (const up of above(L, id).slice(1)) if (L.closed.delete(up)) folded(L, up);
}

function forget(L, id) {
  L.drawn.delete(id);
  if (L.kept.delete(id)) L.kids.get(id)?.forEach(kid => forget(L, kid.id));
}

function folded(L, id) { for (const one of above(L, id)) L.folds.set(one, (L.folds.get(one) ?? 0) + 1); }

function below(L, id) { return L.kids.get(id).reduce((n, r) => n + 1 + below(L, r.id), 0); }

// Choose a node: at once in the tree; its panel follows when nobody has moved on for a moment.
function choose(ctx, id, focus = true) {
  const L = ctx.local;
  if (L.at !== id) L.why = L.error = "";
  L.at = id;
  open(L, id);
  if (focus) ctx.focus("n:" + id); else ctx.redraw();
  setTimeout(() => keyed(ctx.host, "n:" + id)?.scrollIntoView({block: "nearest"}));
  follow(ctx);
}

function follow(ctx) {
  const L = ctx.local;
  clearTimeout(L.timer);
  L.timer = setTimeout(() => {
    if (ctx.model.get("view").at !== L.at && L.by.has(L.at)) ctx.do("look", {node: L.at}, true);
  }, 60);
}

// Ask the kernel, and go where it says that the work goes on.
async function act(ctx, name, fields, stay) {
  const L = ctx.local;
  L.going = !stay;
  const {error, say} = await ctx.do(name, fields);
  L.going = false;
  L.why = error ? "" : say;
  if (!error && !stay) {
    know(ctx);
    choose(ctx, ctx.model.get("view").at);
  }
  ctx.redraw();
  return !error;
}

function no(ctx, why) {
  ctx.local.why = why;
  ctx.say(why);
  ctx.redraw();
}

// --- writing in the tree ---

function write(ctx, how, id = ctx.local.at) {
  const L = ctx.local;
  if (how === "add") { if (L.closed.delete(id)) folded(L, id); open(L, id); }
  L.edit = {how, id, text: how === "add" ? "" : L.by.get(id).text};
  ctx.focus("edit");
}

async function written(ctx) {
  const L = ctx.local, {how, id, text} = L.edit;
  if (how === "rename" && text.trim() === L.by.get(id).text) return unwritten(ctx);
  const {error, say} = await ctx.do(how, {node: id, text});
  if (error) return;
  L.edit = null;
  L.why = say;
  know(ctx);
  choose(ctx, ctx.model.get("view").at);
}

function unwritten(ctx) {
  const L = ctx.local;
  L.error = "";
  const id = L.edit.id;
  L.edit = null;
  choose(ctx, id);
}

function pen(ctx, label) {
  const L = ctx.local;
  return h("span", {class: "pen"},
    h("textarea", {class: "in", key: "edit", rows: 1, "aria-label": label, title: label, value: L.edit.text, on: {
      // The words are chosen with the first focus: later, a quick typist has begun and would lose letters.
      focus: e => { if (!L.edit.met) { L.edit.met = true; e.target.select(); e.target.scrollIntoView({block: "nearest"}); } },
      input: e => { L.edit.text = e.target.value; },
      keydown: e => {
        if (composing(e)) return;
        if (e.key === "Enter") { e.preventDefault(); written(ctx); }
        if (e.key === "Escape") unwritten(ctx);
      }}}),
    h("button", {class: "btn", type: "button", on: {click: () => written(ctx)}}, ctx.T(TE + "keep")),
    h("button", {class: "btn quiet", type: "button", on: {click: () => unwritten(ctx)}}, ctx.T(TE + "leave")));
}

// --- the tree ---

function treeOf(ctx, card) {
  const L = ctx.local, top = L.all[0];
  if (!top) return null;
  const lively = new Set([L.at, L.pick, L.edit?.id].flatMap(id => above(L, id)));
  const now = [L.at, L.pick, L.edit?.id, L.edit?.how].join();
  const item = (r, level, kids) => {
    const at = r.id === L.at, shut = L.closed.has(r.id), pens = L.edit?.how === "rename" && L.edit.id === r.id;
    const keep = pens ? undefined : [L.own.get(r.id), L.hangs.get(r.id), at, shut && below(L, r.id), L.pick === r.id, ctx.lang].join("/");
    const drawn = L.drawn.get(r.id) === keep;
    L.drawn.set(r.id, keep);
    if (keep && drawn) return h("div", {key: "n:" + r.id, keep});
    const props = {role: "treeitem", key: "n:" + r.id, keep, "aria-level": level, "aria-selected": at ? "true" : "false", tabindex: at ? 0 : -1,
      "aria-expanded": kids.length ? (shut ? "false" : "true") : null, class: r.mark === "top" ? "ttl" : `node ${BOX[r.mark] ?? ""}${L.pick === r.id ? " pick" : ""}`};
    if (pens) return h("div", props, pen(ctx, ctx.T(TE + "rewrite")));
    props.on = {click: () => choose(ctx, r.id), dblclick: () => write(ctx, "rename", r.id)};
    if (r.mark === "top") return h("div", props, h("b", {dir: "auto"}, r.text), " ", h("span", {class: "sr"}, r.spoken));
    return h("div", props, ICONS[r.mark] && icon(r.mark), h("span", {class: "no"}, r.no), " ",
      h("span", {class: "tx"}, h("bdi", {}, r.text), " ", h("span", {class: "sr"}, r.spoken)), " ",
      h("span", {class: "chips"}, r.chips.map(([i, text]) => h("span", {class: i && "c-" + i}, i && icon(i), text)),
        shut && h("span", {}, ctx.T(TE + "collapsed", {n: below(L, r.id)}))),
      kids.length > 0 && h("span", {class: "fold", title: ctx.T(TE + "fold"), on: {click: e => { e.stopPropagation(); fold(ctx, r.id); }}}, icon(shut ? "right" : "down")));
  };
  const notes = (r, more) => r.notes.map(([level, rule, text], i) => h("div", {class: `remark ${level}${more ? " on" : ""}`, key: i}, icon(level), rule && h("b", {}, rule), " ", h("bdi", {}, text)));
  const group = (r, kids, level) => {
    const adds = L.edit?.how === "add" && L.edit.id === r.id;
    if (L.closed.has(r.id)) kids.forEach(kid => forget(L, kid.id));
    if (!adds && (!kids.length || L.closed.has(r.id))) return null;
    const [how, label, means, drawn, verdict] = r.gate ?? [];
    return h("ul", {class: "tree", role: "group", key: "g:" + r.id},
      r.gate && h("li", {class: "gate", role: "none", key: "pill"}, h("span", {class: "pill", "aria-hidden": "true", on: {click: () => how !== "split" && act(ctx, "gate", {node: r.id})}},
        label && h("b", {}, label), " ", h("span", {}, means), verdict && h("span", {class: "mece " + drawn}, icon(drawn), verdict))),
      kids.map(kid => branch(kid, level)),
      adds && h("li", {role: "none", key: "new"}, h("div", {class: "node hyp", role: "treeitem", "aria-level": level, "aria-selected": "false", tabindex: -1}, pen(ctx, ctx.view.write))));
  };
  const branch = (r, level) => {
    const kids = L.kids.get(r.id), keep = [L.says.get(r.id), L.hangs.get(r.id), L.folds.get(r.id), lively.has(r.id) ? now : "", ctx.lang].join("/");
    if (L.kept.get(r.id) === keep) return h("li", {key: r.id, keep});
    L.kept.set(r.id, keep);
    return h("li", {role: "none", key: r.id, keep}, item(r, level, kids), notes(r, kids.length && !L.closed.has(r.id)), group(r, kids, level + 1));
  };
  const kids = L.kids.get(top.id);
  return h("ul", {class: "roots", role: "tree", "aria-label": ctx.T(TE + "tree_whys", {text: top.text}), on: {keydown: e => treeKey(ctx, e)}},
    h("li", {role: "none", key: top.id}, card(item(top, 1, kids)), notes(top), group(top, kids, 2)));
}

function fold(ctx, id) {
  const {closed, kids} = ctx.local;
  if (!kids.get(id).length) return;
  if (!closed.delete(id)) {
    closed.add(id);
    if (above(ctx.local, ctx.local.at).includes(id)) choose(ctx, id);
  }
  folded(ctx.local, id);
  ctx.redraw();
}

// --- the keyboard of the tree, and the tools ---

function treeKey(ctx, e) {
  const L = ctx.local, key = e.key;
  if (e.target.matches("textarea, button") || e.ctrlKey || e.metaKey || composing(e)) return;
  const i = L.seen.findIndex(r => r.id === L.at), r = L.seen[i], kids = L.kids.get(r.id), shut = L.closed.has(r.id);
  const go = to => to && choose(ctx, to.id);
  const letter = key.length === 1 && key !== " " && !e.altKey;
  const typing = letter && (e.shiftKey && /[a-z]/i.test(key) || Date.now() - (L.typed?.when ?? 0) < 700);
  const tool = ctx.view.tools.find(t => t?.keys.includes(letter ? key.toLowerCase() : key));
  const moves = {
    ArrowDown: () => go(L.seen[i + 1]), ArrowUp: () => go(L.seen[i - 1]), Home: () => go(L.seen[0]), End: () => go(L.seen.at(-1)),
    ArrowRight: () => shut ? fold(ctx, r.id) : go(kids[0]),
    ArrowLeft: () => kids.length && !shut && r.up ? fold(ctx, r.id) : go(L.by.get(r.up)),
    Escape: () => unpick(ctx),
  };
  if (e.altKey && /^Arrow(Up|Down)$/.test(key)) { if (r.up) act(ctx, "shift", {node: r.id, by: key === "ArrowUp" ? -1 : 1}); }
  else if (L.pick && key === "Enter") put(ctx, "move");
  else if (L.pick && key.toLowerCase() === "l" && ctx.view.also) put(ctx, "also");
  else if (moves[key] && !e.altKey) moves[key]();
  else if (tool && !typing) use(ctx, tool);
  else if (letter) find(ctx, key, i);
  else return;
  e.preventDefault();
}

// Letters that are no tool, and all letters with Shift, go to the next one that begins so; digits go to a number.
function find(ctx, key, from) {
  const L = ctx.local, now = Date.now();
  const text = (now - (L.typed?.when ?? 0) < 700 ? L.typed.text : "") + key.toLowerCase();
  L.typed = {text, when: now};
  const start = text.length > 1 ? from : from + 1, list = [...L.seen.slice(start), ...L.seen.slice(0, start)];
  const hit = list.find(r => r.no.startsWith(text) || r.text.toLowerCase().startsWith(text));
  if (hit) choose(ctx, hit.id);
}

function put(ctx, how) {
  const L = ctx.local, node = L.pick;
  act(ctx, how, {node, to: L.at}).then(done => { if (done) { L.pick = null; ctx.redraw(); } });
}

function unpick(ctx) {
  const L = ctx.local, id = L.pick;
  L.pick = null;
  if (id) choose(ctx, id);
}

const HOW = {
  write: (ctx, t) => write(ctx, t.name),
  form: (ctx, t) => useForm(ctx, t.arg),
  act: (ctx, t, r) => act(ctx, t.arg, t.bare ? {} : {node: r.id}, t.bare),
  pick: (ctx, t, r) => {
    ctx.local.pick = r.id;
    ctx.say(ctx.T(TE + "moving", {text: r.text}));
    choose(ctx, r.id);
  },
};

// What a tool is for the chosen node, and why it does not apply to it.
function fitted(ctx, t, r) {
  const tool = t.alt?.mark === r.mark ? {...t, ...t.alt} : t, why = t.no || r.no_tool?.[t.name];
  return [tool, why ? ctx.T(why, {number: r.again}) : ""];
}

function use(ctx, t) {
  const r = ctx.local.by.get(ctx.local.at), [tool, why] = fitted(ctx, t, r);
  if (why) no(ctx, why); else HOW[tool.how](ctx, tool, r);
}

function toolbar(ctx) {
  const L = ctx.local, r = L.by.get(L.at), {sums, unchecked, tools} = ctx.view;
  const step = e => {
    const all = [...e.currentTarget.querySelectorAll("button")], at = all.indexOf(e.target);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1}[e.key];
    if (all[to]) { L.tool = all[to]._key; ctx.focus(L.tool); e.preventDefault(); }
  };
  const button = (name, draw, props, ...kids) => h("button", {type: "button", class: "btn quiet", key: "t:" + name, tabindex: (L.tool ?? "t:add") === "t:" + name ? 0 : -1, ...props}, icon(draw), ...kids);
  const next = level => {
    const i = L.all.findIndex(one => one.id === L.at), list = [...L.all.slice(i + 1), ...L.all.slice(0, i + 1)];
    const hit = list.find(one => one.notes.some(n => n[0] === level));
    if (hit) choose(ctx, hit.id);
  };
  return h("div", {class: "tools", role: "toolbar", key: "tools", "aria-label": ctx.view.label, on: {keydown: step}},
    tools.map(t => {
      if (!t) return h("span", {class: "bar"});
      const [tool, why] = fitted(ctx, t, r);
      return button(t.name, t.draw, {"aria-disabled": why ? "true" : null, title: why || null, "aria-keyshortcuts": t.said,
        on: {click: () => { L.tool = "t:" + t.name; use(ctx, t); }}}, tool.text, " ", t.kbd && h("kbd", {"aria-hidden": "true"}, t.kbd), t.mark && h("span", {class: "unsaved"}, t.mark));
    }),
    h("span", {class: "sum"}, unchecked && h("span", {class: "soft"}, ctx.T(TE + "unchecked")),
      sums.map(s => button(s.level, s.level, {class: "btn quiet " + s.level, "aria-label": ctx.T(TE + "next_finding", {text: s.text}), on: {click: () => next(s.level)}}, s.text))));
}

// --- the side panel ---

// A panel with steps (the read-back) leads: its node is chosen, and the focus goes to what is asked.
function panelOf(ctx) {
  const {panel, at} = ctx.view, L = ctx.local;
  if (L.step !== panel.step) {
    if (panel.step && L.by.has(at)) { L.at = at; open(L, at); know(ctx); }
    ctx.focus(panel.step ? panel.focus : "n:" + L.at);
    L.step = panel.step;
  }
  const keys = e => {
    if (e.target.matches("input, textarea, select")) { if (e.key !== "Escape") return; }
    if (e.key === "Escape" && panel.step) act(ctx, "end_reading", {});
    else if (panel.step && !e.ctrlKey) e.currentTarget.querySelectorAll(".seg button")[e.key - 1]?.click();
  };
  return h("div", {role: "group", class: "side" + (panel.step ? " steps" : ""), key: "side", "aria-label": ctx.T(TE + "panel"), "aria-busy": at === L.at ? null : "true", on: {keydown: keys}}, panel.sections.map(s => sectionOf(ctx, panel.node, s)));
}

function sectionOf(ctx, node, s) {
  const first = s.key === "head";
  return h("div", {key: node + s.key, class: first ? "" : "sec"}, s.state && h("p", {class: "state"}, ICONS[s.mark] && icon(s.mark), s.state),
    s.title && h(first ? "h2" : "h3", {dir: "auto"}, s.title, " ", s.aside && h("span", {}, s.aside)),
    s.because && h("p", {class: "because"}, s.because.map(([text, joins]) => joins ? h("span", {class: "soft"}, text) : h("bdi", {}, text))),
    s.html && h("div", {html: s.html}),
    s.lines?.length > 0 && h("ul", {class: "ev"}, s.lines.map(one => h("li", {class: "of-" + one.icon},
      icon(one.icon || "right"), h("div", {}, one.code && h("b", {}, one.code), " ", h("bdi", {}, one.text), one.meta && h("small", {dir: "auto"}, one.meta),
        one.act && h("button", {type: "button", class: "link", on: {click: () => act(ctx, one.act[0], {node, ...one.act[2]}, true)}}, one.act[1]))))),
    s.text && h("p", {class: first || s.lines?.length ? "meta" : "said", dir: "auto"}, s.text),
    (s.forms ?? []).map(f => formOf(ctx, node, f)));
}

function openForm(ctx, node, f, back) {
  const L = ctx.local;
  if (f.why_not) return no(ctx, f.why_not);
  L.open = node + "/" + f.key;
  L.back = back;
  const first = f.fields?.[0];
  ctx.focus(`${L.open}.${first?.name}`);
}

// A tool opens a form of the panel; that may have to be fetched first.
async function useForm(ctx, key) {
  const L = ctx.local, node = L.at;
  if (ctx.model.get("view").at !== node && (await ctx.do("look", {node})).error) return;
  const forms = ctx.model.get("view").panel.sections.flatMap(s => s.forms ?? []), f = forms.find(one => one.key === key);
  if (f) openForm(ctx, node, f, "n:" + node);
}

function formOf(ctx, node, f) {
  const L = ctx.local, key = node + "/" + f.key;
  if (f.button && L.open !== key) {
    return h("button", {type: "button", class: "btn opens", key, "aria-disabled": f.why_not ? "true" : null, title: f.why_not ?? null, on: {click: () => openForm(ctx, node, f, key)}},
      icon(f.icon ?? "add"), f.button, " ", f.hot && h("kbd", {"aria-hidden": "true"}, f.hot));
  }
  const shut = () => {
    if (L.open !== key) return;
    L.open = null;
    ctx.focus(L.by.has(L.back?.slice(2)) || L.back === key ? L.back : "n:" + L.at);
  };
  const send = async (form, choice) => {
    if (f.why_not) return no(ctx, f.why_not);
    const data = Object.fromEntries(new FormData(form));
    if (choice) data.choice = choice;
    L.failed = null;
    const {error, say} = await ctx.do(f.do, {node, ...data});
    if (error) { L.failed = key; L.failure = error; }
    else {
      delete L.drafts[key];
      const v = ctx.model.get("view");
      L.why = v.panel.step ? "" : say;
      if (v.panel.step) L.open = null;
      else if (v.at !== node) { know(ctx); L.open = null; choose(ctx, v.at); }
      else shut();
    }
    ctx.redraw();
  };
  return h("form", {class: "form", key: key + "/form", on: {
    submit: e => { e.preventDefault(); if (!f.auto) send(e.currentTarget, e.submitter?.value); },
    input: e => { (L.drafts[key] ??= {})[e.target.name] = e.target.value; },
    change: e => { if (f.auto) send(e.currentTarget); },
    keydown: e => {
      if (composing(e)) return;
      if (e.key === "Escape" && f.button) shut();
      if (e.key === "Enter" && e.target.matches("input") && (f.choices || f.auto)) { e.preventDefault(); if (f.auto) e.target.blur(); }
    }}},
    f.title && h("p", {class: "meta"}, f.title),
    f.fields.map(x => fieldOf(key, x, L.drafts[key] ?? {})),
    f.choices && h("div", {class: "seg", role: "group"}, f.choices.map(([value, label, on], i) => h("button", {class: "btn", value, key: key + "." + value, "aria-pressed": f.numbered ? null : on ? "true" : "false", "aria-disabled": f.why_not ? "true" : null}, label, f.numbered && h("kbd", {"aria-hidden": "true"}, i + 1)))),
    f.why_not && h("p", {class: "meta"}, f.why_not),
    f.submit && h("div", {class: "row"}, h("button", {class: "btn " + (f.quiet ? "quiet" : "main"), key: key + ".go"}, f.submit), f.button && h("button", {type: "button", class: "btn quiet", on: {click: shut}}, ctx.T("widgets.cancel"))),
    L.failed === key && ctx.local.error && h("p", {class: "err"}, icon("alert"), L.failure));
}

function fieldOf(form, x, draft) {
  const key = `${form}.${x.name}`, value = draft[x.name] ?? x.value;
  if (x.kind === "radio") {
    return h("fieldset", {class: "radios"}, h("legend", {class: "sr"}, x.label), x.options.map(([v, label], i) =>
      h("label", {}, h("input", {type: "radio", name: x.name, value: v, key: i ? key + v : key, checked: value === v}), h("span", {}, label, " ", x.hints?.[v] && h("small", {}, x.hints[v])))));
  }
  const props = {class: "in", name: x.name, key, value, dir: x.kind === "date" ? null : "auto"};
  const box = x.kind === "select" ? h("select", props, x.options.map(([v, label]) => h("option", {value: v}, label)))
    : x.kind === "area" ? h("textarea", {...props, rows: 2})
    : h("input", {...props, type: x.kind === "date" ? "date" : "text", inputmode: x.kind === "number" ? "decimal" : null, autocomplete: "off"});
  return h("label", {class: "fl"}, h("span", {}, x.label, " ", x.hint && h("small", {}, x.hint)), box);
}

// --- the whole ---

function draw(ctx) {
  know(ctx);
  const L = ctx.local, v = ctx.view;
  if (v.unchecked && !L.checking) {
    L.checking = setTimeout(() => { ctx.do("check", {}, true).then(() => { L.checking = null; }); }, 400);
  }
  const moving = L.pick && h("div", {class: "banner", key: "moving"}, icon("move"), h("span", {}, ctx.T(TE + "moving", {text: L.by.get(L.pick).text})),
    h("button", {type: "button", class: "btn", on: {click: () => put(ctx, "move")}}, ctx.T(TE + "move_here"), h("kbd", {"aria-hidden": "true"}, "\u21b5")),
    v.also && h("button", {type: "button", class: "btn", on: {click: () => put(ctx, "also")}}, ctx.T(TE + "also_here"), h("kbd", {"aria-hidden": "true"}, "L")),
    h("button", {type: "button", class: "btn quiet", on: {click: () => unpick(ctx)}}, ctx.T("widgets.cancel"), h("kbd", {"aria-hidden": "true"}, "Esc")));
  const card = item => h("div", {class: "gap" + (L.at === L.all[0].id ? " on" : "") + (v.top.figure ? " two" : ""), on: {click: () => L.at !== L.all[0].id && choose(ctx, L.all[0].id)}},
    v.top.above && h("div", {class: "k"}, v.top.above), item, v.top.figure && h("div", {class: "fig", html: v.top.figure}),
    v.top.said && h("div", {class: "said"}, v.top.said), v.top.facts.length > 0 && h("div", {class: "gfacts"}, v.top.facts.map(f => h("span", {}, f, " "))));
  // Another editor may have changed the same document since.
  const back = e => { if (!ctx.busy && !ctx.host.contains(e.relatedTarget)) ctx.do("look", {}, true); };
  return h("div", {class: "shell te", on: {focusin: back}},
    toolbar(ctx), h("p", {class: "why", key: "why"}, L.why ?? ""), moving,
    h("div", {class: "split", key: "split"},
      h("div", {class: "trunk"}, treeOf(ctx, card), v.circles.map(text => h("p", {class: "note"}, text)),
        v.cover && h("div", {html: v.cover}), v.legend.length > 0 && h("p", {class: "tkey"}, v.legend.map(([draw, text]) => h("span", {}, icon(draw), text)))),
      panelOf(ctx)));
}
export default widget(draw);
