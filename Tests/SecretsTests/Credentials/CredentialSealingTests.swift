import Basics
import Testing

@testable import Secrets

struct CredentialSealingTests {
    private static let text = #"""
        {
          "version": "1.0",
          "raw_token": "example-2025",
          "bcrypt_hash": "$2b$12$03f3f6f91f4175e338c314f7bd96ebd3dd834b53c1813d69d830f",
          "owner": {"team": "class"},
          "locations": [".env"],
          "credentials": {"forge": {"raw_token": "forge-token", "note": 1}, "empty": {"bcrypt_hash": null}}
        }
        """#

    private static func file() throws -> CredentialFile { try CredentialFile(parsing: Array(text.utf8)) }

    @Test("A sealed file holds no raw token, and opens to what it was")
    func roundTrip() throws {
        let (file, key) = (try Self.file(), try SealedSecretTests.key())
        let sealed = try CredentialFile(parsing: file.sealed(by: key).bytes)
        let text = String(decoding: sealed.bytes, as: UTF8.self)
        #expect(!text.contains("example-2025") && !text.contains("forge-token"))
        #expect(text.contains("\"owner\"") && text.contains("\"note\""))
        #expect(sealed.isSealed && !file.isSealed)
        #expect(sealed.credentials.map(\.isSealed) == [true, true, false])
        #expect(sealed.credentials.map(\.rawToken) == [nil, nil, nil])
        #expect(try sealed.lock() == key.lock)
        #expect(try file.lock() == nil)
        let opened = try sealed.opened(by: key)
        #expect(opened.credentials == file.credentials)
        #expect(!String(decoding: opened.bytes, as: UTF8.self).contains("sealed_token"))
        // One salt, whatever the number of tokens.
        let locks = try sealed.credentials.compactMap { try $0.sealed()?.lock }
        #expect(Set(locks).count == 1)
    }

    @Test("A new token in a sealed file is sealed by the same key, or not at all")
    func addition() throws {
        let key = try SealedSecretTests.key()
        var sealed = try Self.file().sealed(by: key)
        let before = sealed["default"]?.sealedToken
        sealed.set(Credential(name: "new", rawToken: Secret("new-token"), bcryptHash: nil))
        let again = try sealed.sealed(by: key)
        #expect(again["default"]?.sealedToken == before)
        #expect(try again.opened(by: key)["new"]?.rawToken == Secret("new-token"))
        let wrong = try SealedSecretTests.key("wrong")
        do throws(SealError) {
            _ = try sealed.sealed(by: wrong)
            Issue.record("sealed by two keys")
        } catch {
            #expect(error.reason == .wrongPassphrase)
        }
    }

    @Test("A value that a rotation has replaced is sealed, too, and comes back")
    func previous() throws {
        let (file, key) = (try Self.file(), try SealedSecretTests.key())
        let now = Timestamp(year: 2026, month: 11, day: 21)
        var rotated = file
        let forge = try #require(file["forge"])
        rotated.set(try forge.rotated(to: Secret("forge-new-token"), grace: .seconds(60), now: now))
        let sealed = try CredentialFile(parsing: rotated.sealed(by: key).bytes)
        let text = String(decoding: sealed.bytes, as: UTF8.self)
        #expect(!text.contains("forge-token") && !text.contains("forge-new-token"))
        #expect(sealed.isClosed && !rotated.isClosed)
        #expect(try sealed.opened(by: key).credentials == rotated.credentials)
        #expect(sealed["forge"]?.unrotated()?.rawToken == nil)
        var undone = sealed
        undone.set(try #require(sealed["forge"]?.unrotated()))
        #expect(try undone.opened(by: key)["forge"]?.rawToken == Secret("forge-token"))
        // A rotation while it is sealed: the old token stays sealed, the new one is open until it is sealed again.
        let closed = try #require(try file.sealed(by: key)["forge"])
        let open = try closed.rotated(to: Secret("forge-new-token"), grace: .seconds(60), now: now)
        #expect(open.rawToken == Secret("forge-new-token") && !open.isSealed)
        #expect(open.previous?.sealedToken == closed.sealedToken)
        var onlyOld = CredentialFile()
        onlyOld.set(open)
        #expect(onlyOld.isSealed)
        #expect(try onlyOld.lock() == key.lock)
        #expect(try CredentialFile(parsing: onlyOld.bytes)["forge"] == open)
        #expect(try onlyOld.sealed(by: key).opened(by: key)["forge"]?.previous?.rawToken == Secret("forge-token"))
    }

    @Test("A token is open or sealed, never both")
    func eitherOr() throws {
        var credential = Credential(rawToken: Secret("open"), bcryptHash: nil)
        credential.sealedToken = "sealed"
        #expect(credential.rawToken == nil && credential.sealedToken == "sealed")
        credential.rawToken = nil
        #expect(credential.sealedToken == "sealed")
        credential.rawToken = Secret("open")
        #expect(credential.rawToken == Secret("open") && credential.sealedToken == nil)
    }

    @Test("A fault names the member")
    func places() throws {
        let key = try SealedSecretTests.key()
        var file = try Self.file().sealed(by: key)
        var forge = try #require(file["forge"])
        forge.sealedToken = "sealed:9:x"
        file.set(forge)
        do throws(SealError) {
            _ = try file.opened(by: key)
            Issue.record("opened")
        } catch {
            #expect(error == SealError(.unknownVersion, at: "credentials.forge.sealed_token"))
            #expect(error.phrase.text(in: .english).hasPrefix("credentials.forge.sealed_token: "))
        }
        let both = #"{"credentials": {"a": {"raw_token": "x", "sealed_token": "y"}}}"#
        do throws(CredentialFileError) {
            _ = try CredentialFile(parsing: Array(both.utf8))
            Issue.record("read")
        } catch {
            #expect(error == CredentialFileError(.openAndSealed, at: "credentials.a.sealed_token"))
        }
        #expect(try CredentialFile(parsing: Array(#"{"raw_token": null, "sealed_token": "y"}"#.utf8)).isSealed)
    }
}
