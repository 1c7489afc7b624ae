import Basics
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// A store of jobs with two accounts, for as long as a test takes.
struct JobStoreWorld {
    let store: SQLiteJobStore
    let database: SQLiteDatabase
    let ada: UUID
    let bob: UUID

    static func run(_ body: (JobStoreWorld) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
        let accounts = SQLiteAccountStore(database)
        let (ada, bob) = (try account("ada"), try account("bob"))
        try await accounts.commit([.insertAccount(ada), .insertAccount(bob)], audit: nil)
        let world = JobStoreWorld(store: SQLiteJobStore(database), database: database, ada: ada.id, bob: bob.id)
        do { try await body(world) } catch {
            await database.close()
            throw error
        }
        await database.close()
        withExtendedLifetime(folder) {}
    }

    func new(
        _ id: String, of account: UUID? = nil, position: NewJob.Position = .last, bytes: Int = 2, at: Timestamp = noon
    ) -> NewJob {
        NewJob(
            account: account ?? ada, publicID: id, clientID: "tab", position: position, submitted: at,
            signature: digest("graph"), workflowID: "w",
            request: JobRequest(
                prompt: [UInt8](repeating: 0x20, count: bytes), extraData: [], outputs: [], plan: [],
                credentials: nil))
    }

    @discardableResult
    func submit(_ id: String, of account: UUID? = nil, position: NewJob.Position = .last) async throws -> Job {
        switch try await store.submit(new(id, of: account, position: position), quota: AccountQuota()) {
        case .created(let job), .existing(let job): return job
        }
    }

    func attempt(_ job: Job, _ ordinal: Int = 1) -> Attempt {
        Attempt(id: UUID(), job: job.sequence, ordinal: ordinal, worker: "gpu", began: noon)
    }

    func state(_ id: String, of account: UUID? = nil) async throws -> JobState? {
        try await store.record(account: account ?? ada, publicID: id)?.job.state
    }

    func pendingIDs(_ account: UUID? = nil) async throws -> [String] {
        try await store.pending(of: account ?? ada, limit: 500).map(\.job.publicID)
    }
}
