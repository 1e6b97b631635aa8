/**
 * What each shell is told, once: on Tab it asks `tssupervisorctl __complete WORD ...`, which answers with a line
 * for each candidate, `value TAB about`. So the scripts know no verb and no flag, and need not be made anew.
 */

const bash = String.raw`# Completion of tssupervisorctl for bash. Put it into ~/.bashrc:
#   source <(tssupervisorctl completion bash)
# or, for everybody, where bash-completion looks:
#   tssupervisorctl completion bash > /usr/share/bash-completion/completions/tssupervisorctl

_tssupervisorctl() {
  local line=$\{COMP_LINE:0:COMP_POINT} typed word kept value
  local -a words
  # Not COMP_WORDS: bash takes web:web_00 apart. Without -r, read takes away the backslashes.
  read -a words <<<"$line"
  words=("$\{words[@]//[\'\"]/}")
  [[ $line == *[[:space:]] ]] && words+=("")
  word=$\{words[$\{#words[@]} - 1]}
  typed=$\{line##*[[:space:]]}
  # Outside of quotes bash replaces only what is behind the last colon (or another of COMP_WORDBREAKS, but for @).
  kept=
  [[ $typed == *[\'\"]* ]] || kept=$\{word%"$\{word##*["$\{COMP_WORDBREAKS//@/}"]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r value _; do
    [[ $value == *[/=] ]] && compopt -o nospace
    value=$\{value#"$kept"}
    [[ -n $value ]] || continue
    [[ $typed == *[\'\"]* ]] || printf -v value %q "$value"
    COMPREPLY+=("$value")
  done < <("$\{words[0]/#\~\//$HOME/}" __complete "$\{words[@]:1}" 2>/dev/null)
}
complete -F _tssupervisorctl tssupervisorctl
`;

const zsh = String.raw`#compdef tssupervisorctl
# Completion of tssupervisorctl for zsh. Put it into ~/.zshrc, behind compinit:
#   source <(tssupervisorctl completion zsh)
# or into a folder of $fpath:
#   tssupervisorctl completion zsh > /usr/local/share/zsh/site-functions/_tssupervisorctl

_tssupervisorctl() {
  local line value
  local -a values shown parts parts_shown
  for line in "$\{(@f)$("$\{(Q)words[1]/#\~\//$HOME/}" __complete "$\{(@Q)words[2,CURRENT-1]}" "$\{(Q)PREFIX}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    value=$\{line%%$'\t'*}
    line=$\{line/$'\t'/  -- }
    if [[ $value == *[/=] ]]; then
      parts+=("$value") parts_shown+=("$\{line%  -- }")
    else
      values+=("$value") shown+=("$\{line%  -- }")
    fi
  done
  (($\{#parts})) && compadd -S '' -l -d parts_shown -- "$\{parts[@]}"
  (($\{#values})) && compadd -l -d shown -- "$\{values[@]}"
}

if [[ $\{funcstack[1]} == _tssupervisorctl ]]; then
  _tssupervisorctl "$@"
else
  compdef _tssupervisorctl tssupervisorctl
fi
`;

const fish = `# Completion of tssupervisorctl for fish:
#   tssupervisorctl completion fish > ~/.config/fish/completions/tssupervisorctl.fish

function __tssupervisorctl_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct | string unescape)
    set -l program (string replace -r '^~/' $HOME/ -- $words[1])
    $program __complete $words[2..-1] "$word" 2>/dev/null
end

complete -c tssupervisorctl -f -a '(__tssupervisorctl_complete)'
`;

// In a template `${` begins an expression: above it is written `$\{`.
const scripts: Readonly<Record<string, string>> = {
  bash: bash.replaceAll('$\\{', '${'),
  zsh: zsh.replaceAll('$\\{', '${'),
  fish,
};

export function scriptFor(shell: string): string | undefined {
  return scripts[shell];
}
