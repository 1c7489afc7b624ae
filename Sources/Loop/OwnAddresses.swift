internal import CLinux

extension SocketAddress {
    /// The addresses of this machine's interfaces, loopback left out, with this port.
    public static func own(port: UInt16) -> [SocketAddress] {
        var bytes = [UInt8](repeating: 0, count: 28 * 64)
        let count = unsafe bytes.withUnsafeMutableBufferPointer { unsafe gate_own_addresses($0.baseAddress, 64) }
        return (0..<Int(count)).compactMap { index in
            switch SocketAddress(system: bytes.span.extracting(index * 28..<index * 28 + 28)) {
            case .v4(let address, _)?: .v4(address, port: port)
            case .v6(let high, let low, _, let scope)?: .v6(high, low, port: port, scope: scope)
            case .unix?, nil: nil
            }
        }.filter { !$0.isLoopback }
    }
}
