// One case without the board round it: its panel is all.
export default widget(ctx => h("div", {class: "shell cp-alone"}, h("h2", {class: "sr"}, ctx.view.panel.name), panel(ctx)));
