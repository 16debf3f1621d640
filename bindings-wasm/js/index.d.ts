/** The version of this build, for example `0.1.0`. */
export function version(): string;
