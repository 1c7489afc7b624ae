/// Numbers in Prometheus' text format 0.0.4: families one after the other, each with its help, its kind and its samples.
public struct MetricsText: Sendable {
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
    public private(set) var text = ""
    private var name = ""

    public init() {}

    /// Begins a family.
    ///
    /// - Parameters:
    ///   - name: In base units; a counter's ends in `_total`.
    ///   - help: One line.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(Self.escaped(help, quote: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    public mutating func sample(_ value: Int, _ labels: KeyValuePairs<String, String> = [:]) {
        line("\(value)", labels)
    }

    /// Seconds and the like.
    public mutating func sample(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        let spelled = value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
        line(spelled, labels)
    }

    /// One histogram of a family of that kind.
    ///
    /// - Parameters:
    ///   - bounds: Upper ends of the buckets, ascending, the ends included.
    ///   - counts: How many fell into each bucket alone, and one number more for what is beyond the last.
    public mutating func histogram(bounds: [Double], counts: [Int], sum: Double) {
        precondition(counts.count == bounds.count + 1, "each bucket has its number, and what is beyond has one")
        let family = name
        name = family + "_bucket"
        var total = 0
        for (bound, count) in zip(bounds, counts) {
            total += count
            let spelled = bound == bound.rounded() ? "\(Int(bound))" : "\(bound)"
            line("\(total)", ["le": spelled])
        }
        total += counts.last ?? 0
        line("\(total)", ["le": "+Inf"])
        name = family + "_sum"
        sample(sum)
        name = family + "_count"
        sample(total)
        name = family
    }

    private mutating func line(_ value: String, _ labels: KeyValuePairs<String, String>) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.key)=\"\(Self.escaped($0.value, quote: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quote: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
