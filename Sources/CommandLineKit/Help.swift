internal import Basics

/// The help page of the program, a noun or a command, made from its declaration.
struct Help {
    private let program: Program
    private let path: [String]
    private let node: CommandNode?

    init(_ program: Program, _ path: [String], _ node: CommandNode?) {
        (self.program, self.path, self.node) = (program, path, node)
    }

    func render(_ language: Language, width: Int) -> String {
        let page = HelpPage(language: language, width: min(max(width, 40), 100))
        var text = page.paragraph((node?.summary ?? program.summary).text(in: language) + ".")
        text += "\n" + KitMessages.titleUsage.text(in: language) + " " + usage(language) + "\n"
        if case .command(let type) = node {
            let declaration = type.declaration
            if let discussion = declaration.discussion { text += "\n" + page.paragraph(discussion.text(in: language)) }
            text += page.parameters(KitMessages.titleArguments, declaration.positionals)
            text += page.parameters(KitMessages.titleOptions, declaration.options)
            if !declaration.examples.isEmpty {
                text += "\n" + KitMessages.titleExamples.text(in: language) + "\n"
                text += declaration.examples.map { "  \(program.name) \($0)\n" }.joined()
            }
        } else {
            let children = (node?.children ?? program.nodes).map { ($0.name, $0.summary.text(in: language)) }
            text += page.list(KitMessages.titleCommands, children)
        }
        return text + page.parameters(KitMessages.titleGlobals, GlobalOptions.declarations)
    }

    private func usage(_ language: Language) -> String {
        var words = [program.name] + path
        switch node {
        case nil: words += [KitMessages.wordCommand.text(in: language), KitMessages.wordOptions.text(in: language)]
        case .group: words += [KitMessages.wordVerb.text(in: language), KitMessages.wordOptions.text(in: language)]
        case .command(let type):
            for option in type.declaration.options where option.isRequired {
                words.append("\(option.spelling) \(option.placeholder)")
            }
            words.append(KitMessages.wordOptions.text(in: language))
            for positional in type.declaration.positionals {
                let word = positional.spelling + (positional.isRepeatable ? "…" : "")
                words.append(positional.isRequired ? word : "[\(word)]")
            }
        }
        return words.joined(separator: " ")
    }
}

/// Two columns with wrapped text.
private struct HelpPage {
    let language: Language
    let width: Int

    func parameters(_ title: Message, _ parameters: [ParameterDeclaration]) -> String {
        list(title, parameters.map { (spelling($0), summary($0)) })
    }

    func list(_ title: Message, _ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let column = min(rows.map(\.0.displayWidth).max() ?? 0, 26)
        let indent = String(repeating: " ", count: column + 4)
        var text = "\n" + title.text(in: language) + "\n"
        for (left, right) in rows {
            let lines = wrap(right, to: width - column - 4)
            let fits = left.displayWidth <= column
            text += "  " + (fits ? left.padded(toWidth: column) + "  " + (lines.first ?? "") : left) + "\n"
            for line in fits ? lines.dropFirst() : lines[...] { text += indent + line + "\n" }
        }
        return text
    }

    func paragraph(_ text: String) -> String { wrap(text, to: width).map { $0 + "\n" }.joined() }

    private func spelling(_ parameter: ParameterDeclaration) -> String {
        var text = parameter.spelling
        if let short = parameter.short { text = "-\(short), " + text }
        return parameter.isFlag || parameter.isPositional ? text : text + " " + parameter.placeholder
    }

    private func summary(_ parameter: ParameterDeclaration) -> String {
        var notes: [String] = []
        if parameter.isRequired, !parameter.isPositional { notes.append(KitMessages.required.text(in: language)) }
        if parameter.isRepeatable { notes.append(KitMessages.repeatable.text(in: language)) }
        if let value = parameter.fallback { notes.append(KitMessages.fallback(["value": value]).text(in: language)) }
        let text = parameter.summary.text(in: language)
        return notes.isEmpty ? text : text + " (" + notes.joined(separator: ", ") + ")"
    }

    private func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.displayWidth + 1 + String(word).displayWidth <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
