import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

// The rules of ARCHITECTURE.md, held against every import in src. When one of these fails, the message names the
// import: move the code to where it belongs, or argue for another rule in an ADR. Do not add an exception here.

const SOURCE = join(import.meta.dirname, '..', 'src');

/** Folder → the folders that it may import. A file may always import from its own folder. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  errors: ['lib'],
  domain: ['errors', 'lib'],
  remote: ['domain', 'errors', 'lib'],
  credential: ['domain', 'errors', 'lib'],
  inventory: ['domain', 'errors', 'lib'],
  steps: ['remote', 'credential', 'domain', 'errors', 'lib'],
  checks: ['remote', 'credential', 'domain', 'errors', 'lib'],
  transports: ['domain', 'errors', 'lib'],
  'transports/ssh2/packets': ['domain', 'errors', 'lib'],
  'transports/ssh2/host-keys': ['transports/ssh2/packets', 'transports', 'domain', 'errors', 'lib'],
  'transports/ssh2/keys': [
    ...['transports/ssh2/host-keys', 'transports/ssh2/packets', 'transports', 'domain', 'errors', 'lib'],
  ],
  'transports/ssh2/connection': ['transports/ssh2/packets', 'transports', 'domain', 'errors', 'lib'],
  'transports/ssh2/login': [
    ...['transports/ssh2/connection', 'transports/ssh2/keys', 'transports/ssh2/packets'],
    ...['domain', 'errors', 'lib'],
  ],
  'transports/ssh2/jumps': [
    ...['transports/ssh2/connection', 'transports/ssh2/packets', 'transports'],
    ...['domain', 'errors', 'lib'],
  ],
  'transports/ssh2': [
    ...['packets', 'host-keys', 'keys', 'connection', 'login', 'jumps'].map(
      (part) => `transports/ssh2/${part}`,
    ),
    ...['transports', 'domain', 'errors', 'lib'],
  ],
  'transports/openssh': ['transports', 'domain', 'errors', 'lib'],
  'transports/local': ['transports', 'domain', 'errors', 'lib'],
  'ssh-config': ['domain', 'errors', 'lib'],
  marathon: ['checks', 'domain', 'errors', 'lib'],
  'marathon-api': ['domain', 'errors', 'lib'],
  secrets: ['domain', 'errors', 'lib'],
  output: ['domain', 'errors', 'lib'],
  state: ['domain', 'errors', 'lib'],
  lab: ['domain', 'errors', 'lib'],
  cli: ['domain', 'errors', 'lib'],
  files: ['domain', 'errors', 'lib'],
  terminal: ['lib'],
  engine: ['steps', 'checks', 'credential', 'remote', 'transports', 'domain', 'errors', 'lib'],
  commands: [
    ...['engine', 'inventory', 'credential', 'checks', 'marathon', 'remote', 'domain', 'errors', 'lib'],
    ...['cli', 'transports', 'secrets', 'output', 'state', 'lab'],
  ],
};

/** Only main.ts may import these: they know every adapter. */
const COMPOSITION = ['app'];

/** From these folders the engine and the commands may import nothing but the interface. */
const INTERFACES = ['transports/transport.ts', 'secrets/source.ts', 'output/output.ts', 'state/state.ts'];

/** Package → the one place that imports it. */
const ONE_IMPORTER: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli/'],
  'jsonc-parser': ['marathon/document.ts'],
  listr2: ['output/live'],
  'p-limit': ['engine/limits.ts'],
  ssh2: [
    'transports/ssh2/packets/protocol.ts',
    'transports/ssh2/packets/quick-keys.ts',
    'transports/ssh2/keys/',
    'lab/',
  ],
  tar: ['credential/archive.ts'],
  yaml: ['inventory/parse.ts'],
  zod: ['inventory/'],
  'node:sqlite': ['state/'],
};

/** Folders without I/O, clock, environment or randomness. node:crypto's digests and node:util are pure. */
const PURE = [
  'marathon',
  'domain',
  'inventory',
  'ssh-config',
  'steps',
  'checks',
  'remote',
  'credential',
  'errors',
  'lib',
];
const PURE_BUILTINS = ['node:crypto', 'node:util', 'node:zlib', 'node:path', 'node:buffer', 'node:net'];
const IMPURE_WORDS =
  /\b(process\.|Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|randomBytes|randomUUID|fetch\(|setTimeout\()/;

/** A file may be longer only where one table or one story would be torn apart. */
const SOFT_CAP = 150;
const LONGER: Readonly<Record<string, number>> = { 'inventory/schema.ts': 205, 'errors/catalogue.ts': 345 };

interface Source {
  readonly file: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sources(folder = SOURCE): Source[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    if (!name.endsWith('.ts')) return [];
    const text = readFileSync(path, 'utf8');
    const imports = [
      ...text.matchAll(
        /^(?:import|export)\s[^;]*?from\s+'([^']+)';|^import\s+'([^']+)';|\bimport\('([^']+)'\)/gm,
      ),
    ];
    return {
      file: relative(SOURCE, path),
      folder: relative(SOURCE, dirname(path)),
      text,
      imports: imports.map((match) => match[1] ?? match[2] ?? match[3] ?? ''),
    };
  });
}

const ALL = sources();
const resolve = ({ folder }: Source, specifier: string) => relative(SOURCE, join(SOURCE, folder, specifier));
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

describe('imports go one way', () => {
  test.each(
    ALL.filter(({ folder }) => folder !== '' && !COMPOSITION.includes(folder)).map(
      (source) => [source.file, source] as const,
    ),
  )('%s imports only what its folder may', (_, source) => {
    const allowed = MAY_IMPORT[source.folder];
    expect(allowed, `${source.folder} is not in the table: what may it import?`).toBeDefined();
    for (const specifier of source.imports.filter((name) => name.startsWith('.'))) {
      const target = resolve(source, specifier);
      const folder = dirname(target);
      const fine = folder === source.folder || allowed?.includes(folder);
      expect(fine, `src/${source.file} must not import src/${target}`).toBe(true);
      if (
        ['engine', 'commands'].includes(source.folder) &&
        /^(transports|secrets|output|state)/.test(folder)
      ) {
        expect(INTERFACES, `src/${source.file} may know the interface only, not src/${target}`).toContain(
          target,
        );
      }
    }
  });

  test('there are no cycles', () => {
    const graph = new Map(
      ALL.map((source) => [
        source.file,
        source.imports.filter((name) => name.startsWith('.')).map((name) => resolve(source, name)),
      ]),
    );
    const state = new Map<string, 'open' | 'done'>();
    function visit(file: string, path: readonly string[]) {
      if (state.get(file) === 'done') return;
      expect(path.includes(file), `a cycle: ${[...path, file].join(' → ')}`).toBe(false);
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, 'done');
    }
    for (const file of graph.keys()) visit(file, []);
  });

  test('every import leads to a file, and every folder in the table exists', () => {
    const files = new Set(ALL.map(({ file }) => file));
    for (const source of ALL) {
      for (const specifier of source.imports.filter((name) => name.startsWith('.'))) {
        expect(files, `src/${source.file} imports ${specifier}`).toContain(resolve(source, specifier));
      }
    }
    const folders = new Set(ALL.map(({ folder }) => folder));
    for (const folder of Object.keys(MAY_IMPORT))
      expect(folders, `src/${folder} is in the table only`).toContain(folder);
    for (const file of [...INTERFACES, ...Object.keys(LONGER)])
      expect(files, `${file} is in a table only`).toContain(file);
  });
});

describe('one importer per package', () => {
  test.each(Object.entries(ONE_IMPORTER))('%s', (name, places) => {
    const importers = ALL.filter(({ imports }) =>
      imports.some((found) => found === name || found.startsWith(`${name}/`)),
    );
    expect(importers.length, `nobody imports ${name}: is it still needed?`).toBeGreaterThan(0);
    for (const { file } of importers) {
      expect(
        places.some((place) => file.startsWith(place)),
        `src/${file} must not import ${name}`,
      ).toBe(true);
    }
  });

  test('every package that src imports is in the table and in package.json', () => {
    const { dependencies } = JSON.parse(readFileSync(join(SOURCE, '..', 'package.json'), 'utf8'));
    const packages = ALL.flatMap(({ imports }) => imports).filter((name) => !/^(\.|node:)/.test(name));
    for (const name of packages) {
      const bare = name.split('/')[0] ?? name;
      expect(Object.keys(ONE_IMPORTER), `${bare} is imported`).toContain(bare);
      expect(Object.keys(dependencies)).toContain(bare);
    }
  });
});

describe('the pure core', () => {
  test.each(
    ALL.filter(({ folder }) => PURE.includes(folder)).map((source) => [source.file, source] as const),
  )('%s does no I/O and reads no clock, environment or randomness', (_, { file, imports, text }) => {
    for (const name of imports.filter((found) => found.startsWith('node:'))) {
      expect(PURE_BUILTINS, `src/${file} imports ${name}: pass it in from main`).toContain(name);
    }
    expect(code(text).match(IMPURE_WORDS)?.[0], `src/${file}: pass it in from main`).toBeUndefined();
  });

  // The lab's stand-ins are programs of their own.
  test('only main.ts touches process', () => {
    const touching = ALL.filter(
      ({ file, text }) =>
        file !== 'main.ts' && !/-stand-in\.ts$/.test(file) && /\bprocess\.\w/.test(code(text)),
    );
    expect(touching.map(({ file }) => file)).toEqual([]);
  });
});

describe('the shape of a file', () => {
  test.each(ALL.map((source) => [source.file, source] as const))(
    '%s is short and has named exports',
    (_, { file, text }) => {
      expect(text.split('\n').length, `src/${file} is long: split it`).toBeLessThanOrEqual(
        LONGER[file] ?? SOFT_CAP + 1,
      );
      expect(/^export default/m.test(text), `src/${file}: named exports only`).toBe(false);
    },
  );

  test('lib has at most five files', () => {
    expect(ALL.filter(({ folder }) => folder === 'lib').length).toBeLessThanOrEqual(5);
  });
});
