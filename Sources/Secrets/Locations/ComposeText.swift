internal import Basics

/// Text in a compose file, where `$` begins a variable and `$$` stands for one `$`.
enum ComposeText {
    /// As it has to be written.
    static func written(_ value: String) -> String { value.replacing("$", with: "$$") }

    /// What Compose makes of it without any variable; nil when it names one.
    static func value(_ written: String) -> String? {
        var value = ""
        var rest = written[...]
        while let dollar = rest.firstIndex(of: "$") {
            value += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            guard rest.first == "$" else { return nil }
            value += "$"
            rest.removeFirst()
        }
        return value + rest
    }
}

extension LocationRule {
    /// The file is read by Compose, which takes `$` for a variable.
    var isInterpolated: Bool {
        kind == .yaml && FileClass.isCompose(path.fileName)
    }
}
