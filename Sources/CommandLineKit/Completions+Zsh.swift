internal import Basics

extension Completions {
    var zsh: String {
        var known = ""
        for place in places {
            known += "        '\(place.path)')\n"
            if !place.words.isEmpty {
                let words = place.words.map { quoted(described($0.name, $0.summary)) }.joined(separator: " ")
                known += "            commands=(\(words)) ;;\n"
                continue
            }
            let specifications = place.parameters.flatMap { option in
                spellings(option).map { quoted(specification($0, option)) }
            }
            let operands = place.positionals.map { positional in
                quoted("\(positional.isRepeatable ? "*" : ""):\(positional.name):\(zshAction(positional.completion))")
            }
            known += "            _arguments \((specifications + operands).joined(separator: " ")) && return ;;\n"
        }
        let globals = GlobalOptions.declarations.map { quoted(described($0.spelling, $0.summary.text(in: language))) }
        return """
            #compdef \(program.name)
            # Completion of \(program.name) for zsh. Save it as _\(program.name) in a folder of $fpath.
            _\(program.name)() {
                local path_words='' next i depth=1
                local -a commands options
                options=(\(globals.joined(separator: " ")))
                for ((i = 2; i < CURRENT; i++)); do
                    next="${path_words:+$path_words }${words[i]}"
                    case $next in \(knownPaths.map { "'\($0)'" }.joined(separator: "|"))) path_words=$next depth=$i ;; esac
                done
                # _arguments counts operands from the first word: take out the words that led here.
                words=("${words[1]}" "${(@)words[depth+1,-1]}")
                (( CURRENT -= depth - 1 ))
                case $path_words in
            \(known)    esac
                _describe -t commands command commands
                _describe -t options option options
            }
            if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then _\(program.name) "$@"; else compdef _\(program.name) \(program.name); fi

            """
    }

    private func specification(_ spelling: String, _ option: ParameterDeclaration) -> String {
        let summary = escaped(option.summary.text(in: language))
        guard !option.isFlag else { return "\(spelling)[\(summary)]" }
        let repeated = option.isRepeatable ? "*" : ""
        let equals = spelling.hasPrefix("--") ? "=" : ""
        return "\(repeated)\(spelling)\(equals)[\(summary)]:\(option.name):\(zshAction(option.completion))"
    }

    private func zshAction(_ completion: Completion) -> String {
        switch completion {
        case .nothing: " "
        case .files: "_files"
        case .folders: "_files -/"
        case .words(let words): "(\(words.joined(separator: " ")))"
        }
    }

    private func described(_ name: String, _ summary: String) -> String {
        name + ":" + summary
    }

    /// Brackets and colons end a description.
    private func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "[]:\\".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped
    }

    private func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
