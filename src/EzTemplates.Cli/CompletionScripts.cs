namespace EzTemplates.Cli;

/// <summary>
/// Scripts that make a shell ask <c>ez</c> itself what may come next, so that they never go stale. Candidates are only compared and
/// offered, never expanded: a file name may hold anything. Where ez has nothing to offer, the shell completes files.
/// </summary>
internal static class CompletionScripts
{
    // `@` and `=` end a word for readline, not for ez: what stands before the last of them is taken off what is offered.
    public const string Bash =
        """
        # bash completion for ez; `source <(ez completion bash)`, or into /etc/bash_completion.d/ez
        _ez() {
            local line=${COMP_LINE:0:COMP_POINT} word candidate
            local -a candidates
            word=${line##*[[:space:]]}
            mapfile -t candidates < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
            COMPREPLY=()
            for candidate in "${candidates[@]}"; do
                [[ $candidate == "$word"* ]] || continue
                candidate=${candidate#"${word%"${word##*[@=:]}"}"}
                COMPREPLY+=("$(printf '%q' "$candidate")")
            done
        }
        complete -o default -F _ez ez

        """;

    public const string Zsh =
        """
        #compdef ez
        # zsh completion for ez; `source <(ez completion zsh)`, or as _ez into a folder of $fpath
        _ez() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a candidates
            candidates=(${(f)"$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)"})
            if (( ${#candidates} )); then
                compadd -- "${candidates[@]}"
            else
                _files
            fi
        }
        (( ${+functions[compdef]} )) && compdef _ez ez

        """;

    public const string Fish =
        """
        # fish completion for ez; `ez completion fish | source`, or into ~/.config/fish/completions/ez.fish
        function __ez_candidates
            set -l line (commandline -cp | string collect)
            ez "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -c ez -a '(__ez_candidates)'

        """;
}
