// The case board: columns of cards, filters above, the panel of one case beside them. Keys first; dragging is an extra.

const LOOK = 5000;
const UP = {ArrowUp: -1, ArrowDown: 1}, SIDE = {ArrowLeft: -1, ArrowRight: 1};

const press = (ctx, look, key, name, fields, ...kids) => h("button", {class: look, key, on: {click: () => ctx.do(name, fields)}}, kids);

const draw = ctx => {
  const v = ctx.view, l = ctx.local, over = v.over;
  if (!l.asks) { l.asks = true; askOthers(ctx); }
  if (l.turn < v.news.turn) ctx.say(v.news.said);
  l.turn = v.news.turn;
  if (l.open && !v.selected) land(ctx, l.open);
  l.open = v.selected;
  if (over && l.over !== over.id) ctx.focus("over");
  if (!over && l.over && l.from) ctx.focus(l.from);
  l.over = over?.id;
  return h("div", {class: "shell cb"}, h("div", {inert: !!over}, head(ctx), filters(ctx),
    h("div", {class: v.panel ? "split" : "split one"},
      h("div", {class: "cb-main", key: "main"}, v.none && h("p", {class: "none", key: "none"}, v.none), columns(ctx)),
      v.panel && h("div", {class: "cb-side", key: "side"}, press(ctx, "btn quiet back", "back", "close_panel", {}, "← " + ctx.T("case_board.back")), panel(ctx)))),
    over && dialog(ctx, over));
};

// Asks every few seconds what others did, while the page is seen and the last question was answered; holds nothing up.
function askOthers(ctx) {
  const view = "look" + Math.random();
  let waits = false;
  const heard = said => {
    if (said?.view !== view) return;
    waits = false;
    if (said.error) { ctx.local.error = said.error; ctx.redraw(); }
  };
  const timer = setInterval(() => {
    if (waits || document.hidden || !ctx.host.isConnected) return;
    waits = true;
    try { ctx.model.send({kind: "do", view, seq: 0, name: "look", fields: {}}); } catch { waits = false; }
  }, LOOK);
  ctx.model.on("msg:custom", heard);
  ctx.on(() => { clearInterval(timer); ctx.model.off("msg:custom", heard); });
}

// --- above the columns ---

function head(ctx) {
  const v = ctx.view;
  return h("div", {class: "bar1"}, h("h2", {}, ctx.T("case_board.title")), " ", h("span", {class: "soft"}, v.moment, " · ", ctx.T("case_board.order")), " ",
    h("span", {class: "rec"}, v.came), " ", opens(ctx, "btn", "new", "new", {}, icon("add"), ctx.T("case_board.new")));
}

function filters(ctx) {
  const v = ctx.view, set = (by, value) => ctx.do("filter", {by, value});
  const search = e => {
    const value = e.target.value;
    clearTimeout(ctx.local.typing);
    if (!composing(e)) ctx.local.typing = setTimeout(() => set("search", value), 250);
  };
  return h("div", {class: "bar2", role: "group", "aria-label": ctx.T("case_board.filter")},
    h("label", {class: "find"}, icon("find"), h("input", {type: "search", key: "search", value: v.search, "aria-label": ctx.T("case_board.search"),
      placeholder: ctx.T("case_board.search_hint"), on: {input: search, compositionend: search}})),
    v.pills.map(p => h("button", {class: p.late ? "pill late" : "pill", key: p.id, "aria-pressed": String(p.on), on: {click: () => set(p.by, p.on ? "" : p.value)}}, p.text)),
    v.lists.map(c => h("select", {class: c.value ? "pill on" : "pill", key: c.id, "aria-label": c.label, value: c.value, on: {change: e => set(c.id, e.target.value)}},
      c.options.map(([value, text]) => h("option", {value, key: value}, text)))),
    v.filtered && press(ctx, "link", "clear", "clear", {}, ctx.T("case_board.clear")));
}

// --- columns and cards ---

function columns(ctx) {
  const v = ctx.view, ids = v.columns.flatMap(c => c.cards.map(k => k.id));
  if (!ids.includes(ctx.local.at)) ctx.local.at = ids[0];
  return h("div", {class: "cols", key: "cols"}, h("p", {class: "sr", id: "cb-keys"}, ctx.T("case_board.keys")), v.columns.map(c =>
    h("div", {role: "group", class: ctx.local.onto === c.id ? "col onto" : "col", key: c.id, "aria-label": c.label, on: drops(ctx, c.id)},
      h("h3", {}, c.label, " ", h("span", {}, c.n)),
      c.earlier && press(ctx, "more", "earlier", "earlier", {group: c.id}, ctx.T("case_board.earlier")),
      c.ends ? h("ul", {class: "ends"}, c.ends.map(e => h("li", {}, h("span", {}, e.label), " ", h("span", {}, e.n), h("i", {style: `width:${e.share}%`}))))
        : h("ul", {on: {keydown: e => keys(ctx, e)}}, c.cards.map(k => card(ctx, k))),
      c.of && h("p", {class: "soft of"}, c.of),
      c.more && press(ctx, "more", "more", "more", {group: c.id}, c.more),
      c.ends?.length > 0 && opens(ctx, "more", "ended", "ended", {}, ctx.T("case_board.see_list")))));
}

function card(ctx, c) {
  const l = ctx.local, tabindex = l.at === c.id ? "0" : "-1", named = text => ({"aria-label": text, title: text, tabindex});
  const moves = ctx.view.menu?.id === c.id;
  return h("li", {class: `card${c.late ? " late" : ""}${ctx.view.selected === c.id ? " sel" : ""}`, key: c.id, draggable: "true", "data-id": c.id, on: {
    dragstart: e => { l.drag = c; e.dataTransfer.setData("text/plain", c.number); }, dragend: () => { l.drag = null; onto(ctx); },
    focusin: () => { if (l.at !== c.id) { l.at = c.id; ctx.redraw(); } }}},
    h("div", {class: "r1"}, c.score && h("span", {class: c.detractor ? "score det" : "score"}, c.score), " ",
      h("button", {class: "open", key: "c-" + c.id, tabindex, "aria-label": c.name, "aria-describedby": "cb-keys", on: {click: () => ctx.do("open", {case_id: c.id})}}, c.number), " ",
      h("span", {class: c.owner ? "own" : "own no", role: "img", "aria-label": c.owned, title: c.owned}, c.owner || "?")),
    h("div", {class: "ty"}, c.title), h("div", {class: "st"}, c.meta),
    c.marks.map(([sign, text]) => h("div", {class: "mark m-" + sign}, icon(sign), text)),
    c.due && h("div", {class: c.late ? "clk over" : "clk"}, icon("clock"), c.due),
    h("div", {class: "foot"}, h("span", {class: "soft"}, c.what), " ",
      c.timed && h("button", {class: "ib", key: "w-" + c.id, ...named(ctx.T("case_board.why", c)), on: {click: () => over(ctx, "w-" + c.id, "why", {case_id: c.id})}}, icon("ask")),
      h("button", {class: "ib", key: "m-" + c.id, ...named(ctx.T("case_board.move", c)), "aria-haspopup": "menu", "aria-expanded": String(moves), on: {click: () => menuOf(ctx, c.id)}}, icon("right"))),
    moves && menu(ctx, c));
}

// Arrows go from card to card; the letters are for the card that has the focus, not for its menu.
function keys(ctx, event) {
  const id = event.target.closest(".card")?.dataset.id, {key} = event;
  if (!id || event.target.closest(".menu") || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = ctx.view.columns.map(c => c.cards.map(k => k.id)).filter(c => c.length), at = all.findIndex(c => c.includes(id)), here = all[at], row = here.indexOf(id);
  const beside = all[at + SIDE[key]];
  const next = {Home: here[0], End: here.at(-1)}[key] ?? here[row + UP[key]] ?? beside?.[Math.min(row, beside.length - 1)];
  if (next) { ctx.local.at = next; ctx.focus("c-" + next); }
  else if ("mM.".includes(key) || key === "ContextMenu") menuOf(ctx, id);
  else if (key === "?") over(ctx, "c-" + id, "why", {case_id: id});
  else if (!UP[key] && !SIDE[key]) return;
  event.preventDefault();
}

// --- moving ---

const menuOf = (ctx, id) => ctx.view.menu?.id === id ? shut(ctx, id) : ctx.do("menu", {case_id: id}).then(said => said.error || ctx.focus("s-0"));
const shut = (ctx, id) => { ctx.do("close_menu"); ctx.focus("c-" + id); };

function menu(ctx, c) {
  const m = ctx.view.menu;
  const turn = e => {
    const all = [...e.currentTarget.children], at = all.indexOf(document.activeElement);
    if (e.key === "Escape" || e.key === "Tab") shut(ctx, c.id);
    else if (UP[e.key]) all[(at + UP[e.key] + all.length) % all.length].focus();
    else return;
    e.preventDefault();
  };
  return h("div", {class: "menu", role: "menu", "aria-label": m.title, key: "menu", on: {keydown: turn}}, m.steps.map((s, i) =>
    h("button", {role: "menuitem", tabindex: "-1", key: "s-" + i, on: {click: () => s.event ? moved(ctx, c.id, ctx.do("move", {case_id: c.id, event: s.event, version: m.version})) : shut(ctx, c.id)}},
      h("b", {}, s.label), " ", h("span", {class: "soft"}, s.note))));
}

// After a step the focus stays on the card, wherever it stands now, unless its panel was opened.
const moved = (ctx, id, done) => done.then(() => {
  const v = ctx.model.get("view");
  if (v.menu) ctx.focus("s-0");
  else if (!v.selected) land(ctx, id);
});
const land = (ctx, id) => ctx.focus(ctx.model.get("view").columns.some(c => c.cards.some(k => k.id === id)) ? "c-" + id : "search");

const onto = (ctx, group) => { if (ctx.local.onto !== group) { ctx.local.onto = group; ctx.redraw(); } };
const drops = (ctx, group) => ({
  dragover: e => { if (ctx.local.drag) { e.preventDefault(); onto(ctx, group); } },
  drop: e => {
    const c = ctx.local.drag;
    e.preventDefault();
    onto(ctx);
    if (c) moved(ctx, c.id, ctx.do("drop", {case_id: c.id, group, version: c.version}));
  },
});

// --- what lies over the board for a moment ---

const over = (ctx, from, name, fields) => { ctx.local.from = from; ctx.do(name, fields); };
const opens = (ctx, look, key, name, fields, ...kids) => h("button", {class: look, key, on: {click: () => over(ctx, key, name, fields)}}, kids);

// Buttons in the HTML of the kernel say in data-do what they ask for.
function dialog(ctx, o) {
  const away = () => ctx.do("close_over");
  const click = e => {
    const asked = e.target.closest("[data-do]")?.dataset.do;
    if (asked) {
      const [name, fields] = JSON.parse(asked);
      if (name === "open") ctx.local.from = null;
      ctx.do(name, fields).then(() => ctx.model.get("view").over && ctx.focus("over"));
    }
  };
  return h("div", {class: "veil", key: "veil"}, h("div", {class: "box", role: "dialog", "aria-label": o.title, on: {keydown: e => { if (e.key === "Escape" && !composing(e)) away(); }}},
    h("div", {class: "r1"}, h("h2", {tabindex: "-1", key: "over"}, o.title), h("button", {class: "btn quiet x", "aria-label": ctx.T("widgets.close"), on: {click: away}}, icon("close"))),
    o.fields ? entry(ctx, o) : h("div", {html: o.html, on: {click}})));
}

// The form of a new case; what is typed stays in the page until the case is open.
function entry(ctx, o) {
  const l = ctx.local.draft ??= {};
  const put = f => e => { l[f.name] = e.target.value; };
  const send = () => ctx.do("open_case", Object.fromEntries(o.fields.map(f => [f.name, l[f.name] ?? f.value]))).then(said => {
    const bad = ctx.model.get("view").over?.fields?.find(f => f.error);
    if (!said.error) ctx.local.draft = null;
    else if (bad) ctx.focus("n-" + bad.name);
  });
  return h("div", {class: "entry"}, o.fields.map(f => h("div", {class: "row", key: f.name}, h("label", {for: "cb-" + f.name}, f.label),
    h(f.tag, {class: "in", id: "cb-" + f.name, key: "n-" + f.name, type: f.type, dir: "auto", value: l[f.name] ?? f.value, "aria-invalid": f.error && "true", "aria-describedby": "cb-h-" + f.name,
      on: {input: put(f)}}, f.options?.map(([value, text]) => h("option", {value}, text))),
    h("p", {id: "cb-h-" + f.name, class: f.error ? "err" : "soft"}, f.error && icon("alert"), f.error || f.help))),
    h("button", {class: "btn main", on: {click: send}}, ctx.T("case_board.open_it")));
}

export default widget(draw);
