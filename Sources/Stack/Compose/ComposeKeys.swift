internal import Basics
public import YAML

/// The keys that Compose knows; any other one, but for `x-…`, it refuses with the whole file.
///
/// Source: the Compose specification's schema (compose-spec.json, July 2026). Newer versions of Compose may know more, so that
/// only what looks like a known key is judged.
public enum ComposeKeys {
    private static let ofFiles = [
        "configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes",
    ]
    private static let ofServices = [
        "annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command",
        "configs", "container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period",
        "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "credential_spec", "depends_on", "deploy", "develop",
        "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "domainname", "entrypoint", "env_file",
        "environment", "expose", "extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck",
        "hostname", "image", "init", "ipc", "isolation", "label_file", "labels", "links", "logging", "mac_address",
        "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "models", "network_mode", "networks",
        "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports", "post_start", "pre_start",
        "pre_stop", "privileged", "profiles", "provider", "pull_policy", "pull_refresh_after", "read_only", "restart",
        "runtime", "scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal",
        "storage_opt", "sysctls", "tmpfs", "tty", "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes",
        "volumes_from", "working_dir",
    ]

    /// Keys of a file and of its services that are nearly known ones, with the line of each.
    public static func misspelt(in document: YAMLNode) -> [(line: Int, complaint: ComposeComplaint)] {
        let services = (document["services"]?.entries ?? []).flatMap { service in
            misspelt(service.value, of: service.key, known: ofServices)
        }
        return misspelt(document, of: nil, known: ofFiles) + services
    }

    private static func misspelt(
        _ node: YAMLNode, of service: String?, known: [String]
    ) -> [(line: Int, complaint: ComposeComplaint)] {
        node.entries.compactMap { entry in
            guard !known.contains(entry.key), !entry.key.hasPrefix("x-"),
                let meant = closest(to: entry.key, among: known, edits: 2)
            else { return nil }
            return (entry.position.line, .misspelt(entry.key, service: service, meant: meant))
        }
    }
}
