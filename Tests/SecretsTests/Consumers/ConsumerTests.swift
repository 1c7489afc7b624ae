import Basics
import Testing

@testable import Secrets

struct ConsumerTests {
    @Test(
        "Who lets in what it should not is open, a 400 as much as a 200",
        arguments: [
            (200, 401, 401, ConsumerVerdict.guarded), (200, 403, 401, .guarded), (200, 200, 401, .open(status: 200)),
            (200, 401, 200, .open(status: 200)), (200, 401, 400, .open(status: 400)),
            (400, 400, 400, .open(status: 400)),
            (200, 204, 401, .open(status: 204)), (401, 401, 401, .refusesRight(status: 401)),
            (403, 401, 401, .refusesRight(status: 403)), (502, 401, 401, .unclear(status: 502)),
            (200, 401, 404, .unclear(status: 404)), (204, 401, 401, .unclear(status: 204)),
            (200, 302, 401, .unclear(status: 302)),
        ])
    func verdict(right: Int, wrong: Int, none: Int, verdict: ConsumerVerdict) {
        #expect(ConsumerVerdict(right: .status(right), wrong: .status(wrong), none: .status(none)) == verdict)
    }

    @Test("A redirect to the login form is a refusal, any other says nothing")
    func redirects() {
        func none(_ location: String) -> ConsumerVerdict {
            ConsumerVerdict(right: .status(200), wrong: .status(401), none: .status(302, location: location))
        }
        #expect(none("/login") == .guarded)
        #expect(none("https://host/comfy/login?next=%2F") == .guarded)
        #expect(none("/") == .unclear(status: 302))
        #expect(
            ConsumerVerdict(right: .failure(.noConnection), wrong: .status(401), none: .status(401))
                == .unreachable(.noConnection))
    }

    @Test("After a change of a dotenv file a container is made anew, after one of another file restarted")
    func actions() throws {
        let consumer = try Consumer(
            ["name": "qwen", "after_env": ["docker", "compose", "up"], "after_file": "docker restart qwen"], at: "")
        #expect(consumer.action(afterChanging: [.tokenFile]) == .shell("docker restart qwen"))
        #expect(consumer.action(afterChanging: [.tokenFile, .dotenv]) == .program(["docker", "compose", "up"]))
        let only = try Consumer(["name": "qwen", "after_file": "x"], at: "")
        #expect(only.action(afterChanging: [.dotenv]) == .shell("x"))
        #expect(only.look == nil)
    }

    @Test("Inside a container the first line is the value")
    func inside() throws {
        let consumer = try Consumer(["name": "qwen", "container": "c", "file": "/login/PASSWORD"], at: "")
        #expect(consumer.look == ["docker", "exec", "c", "cat", "/login/PASSWORD"])
        #expect(consumer.holds(Secret("value"), found: Array("value\nadmin".utf8)))
        #expect(consumer.holds(Secret("value"), found: Array("value\r\n".utf8)))
        #expect(!consumer.holds(Secret("value"), found: Array("value2\n".utf8)))
        #expect(!consumer.holds(Secret("value"), found: []))
        let variable = try Consumer(["name": "qwen", "container": "c", "variable": "TOKEN"], at: "")
        #expect(variable.look == ["docker", "exec", "c", "cat", "/proc/1/environ"])
        #expect(variable.holds(Secret("a=b"), found: Array("X_TOKEN=c\0TOKEN=a=b\0".utf8)))
        #expect(!variable.holds(Secret("a=b"), found: Array("X_TOKEN=a=b\0".utf8)))
    }
}
