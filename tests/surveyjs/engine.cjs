// What survey-core itself says: one request a line on the input, one answer a line on the output.
//
//   {"op": "model", "json": …, "values": …}           the JSON that SurveyJS makes of it, all complaints about it, and
//                                                    what is shown to somebody who gave these answers
//   {"op": "conditions", "cases": [[text, values], …]}  what each expression says of its values; null if it cannot be
//                                                    read, a text if it made survey-core throw
//   {"op": "tests", "json": …, "tests": […]}           every step and check of the tests, run by survey-core/tester
//
// With the argument --unaware it does not know the property "feedback", as an editor that nobody has told of it.
"use strict";

const readline = require("node:readline");
const survey = require("survey-core");
require("survey-core/i18n/simplified-chinese");
const { lintSurvey } = require("survey-core/linter");

if (!process.argv.includes("--unaware")) {
  for (const kind of ["survey", "question", "itemvalue"]) {
    survey.Serializer.addProperty(kind, { name: "feedback:any", visible: false });
  }
}

let said = [];
for (const level of ["log", "warn", "error"]) {
  console[level] = (...words) => said.push(`${level}: ${words.join(" ")}`);
}

function model({ json, values }) {
  const made = new survey.Model(json);
  const lint = lintSurvey(json);
  const written = made.toJSON();
  const walked = Object.keys(values || {}).length > 0;
  if (walked) made.data = values;
  return {
    json: written,
    shown: walked && made.getAllQuestions().filter((each) => each.isVisible && each.page.isVisible).map((each) => each.name),
    jsonErrors: (made.jsonErrors || []).map((error) => `${error.type}: ${error.message}`),
    lint: lint.findings.map((found) => [found.severity, found.ruleId, found.reason, found.path, found.message]),
  };
}

function conditions({ cases }) {
  return {
    results: cases.map(([text, values]) => {
      const runner = new survey.ConditionRunner(text);
      if (!runner.canRun()) return null;
      try {
        return runner.runValues(values);
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    }),
  };
}

async function tests({ json, tests }) {
  const { runSurveyTests } = require("survey-core/tester");
  const outcome = await runSurveyTests(json, { tests });
  return {
    issues: outcome.issues.map((issue) => issue.message),
    tests: outcome.tests.map((test) => ({
      name: test.name,
      status: test.status,
      issues: test.issues.map((issue) => issue.message),
      steps: test.steps.map((step) => ({
        status: step.status,
        checks: step.checks.map(({ target, check, expected, actual, passed }) => ({ target, check, expected, actual, passed })),
        issues: step.issues.map((issue) => issue.message),
      })),
    })),
  };
}

const OPERATIONS = { model, conditions, tests };

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    said = [];
    const answer = await OPERATIONS[request.op](request);
    process.stdout.write(`${JSON.stringify({ ...answer, said })}\n`);
  }
}

main();
