import { type CommandSpec, flagNames, valuedNames } from '../cli/command.ts';

/** The script for bash 3.2 (macOS has no newer one) and later; it needs no bash-completion package. */
export function bashCompletion(commands: readonly CommandSpec[]): string {
  return `# Completion of node-prep for bash. In ~/.bashrc: eval "$(node-prep completion bash)"
_node_prep() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} flags='' valued='' words='' files='' operands=0 i word
  COMPREPLY=()
  # bash takes --flag=value for three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if ((COMP_CWORD == 1)); then
    words='${[...commands.map((command) => command.name), '--help', '--version'].join(' ')}'
  else
    case $command in
${commands.map(flagsOf).join('\n')}
    esac
    for ((i = 2; i < COMP_CWORD; i++)); do
      word=\${COMP_WORDS[i]}
      if [[ $valued == *" $word "* ]]; then
        ((i++))
        if [[ \${COMP_WORDS[i]} == '=' ]]; then ((i++)); fi
      elif [[ $word != -* ]]; then
        ((operands++))
      fi
    done
    case "$command $prev" in
${commands.flatMap(valuesOf).join('\n')}
      *)
        if [[ $cur == -* ]]; then
          words=$flags
        else
          case "$command $operands" in
${commands.flatMap(operandsOf).join('\n')}
          esac
        fi
        ;;
    esac
  fi
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null # bash 4 and later
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(
      if [[ $files == any ]]; then compgen -f -- "$cur"; else compgen -d -- "$cur"; fi
      for i in $files; do compgen -f -X "!*$i" -- "$cur"; done
    )
  else
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$cur")
  fi
}
complete -F _node_prep node-prep
`;
}

function flagsOf(command: CommandSpec): string {
  const flags = command.flags.flatMap(flagNames).join(' ');
  return `      ${command.name}) flags='${flags}' valued=' ${valuedNames(command).join(' ')} ' ;;`;
}

function valuesOf(command: CommandSpec): string[] {
  return command.flags
    .filter((flag) => flag.value !== undefined)
    .map((flag) => {
      const patterns = flagNames(flag).map((name) => `'${command.name} ${name}'`);
      const words = flag.value?.choices === undefined ? '' : ` words='${flag.value.choices.join(' ')}'`;
      const files = flag.value?.type === 'file' ? ' files=any' : '';
      return `      ${patterns.join(' | ')})${words}${files} ;;`;
    });
}

function operandsOf(command: CommandSpec): string[] {
  return command.arguments.flatMap((argument, place) => {
    if (argument.choices !== undefined)
      return [`            '${command.name} ${place}') words='${argument.choices.join(' ')}' ;;`];
    if (argument.files !== undefined)
      return [`            '${command.name} ${place}') files='${argument.files.join(' ')}' ;;`];
    return [];
  });
}
