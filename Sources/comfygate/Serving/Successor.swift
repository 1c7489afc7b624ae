internal import Basics
internal import CommandLineKit
internal import Gate
internal import Glibc
internal import Loop
internal import Telemetry

/// A process that takes this gate's place, from the first offer to the end.
final class Successor: Sendable {
    private let channel: HandOverChannel
    /// Copies; they keep the connections that wait until somebody accepts them.
    private let sockets: [ListeningSocket]

    /// Offers the sockets and tells by an event what comes of it.
    init(_ channel: HandOverChannel, sockets: [ListeningSocket], _ events: ServeEvents) {
        (self.channel, self.sockets) = (channel, sockets)
        lane.submit {
            do throws(HandOverChannel.Failure) {
                try channel.offer(sockets)
                events.tell(.successorReady(channel))
            } catch {
                events.tell(.successorFailed("\(error)"))
            }
        }
    }

    deinit { for socket in sockets { socket.close() } }

    func refuse() { channel.refuse("the gate goes on, or ends") }

    /// The store is free: has the successor start, or, when it fails, starts this program anew on the same sockets.
    func finish(_ writer: LogWriter) async {
        let channel = channel
        do {
            try await lane.run { try channel.release() }
            writer.write(.info, "upgrade_done")
            return await writer.flush()
        } catch {
            writer.write(.error, "upgrade_failed", ["reason": .string("\(error)"), "next": "this program starts anew"])
        }
        await writer.flush()
        let reason = InheritedSockets.restart(on: sockets, without: "--" + Serve.takeOverFlag)
        writer.write(.error, "restart_failed", ["reason": .string(systemMessage(reason))])
        await writer.flush()
        _exit(1)
    }
}

/// For waits on the other process; one successor at a time.
private let lane = Lane("successor", threads: 1, capacity: 4)
