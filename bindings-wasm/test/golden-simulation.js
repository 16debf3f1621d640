// The vectors of core/testdata/simulation.json, and questions that are refused. `data` holds that file.
import { equal, ok, refused } from "./check.js";

export const goldenSimulation = {
  "golden: simulations, as a seed gives them"({ simulation: { simulate } }, { simulation }) {
    ok(simulation.answers.length > 0 && simulation.refused.length > 0, "no simulations");
    for (const [number, { question, answer }] of simulation.answers.entries()) {
      const { json, ...given } = simulate(question);
      equal(given, answer, `answer ${number}`);
      equal(JSON.parse(json), answer, `answer ${number}`);
    }
    for (const { question, paths } of simulation.refused) {
      equal(refused(() => simulate(question), {}, `${paths}`).problems.map(({ path }) => path), paths);
    }
  },

  "simulation: questions that are none, and seeds beyond 2^53"({ simulation: { simulate } }, { simulation }) {
    for (const odd of [null, undefined, 7, true, 1n, Symbol("s"), () => 0]) refused(() => simulate(odd), { path: "question", code: "type" });
    refused(() => simulate("{"), { path: "question", code: "syntax" });
    refused(() => simulate({ surplus: 1 }), {});
    const [{ question }] = simulation.answers;
    const short = { ...question, controllers: ["schedule"], runs: 1 };
    refused(() => simulate({ ...short, seed: 2 ** 53 }), { path: "question.seed", code: "range" });
    const { json } = simulate({ ...short, seed: 2n ** 64n - 1n });
    ok(json.includes('"seed":18446744073709551615'), json);
    equal(simulate(JSON.stringify({ ...short, seed: 7 })).json, simulate({ ...short, seed: 7n }).json);
  },
};
