/** What a line of shell may begin inside of. */
type Inside = 'single' | 'double' | 'braces' | 'backticks' | 'parentheses' | 'arithmetic';

interface HereDocument {
  readonly end: string;
  readonly tabs: boolean;
}

interface State {
  readonly inside: Inside[];
  readonly documents: HereDocument[];
  continued: boolean;
}

/**
 * The same shell script without whole-line comments, blank lines and indentation, for it travels to every agent.
 * Lines that begin inside of quotes, a here-document or a continued line stay as they are. Throws where it cannot
 * tell, which is a mistake in the script: unbalanced quotes, a here-document without its end.
 */
export function compactScript(source: string): string {
  const state: State = { inside: [], documents: [], continued: false };
  const kept: string[] = [];
  for (const line of source.replace(/\n$/, '').split('\n')) {
    const document = state.documents[0];
    if (document !== undefined && state.inside.length === 0 && !state.continued) {
      kept.push(line);
      if ((document.tabs ? line.replace(/^\t+/, '') : line) === document.end) state.documents.shift();
      continue;
    }
    const code = state.inside.length === 0 && !state.continued ? line.replace(/^[\t ]+/, '') : line;
    if (code === line || (code !== '' && !code.startsWith('#'))) {
      if (state.inside.length > 0 || state.continued || (code !== '' && !code.startsWith('#')))
        kept.push(code);
    }
    scan(code, state);
  }
  if (state.inside.length > 0 || state.documents.length > 0)
    throw new Error('the script ends inside of quotes');
  return `${kept.join('\n')}\n`;
}

/** Goes through one line of code, and leaves in `state` what the next line begins inside of. */
function scan(line: string, state: State): void {
  state.continued = false;
  const { inside } = state;
  for (let at = 0; at < line.length; at += 1) {
    const rest = line.slice(at);
    const within = inside.at(-1);
    if (within === 'single') {
      if (rest.startsWith("'")) inside.pop();
    } else if (rest.startsWith('\\')) {
      at += 1;
      state.continued = at === line.length;
    } else if (rest.startsWith('"')) {
      if (within === 'double') inside.pop();
      else inside.push('double');
    } else if (rest.startsWith('`')) {
      if (within === 'backticks') inside.pop();
      else inside.push('backticks');
    } else if (rest.startsWith('$((')) {
      inside.push('arithmetic');
      at += 2;
    } else if (rest.startsWith('$(')) {
      inside.push('parentheses');
      at += 1;
    } else if (rest.startsWith('${')) {
      inside.push('braces');
      at += 1;
    } else if (rest.startsWith('}') && within === 'braces') {
      inside.pop();
    } else if (rest.startsWith('))') && within === 'arithmetic') {
      inside.pop();
      at += 1;
    } else if (rest.startsWith(')') && within === 'parentheses') {
      inside.pop();
    } else if (within !== 'double') {
      if (rest.startsWith("'")) inside.push('single');
      else if (rest.startsWith('(') && within === 'parentheses') inside.push('parentheses');
      else if (within === undefined || within === 'parentheses' || within === 'backticks') {
        if (rest.startsWith('#') && /^$|[\s;&|(]$/.test(line.slice(0, at))) return;
        const document = /^<<(-?)\s*(?:'([^']*)'|"([^"]*)"|\\?([\w.-]+))/.exec(rest);
        if (rest.startsWith('<<<')) at += 2;
        else if (document !== null) {
          const end = document[2] ?? document[3] ?? document[4] ?? '';
          state.documents.push({ end, tabs: document[1] === '-' });
          at += document[0].length - 1;
        }
      }
    }
  }
}
