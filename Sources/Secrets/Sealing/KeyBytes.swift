internal import CSodium

/// Secret bytes that are overwritten when the last holder lets them go.
///
/// Copies that a caller makes of `bytes` are its own to wipe; what Swift's strings hold nobody can.
final class KeyBytes: Sendable {
    // Written in `init` and `deinit` alone, where nobody else holds the object.
    nonisolated(unsafe) private var storage: [UInt8]

    /// Takes the bytes over: the caller's are gone.
    init(taking bytes: inout [UInt8]) {
        unsafe storage = bytes.withUnsafeBufferPointer { unsafe Array($0) }
        Sodium.wipe(&bytes)
    }

    /// Nobody can guess them.
    convenience init(random count: Int) {
        var bytes = [UInt8](repeating: 0, count: count)
        Sodium.random(&bytes)
        self.init(taking: &bytes)
    }

    deinit { unsafe Sodium.wipe(&storage) }

    var bytes: [UInt8] { unsafe storage }
    var count: Int { unsafe storage.count }
}
