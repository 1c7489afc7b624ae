// Simulator: a ComfyUI-compatible worker without a GPU, for demos, tests and load.
//
// `SimulatedWorker` holds the whole server as one state machine: requests, socket messages and moments of time go in,
// answers and frames come out. It opens no socket, starts no thread and never sleeps; a thin shell does that. A prompt
// runs for real where no model is needed; what a model would paint is painted from the prompt's text and seed.
// The shell owns the clock: it calls `advance(to:)` before each request or message, sets a timer for `nextWake`, and
// carries out what `SimulatedWorkerDelegate` and `SimulatedResponse.delivery` say.
// That shell is in `Shell/`: `SimulatorServer` on a loop, `SimulatorHost` with a loop of its own for commands and tests.
// Read next: `SimulatedWorker.swift`, then `SimulatedWorker+Routes.swift`, `Execution.swift` and `FaultPlan.swift`.
