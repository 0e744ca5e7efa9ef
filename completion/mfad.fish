# Completion of mfad for fish. In ~/.config/fish/config.fish: mfad completion fish | source
#
# mfad is asked at each press of Tab, so that its commands and profiles of this moment are offered. Names come from files
# that anybody may have written: they are never evaluated, and fish quotes them before they reach the command line.
function __mfad_complete
    set -l typed (commandline -opc)
    set -e typed[1]
    set -l current (commandline -ct)
    set -l answer (command mfad completion --words -- $typed "$current" 2> /dev/null < /dev/null)
    if string match -q 'program *' -- $answer[1]
        # The command line of another program.
        set -l at (string replace 'program ' '' -- $answer[1])
        complete -C (string join ' ' -- (string escape -- $typed[$at..]) "$current")
        return
    end
    set -e answer[1]
    while set -q answer[2]
        printf '%s\t%s\n' $answer[1] $answer[2]
        set -e answer[1..2]
    end
end
complete -c mfad -e
complete -c mfad -f -a '(__mfad_complete)'
