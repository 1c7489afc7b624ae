import Basics
import Testing

@testable import Identity

struct PasswordTests {
    static let bcrypt = "$2b$12$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHim"
    static let yescrypt = "$y$j9T$/6k...................$73UcNAkqtOqH6rntCsCGodaiycY5zYWFQ2eIoDomhcD"

    @Test func hashesOfOtherToolsAreVerified() throws {
        let hasher = PasswordHasher()
        let known = try PasswordHash(validating: Self.bcrypt)
        #expect(hasher.verify(Secret("correct horse"), against: known))
        #expect(!hasher.verify(Secret("correct horsE"), against: known))
        for prefix in ["$2a$", "$2y$"] {
            let other = try PasswordHash(validating: prefix + Self.bcrypt.dropFirst(4))
            #expect(hasher.verify(Secret("correct horse"), against: other))
        }
        #expect(hasher.verify(Secret("pw"), against: try PasswordHash(validating: Self.yescrypt)))
    }

    @Test(arguments: PasswordScheme.allCases) func whatIsHashedVerifies(scheme: PasswordScheme) throws {
        let hasher = PasswordHasher(scheme: scheme, bcryptCost: 4)
        for text in ["x", "pässwörd 🔑", String(repeating: "a", count: 72)] {
            let hash = try hasher.hash(Secret(text))
            let checked = try PasswordHash(validating: hash)
            #expect(checked.scheme == scheme)
            #expect(hasher.verify(Secret(text), against: checked))
            #expect(!hasher.verify(Secret(text + "x"), against: checked))
            #expect(try hasher.hash(Secret(text)) != hash)
        }
    }

    @Test func theCostIsTwelve() throws {
        #expect(try PasswordHasher().hash(Secret("correct horse")).hasPrefix("$2b$12$"))
        #expect(try PasswordHasher(scheme: .yescrypt).hash(Secret("correct horse")).hasPrefix("$y$j9T$"))
    }

    @Test(arguments: [
        (PasswordScheme.bcrypt, 71, true), (.bcrypt, 72, true), (.bcrypt, 73, false), (.yescrypt, 510, true),
        (.yescrypt, 511, true), (.yescrypt, 512, false),
    ])
    func lengthIsLimited(scheme: PasswordScheme, count: Int, isGood: Bool) {
        let hasher = PasswordHasher(scheme: scheme, bcryptCost: 4)
        let password = Secret(String(repeating: "a", count: count))
        #expect(((try? hasher.hash(password)) != nil) == isGood)
        #expect(((try? hasher.check(password, for: "anna")) != nil) == isGood)
    }

    @Test func whatCryptWouldCutIsRefused() throws {
        let hasher = PasswordHasher(bcryptCost: 4)
        let hash = try PasswordHash(validating: try hasher.hash(Secret("correct")))
        #expect(!hasher.verify(Secret("correct\u{0}horse"), against: hash))
        let long = String(repeating: "a", count: 72)
        let longHash = try PasswordHash(validating: try hasher.hash(Secret(long)))
        #expect(!hasher.verify(Secret(long + "b"), against: longHash))
        for bad in ["", "\u{0}", "abc\u{0}defgh"] { #expect(throws: GateError.self) { try hasher.hash(Secret(bad)) } }
    }

    @Test func anUnusablePasswordDoesNotOpenAnAccountWithTheStandInsPassword() throws {
        let hasher = PasswordHasher(bcryptCost: 4)
        let hash = try PasswordHash(validating: try hasher.hash(Secret("-")))
        #expect(!hasher.verify(Secret(""), against: hash))
        #expect(!hasher.verify(Secret("\u{0}"), against: hash))
    }

    @Test(arguments: ["", "short", "1234567", "anna-smith", "ANNA-SMITH", "nul\u{0}inside"])
    func weakPasswordsAreRefused(text: String) {
        #expect(throws: GateError.self) { try PasswordHasher().check(Secret(text), for: "anna-smith") }
    }

    @Test func eightCharactersAreEnough() throws { try PasswordHasher().check(Secret("12345678"), for: "anna") }

    @Test(arguments: [
        "", "$2b$", "$2b$12$short", "$2x$12$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHim",
        "$2b$03$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHim",
        "$2b$17$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHim",
        "$2b$31$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHim",
        "$2b$1 $rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHim",
        "$2b$12$rFmqcIpAZo1HSY84xbCGqv//mjfwtd3Av1fbLcw2XzRXzkBkkIHim",
        "$2b$12$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHin",
        "$2b$12$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHi",
        "$2b$12$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHimm",
        "$2b$12$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBk=IHim",
        "$1$abc$def", "$6$salt$hash", "$y$j9T$abc",
        "$y$jFT$/6k...................$73UcNAkqtOqH6rntCsCGodaiycY5zYWFQ2eIoDomhcD",
        "$y$j9T$$73UcNAkqtOqH6rntCsCGodaiycY5zYWFQ2eIoDomhcD",
        "$y$j9T$/6k...................$73UcNAkqtOqH6rntCsCGodaiycY5zYWFQ2eIoDomhcz",
        "$y$j9T$/6k...................$73UcNAkqtOqH6rntCsCGodaiycY5zYWFQ2eIoDomhc", "*0", "x",
    ])
    func otherShapesAreNoHashes(text: String) { #expect(throws: GateError.self) { try PasswordHash(validating: text) } }

    @Test func aHashDoesNotPrintItself() throws {
        let hash = try PasswordHash(validating: Self.bcrypt)
        #expect(!"\(hash)".contains("rFmq"))
        var dump = ""
        Swift.dump(hash, to: &dump)
        #expect(!dump.contains("rFmq"))
    }

    @Test(arguments: PasswordScheme.allCases) func theDummyIsAsDearAsTheRest(scheme: PasswordScheme) {
        for cost in [4, 9, 10, 12] {
            let hasher = PasswordHasher(scheme: scheme, bcryptCost: cost)
            #expect(hasher.dummy.scheme == scheme)
            if scheme == .bcrypt { #expect(hasher.dummy.text.hasPrefix("$2b$\(cost < 10 ? "0" : "")\(cost)$")) }
        }
        let quick = PasswordHasher(scheme: scheme, bcryptCost: 4)
        #expect(!quick.verify(Secret("x"), against: quick.dummy))
    }
}
