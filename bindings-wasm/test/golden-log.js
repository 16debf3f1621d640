// The logs of core/testdata/log, and what a log refuses. `data.log` holds those files.
import { equal, ok, refused } from "./check.js";

/** The arguments for a document, and the name where it is a plan. */
function about({ document, release }, files) {
  return [files[document], ...(document.endsWith("plan.json") ? [release] : [])];
}

export const goldenLog = {
  "golden: logs are written, verified, replayed and told"({ log: { Log, explain, replay, verify } }, { log: files }) {
    const { version, logs } = JSON.parse(files["logs.json"]);
    equal(version, "rampgate-log-1");
    ok(logs.length > 0, "no logs");
    for (const { name: what, head, closed, events, ...rest } of logs) {
      const text = files[`${what}.log.jsonl`];
      const [document, name] = about(rest, files);
      const options = name === undefined ? {} : { name };
      const verified = verify(text, head);
      equal([verified.release, verified.head, verified.closed_at !== null, verified.events.length], [rest.release, head, closed, events], what);

      const [state, story] = files[`${what}.told.jsonl`].split("\n");
      equal(JSON.stringify(replay(document, text, { ...options, head }).state.seq), JSON.stringify(JSON.parse(state).seq), what);
      equal(replay(document, text, options).state, JSON.parse(state), what);
      const told = explain(document, text, options);
      equal([told.json, told.text], [story, files[`${what}.story.txt`]], what);

      // as text: an object would have lost the last digits of large counts
      const lines = text.split("\n").filter((line) => line.startsWith('{"event"'));
      const log = new Log(document, name);
      let written = log.header;
      for (const line of lines) written += log.append(`[${line.slice('{"event":'.length, -'","hash":"'.length - 65)}]`);
      if (closed) written += log.close(verified.closed_at);
      equal([written, log.head, log.closed], [text, head, closed], what);
      log.free();
      const resumed = Log.resume(document, text, name);
      equal([resumed.head, resumed.header], [head, text.slice(0, text.indexOf("\n") + 1)], what);
      resumed.free();
    }
  },

  "golden: logs that are refused"({ log: { replay, verify } }, { log: files }) {
    const { refused: cases } = JSON.parse(files["logs.json"]);
    ok(cases.length > 0, "no refused logs");
    for (const { name: what, text, head, about: subject, path, kind } of cases) {
      const call = () => {
        verify(text, head ?? undefined);
        const [document, name] = about(subject, files);
        replay(document, text, name === undefined ? {} : { name });
      };
      refused(call, { path, code: kind }, what);
    }
  },

  "a release is logged, resumed and told"({ Release, log: { Log, explain } }) {
    const spec = JSON.stringify({
      rampgate: 1,
      name: "checkout v2",
      flag: { key: "checkout", control: "v1", canary: "v2" },
      stages: [{ exposure: "50%", min_dwell: "10m", min_units: 100 }],
      guardrails: [{ name: "errors" }],
    });
    const noon = 1_795_521_600_000;
    const release = new Release(spec, 1);
    const log = new Log(spec);
    let text = log.header + log.append(release.step(noon, { start: { by: "ana" } }).events);
    equal(log.phase, { ramping: { stage: 0 } });
    log.free();
    const resumed = Log.resume(spec, text);
    refused(() => resumed.close(noon), { path: "log", code: "conflict" });
    text += resumed.append(release.step(noon + 60_000, { abort: { by: "bob", why: "pager" } }).events);
    text += resumed.append(release.step(noon + 120_000, "confirm").events);
    text += resumed.close(noon + 120_000);
    const story = explain(spec, text, { head: resumed.head });
    equal(story.summary, "rolled back from 50%, 1 minute after the start: bob aborted the release: pager. It was confirmed 1 minute later.");
    equal(story.sentences.map(({ topic }) => topic), ["start", "rise", "rollback", "rollback", "confirmation", "durations"]);
    resumed.free();
    refused(() => resumed.head, { path: "log", code: "freed" });
    release.free();
  },

  "wrong arguments of a log are named"({ log: { Log, explain, verify } }) {
    const plan = '{"stages": [{"exposure": "50%", "min_dwell": "10m"}]}';
    for (const odd of [null, 7, {}, [], Symbol("s"), () => 0]) {
      refused(() => verify(odd), { path: "log", code: "type" });
      refused(() => verify("", odd), { path: "head", code: "type" });
      refused(() => new Log(odd), { path: "document", code: "type" });
      refused(() => new Log(plan, odd), { path: "name", code: "type" });
    }
    const log = new Log(plan, "n");
    refused(() => log.append(undefined), { path: "events", code: "type" });
    refused(() => log.append([{ seq: 2, at: 0, kind: "tick" }]), { path: "event.seq", code: "order" });
    refused(() => log.append("[1]"), { path: "events[0]", code: "type" });
    refused(() => log.close(-1), { path: "at", code: "range" });
    refused(() => verify("", "x"), { path: "head", code: "syntax" });
    refused(() => explain(plan, log.header, { naem: "n" }), { path: "options.naem", code: "unknown" });
    equal(explain(plan, log.header, { name: "n" }).text, "n: not started.\n\n");
    log.free();
  },
};
