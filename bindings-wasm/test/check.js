// The assertions of the suite, which has to run where there is no node:assert.

/** Throws unless both are the same when written as JSON with sorted keys, bytes in hexadecimal and bigints marked. */
export function equal(actual, expected, what = "") {
  const [a, b] = [written(actual), written(expected)];
  if (a === b) return;
  let at = 0;
  while (a[at] === b[at]) at++;
  const near = (text) => text.slice(Math.max(0, at - 80), at + 120);
  throw new Error(`${what}\n  got      …${near(a)}\n  expected …${near(b)}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

/** Throws unless `call` throws the package's error, with everything that `expected` names. Gives the error. */
export function refused(call, expected, what = String(call)) {
  let error;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  ok(error !== undefined, `not refused: ${what}`);
  ok(error instanceof Error && error.name === "RampgateError", `${what} threw ${error?.stack ?? error}`);
  const { message, problems } = error;
  ok(problems.length > 0 && problems.every(({ path, rule }) => path && rule && message.includes(rule)), `${what}: ${message}`);
  for (const name of Object.keys(expected)) equal(error[name], expected[name], `${what}: ${name} of ${message}`);
  return error;
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function written(value) {
  return (
    JSON.stringify(value, (_, item) => {
      if (typeof item === "bigint") return `${item}n`;
      if (item instanceof Uint8Array) return hex(item);
      if (item === null || typeof item !== "object" || Array.isArray(item)) return item;
      return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? "undefined"
  );
}
