import { descriptions } from '../descriptions.ts';
import { namesOf } from '../flag.ts';
import type { Shell } from './shells.ts';

/** The value of a flag is the path of a file. */
const TAKES_FILE = /<(?:path|file)>$/;

/** Gives the script of a shell, which asks this program what may follow. It expands nothing of the reply. */
export function completionScript(name: Shell): string {
  return scripts[name]();
}

const scripts: Readonly<Record<Shell, () => string>> = {
  bash: () => `# Completion of oauth-login in bash. To install it, add this line to ~/.bashrc:
#   eval "$(oauth-login completion bash)"
_oauth_login() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(oauth-login completion bash -- "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
}
complete -o default -F _oauth_login oauth-login
`,
  zsh: () => `#compdef oauth-login
# Completion of oauth-login in zsh. To install it, add this line to ~/.zshrc, after compinit:
#   eval "$(oauth-login completion zsh)"
_oauth_login() {
  local line
  local -a values displays typed
  typed=("\${(@Q)words[2,CURRENT-1]}")
  (( CURRENT > 2 )) || typed=()
  while IFS= read -r line; do
    values+=("\${line%%$'\\t'*}")
    displays+=("\${line/$'\\t'/  -- }")
  done < <(oauth-login completion zsh -- "\${typed[@]}" "\${(Q)PREFIX}" 2>/dev/null)
  if (( \${#values} )); then
    compadd -l -d displays -a values
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _oauth_login ]]; then
  _oauth_login "$@"
else
  compdef _oauth_login oauth-login
fi
`,
  fish: () => `# Completion of oauth-login in fish. To install it, add this line to ~/.config/fish/config.fish:
#   oauth-login completion fish | source
function __oauth_login_complete
  set -l before (commandline -opc)
  set -e before[1]
  set -l typed (commandline -ct)
  set typed (string unescape -- "$typed")
  oauth-login completion fish -- $before "$typed" 2>/dev/null
end
complete -c 'oauth-login' -f -a '(__oauth_login_complete)'
${fileFlags()
  .map((name) => `complete -c 'oauth-login' -l ${name.slice(2)} -r -F\n`)
  .join('')}`,
  powershell:
    () => `# Completion of oauth-login in PowerShell. To install it, add this line to the file in $PROFILE:
#   oauth-login completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'oauth-login' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object {
      if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
      else { $_.Extent.Text }
    })
  $typed = $wordToComplete.Trim([char[]]@(39, 34))
  oauth-login completion powershell -- @words ".$typed" 2>$null | ForEach-Object {
    $value, $description = $_ -split [char]9, 2
    $text = if ($value -match '[ @]') { "'$value'" } else { $value }
    $tip = if ($description) { $description } else { $value }
    [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $tip)
  }
}
`,
};

/** The names of the flags that take a file, of all commands. */
function fileFlags(): readonly string[] {
  const flags = Object.values(descriptions).flatMap((command) => command.flags);
  const names = flags
    .filter(({ usage }) => TAKES_FILE.test(usage))
    .flatMap((flag) => namesOf(flag).slice(-1));
  return [...new Set(names)].toSorted();
}
