public import Secrets

/// The variables that a compose file is filled in with: those of the `.env` beside it.
///
/// Compose lets its own environment win over the file; what that was when a container was made nobody can tell later, so
/// only the file counts here.
public struct ComposeVariables: Sendable {
    private let views: [DotenvView]
    /// Names that have a value in the environment of whoever looks, where Compose would find them as well.
    private let surroundings: Set<String>
    /// Asked for and not set, in the order of the asking.
    public private(set) var missing: [String] = []
    /// What keeps Compose from starting anything of the file.
    public internal(set) var complaints: [ComposeComplaint] = []

    /// - Parameters:
    ///   - files: The bytes of `.env` files; what the first of them has counts.
    ///   - surroundings: Names of variables that whoever looks has in its own environment.
    public init(_ files: [[UInt8]], surroundings: Set<String> = []) {
        views = files.map { DotenvReader.composeV2.read($0) }
        self.surroundings = surroundings
    }

    /// Fills in the variables of one text as Compose does it.
    ///
    /// - Returns: Nil where Compose would refuse the file: a broken template, or a required variable without a value.
    public mutating func fill(_ text: String) -> DotenvValue? {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return DotenvValue(text.utf8) }
        for variable in ComposeTemplate.variables(in: Array(text.utf8)[...])
        where self[variable.name] == nil && variable.fallback == .none && !missing.contains(variable.name) {
            missing.append(variable.name)
        }
        let all = self
        let template = ComposeTemplate { all[String(decoding: $0, as: UTF8.self)]?.reveal() }
        do throws(ComposeTemplate.Failure) {
            return DotenvValue(try template.substitute(Array(text.utf8)[...]))
        } catch {
            complain(about: text, isRequired: error == .required)
            return nil
        }
    }

    mutating func complain(_ complaint: ComposeComplaint) {
        if !complaints.contains(complaint) { complaints.append(complaint) }
    }

    private mutating func complain(about text: String, isRequired: Bool) {
        guard isRequired else {
            let start = text.firstIndex(of: "$") ?? text.startIndex
            return complain(
                .noTemplate(String(text[start...].prefix { $0.isLetter || $0.isNumber || "${_:-?".contains($0) })))
        }
        let names = ComposeTemplate.variables(in: Array(text.utf8)[...]).filter { $0.fallback == .none }.map(\.name)
            .filter {
                self[$0]?.isEmpty ?? true && !surroundings.contains($0)
            }
        if !names.isEmpty { complain(.noValue(names)) }
    }

    public subscript(name: String) -> DotenvValue? {
        for view in views { if case .value(let value) = view[name] { return value } }
        return nil
    }
}
