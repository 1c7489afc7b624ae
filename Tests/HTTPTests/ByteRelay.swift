import Loop
import TestSupport

/// Passes a connection on in pieces of one byte, each in a turn of its own.
final class ByteRelay {
    private final class End: Loop.Stream {
        var other: End?
        private var queue: [UInt8] = []
        private var isSending = false

        override func readable() {
            while isOpen, mayRead {
                switch receive() {
                case .bytes(let count): queue.append(contentsOf: reactor.readBuffer[0..<count])
                case .wouldBlock: break
                case .end, .failed:
                    other?.shutdownSending()
                    return
                }
            }
            pass()
        }

        private func pass() {
            guard !isSending, !queue.isEmpty else { return }
            isSending = true
            other?.send([queue.removeFirst()])
            reactor.loop.submitLocal { [self] in
                isSending = false
                pass()
            }
        }
    }

    private var listener: Listener?
    private var ends: [Loop.Stream] = []
    let address: SocketAddress

    init(to target: SocketAddress, reactor: Reactor) throws {
        let box = Box()
        let listener = try Listener(.loopback(port: 0), reactor: reactor) { descriptor, _ in
            guard let out = try? Connector.begin(target) else { return }
            let left = End(descriptor: descriptor, reactor: reactor, tls: nil)
            let right = End(descriptor: out, reactor: reactor, tls: nil)
            (left.other, right.other) = (right, left)
            left.setNoDelay()
            left.open()
            right.open()
            box.relay?.ends += [left, right]
        }
        self.listener = listener
        address = listener.address
        box.relay = self
    }

    private final class Box { weak var relay: ByteRelay? }

    func close() {
        listener?.close()
        for end in ends { end.close() }
    }
}
