/// Which generation of ComfyUI's rules applies.
public enum ComfyFlavour: String, Sendable, Hashable, CaseIterable {
    /// As recorded from 0.3.64.
    case classic = "0.3.64"
    /// As recorded from 0.26.0.
    case current = "0.26.0"

    /// The nearest one for `comfyui_version` of `/system_stats`: 0.3 is the old one, all else the new one.
    public init(version: String) {
        let parts = version.drop { $0 == "v" }.split(separator: ".").prefix(2).map { Int($0) ?? 0 }
        self = parts.count == 2 && parts[0] == 0 && parts[1] < 4 ? .classic : .current
    }

    /// Where ComfyUI's `execution.py` raises what its tracebacks show.
    struct Lines {
        let outer: Int, inner: Int, noInputs: Int, noNode: Int, noSlot: Int
    }
    var lines: Lines {
        switch self {
        case .classic: Lines(outer: 1010, inner: 808, noInputs: 730, noNode: 788, noSlot: 790)
        case .current: Lines(outer: 1172, inner: 943, noInputs: 858, noNode: 921, noSlot: 923)
        }
    }
}
