public import Basics

private typealias Words = DotenvMessages

extension DotenvReader {
    /// The program's name.
    public var phrase: Phrase {
        switch self {
        case .composeV2: Words.composeV2()
        case .composeV1: Words.composeV1()
        case .dockerRun: Words.dockerRun()
        case .posixShell: Words.posixShell()
        case .pythonDotenv: Words.pythonDotenv()
        case .pythonDotenvOld: Words.pythonDotenvOld()
        case .rawLine: Words.rawLine()
        }
    }

    /// Whom it matters to what this reader sees.
    public var consumers: Phrase {
        switch self {
        case .composeV2: Words.forComposeV2()
        case .composeV1: Words.forComposeV1()
        case .dockerRun: Words.forDockerRun()
        case .posixShell: Words.forShell()
        case .pythonDotenv, .pythonDotenvOld: Words.forPython()
        case .rawLine: Words.forLines()
        }
    }
}

extension DotenvObstacle {
    public var phrase: Phrase {
        switch self {
        case .unexpectedCharacter: Words.unexpectedCharacter()
        case .spaceInKey: Words.spaceInKey()
        case .emptyKey: Words.emptyKey()
        case .unterminatedQuote: Words.unterminatedQuote()
        case .nothingToExport: Words.nothingToExport()
        case .invalidTemplate: Words.invalidTemplate()
        case .requiredVariable: Words.requiredVariable()
        case .notUTF8: Words.notUTF8()
        case .nul: Words.nul()
        case .lineTooLong(let limit): Words.lineTooLong(["limit": String(limit)])
        case .notAName: Words.notAName()
        case .command: Words.command()
        case .shellState: Words.shellState()
        case .dialect: Words.dialect()
        case .tilde: Words.tilde()
        case .expansion: Words.expansion()
        }
    }
}

extension DotenvObjection {
    /// What the reader does with the value; see `DotenvReader.consumers` for whom that matters to.
    public func text(in language: Language) -> String {
        let name = reader.phrase.text(in: language)
        return switch reason {
        case .keepsQuotes: Words.keepsQuotes(["reader": name]).text(in: language)
        case .expandsVariables: Words.expandsVariables(["reader": name]).text(in: language)
        case .changesBackslashes: Words.changesBackslashes(["reader": name]).text(in: language)
        case .changesLineEnds: Words.changesLineEnds(["reader": name]).text(in: language)
        case .cutsComment: Words.cutsComment(["reader": name]).text(in: language)
        case .keepsComment: Words.keepsComment(["reader": name]).text(in: language)
        case .trimsBlanks: Words.trimsBlanks(["reader": name]).text(in: language)
        case .seesOtherBytes: Words.seesOtherBytes(["reader": name]).text(in: language)
        case .missing: Words.missing(["reader": name]).text(in: language)
        case .hiddenByMark: Words.hiddenByMark(["reader": name]).text(in: language)
        case .keepsCarriageReturn: Words.keepsCarriageReturn(["reader": name]).text(in: language)
        case .unreadable(let obstacle, let line?):
            Words.unreadableAt([
                "reader": name, "obstacle": obstacle.phrase.text(in: language), "line": String(line),
            ]).text(in: language)
        case .unreadable(let obstacle, nil):
            Words.unreadable(["reader": name, "obstacle": obstacle.phrase.text(in: language)]).text(in: language)
        }
    }
}

extension DotenvProblem {
    public func text(in language: Language) -> String {
        let (line, key) = (String(line), key ?? "")
        return switch kind {
        case .invalid(let obstacle):
            Words.invalid(["line": line, "obstacle": obstacle.phrase.text(in: language)]).text(in: language)
        case .duplicateKey(let first):
            Words.duplicateKey(["line": line, "key": key, "first": String(first)]).text(in: language)
        case .bareKeyAtEnd: Words.bareKeyAtEnd(["line": line]).text(in: language)
        case .loneCarriageReturn: Words.loneCarriageReturn(["line": line]).text(in: language)
        }
    }
}

extension DotenvError {
    /// The same as `text(in:)`, not yet in any language.
    var phrase: Phrase {
        Phrase(Message("dotenv.error", en: text(in: .english), fr: text(in: .french)))
    }

    public func text(in language: Language) -> String {
        switch self {
        case .tooLarge(let limit): Words.tooLarge(["limit": String(limit)]).text(in: language)
        case .invalidKey(let key): Words.invalidKey(["key": key]).text(in: language)
        case .nulInValue(let key): Words.nulInValue(["key": key]).text(in: language)
        case .valueTooLong(let key, let limit):
            Words.valueTooLong(["key": key, "limit": String(limit)]).text(in: language)
        case .noSpelling(let key, let objections):
            Words.noSpelling([
                "key": key, "objections": objections.map { $0.text(in: language) }.joined(separator: "; "),
            ]).text(in: language)
        case .unterminatedQuote(let line): Words.openQuote(["line": String(line)]).text(in: language)
        }
    }
}
