# Completion of mfad for bash. In ~/.bashrc: eval "$(mfad completion bash)"
#
# mfad is asked at each press of Tab, so that its commands and profiles of this moment are offered. Names come from files
# that anybody may have written: they are never evaluated, and are quoted before they reach the command line.
_mfad() {
  # Bash cuts words at : = and @; they are put together again here.
  local rest=${COMP_LINE:0:COMP_POINT} words=() word stripped at
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    stripped=${rest#"${rest%%[![:space:]]*}"}
    ((at == COMP_CWORD)) && word=$stripped
    if ((at > 0)) && [[ $stripped == "$rest" ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    rest=${stripped#"$word"}
  done

  # What of the current word bash has cut off stays on the command line.
  local current=${words[${#words[@]} - 1]} breaks= kept= each
  for each in : = @; do
    [[ $COMP_WORDBREAKS == *"$each"* ]] && breaks+=$each
  done
  [[ -n $breaks ]] && kept=${current%"${current##*[$breaks]}"}

  local kind=
  local plain='^[[:alnum:]_./%@:+=, -]*$'
  COMPREPLY=()
  while IFS= read -r word; do
    if [[ -z $kind ]]; then
      kind=$word
      continue
    fi
    read -r each
    if [[ $current == [\'\"]* ]]; then
      # Inside quotes bash takes a reply as it is.
      [[ $word == "${current:1}"* && $word =~ $plain ]] && COMPREPLY+=("$word")
    else
      [[ ${word//\\/} == "${current//\\/}"* ]] || continue
      printf -v each %q "$word"
      COMPREPLY+=("${each#"$kept"}")
    fi
  done < <(command mfad completion --words -- "${words[@]:1}" 2> /dev/null < /dev/null)

  # The command line of another program.
  [[ $kind == program* ]] || return 0
  for ((at = 0; at < COMP_CWORD; at++)); do
    [[ ${COMP_WORDS[at]} == -- ]] && break
  done
  if declare -F _command_offset > /dev/null; then
    _command_offset $((at + 1))
  elif ((at + 1 == COMP_CWORD)); then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -c -- "$current")
  else
    compopt -o default 2> /dev/null
  fi
}
complete -F _mfad mfad
