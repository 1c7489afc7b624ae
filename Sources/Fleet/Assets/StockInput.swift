internal import ComfyAPI
public import Store

/// The picture that every ComfyUI comes with: workflows begin with it, so each account has it, too.
public enum StockInput {
    public static let place = FilePlace(.input, "", "example.png")
    /// Bytes; the real one has 8,589.
    static let limit = 16 << 20
    static let file = OutputFile(filename: place.name, type: place.type.rawValue, node: "", kind: "images")
}
