// Stack: what runs on one host, and on what; read, never changed.
//
// Rooms: `Docker` (the engine's API over its socket), `Containers` (one container in one form, whether it runs or only
// stands in a compose file), `Compose` (compose files with their variables filled in as Compose does it), `Cards` (graphics
// cards by NVML or nvidia-smi), `Machine` (memory, disks, ports and what else the host gives). Every fact that could not be
// seen says why.
