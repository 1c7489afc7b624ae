import Basics
import Glibc
import Telemetry
import TestSupport
import Testing

@testable import comfygate

/// Policies of a project, followed while the gate serves.
struct SecretsKeeperTests {
    private static let now = Timestamp(year: 2026, month: 11, day: 21, hour: 12)

    /// A project whose credential came at a time, a keeper of it, and what the keeper writes down.
    private struct House {
        let folder = TemporaryFolder()
        let keeper: SecretsKeeper
        let writer: LogWriter
        let noted = Locked<[String]>([])

        init(rotatedAt: Timestamp?) throws {
            unsafe mkdir(folder.path("project"), 0o700)
            unsafe mkdir(folder.path("project/.secrets"), 0o700)
            unsafe mkdir(folder.path("home"), 0o700)
            let time = rotatedAt.map { "\"rotated_at\": \"\($0.rfc3339)\"," } ?? ""
            folder.file(
                "project/.secrets/comfyui_auth_tokens.conf",
                """
                {"raw_token": "first-token-of-the-project", \(time) "rotate": "every 30d", "locations": [".env"],
                 "bcrypt_hash": null}
                """.utf8)
            folder.file("project/.env", "COMFYUI_RAW_TOKEN=first-token-of-the-project\n".utf8)
            writer = try LogWriter(path: folder.path("log"))
            let noted = noted
            keeper = SecretsKeeper(
                root: folder.path("project"), writer: writer, program: try RunningGate.builtProducts() + "/comfygate",
                environment: ["HOME": folder.path("home"), "PATH": "/usr/bin:/bin"]
            ) { name in noted.withLock { $0.append(name) } }
        }

        var events: [String] {
            get async throws {
                await writer.flush()
                let log = ProgramRun.output("/bin/cat", [folder.path("log")])
                return log.split(separator: "\n").compactMap { (try? JSON(parsing: Array($0.utf8)))?["event"]?.string }
            }
        }

        var env: String { ProgramRun.output("/bin/cat", [folder.path("project/.env")]) }
    }

    private static func day(_ count: Int64) -> Timestamp { now.advanced(bySeconds: count * 86_400) }

    @Test("A credential that is due is renewed in a process of its own, and the trail is told")
    func due() async throws {
        let house = try House(rotatedAt: Self.day(-30))
        await house.keeper.look(now: Self.now)
        #expect(try await house.events == ["secret_rotated"])
        #expect(house.noted.withLock { $0 } == ["default"])
        #expect(!house.env.contains("first-token") && house.env.hasPrefix("COMFYUI_RAW_TOKEN="))
    }

    @Test("One that is nearly due is spoken of once a day, a fresh one not at all")
    func near() async throws {
        let house = try House(rotatedAt: Self.day(-20))
        for hour in 0..<3 { await house.keeper.look(now: Self.now.advanced(bySeconds: Int64(hour) * 3_600)) }
        #expect(try await house.events == ["secret_rotation_near"])
        await house.keeper.look(now: Self.day(1))
        #expect(try await house.events == ["secret_rotation_near", "secret_rotation_near"])
        let fresh = try House(rotatedAt: Self.now)
        await fresh.keeper.look(now: Self.now)
        #expect(try await fresh.events.isEmpty)
    }

    @Test("A rotation that fails is told, with its reason and without a secret, and waits for the next day")
    func failure() async throws {
        let house = try House(rotatedAt: Self.day(-40))
        house.folder.file("project/.env", "COMFYUI_RAW_TOKEN='open\n".utf8)
        await house.keeper.look(now: Self.now)
        await house.keeper.look(now: Self.now.advanced(bySeconds: 3_600))
        #expect(try await house.events == ["secret_rotation_failed"])
        #expect(house.noted.withLock { $0.isEmpty })
        let log = ProgramRun.output("/bin/cat", [house.folder.path("log")])
        #expect(log.contains(".env") && !log.contains("first-token"))
    }

    @Test("A credential of unknown age, and a source of truth that cannot be read, are told")
    func unknown() async throws {
        let house = try House(rotatedAt: nil)
        await house.keeper.look(now: Self.now)
        #expect(try await house.events == ["secret_age_unknown"])
        house.folder.file("project/.secrets/comfyui_auth_tokens.conf", "{".utf8)
        await house.keeper.look(now: Self.now)
        #expect(try await house.events == ["secret_age_unknown", "secrets_unreadable"])
    }
}
