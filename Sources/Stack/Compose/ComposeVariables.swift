public import Secrets

/// The variables that a compose file is filled in with: those of the `.env` beside it.
///
/// Compose lets its own environment win over the file; what that was when a container was made nobody can tell later, so
/// only the file counts here.
public struct ComposeVariables: Sendable {
    private let view: DotenvView?
    /// Asked for and not set, in the order of the asking.
    public private(set) var missing: [String] = []
    /// What keeps Compose from starting anything of the file.
    public internal(set) var complaints: [ComposeComplaint] = []

    /// - Parameter file: The bytes of `.env`; nil where there is none.
    public init(_ file: [UInt8]?) { view = file.map { DotenvReader.composeV2.read($0) } }

    /// Fills in the variables of one text as Compose does it.
    ///
    /// - Returns: Nil where Compose would refuse the file: a broken template, or a required variable without a value.
    public mutating func fill(_ text: String) -> DotenvValue? {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return DotenvValue(text.utf8) }
        for variable in ComposeTemplate.variables(in: Array(text.utf8)[...])
        where self[variable.name] == nil && variable.fallback == .none && !missing.contains(variable.name) {
            missing.append(variable.name)
        }
        let view = view
        let template = ComposeTemplate { name in
            if case .value(let value) = view?[String(decoding: name, as: UTF8.self)] { value.reveal() } else { nil }
        }
        do throws(ComposeTemplate.Failure) {
            return DotenvValue(try template.substitute(Array(text.utf8)[...]))
        } catch {
            complain(error == .required ? .noValue(text) : .noTemplate(text))
            return nil
        }
    }

    mutating func complain(_ complaint: ComposeComplaint) {
        if !complaints.contains(complaint) { complaints.append(complaint) }
    }

    public subscript(name: String) -> DotenvValue? {
        if case .value(let value) = view?[name] { value } else { nil }
    }
}
