import { type CommandSpec, type Flag, flagNames } from '../cli/command.ts';
import { quote } from '../lib/quote.ts';

/** The script for zsh: to be sourced after compinit, or put into a folder of $fpath as `_node-prep`. */
export function zshCompletion(commands: readonly CommandSpec[]): string {
  return `#compdef node-prep
# Completion of node-prep for zsh. In ~/.zshrc, after compinit: eval "$(node-prep completion zsh)"
_node-prep() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands=(
${commands.map((command) => `    ${quote(`${command.name}:${command.summary.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _arguments -C \\
    '(- *)'{-h,--help}'[print the help]' \\
    '(- *)'{-V,--version}'[print the version]' \\
    '1: :->command' \\
    '*:: :->words'
  case $state in
    command) _describe -t commands command commands ;;
    words)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _node-prep ]]; then _node-prep "$@"; else compdef _node-prep node-prep; fi
`;
}

function commandCase(command: CommandSpec): string {
  const specs = [...command.flags.flatMap(flagSpecs), ...command.arguments.flatMap(argumentSpec)];
  const lines = specs.map((spec) => `            ${quote(spec)}`).join(' \\\n');
  return `        ${command.name})\n          _arguments -s -S \\\n${lines}\n          ;;`;
}

/** zshcompsys(1), _arguments: one spec per name, each excluding the others unless the flag may be repeated. */
function flagSpecs(flag: Flag): string[] {
  const exclude = flag.value?.repeat ? '*' : `(${flagNames(flag).join(' ')})`;
  const help = flag.help.replace(/[[\]\\]/g, '\\$&');
  return flagNames(flag).map((name) => {
    if (flag.value === undefined) return `${exclude}${name}[${help}]`;
    const attached = name.startsWith('--') ? '=' : '+';
    return `${exclude}${name}${attached}[${help}]:${flag.value.name.replaceAll(':', '\\:')}:${action(flag.value)}`;
  });
}

function action(value: NonNullable<Flag['value']>): string {
  if (value.choices !== undefined) return `(${value.choices.join(' ')})`;
  return value.type === 'file' ? '_files' : ' ';
}

function argumentSpec(argument: CommandSpec['arguments'][number], place: number): string[] {
  const where = argument.variadic ? '*' : String(place + 1);
  if (argument.choices !== undefined) return [`${where}:${argument.name}:(${argument.choices.join(' ')})`];
  if (argument.files === undefined) return [`${where}:${argument.name}: `];
  const endings = argument.files.map((ending) => ending.slice(1)).join('|');
  return [`${where}:${argument.name}:_files -g "*.(${endings})"`];
}
