extension Completions {
    /// For bash 3.2 and later, without the bash-completion package.
    var bash: String {
        let function = "_" + program.name.split(separator: "-").joined(separator: "_")
        var values = ""
        var known = ""
        for place in places {
            for option in valueOptions(place) {
                guard let action = bashWords(option.completion) else { continue }
                let keys = spellings(option).map { "'\(place.path)|\($0)'" }.joined(separator: "|")
                values += "        \(keys)) operands='\(action)'; options='' ;;\n"
            }
            let operands = place.words.map(\.name) + place.positionals.prefix(1).compactMap { bashWords($0.completion) }
            let options = place.parameters.flatMap { spellings($0) }
            known += "        '\(place.path)') operands='\(operands.joined(separator: " "))'; "
            known += "options='\(options.joined(separator: " "))' ;;\n"
        }
        return """
            # Completion of \(program.name) for bash. Load it with: source <(\(program.name) completions bash)
            \(function)() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local path='' next operands='' options='' i
                # bash makes '=' a word of its own.
                if [[ $word == '=' ]]; then word=''
                elif [[ $previous == '=' ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    next="${path:+$path }${COMP_WORDS[i]}"
                    case $next in \(knownPaths.map { "'\($0)'" }.joined(separator: "|"))) path=$next ;; esac
                done
                case $path in
            \(known)    esac
                case "$path|$previous" in
            \(values)    esac
                case $operands in
                    @files) COMPREPLY=($(compgen -f -W "$options" -- "$word")) ;;
                    @folders) COMPREPLY=($(compgen -d -W "$options" -- "$word")) ;;
                    *) COMPREPLY=($(compgen -W "$operands $options" -- "$word")) ;;
                esac
            }
            complete -F \(function) \(program.name)

            """
    }

    private func bashWords(_ completion: Completion) -> String? {
        switch completion {
        case .nothing: nil
        case .files: "@files"
        case .folders: "@folders"
        case .words(let words): words.joined(separator: " ")
        }
    }
}
