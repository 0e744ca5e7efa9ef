// What `mfad prompt` prints: functions for prompts that read the status file with built-ins of the shell alone, since a
// prompt is drawn after every command. AWS_PROFILE may hold anything: of a name only harmless characters are shown, and
// nothing of the file is computed with before it is known to be a number.
import { quoted } from '../../core/text/quoted.ts'

export type PromptFacts = {
  /** Where the status file may be, best first. */
  statusFiles: readonly string[]
  /** Of session profiles: dev-mfa means dev. */
  suffix: string
  /** For a bash older than 4.2, which cannot tell the time by itself. */
  epochSeconds: number
}

export const promptScripts: Readonly<Record<string, (facts: PromptFacts) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

function bashScript({ statusFiles, suffix, epochSeconds }: PromptFacts): string {
  return `# In ~/.bashrc:  eval "$(mfad prompt bash)"; PS1='\${MFAD_PROMPT}'$PS1
_mfad_started=$((${epochSeconds} - SECONDS))
mfad_prompt() {
  local last=$? IFS=$' \\t\\n' suffix=${quoted(suffix)}
  local file line name rest state='' epoch='' now left text colour=''
  local -a lines
  MFAD_PROMPT=
  [[ -n \${AWS_PROFILE-} ]] || return "$last"
  for file in ${statusFiles.map(quoted).join(' ')}; do
    [[ -r $file ]] || continue
    { mapfile -t lines < "$file" || while IFS= read -r line; do lines+=("$line"); done < "$file"; } 2> /dev/null
    break
  done
  for name in "$AWS_PROFILE" "\${AWS_PROFILE%"$suffix"}"; do
    for line in \${lines[@]+"\${lines[@]}"}; do
      [[ $line == "$name "* ]] || continue
      rest=\${line#"$name "} state=\${rest%% *} epoch=\${rest#* }
      break 2
    done
  done
  [[ -n $name ]] || name=$AWS_PROFILE
  name=\${name:0:40} text=\${name//[!A-Za-z0-9_.\\/%@:+-]/?}
  if [[ -n $epoch && $epoch != *[!0-9]* ]]; then
    printf -v now '%(%s)T' -1 2> /dev/null || now=$((_mfad_started + SECONDS))
    left=$((10#$epoch - now))
    [[ $state != expiring ]] && ((left >= 600)) || colour=33
    if ((left >= 3600)); then text+=" $((left / 3600))h$((left % 3600 / 60))m"
    elif ((left >= 60)); then text+=" $((left / 60))m"
    elif ((left > 0)); then text+=' <1m'
    else text+=' expired' colour=31
    fi
  fi
  MFAD_PROMPT="($text) "
  if [[ -n $colour && -z \${NO_COLOR-} && \${TERM-} != dumb ]]; then
    MFAD_PROMPT=$'\\001\\e['"\${colour}m"$'\\002'"($text)"$'\\001\\e[0m\\002 '
  fi
  return "$last"
}
[[ \${PROMPT_COMMAND-} == *mfad_prompt* ]] || PROMPT_COMMAND="mfad_prompt\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"`
}

function zshScript({ statusFiles, suffix }: PromptFacts): string {
  return `# In ~/.zshrc:  eval "$(mfad prompt zsh)"; setopt prompt_subst; PROMPT='\${MFAD_PROMPT}'$PROMPT
mfad_prompt() {
  emulate -L zsh
  local suffix=${quoted(suffix)} file line name rest state epoch now text colour
  local -a lines
  local -i left
  typeset -g MFAD_PROMPT=
  [[ -n \${AWS_PROFILE-} ]] || return 0
  for file in ${statusFiles.map(quoted).join(' ')}; do
    [[ -r $file ]] || continue
    { lines=("\${(@f)$(< $file)}") } 2> /dev/null
    break
  done
  for name in "$AWS_PROFILE" "\${AWS_PROFILE%"$suffix"}"; do
    line=\${lines[(r)\${(b)name} *]}
    [[ -n $line ]] || continue
    rest=\${line#"$name "} state=\${rest%% *} epoch=\${rest#* }
    break
  done
  [[ -n $name ]] || name=$AWS_PROFILE
  name=\${name[1,40]} text=\${name//[^A-Za-z0-9_.\\/%@:+-]/?} text=\${text//\\%/%%}
  if [[ $epoch == <-> ]]; then
    now=\${(%):-'%D{%s}'}
    left=$((epoch - now))
    [[ $state != expiring ]] && ((left >= 600)) || colour=yellow
    if ((left >= 3600)); then text+=" $((left / 3600))h$((left % 3600 / 60))m"
    elif ((left >= 60)); then text+=" $((left / 60))m"
    elif ((left > 0)); then text+=' <1m'
    else text+=' expired' colour=red
    fi
  fi
  MFAD_PROMPT="($text) "
  if [[ -n $colour && -z \${NO_COLOR-} && \${TERM-} != dumb ]]; then
    MFAD_PROMPT="%F{$colour}($text)%f "
  fi
}
typeset -ga precmd_functions
(( \${precmd_functions[(Ie)mfad_prompt]} )) || precmd_functions+=(mfad_prompt)`
}

function fishScript({ statusFiles, suffix }: PromptFacts): string {
  return `# In ~/.config/fish/config.fish:  mfad prompt fish | source
# and in your fish_prompt, or as your fish_right_prompt:  mfad_prompt
function mfad_prompt --description 'the profile of AWS_PROFILE, and the time that its session has left'
    set -q AWS_PROFILE; and test -n "$AWS_PROFILE"; or return 0
    set -l lines
    set -l now
    for file in ${statusFiles.map(fishQuoted).join(' ')}
        test -r $file; or continue
        read -lz text <$file
        set lines (string split -n \\n -- $text)
        set now (math (path mtime $file 2>/dev/null) + (path mtime -R $file 2>/dev/null) 2>/dev/null)
        break
    end
    set -l names (string replace -r ' .*' '' -- $lines)
    set -l name "$AWS_PROFILE"
    set -l bare (string replace -r ${fishQuoted(`${regexOf(suffix)}$`)} '' -- "$AWS_PROFILE")
    set -l at (contains -i -- "$name" $names)
    or set at (contains -i -- "$bare" $names)
    or set at 0
    if test -n "$bare"; and not contains -- "$name" $names
        set name "$bare"
    end
    set -l text (string replace -ra '[^A-Za-z0-9_./%@:+-]' '?' -- (string sub -l 40 -- (string join '' -- $name)))
    set -l colour
    if test $at -gt 0
        set -l fields (string split ' ' -- $lines[$at])
        contains -- $fields[2] expiring expired; and set colour yellow
        set -l left ''
        if test -z "$now"
            # A fish older than 3.6 cannot tell the time by itself.
            test $fields[2] = expired; and set left 0
        else if string match -qr '^[0-9]+$' -- $fields[3]
            set left (math $fields[3] - $now)
        end
        if test -n "$left"
            test $left -lt 600; and set colour yellow
            if test $left -ge 3600
                set text "$text "(math -s0 $left / 3600)h(math -s0 "$left % 3600 / 60")m
            else if test $left -ge 60
                set text "$text "(math -s0 $left / 60)m
            else if test $left -gt 0
                set text "$text <1m"
            else
                set text "$text expired"
                set colour red
            end
        end
    end
    if test -n "$colour"; and not test -n "$NO_COLOR"; and test "$TERM" != dumb
        printf '%s(%s)%s ' (set_color $colour) $text (set_color normal)
    else
        printf '(%s) ' $text
    end
end`
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

function regexOf(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '\\$&')
}
