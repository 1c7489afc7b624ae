public import Basics

/// Shells for which completion scripts are written.
public enum Shell: String, Choice { case bash, zsh, fish }

/// A completion script made from the program's declaration; it starts no process when the user presses Tab.
public struct Completions {
    /// One command, noun, or the program itself, as a shell has to know it.
    struct Place {
        /// The words that lead there, joined by spaces; empty for the program.
        let path: String
        let words: [(name: String, summary: String)]
        let parameters: [ParameterDeclaration]
        let positionals: [ParameterDeclaration]
    }

    let program: Program
    let language: Language
    let places: [Place]

    public init(_ program: Program, _ language: Language) {
        (self.program, self.language) = (program, language)
        var places: [Place] = []
        func add(_ path: [String], _ node: CommandNode?) {
            let children = node?.children ?? program.nodes
            var declaration: CommandDeclaration?
            if case .command(let type) = node { declaration = type.declaration }
            places.append(
                Place(
                    path: path.joined(separator: " "),
                    words: node == nil || declaration == nil
                        ? children.map { ($0.name, $0.summary.text(in: language)) } : [],
                    parameters: (declaration?.options ?? []) + GlobalOptions.declarations,
                    positionals: declaration?.positionals ?? []))
            if declaration == nil { for child in children { add(path + [child.name], child) } }
        }
        add([], nil)
        self.places = places
    }

    public func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// All words that lead somewhere: what a shell may follow down the tree.
    var knownPaths: [String] { places.map(\.path).filter { !$0.isEmpty } }
    /// Options that swallow the next word.
    func valueOptions(_ place: Place) -> [ParameterDeclaration] { place.parameters.filter { !$0.isFlag } }
    func spellings(_ parameter: ParameterDeclaration) -> [String] {
        [parameter.spelling] + (parameter.short.map { ["-\($0)"] } ?? [])
    }
}
