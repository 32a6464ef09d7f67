# SPDX-License-Identifier: Apache-2.0
# bash completion of hnvctl(8): commands, options, bonds, ids of checks. Sourced; needs no other package.

_hnvctl_options()
{
  local look='--config.file --path.sysfs --path.procfs --path.devicetree'
  case $1 in
    status) echo "--json --watch --verbose --color --watchdog.status-file --prober.status-file $look" ;;
    events) echo --follow --json --last --color --watchdog.status-file --path.procfs ;;
    persist) echo "--dry-run --replace --json --root $look" ;;
    doctor) echo --json --root --color --check --explain --list --output ;;
    ready) echo --json --root --color ;;
    pause) echo "--bond --for --reason --path.pause --watchdog.status-file $look" ;;
    resume) echo --bond --path.pause --path.procfs ;;
    check) echo "--bond --warning --critical --watchdog.status-file --prober.status-file $look" ;;
    explain-state) echo "--color --watchdog.status-file --prober.status-file $look" ;;
    watch) echo "--interval --color --watchdog.status-file --prober.status-file $look" ;;
    *) echo --version ;;
  esac
  echo --help
}

_hnvctl_bonds()
{
  local file=${HNVCTL_BONDING_MASTERS:-/sys/class/net/bonding_masters}
  [[ -r $file ]] && cat "$file"
}

_hnvctl_values()
{
  case $1 in
    --color) echo auto always never ;;
    --bond) _hnvctl_bonds ;;
    --check | --explain) "$hnvctl" doctor --list 2>/dev/null | sed -n 's/^\(D-[A-Z0-9-]*\) .*/\1/p' ;;
    --for) echo 30m 1h 2h 8h ;;
    --interval) echo 1s 2s 5s 10s ;;
    *) return 1 ;;
  esac
}

_hnvctl()
{
  local commands='status events persist doctor ready pause resume check explain-state watch'
  local hnvctl=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} command='' option='' index values
  for ((index = 1; index < COMP_CWORD; index++)); do
    [[ " $commands " == *" ${COMP_WORDS[index]} "* ]] && command=${COMP_WORDS[index]} && break
  done
  COMPREPLY=()
  # The shell takes --option=value for three words.
  if [[ $word == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 1]} word=''
  elif [[ ${COMP_WORDS[COMP_CWORD - 1]} == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  else
    option=${COMP_WORDS[COMP_CWORD - 1]}
  fi
  if [[ $option == --* && $word != -* ]]; then
    case $option in
      --config.file | --path.* | --root | --output | --watchdog.status-file | --prober.status-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    esac
    if values=$(_hnvctl_values "$option"); then
      mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
      return
    fi
  fi
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_hnvctl_options "$command")" -- "$word")
  elif [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
  else
    case $command in
      doctor | pause | resume | check) ;;
      *) mapfile -t COMPREPLY < <(compgen -W "$(_hnvctl_bonds)" -- "$word") ;;
    esac
  fi
}

complete -F _hnvctl hnvctl
