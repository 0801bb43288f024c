import { type CommandSpec, type Flag, valuedNames } from '../cli/command.ts';

/** The script for fish 3.1 and later. */
export function fishCompletion(commands: readonly CommandSpec[]): string {
  return `# Completion of node-prep for fish. In config.fish: node-prep completion fish | source
function __node_prep_command # is the command line about this command?
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]
end
function __node_prep_operand # command, place, flags with a value: is this operand the next one?
    __node_prep_command $argv[1]; or return 1
    set -l words (commandline -opc)
    set -l place 0
    set -l skip false
    for word in $words[3..-1]
        if test $skip = true
            set skip false
        else if contains -- $word $argv[3..-1]
            set skip true
        else if not string match -q -- '-*' $word
            set place (math $place + 1)
        end
    end
    test $place = $argv[2]
end
function __node_prep_files # endings: folders, and the files that end so
    # For a command that fish knows nothing about it completes all files, ~ included.
    for path in (complete -C "__node_prep_no_such_command "(commandline -ct))
        for ending in / $argv
            string match -q -- "*$ending" $path; and printf '%s\\n' $path
        end
    end
end
complete -c node-prep -e
complete -c node-prep -f
complete -c node-prep -n __fish_use_subcommand -s h -l help -d 'print the help'
complete -c node-prep -n __fish_use_subcommand -s V -l version -d 'print the version'
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf(command: CommandSpec): string[] {
  return [
    `complete -c node-prep -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    ...command.arguments.flatMap((argument, place) => {
      const condition = quoted(
        `__node_prep_operand ${[command.name, place, ...valuedNames(command)].join(' ')}`,
      );
      if (argument.choices !== undefined) {
        return [`complete -c node-prep -n ${condition} -a ${quoted(argument.choices.join(' '))}`];
      }
      if (argument.files === undefined) return [];
      return [
        `complete -c node-prep -n ${condition} -a ${quoted(`(__node_prep_files ${argument.files.join(' ')})`)}`,
      ];
    }),
    ...command.flags.map((flag) => {
      const short = flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`;
      const condition = quoted(`__node_prep_command ${command.name}`);
      return `complete -c node-prep -n ${condition}${short} -l ${flag.long.slice(2)}${value(flag)} -d ${quoted(flag.help)}`;
    }),
  ];
}

function value(flag: Flag): string {
  if (flag.value === undefined) return '';
  if (flag.value.choices !== undefined) return ` -x -a ${quoted(flag.value.choices.join(' '))}`;
  return flag.value.type === 'file' ? ' -r -F' : ' -x';
}

/** A single-quoted word; fish knows two escapes in it (fish(1), Quotes). */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
