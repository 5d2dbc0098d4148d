// The editor of a worksheet. The kernel says which section is in front and where the focus goes (`view.goal`); the page
// itself knows only which entry is in hand over a matrix, and which cell is chosen.

// Do something after what was typed a moment ago; with `goal`, the focus goes there (true: where the kernel says).
async function act(ctx, name, fields, goal) {
  flush(ctx);
  const done = await ctx.do(name, fields);
  if (goal && !done.error) ctx.focus(goal === true ? aim(ctx.view) : goal);
}

function aim({page, goal}) {
  const item = [page, ...page.entries ?? []].flatMap(part => part.fields ?? []).find(f => f.id === goal);
  return item ? place(item) : goal;
}

const button = (key, drawn, words, on, more) => h("button", {class: "btn quiet", key, on: {click: on}, ...more}, icon(drawn), words);
const tool = (key, drawn, label, on, off, css = "") => button(key, drawn, null, () => off || on(),
  {class: `btn quiet tool ${css}`, "aria-label": label, title: label, "aria-disabled": off ? "true" : null});

// --- the head: what can be done, and what is still to do ---

const DRAWN_AS = {missing: "out", error: "alert", warn: "warn", info: "ask", kept: "alert", ok: "ok"};

function bar(ctx) {
  const {view, T} = ctx, other = ctx.lang === "en" ? "zh-CN" : "en";
  const undo = (name, can) => button(`do:${name}`, name, T(`widgets.${name}`), () => can && act(ctx, name), {"aria-disabled": can ? null : "true"});
  return h("div", {class: "tools"}, undo("undo", view.can_undo), undo("redo", view.can_redo),
    view.can_save && [button("save", "check", T("widgets.save"), () => act(ctx, "save"), {class: "btn"}),
      h("span", {class: "soft"}, T(view.unsaved ? "sheet.unsaved" : "sheet.all_saved"))],
    h("span", {class: "apart"}),
    view.todo.map(t => button(`j:${t.kind}`, DRAWN_AS[t.kind], t.text, () => act(ctx, "jump", {kind: t.kind}, true), {class: `btn quiet ${t.kind}`, title: T("sheet.jump")})),
    view.complete && h("span", {class: "done"}, icon("ok"), T("sheet.complete")),
    h("button", {class: "btn", key: "tongue", lang: other, on: {click: () => act(ctx, "language", {tag: other}, "tongue")}}, T("sheet.other_language")));
}

const sections = ctx => h("div", {role: "group", "aria-label": ctx.T("sheet.sections")}, h("ol", {class: "secs"}, ctx.view.sections.map(s =>
  h("li", {key: s.name}, h("button", {key: `s:${s.name}`, "aria-current": s.open ? "page" : null, on: {click: () => act(ctx, "open", {page: s.name})}}, h("b", {}, s.title), " ", h("small", {}, s.told))))));

// --- fields, and what is said beside them ---

const remarks = (list, id) => list.length > 0 && h("ul", {class: "rems", id}, list.map(r =>
  h("li", {class: r.kind}, icon(DRAWN_AS[r.kind]), h("span", {}, r.text))));

function rows(ctx, page, part, entry = "") {
  const answer = (item, value) => ctx.do("answer", {page: page.name, entry, item, value});
  return part.fields.map(item => {
    const drawn = fields(ctx, [item], answer), said = part.beside[item.name], id = said && `${ctx.local.uid}${item.id}-r`;
    return h("div", {class: "row", key: `r:${item.id}`, role: said && "group", "aria-describedby": id}, h("div", {class: "flds"}, drawn), said && remarks(said, id));
  });
}

// --- entries ---

function entries(ctx, page) {
  const {T} = ctx, fold = page.foldable;
  const one = e => {
    const entry = `${page.word} ${e.n}`, key = `entry-${e.id}`;
    const tell = (action, more) => act(ctx, action, {page: page.name, entry: e.id, ...more}, action === "remove");
    return h("li", {key: e.id, class: "ent"}, h("div", {class: "eh"},
      h(fold ? "button" : "p", {class: "fold", key, tabindex: fold ? null : -1, "aria-expanded": fold ? String(e.open) : null, on: {click: () => fold && tell("fold")}},
        fold && icon(e.open ? "down" : "right"), h("b", {}, entry), " ", fold && h("span", {class: "nm", dir: "auto"}, e.name), " ", h("small", {}, e.told)),
      tool(`up:${e.id}`, "down", T("sheet.up", {entry}), () => tell("move", {by: -1}), e.n === 1, "turn"),
      tool(`dn:${e.id}`, "down", T("sheet.down", {entry}), () => tell("move", {by: 1}), e.n === page.count),
      tool(`rm:${e.id}`, "bin", T("sheet.remove", {entry}), () => tell("remove"))),
    remarks(e.remarks), e.open && rows(ctx, page, e, e.id));
  };
  return [
    page.planes[0] && plane(ctx, page), page.scores.map(s => scores(ctx, page, s)),
    page.said.map(text => h("p", {class: "said"}, text)),
    h("ol", {class: "ents"}, page.entries.map(one)),
    page.parts.map(t => button(`t:${t.part}`, "right", t.text, () => act(ctx, "part", {page: page.name, part: t.part}))),
    page.full ? h("p", {class: "soft"}, T("sheet.full", {most: page.most}))
      : button("add", "add", T("sheet.add", {entry: page.word}), () => act(ctx, "add", {page: page.name}, true), {class: "btn"}),
  ];
}

function scores(ctx, page, table) {
  const cell = (r, c, i) => h("td", {}, h("select", {class: "in", key: `${r.id}-${c.item}`, value: r.scores[i] ?? "", "aria-label": `${r.called}: ${c.help}`,
    on: {change: e => ctx.do("answer", {page: page.name, entry: r.id, item: c.item, value: e.target.value})}},
    h("option", {value: ""}, "\u2013"), c.points.map(p => h("option", {value: p.value}, p.text))));
  return h("table", {class: "sc", key: table.name},
    h("thead", {}, h("tr", {}, h("th", {scope: "col"}, page.word), table.columns.map(c => h("th", {scope: "col"}, c.title)))),
    h("tbody", {}, table.rows.map(r => h("tr", {key: r.id}, h("th", {scope: "row", dir: "auto"}, `${r.n} ${r.name}`), table.columns.map((c, i) => cell(r, c, i))))));
}

// --- a matrix: an entry is taken in hand, carried from cell to cell, and put down ---

const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const fit = (n, count) => Math.max(0, Math.min(n, count - 1));

function plane(ctx, page) {
  const {local, T} = ctx, p = page.planes[local.plane], at = cell => `c:${cell}`;
  const wide = p.x.steps.length, high = p.y.steps.length, held = p.chips.find(c => c.id === local.hand);
  const [x, y] = local.cell ?? [0, high], column = fit(x, wide), row = fit(y, high);
  const inside = (x, y) => p.chips.filter(c => c.column === x && c.row === y);
  const go = (x, y) => {
    local.cell = [fit(x, wide), fit(y, high)];
    ctx.focus(at(local.cell));
    if (held) ctx.say(p.cells[local.cell[1]][local.cell[0]].said);
  };
  const take = c => {
    local.hand = c.id;
    local.cell = c.column === null ? [wide >> 1, high >> 1] : [c.column, c.row];
    ctx.focus(at(local.cell));
    ctx.say(T("sheet.in_hand", {name: c.called}));
  };
  const put = (column, row) => {
    act(ctx, "place", {plane: p.name, entry: local.hand, column, row}, at([column, row]));
    local.hand = null;
    local.cell = [column, row];
  };
  const back = () => {
    ctx.focus(`k:${local.hand}`);
    local.hand = null;
    ctx.say(T("sheet.put_back"));
  };
  const keys = e => {
    const step = STEPS[e.key], [first] = inside(column, row);
    if (step) go(column + step[0], row + step[1]);
    else if (e.key === "Escape" && held) back();
    else if (e.key !== "Enter" && e.key !== " ") return;
    else if (held) put(column, row);
    else if (first) take(first);
    e.preventDefault();
  };
  const drag = (c, click) => ({draggable: "true", on: {click,
    dragstart: e => { e.dataTransfer.setData("text/plain", c.id); local.hand = c.id; }, dragend: () => { local.hand = null; ctx.redraw(); }}});
  const chip = c => h("span", {class: "chip", key: c.id, ...drag(c, e => { if (!held) { e.stopPropagation(); take(c); } })}, h("b", {}, c.n), " ", h("span", {}, c.name));
  const cell = (f, x, y) => h("td", {role: "gridcell", key: at([x, y]), class: `t${f.tone}`, tabindex: x === column && y === row ? 0 : -1, "aria-label": f.label,
    on: {click: () => held ? put(x, y) : go(x, y), dragover: e => e.preventDefault(), drop: e => { e.preventDefault(); if (local.hand) put(x, y); }}},
    f.word && h("small", {}, f.word), inside(x, y).map(chip));
  const head = (role, s) => h("th", {role}, h("b", {}, s.sign), " ", h("small", {dir: "auto"}, s.text));
  const line = (cells, y) => h("tr", {key: y}, high > 1 && head("rowheader", p.y.steps[y]), cells.map((f, x) => cell(f, x, y)));
  const pick = c => h("li", {key: c.id, ...drag(c)}, h("button", {class: "pick", key: `k:${c.id}`, "aria-pressed": String(c === held),
    on: {click: () => c === held ? back() : take(c)}}, h("b", {}, c.n), " ", h("span", {dir: "auto"}, c.name), " ", h("small", {}, c.said)),
    c.column !== null && tool(`out:${c.id}`, "close", T("sheet.lift", {name: c.called}), () => act(ctx, "lift", {plane: p.name, entry: c.id}, `k:${c.id}`)));
  const tab = (one, plane) => h("button", {class: "btn", key: one.name, "aria-pressed": String(one === p), on: {click: () => {
    Object.assign(local, {plane, hand: null});
    ctx.redraw();
  }}}, one.tab);
  return h("div", {class: held ? "mx-box held" : "mx-box"}, h("div", {},
    page.planes[1] && h("p", {class: "tabs"}, page.planes.map(tab)), h("p", {class: "x y"}, p.y.title),
    h("table", {class: "plane", role: "grid", "aria-label": p.title, on: {keydown: keys}}, h("tbody", {}, p.cells.map(line),
      h("tr", {}, high > 1 && h("td"), p.x.steps.map(s => head("columnheader", s))))),
    h("p", {class: "x"}, p.x.title),
    h("p", {class: "soft"}, held ? T("sheet.holding", {name: held.called}) : local.cell ? p.cells[row][column].said : T("sheet.how_to")),
    local.cell && !held && !page.full && button("here", "add", T("sheet.add_here", {entry: page.word}), () => act(ctx, "add_at", {plane: p.name, column, row}, true), {class: "btn"})),
  h("ol", {class: "picks", "aria-label": T("sheet.in_words")}, p.chips.map(pick)));
}

// --- the whole ---

const KINDS = {
  single: (ctx, page) => rows(ctx, page, page),
  entries,
  results: (ctx, page) => page.html.map((html, i) => h("div", {html, key: i})),
};

function draw(ctx) {
  const {view, local} = ctx, page = view.page;
  if (local.page !== page.name) Object.assign(local, {page: page.name, plane: 0, hand: null, cell: null});
  return h("div", {class: "shell ws"}, bar(ctx),
    h("div", {class: "top", key: "top", tabindex: -1}, h("h2", {}, view.title), h("p", {class: "soft"}, view.purpose)), sections(ctx),
    h("section", {class: "pg", key: `p:${page.name}`}, h("h3", {key: "page", tabindex: -1}, page.title), page.help && h("p", {class: "soft"}, page.help),
      remarks(page.remarks), KINDS[page.kind](ctx, page)));
}
export default widget(draw);
