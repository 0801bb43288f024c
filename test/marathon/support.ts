import type { Finding, FindingCode } from '../../src/domain/finding.ts';
import type { Target } from '../../src/domain/target.ts';
import { readApp, type Surroundings } from '../../src/marathon/app.ts';
import { target } from '../support/fleet-samples.ts';

export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };
export type Members = { [name: string]: Value };

export const RUNNER = "grep -qs '^[0-9]* (runner) [^ZX]' /proc/[0-9]*/stat";

/** An app with nothing wrong about it, and what is asked for. */
export function app(more: Members = {}): Members {
  return {
    id: '/iron/runner',
    container: { type: 'DOCKER', docker: { image: 'registry.example.com/iron/runner:1' } },
    fetch: [{ uri: 'file:///etc/docker.tar.gz' }],
    healthChecks: [check(RUNNER)],
    ...more,
  };
}

/** A COMMAND check. */
export function check(value: string, more: Members = {}): Members {
  return { protocol: 'COMMAND', command: { value }, ...more };
}

/** An app with this container. */
export function withDocker(docker: Members, type: string | undefined = 'DOCKER'): Members {
  return app({
    container: {
      ...(type === undefined ? {} : { type }),
      docker: { image: 'registry.example.com/a:1', ...docker },
    },
  });
}

/** An agent whose archive lies elsewhere, or holds other registries. */
export function agent(
  name: string,
  path = '/etc/docker.tar.gz',
  registries = ['registry.example.com'],
): Target {
  return target(name, { archive: { ...target(name).archive, path }, registries });
}

export const around: Surroundings = {
  targets: [agent('gpu-1'), agent('gpu-2')],
  registries: ['registry.example.com'],
  marathon: null,
};

/** What is found in an app. */
export function findingsOf(value: Value, more: Partial<Surroundings> = {}): readonly Finding[] {
  return readApp(JSON.stringify(value)).findings({ ...around, ...more });
}

/** Codes and paths of what is found. */
export function found(value: Value, more: Partial<Surroundings> = {}): readonly string[] {
  return findingsOf(value, more).map(({ code, path }) => `${code} ${path}`);
}

/** The only finding of a code. */
export function the(code: FindingCode, value: Value, more: Partial<Surroundings> = {}): Finding {
  const [first, ...others] = findingsOf(value, more).filter((finding) => finding.code === code);
  if (first === undefined || others.length > 0) throw new Error(`one ${code} was expected`);
  return first;
}

/** The steps of a JSONPath. */
export function steps(path: string): readonly (string | number)[] {
  const found = [...path.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]/g)];
  if (`$${found.map(([all]) => all).join('')}` !== path) throw new Error(`no JSONPath: ${path}`);
  return found.map(([, name, index, quoted]) => {
    if (index !== undefined) return Number(index);
    return name ?? JSON.parse(`"${quoted?.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`);
  });
}

/** The part of a value that a JSONPath leads to; undefined where there is none. */
export function partAt(value: Value | undefined, path: string): Value | undefined {
  return steps(path).reduce<Value | undefined>((part, step) => {
    if (Array.isArray(part)) return typeof step === 'number' ? part[step] : undefined;
    if (typeof part !== 'object' || part === null || typeof step === 'number') return undefined;
    return Object.hasOwn(part, step) ? part[step] : undefined;
  }, value);
}

/** The JSON that a hint ends with, and where it goes; null where it has none. */
export function correctionOf({ hint }: Finding) {
  const [, into, at, json = ''] =
    /(?:Merge into (\$\S*)|(\$.*) becomes)(?: \(\*\*\* stands for[^)]*\))?:\n([\s\S]+)$/.exec(hint) ?? [];
  const path = into ?? at;
  return path === undefined ? null : { path, merge: into !== undefined, value: JSON.parse(json) as Value };
}

/** The app, corrected as a hint says. */
export function corrected(value: Value, finding: Finding): Value {
  const correction = correctionOf(finding);
  if (correction === null) throw new Error(`nothing to paste: ${finding.hint}`);
  const change = (part: Value | undefined, way: readonly (string | number)[]): Value => {
    const [step, ...rest] = way;
    if (step === undefined) return correction.merge ? merged(part, correction.value) : correction.value;
    if (Array.isArray(part))
      return part.map((element, index) => (index === step ? change(element, rest) : element));
    const members = typeof part === 'object' && part !== null ? part : {};
    return { ...members, [step]: change(members[step] as Value | undefined, rest) };
  };
  return change(value, steps(correction.path));
}

/** RFC 7396. */
function merged(into: Value | undefined, patch: Value): Value {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Members = {
    ...(typeof into === 'object' && into !== null && !Array.isArray(into) ? into : {}),
  };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}
