public import Basics

/// Which output types fit which inputs.
public enum SlotTypes {
    /// ComfyUI's rule: equal, or one is `*`, or the alternatives of both (`A,B`) have a type in common.
    /// Inputs that match another's type are left to the editor.
    public static func connect(_ output: JSON, _ input: InputSpec) -> Bool {
        switch input.type {
        case .matchType: true
        default: connect(output, input.rawType)
        }
    }

    static func connect(_ output: JSON, _ input: JSON) -> Bool {
        if output == input { return true }
        if output == "*" || input == "*" { return true }
        if output == "COMFY_MATCHTYPE_V3" || input == "COMFY_MATCHTYPE_V3" { return true }
        guard case .string(let from) = output, case .string(let to) = input else { return false }
        return overlap(from, to)
    }

    /// Whether two type names share an alternative or one of them is `*`; used by the editor as well.
    static func overlap(_ left: String, _ right: String) -> Bool {
        let a = names(left)
        let b = names(right)
        return a.contains("*") || b.contains("*") || !a.isDisjoint(with: b)
    }

    private static func names(_ type: String) -> Set<Substring> {
        Set(
            type.split(separator: ",").map { part in
                var part = part
                while part.first == " " { part.removeFirst() }
                while part.last == " " { part.removeLast() }
                return part
            })
    }
}
