// Fleet: jobs and the workers that run them.
//
// `FleetService` is the door for the rest of the gate; behind it `Jobs/Dispatcher` owns who waits and who runs, on one loop,
// and `Link/WorkerSession` is one worker. Rules are pure values, each in a room of its own: `Graph` judges and rewrites what
// a user wants to run, `Attempts` says what evidence means, `Events` what an owner hears, `Jobs/JobQueue` who is next.
// `Assets` keeps the bytes that go in and come out, `Catalogue` what workers can do. Read next: `Link/AttemptRun.swift`.
