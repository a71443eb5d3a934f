# bash completion for flowenv, printed by: flowenv completion bash

_flowenv_words() {
    local IFS=$' \t\n'
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_flowenv_project() {
    _flowenv_words "$("${COMP_WORDS[0]}" completion --words "$1" 2>/dev/null)"
}

_flowenv_paths() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen "$1" -- "$cur"))
}

# Where the program of `flowenv exec` stands on the command line.
_flowenv_program_at() {
    local i=2
    while ((i < COMP_CWORD)); do
        case ${COMP_WORDS[i]} in
        --) echo $((i + 1)); return ;;
        -*)
            [[ " $1 " == *" ${COMP_WORDS[i]} "* ]] && ((i++))
            [[ ${COMP_WORDS[i]} == = ]] && ((i++)) ;;
        *) echo "$i"; return ;;
        esac
        ((i++))
    done
}

_flowenv() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _flowenv_words "put get list rm history export exec explain status check render refresh init completion help version --help --version"
        return
    fi
    # Readline makes three words of --option=VALUE.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case ${COMP_WORDS[1]} in
    put)
        case $prev in
        -t | --type) _flowenv_words "SecureString String StringList"; return ;;
        -F | --from-file) _flowenv_paths -f; return ;;
        --fd) :; return ;;
        --key-id) :; return ;;
        --tier) _flowenv_words "Standard Advanced Intelligent-Tiering"; return ;;
        --description) :; return ;;
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--type --from-file --fd --exact --key-id --tier --description --overwrite --dry-run --yes --stage --json --store --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    get)
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--stage --json --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    list)
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--values --reveal --stage --json --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    rm)
        case $prev in
        -y | --yes) :; return ;;
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--yes --dry-run --stage --json --store --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    history)
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--values --reveal --stage --json --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    export)
        case $prev in
        -f | --format) _flowenv_words "sh bash zsh fish powershell dotenv json yaml docker github-env systemd tfvars"; return ;;
        -s | --stage) _flowenv_project STAGE; return ;;
        --prefix) :; return ;;
        --env-file) _flowenv_paths -f; return ;;
        --only) :; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--format --reveal --stage --prefix --env-file --only --no-expand --yes --json --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    exec)
        at=$(_flowenv_program_at "-s --stage --prefix --env-file --only --store --profile --region --endpoint-url --vault --key-file --project ")
        if [[ -n $at ]]; then
            if declare -F _command_offset >/dev/null; then
                _command_offset "$at"
            elif ((at == COMP_CWORD)); then
                COMPREPLY=($(compgen -c -- "$cur"))
            else
                _flowenv_paths -f
            fi
            return
        fi
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --prefix) :; return ;;
        --env-file) _flowenv_paths -f; return ;;
        --only) :; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--pristine --stage --prefix --env-file --only --no-expand --yes --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    explain)
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--stage --json --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    status)
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--stage --json --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    check)
        case $prev in
        --explain) _flowenv_words "missing unreadable empty placeholder prefix type kind whitespace newline"; return ;;
        -s | --stage) _flowenv_project STAGE; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--strict --explain --stage --json --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    render)
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --prefix) :; return ;;
        --env-file) _flowenv_paths -f; return ;;
        --only) :; return ;;
        --store) _flowenv_words "ssm local"; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--stdout --force --reveal --stage --prefix --env-file --only --no-expand --yes --store --refresh --offline --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) _flowenv_project TARGET ;;
        esac
        ;;
    refresh)
        case $prev in
        -s | --stage) _flowenv_project STAGE; return ;;
        --profile) :; return ;;
        --region) :; return ;;
        --endpoint-url) :; return ;;
        --vault) _flowenv_paths -f; return ;;
        --key-file) _flowenv_paths -f; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--stage --json --profile --region --endpoint-url --vault --key-file --accept-rollback --project --help" ;;
        *) : ;;
        esac
        ;;
    init)
        case $prev in
        esac
        case $cur in
        -*) _flowenv_words "--dry-run --help" ;;
        *) _flowenv_paths -d ;;
        esac
        ;;
    completion)
        case $prev in
        --words) :; return ;;
        --project) _flowenv_paths -d; return ;;
        esac
        case $cur in
        -*) _flowenv_words "--words --project --help" ;;
        *) _flowenv_words "bash zsh fish" ;;
        esac
        ;;
    help)
        case $prev in
        esac
        case $cur in
        -*) _flowenv_words "--man --help" ;;
        *) _flowenv_words "put get list rm history export exec explain status check render refresh init completion help version" ;;
        esac
        ;;
    version)
        case $prev in
        esac
        case $cur in
        -*) _flowenv_words "--json --help" ;;
        *) : ;;
        esac
        ;;
    esac
}

complete -F _flowenv flowenv
