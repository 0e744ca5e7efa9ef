#compdef mfad
# Completion of mfad for zsh. In ~/.zshrc, below compinit: eval "$(mfad completion zsh)"
#
# mfad is asked at each press of Tab, so that its commands and profiles of this moment are offered. Names come from files
# that anybody may have written: they are never evaluated, and zsh quotes them before they reach the command line.
_mfad() {
  local -a answer names shown
  local word what
  answer=("${(@f)$(command mfad completion --words -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null < /dev/null)}")
  # The command line of another program.
  if [[ ${answer[1]} == program* ]]; then
    shift ${answer[1]#program } words
    ((CURRENT -= ${answer[1]#program }))
    _normal
    return
  fi
  shift answer
  for word what in "${(@)answer}"; do
    names+=("$word")
    shown+=("$word${what:+  -- $what}")
  done
  compadd -l -d shown -a -- names
}
(($+functions[compdef])) || { autoload -Uz compinit && compinit }
if [[ ${funcstack[1]} == _mfad ]]; then _mfad; else compdef _mfad mfad; fi
