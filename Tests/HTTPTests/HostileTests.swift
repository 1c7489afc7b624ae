import HTTP
import Loop
import TestSupport
import Testing
import Wire

struct HostileTests {
    @Test func theTableIsLarge() { #expect(HostileCases.all.count >= 150) }

    @Test(arguments: HostileCases.all)
    func hostileBytes(_ item: HostileCase) async throws {
        try await withRig { rig in
            let client = try rig.connect()
            client.send(item.bytes)
            try await judge(item, client, rig)
        }
    }

    /// The verdict does not depend on how the network cuts the bytes.
    @Test(arguments: HostileCases.all.filter { $0.bytes.count < 300 })
    func hostileBytesOneByOne(_ item: HostileCase) async throws {
        try await withRig { rig in
            let client = try rig.connect()
            for byte in item.bytes {
                client.send([byte])
                await Task.yield()
                await Task.yield()
            }
            await rig.settle()
            // A head that can no longer become right is refused at its end at the latest, or when its time is over.
            if case .refused = item.verdict, client.receivedByteCount == 0 {
                await rig.pass(11_000)
                #expect(await client.readToEnd().hasPrefix("HTTP/1.1 "))
                #expect(rig.upstream.acceptedCount == 0)
                return
            }
            try await judge(item, client, rig)
        }
    }

    private func judge(_ item: HostileCase, _ client: RawPeer, _ rig: Rig) async throws {
        switch item.verdict {
        case .refused(let status):
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 \(status) "))
            await rig.settle()
            #expect(rig.upstream.acceptedCount == 0)
        case .brokenOff(let status):
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 \(status) "))
            await rig.settle()
            if rig.upstream.acceptedCount > 0 {
                let seen = await rig.upstream.connection().readToEnd()
                #expect(!seen.hasSuffix("\r\n0\r\n\r\n"))
            }
        case .passes(let wanted, let unwanted):
            let upstream = await rig.upstream.connection()
            await rig.settle()
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            let answer = await client.read(until: "ok")
            #expect(answer.contains("HTTP/1.1 200 OK\r\n"))
            await rig.settle()
            let seen = upstream.unread
            for text in wanted { #expect(seen.contains(text)) }
            for text in unwanted { #expect(!seen.contains(text)) }
            #expect(rig.upstream.acceptedCount == 1)
        }
        client.close()
    }
}
