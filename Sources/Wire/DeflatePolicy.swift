/// Which outgoing messages are worth compressing.
public enum DeflatePolicy {
    /// Shorter texts cost more time than they save bytes.
    public static let smallestText = 1_024

    /// Texts from 1 KB on; binary never, because previews are JPEG and PNG already.
    ///
    /// - Parameter windowBits: What the peer asked for, 8 to 15. A message that stands alone cannot point farther back
    ///   than its own length, so one that fits the window is safe for a peer with a small window although the codec's
    ///   is 32 KB; a longer one goes as it is.
    public static func compresses(_ opcode: WebSocketOpcode, byteCount: Int, windowBits: Int) -> Bool {
        opcode == .text && byteCount >= smallestText && (windowBits >= 15 || byteCount <= 1 << windowBits)
    }
}
