public import Identity
public import Wire

/// One rule: which requests it is for, what it demands, and what is done.
public struct Route<Action: Sendable>: Sendable {
    public enum Part: Sendable, Hashable {
        case text(String)
        /// One segment; an encoded slash in it is allowed only where file names are carried so.
        case parameter(allowsSlash: Bool)
        /// One segment or more, to the end.
        case rest
    }

    public let methods: [Method]
    public let parts: [Part]
    public let access: RouteClass
    public let action: Action

    /// - Parameter pattern: Segments between slashes; `{}` is a parameter, `{file}` one that may hold `%2F`, `**` the rest.
    public init(_ methods: [Method], _ pattern: String, _ access: RouteClass, _ action: Action) {
        self.methods = methods
        self.access = access
        self.action = action
        parts = pattern.split(separator: "/").map { part in
            switch part {
            case "{}": .parameter(allowsSlash: false)
            case "{file}": .parameter(allowsSlash: true)
            case "**": .rest
            default: .text(String(part))
            }
        }
    }

    /// The values of the parameters, or nil when the path is another.
    func match(_ segments: ArraySlice<RequestTarget.Segment>) -> [String]? {
        var values: [String] = []
        var at = segments.startIndex
        for part in parts {
            if case .rest = part {
                guard at < segments.endIndex else { return nil }
                for segment in segments[at...] {
                    // A worker decodes what it gets a second time; what would change then does not pass.
                    guard !segment.hasEncodedSlash, !segment.hasPercent, !segment.text.isEmpty else { return nil }
                    values.append(segment.text)
                }
                return values
            }
            guard at < segments.endIndex else { return nil }
            let segment = segments[at]
            switch part {
            case .text(let text):
                guard segment.text == text, !segment.hasEncodedSlash else { return nil }
            case .parameter(let allowsSlash):
                // What takes a slash is a file's name, which the gate reads itself and no worker decodes again.
                guard !segment.text.isEmpty, allowsSlash || !(segment.hasPercent || segment.hasEncodedSlash) else {
                    return nil
                }
                values.append(segment.text)
            case .rest: break
            }
            at += 1
        }
        return at == segments.endIndex ? values : nil
    }
}

/// Rules by their first segment. What no rule names is refused.
public struct RouteTable<Action: Sendable>: Sendable {
    public enum Match: Sendable {
        case found(Route<Action>, parameters: [String])
        /// The path exists for these methods.
        case otherMethod([Method])
        case none
    }

    private var byFirst: [String: [Route<Action>]] = [:]

    public init(_ routes: [Route<Action>]) {
        for route in routes {
            let first = if case .text(let text) = route.parts.first { text } else { "" }
            byFirst[first, default: []].append(route)
        }
    }

    /// Finds the rule of a request; HEAD goes where GET goes.
    public func match(_ method: Method, _ segments: ArraySlice<RequestTarget.Segment>) -> Match {
        let wanted = method == .head ? .get : method
        var others: [Method] = []
        for route in byFirst[segments.first?.text ?? ""] ?? [] {
            guard let parameters = route.match(segments) else { continue }
            if route.methods.contains(wanted) { return .found(route, parameters: parameters) }
            others.append(contentsOf: route.methods)
        }
        return others.isEmpty ? .none : .otherMethod(others)
    }
}
