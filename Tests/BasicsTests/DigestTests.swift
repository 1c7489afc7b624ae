import Basics
import Testing

struct DigestTests {
    /// FIPS 180-4 examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256(text: String, digest: String) { #expect(Hex.encode(Digest.sha256(Array(text.utf8))) == digest) }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
    ])
    func sha1(text: String, digest: String) { #expect(Hex.encode(Digest.sha1(Array(text.utf8))) == digest) }

    /// RFC 4231, cases 1, 2, 3 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmac(key: [UInt8], data: [UInt8], code: String) {
        #expect(Hex.encode(Digest.hmacSHA256(key: key, data)) == code)
    }

    @Test func emptyKeysAndMessagesWork() {
        #expect(
            Hex.encode(Digest.hmacSHA256(key: [], []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func randomBytesDiffer() {
        #expect(RandomBytes.make(0).isEmpty)
        #expect(RandomBytes.make(32).count == 32)
        #expect(RandomBytes.make(32) != RandomBytes.make(32))
    }
}

struct SecretTests {
    @Test func neverPrints() {
        let secret = Secret("hunter2")
        struct Holder { let secret: Secret }
        var dumped = ""
        dump(secret, to: &dumped)
        dump(Holder(secret: secret), to: &dumped)
        for text in [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(Holder(secret: secret))", dumped,
        ] {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.reveal() == "hunter2")
    }

    @Test func comparesByBytes() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
        #expect(constantTimeEqual([], []))
        #expect(!constantTimeEqual([1], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(constantTimeEqual([1, 2], [1, 2]))
    }
}

struct GateErrorTests {
    @Test func describesItselfForTheLog() {
        let error = GateError(.notFound, from: .client, "There is no such job.", detail: "id 7")
        #expect(error.description == "not_found: There is no such job. (id 7)")
        #expect(GateError(.inUse, from: .gateway, "Busy.").description == "in_use: Busy.")
    }
}

struct LockedTests {
    @Test func changesAreSeenByAllAndKeptWhenABodyThrows() async {
        struct Stop: Error {}
        let counter = Locked(0)
        await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<1_000 { counter.withLock { $0 += 1 } } } }
        }
        #expect(counter.withLock { $0 } == 8_000)
        #expect(throws: Stop.self) {
            try counter.withLock { count in
                count = 1
                throw Stop()
            }
        }
        #expect(counter.withLock { $0 } == 1)
    }
}
