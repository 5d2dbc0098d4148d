// The scorecard: filters above, then the figure, its groups, its course, its themes, and what was written.

const draw = ctx => {
  const v = ctx.view;
  return h("div", {class: "shell sb"}, bar(ctx), h("div", {class: "sc", key: "sc"}, headline(ctx),
    !v.hidden && v.table && h("div", {key: "table"}, rows(ctx), h("div", {html: v.table})),
    v.course && h("div", {key: "course", html: v.course}),
    v.words && words(ctx),
    h("p", {class: "note", key: "notes"}, v.notes)));
};

// --- filters ---

const pick = (key, label, value, options, change) => h("label", {class: "pick"}, h("span", {class: "soft"}, label), " ",
  h("select", {class: "in", key, value, on: {change}}, options));

function bar(ctx) {
  const v = ctx.view;
  return h("div", {class: "bar1", role: "group", "aria-label": ctx.T("scorecard.filters")},
    v.filters.map(f => pick(`f-${f.name}`, f.title, f.value,
      [option(-1, ctx.T("scorecard.all")), f.options.map((label, i) => option(i, label))],
      e => ctx.do("choose", {by: f.name, value: Number(e.target.value)}))),
    h("button", {class: "btn", key: "clear", ...out(v.chosen, ctx.T("scorecard.nothing_chosen")),
      on: {click: () => v.chosen ? ctx.do("clear") : ctx.say(ctx.T("scorecard.nothing_chosen"))}}, ctx.T("scorecard.clear")));
}

// A button that can do nothing just now says why.
const out = (can, why) => can ? {} : {"aria-disabled": "true", title: why};
const option = (value, label) => h("option", {value: String(value)}, label);

function rows(ctx) {
  const v = ctx.view, on = v.rows.find(one => one.on);
  if (v.rows.length < 2) return null;
  return h("div", {class: "bar2"}, pick("rows", ctx.T("scorecard.rows"), on ? on.name : "", v.rows.map(one => option(one.name, one.title)),
    e => ctx.do("rows", {by: e.target.value})));
}

function headline(ctx) {
  const v = ctx.view;
  return h("div", {key: "head"}, h("h2", {dir: "auto"}, v.title), v.estimate
    ? h("p", {class: "one"}, h("b", {}, v.estimate), " ", h("span", {}, v.interval), " ", h("span", {class: "soft"}, v.answers))
    : h("p", {class: v.hidden ? "hide" : "soft"}, v.hidden && icon("alert"), h("span", {}, v.sentence)));
}

// --- themes and comments ---

function words(ctx) {
  const w = ctx.view.words;
  const head = h("h3", {}, ctx.T(w.coded ? "scorecard.themes" : "scorecard.any_theme"));
  if (!w.n) return h("div", {key: "words"}, head, h("p", {class: "soft"}, ctx.T("scorecard.no_themes")));
  return h("div", {key: "words"}, head,
    h("p", {class: "soft"}, ctx.T(w.coded ? "scorecard.themes_of" : "scorecard.comments_here", {count: w.count})),
    w.coded && h("ul", {class: "bars"}, w.bars.map(b => theme(ctx, b))),
    h("button", {class: "btn", key: "all", "aria-expanded": String(w.all), on: {click: () => read(ctx, "", w.all)}}, ctx.T("scorecard.read")),
    w.page && comments(ctx, w.page));
}

function theme(ctx, b) {
  const said = ctx.T("scorecard.bar", {theme: b.label, count: b.count, share: b.share});
  return h("li", {key: `t-${b.code}`}, h("button", {class: "theme", key: `b-${b.code}`, "aria-expanded": String(b.open), "aria-label": said,
    on: {click: () => read(ctx, b.code, b.open)}},
    h("span", {class: "name", dir: "auto"}, b.label), " ",
    h("span", {class: "track", "aria-hidden": "true"}, h("span", {class: b.code === "-" ? "fill none" : "fill", style: `width:${b.width}%`}),
      h("span", {class: "span", style: `left:${b.low}%;width:${b.high - b.low}%`})), " ",
    h("span", {class: "num"}, b.count), " ", h("span", {class: "num"}, b.share), " ", h("span", {class: "num soft"}, b.interval)));
}

function read(ctx, code, open) {
  if (open) return ctx.do("put_away");
  return ctx.do("read", {code}).then(done => { if (!done.error) ctx.focus("words-head"); });
}

function comments(ctx, p) {
  const from = p.code === "" ? "all" : `b-${p.code}`;
  const turn = page => ctx.do("read", {code: p.code, page}).then(done => { if (!done.error) ctx.focus("words-head"); });
  const away = () => ctx.do("put_away").then(() => ctx.focus(from));
  const step = (key, page, can, why) => h("button", {class: "btn", key, ...out(can, ctx.T(why)),
    on: {click: () => can ? turn(page) : ctx.say(ctx.T(why))}}, ctx.T(`scorecard.${key}`));
  return h("section", {class: "said", key: "said", "aria-label": ctx.T("scorecard.verbatims", {theme: p.label}),
    on: {keydown: e => { if (e.key === "Escape") away(); }}},
    h("div", {class: "top"}, h("h3", {key: "words-head", tabindex: "-1", dir: "auto"}, ctx.T("scorecard.verbatims", {theme: p.label})),
      h("button", {class: "btn quiet", key: "away", "aria-label": ctx.T("widgets.close"), on: {click: away}}, icon("close"))),
    h("p", {class: "soft"}, ctx.T("scorecard.masked")),
    h("ul", {}, p.texts.map(text => h("li", {dir: "auto"}, text))),
    h("div", {class: "foot"}, step("earlier", p.page - 1, p.page > 1, "scorecard.first_page"), " ",
      step("later", p.page + 1, p.page < p.pages, "scorecard.last_page"), " ",
      h("span", {class: "soft"}, ctx.T("scorecard.page_of", {page: p.page, pages: p.pages, count: p.count}))));
}

export default widget(draw);
