internal import Basics

extension Completions {
    var fish: String {
        let name = program.name
        var text = """
            # Completion of \(name) for fish. Save it as ~/.config/fish/completions/\(name).fish
            function __\(name)_at
                set -l path ''
                for word in (commandline -opc)[2..-1]
                    set -l next (string trim -- "$path $word")
                    contains -- $next \(knownPaths.map { "'\($0)'" }.joined(separator: " ")); and set path $next
                end
                test "$path" = "$argv[1]"
            end
            complete -c \(name) -f

            """
        for place in places {
            let condition = "complete -c \(name) -n \"__\(name)_at '\(place.path)'\""
            for word in place.words { text += "\(condition) -a \(word.name) -d \(quoted(word.summary))\n" }
            for positional in place.positionals.prefix(1) {
                if let action = fishWords(positional.completion) { text += "\(condition) \(action)\n" }
            }
            for parameter in place.parameters {
                text += "\(condition) -l \(parameter.name)"
                if let short = parameter.short { text += " -s \(short)" }
                if !parameter.isFlag {
                    let takesFiles = parameter.completion == .files || parameter.completion == .folders
                    text += (takesFiles ? " -r " : " -x ") + (fishWords(parameter.completion) ?? "")
                }
                text += " -d \(quoted(parameter.summary.text(in: language)))\n"
            }
        }
        return text
    }

    private func fishWords(_ completion: Completion) -> String? {
        switch completion {
        case .nothing: nil
        case .files: "-F"
        case .folders: "-a '(__fish_complete_directories)'"
        case .words(let words): "-a '\(words.joined(separator: " "))'"
        }
    }

    private func quoted(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.append(character)
        }
        return quoted + "'"
    }
}
