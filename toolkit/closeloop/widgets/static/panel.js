// The panel of a case: panel(ctx) draws ctx.view.panel, which the kernel makes of generic parts. A form stands where it
// was asked for; what is typed stays in this page until it is recorded, and what is revealed never leaves the page.

function panel(ctx) {
  const p = ctx.view.panel, l = ctx.local;
  if (!p) { l.secret = l.typed = l.menu = null; return null; }
  if (l.caseId !== p.id) { l.secret = l.menu = null; l.typed = {}; l.caseId = p.id; }
  l.uid ??= "cp" + Math.random().toString(36).slice(2);
  panelHears(ctx);
  const tree = h("section", {class: "cp", "aria-label": p.name, key: "panel"},
    panelHead(ctx, p), panelNext(ctx, p), p.blocks.map(b => panelBlock(ctx, p, b)));
  panelFocus(ctx, p, tree);
  return tree;
}

// What was revealed comes as a message of its own: it stands in no view, so no notebook keeps it.
function panelHears(ctx) {
  const l = ctx.local;
  if (l.hears) return;
  l.hears = said => { if (said?.kind === "revealed") { l.secret = said; ctx.redraw(); } };
  ctx.model.on("msg:custom", l.hears);
  ctx.on(() => ctx.model.off("msg:custom", l.hears));
}

// A form that was just opened, or refused, gets the focus; once it is gone, what opened it, or else the next thing to do.
function panelFocus(ctx, p, tree) {
  const l = ctx.local, form = p.form;
  if (form && l.mine && l.turn !== form.turn) { l.turn = form.turn; l.mine = false; ctx.focus("cpf-" + form.first); }
  if (!form && l.after) {
    const key = [l.after, "cp-hide", "cp-main", "cp-title"].find(k => keyed(tree, k));
    l.after = null;
    ctx.focus(key);
  }
}

const panelButton = (look, key, click, more, ...kids) => h("button", {type: "button", class: look, key, on: {click}, ...more}, kids);

// A button that gives a command: at once if it asks for nothing, else by its form; where it has to wait, it says for what.
// The second click of a double click is not for the next step, which stands there by then.
const panelGive = (ctx, section, act, look, key, ...kids) => panelButton(look, key, e => e.detail > 1 || (act.off ? ctx.say(act.why) : panelOpen(ctx, section, act, key)),
  {"aria-disabled": act.off && "true", title: act.why}, kids.length ? kids : act.label);

function panelOpen(ctx, section, act, key) {
  const l = ctx.local;
  l.mine = true;
  l.opener = l.menu ? "cp-t-" + l.menu : key;
  l.menu = null;
  if (act.direct) ctx.do("run", {command: act.command, version: ctx.view.panel.version}).then(a => panelDone(ctx, a));
  else ctx.do("form", {command: act.command, fields: act.fields ?? {}, section, first: act.first ?? ""});
}

// What was wrong stands at the form, so not above as well; once it is recorded, the focus goes back to what opened it.
function panelDone(ctx, answer) {
  const l = ctx.local;
  if (ctx.model.get("view")?.panel?.form?.error) l.error = "";
  l.after = answer.error ? null : l.opener;
  ctx.redraw();
}

// --- the head ---

function panelHead(ctx, p) {
  const l = ctx.local, T = key => ctx.T("case_panel." + key), shown = l.secret?.turn === p.revealing && l.secret;
  return h("section", {key: "cp-head"},
    h("div", {class: "cp-id"}, p.score && h("span", {class: p.detractor ? "cp-score detractor" : "cp-score"}, h("span", {class: "sr"}, T("score"), " "), p.score), " ",
      h("h3", {key: "cp-title", tabindex: "-1"}, p.number, " ", h("span", {class: "soft"}, p.id), " · ", p.who), " ",
      panelButton("btn quiet cp-x", "cp-close", () => { l.secret = null; ctx.do("close_panel"); }, {"aria-label": T("close")}, icon("close"))),
    h("p", {class: "cp-sm soft"}, p.about, h("br"), p.since), p.hold && h("p", {class: "cp-hold"}, icon("pause"), " ", p.hold),
    h("div", {class: "cp-words", key: "cp-words"}, shown ? panelSecret(ctx, shown) : [p.words.text, " ", p.words.act && panelGive(ctx, "head", p.words.act, "link", "cp-reveal"), p.words.why && h("p", {class: "cp-sm soft"}, p.words.why)]),
    panelForm(ctx, p, "head"));
}

const panelSecret = (ctx, said) => [h("p", {class: "cp-sm soft"}, said.heading),
  said.texts.map(t => h("blockquote", {}, h("span", {class: "cp-sm soft"}, t.label), h("p", {class: t.gone && "soft", dir: "auto"}, t.text))),
  panelButton("link", "cp-hide", () => { ctx.local.secret = null; ctx.focus("cp-reveal"); }, {}, ctx.T("case_panel.hide"))];

// --- the next step, the others, and all that can be recorded ---

function panelNext(ctx, p) {
  const n = p.next;
  return h("section", {key: "cp-next"},
    h("h4", {}, n ? n.title : ctx.T("case_panel.ended")), n && !(p.form?.section === "next" && p.form.checks?.length) && panelChecks(ctx, "next", n.checks),
    h("div", {class: "cp-acts"},
      n && panelGive(ctx, "next", n, "btn main", "cp-main"),
      p.steps.length ? panelToggle(ctx, "steps", "other_steps") : null, panelToggle(ctx, "record", "record")),
    ctx.local.menu === "steps" && h("ul", {class: "cp-menu", key: "cp-steps"}, p.steps.map(s => h("li", {key: s.command}, panelGive(ctx, "next", s, "btn", "cp-s-" + s.command), s.why && h("span", {class: "cp-sm soft"}, " ", s.why)))),
    ctx.local.menu === "record" && h("div", {class: "cp-menu", key: "cp-record"}, p.record.map(g => h("div", {role: "group", "aria-label": g.label, key: g.label}, h("h5", {}, g.label),
      h("div", {class: "cp-acts"}, g.items.map(i => panelGive(ctx, "next", i, "btn", "cp-r-" + i.command)))))),
    panelForm(ctx, p, "next"));
}

function panelToggle(ctx, name, label) {
  const l = ctx.local, key = "cp-t-" + name, shown = l.menu === name;
  return panelButton("btn", key, () => { l.menu = shown ? null : name; ctx.redraw(); }, {"aria-expanded": "" + shown}, ctx.T("case_panel." + label), icon("down"));
}

const PANEL_MARKS = {met: "ok", missing: "alert", asked: "pen"};
const panelChecks = (ctx, section, checks) => h("ul", {class: "cp-checks"}, checks.map(c => h("li", {class: c.state, key: c.name},
  icon(PANEL_MARKS[c.state]), h("span", {}, h("span", {class: "sr"}, ctx.T("case_panel." + c.state), " "), h("b", {}, c.name), c.words && h("span", {class: "cp-sm soft"}, " ", c.words)),
  h("span", {class: "cp-by"}, c.by.map(a => panelGive(ctx, section, a, "btn", `cp-${section}-${c.name}-${a.command}`))))));

// --- a form ---

function panelForm(ctx, p, section) {
  const f = p.form, l = ctx.local;
  if (f?.section !== section) return null;
  const typed = l.typed[f.command] ?? {}, front = f.fields.filter(x => x.front), rest = f.fields.filter(x => !x.front);
  const leave = () => { l.after = l.opener; ctx.do("close_form"); };
  const note = e => {
    const values = l.typed[f.command] = panelRead(e.currentTarget, f.fields), asks = f.fields.find(x => x.live && x.name === e.target.name);
    if (e.type === "change" && asks) ctx.do("form", {command: f.command, section, fields: Object.fromEntries(f.fields.filter(x => !x.sealed).map(x => [x.name, values[x.name]]))});
  };
  const send = e => {
    e.preventDefault();
    l.mine = true;
    l.after = l.opener;
    const fields = panelRead(e.currentTarget, f.fields);
    l.typed[f.command] = fields;
    ctx.do("run", {command: f.command, fields, version: f.version}).then(a => { panelDone(ctx, a); if (!a.error) delete l.typed[f.command]; });
  };
  return h("form", {class: "cp-form", key: "cp-form-" + f.command, novalidate: true, "aria-label": f.label, on: {submit: send, input: note, change: note, keydown: e => { if (e.key === "Escape" && !composing(e)) leave(); }}},
    h("h5", {}, f.label, " ", h("span", {class: "soft"}, f.help)),
    f.error && h("div", {class: "cp-refused", role: "alert"}, h("p", {class: "err"}, icon("alert"), h("span", {}, f.error)), f.checks.length ? panelChecks(ctx, section, f.checks) : null),
    front.map(x => panelField(ctx, x, typed)),
    rest.length ? h("details", {key: "more"}, h("summary", {}, ctx.T("case_panel.more_fields", {n: rest.length})), rest.map(x => panelField(ctx, x, typed))) : null,
    h("div", {class: "cp-acts"}, h("button", {class: "btn main", key: "cp-send"}, f.send), panelButton("btn", "cp-cancel", leave, {}, ctx.T("widgets.cancel"))));
}

function panelRead(form, fields) {
  const data = new FormData(form);
  return Object.fromEntries(fields.map(x => [x.name, x.type === "boxes" ? data.getAll(x.name) : data.get(x.name) ?? ""]));
}

function panelField(ctx, f, typed) {
  const id = `${ctx.local.uid}-${f.name}`, value = typed[f.name] ?? f.value, T = key => ctx.T("case_panel." + key);
  const about = [f.help && id + "-help", f.error && id + "-err"].filter(Boolean).join(" ") || null;
  const common = {id, name: f.name, class: "in", key: "cpf-" + f.name, value, dir: "auto", "aria-describedby": about, "aria-invalid": f.error ? "true" : null, "aria-required": f.required ? "true" : null};
  const title = [h("b", {}, f.label), f.required && h("span", {class: "soft"}, " ", ctx.T("widgets.required")), f.sealed && h("span", {class: "soft"}, " ", T("sealed_field"))];
  const below = [f.help && h("p", {class: "cp-sm soft", id: id + "-help"}, f.help), f.error && h("p", {class: "err", id: id + "-err"}, icon("alert"), f.error)];
  if (f.type === "boxes") return h("fieldset", {class: "cp-f", key: f.name, "aria-describedby": about}, h("legend", {}, title),
    h("div", {class: "cp-boxes"}, f.choices.map(([v, label], i) => h("label", {key: v}, h("input", {type: "checkbox", name: f.name, value: v, checked: value.includes(v), key: i ? "cpb-" + f.name + v : "cpf-" + f.name}), " ", label))), !f.choices.length && h("p", {class: "soft"}, T("nothing_to_choose")), below);
  const suggested = f.suggested && h("datalist", {id: id + "-list"}, f.suggested.map(s => h("option", {value: s})));
  const control = f.type === "pick" ? h("select", common, h("option", {value: ""}, T("choose")), f.choices.map(([v, label]) => h("option", {value: v}, label)))
    : f.type === "area" ? h("textarea", {...common, rows: 2}) : h("input", {...common, type: f.type === "line" ? "text" : f.type, autocomplete: "off", list: f.suggested ? id + "-list" : null});
  return h("div", {class: "cp-f", key: f.name}, h("label", {for: id}, title), control, suggested, below);
}

// --- what is known ---

function panelBlock(ctx, p, b) {
  const f = b.fold, key = "cp-" + b.key;
  return h("section", {key: "b-" + b.key}, h("h4", {}, b.title, b.note && [" ", h("span", {}, b.note)]),
    b.due && panelDue(b.due),
    b.steps?.length ? h("ol", {class: "cp-steps"}, b.steps.map(s => h("li", {}, s))) : null, b.say && h("p", {class: "cp-say", lang: b.say_language}, b.say),
    b.grid && h("div", {class: "cp-grid"}, b.grid.map((c, i) => panelGive(ctx, b.key, c, "cp-cell", key + i, h("b", {}, c.title), " ", c.text, c.lack && h("span", {class: "caution"}, " ", c.lack)))),
    b.rows?.length ? h("ul", {class: "cp-rows " + (b.css ?? "")}, b.rows.map((r, i) => panelRow(ctx, b, r, key + "-" + i))) : null,
    b.html && h("div", {class: "cp-html", html: b.html}),
    h("div", {class: "cp-acts cp-foot"}, f && panelFold(ctx, f), b.acts?.map(a => panelGive(ctx, b.key, a, "btn quiet", key + a.command, icon("add"), a.label))),
    panelForm(ctx, p, b.key));
}

const panelDue = d => [h("p", {class: d.late ? "cp-due late" : "cp-due"}, h("span", {}, d.when), " ", h("b", {}, d.left)),
  d.share !== null && h("div", {class: "cp-track", "aria-hidden": "true"}, h("i", {style: `--v:${d.share}`}), d.marks.map(m => h("u", {style: `--v:${m}`})))];

const panelRow = (ctx, b, r, key) => h("li", {class: r.level ?? (r.head || r.soft ? "soft" : null), key},
  r.when && [h("time", {}, r.when), " "], r.icon && icon(r.icon), h("span", {class: "cp-text"}, r.text, r.sub && h("span", {class: "cp-sm soft"}, " ", r.sub), r.fold && panelFold(ctx, r.fold)), r.right && [" ", h("span", {class: "soft cp-right"}, r.right)],
  r.acts && h("span", {class: "cp-by"}, r.acts.map(a => panelGive(ctx, b.key, a, "btn", `${key}-${a.command}`))));

function panelFold(ctx, f) {
  const turn = (page, label) => panelButton("btn quiet", `cp-p-${f.part}-${label}`, () => ctx.do("unfold", {part: f.part, page}), {}, ctx.T("case_panel." + label));
  return [panelButton("btn quiet", "cp-u-" + f.part, () => ctx.do("unfold", {part: f.part}), {"aria-expanded": "" + f.open}, icon(f.open ? "down" : "right"), f.label),
    f.pages && [f.page > 0 && turn(f.page - 1, "newer"), " ", f.text, " ", f.page + 1 < f.pages && turn(f.page + 1, "older")]];
}
