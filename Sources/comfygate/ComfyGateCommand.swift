// comfygate: one file a command; `ComfyGateCommand.program` is the tree of them.
internal import Basics
internal import CLinux
internal import CommandLineKit
internal import Gate
internal import Glibc

@main struct ComfyGateCommand {
    static let version = GateVersion.current

    static let program = Program(
        "comfygate", version: version,
        Message(
            "program.summary", en: "A gate in front of ComfyUI: logins, ownership, limits",
            fr: "Un portail devant ComfyUI : connexions, propriété, limites"),
        [
            .group(
                "config",
                Message("config.summary", en: "Look at the configuration", fr: "Examine la configuration"),
                [.command(ConfigCheck.self), .command(ConfigKeys.self)]),
            .command(RunCommand.self),
            .group(
                "workflow",
                Message(
                    "workflow.summary", en: "Look at workflows and change them", fr: "Examine et modifie des workflows"),
                [
                    .command(WorkflowShow.self), .command(WorkflowCheck.self), .command(WorkflowConvert.self),
                    .command(WorkflowSet.self), .command(WorkflowCompare.self), .command(WorkflowRepair.self),
                    .command(WorkflowModelFiles.self),
                ]),
            .group(
                "nodes", Message("nodes.summary", en: "Look at node classes", fr: "Examine les classes de nœuds"),
                [.command(NodesList.self), .command(NodesShow.self)]),
            .command(Serve.self),
            .command(CheckCommand.self), .command(DiagnoseCommand.self), .command(SupportBundleCommand.self),
            .group(
                "account",
                Message("account.summary", en: "Manage who may use the gate", fr: "Gère qui peut utiliser le portail"),
                [
                    .command(AccountAdd.self), .command(AccountImport.self), .command(AccountList.self),
                    .command(AccountPasswd.self), .command(AccountRole.self), .command(AccountDisable.self),
                    .command(AccountEnable.self), .command(AccountRemove.self), .command(AccountBootstrap.self),
                    .command(AccountInvite.self), .command(AccountExport.self), .command(AccountErase.self),
                ]),
            .group(
                "team", Message("team.summary", en: "Manage groups of accounts", fr: "Gère les groupes de comptes"),
                [
                    .command(TeamAdd.self), .command(TeamList.self), .command(TeamRename.self),
                    .command(TeamRemove.self),
                ]),
            .group(
                "token",
                Message("token.summary", en: "Manage what programs log in with", fr: "Gère les jetons des programmes"),
                [.command(TokenCreate.self), .command(TokenList.self), .command(TokenRevoke.self)]),
            .group(
                "session",
                Message("session.summary", en: "Manage browser sessions", fr: "Gère les sessions de navigateur"),
                [.command(SessionList.self), .command(SessionRevoke.self)]),
            .group(
                "jobs", Message("jobs.summary", en: "Look after everybody's jobs", fr: "S’occupe des jobs de tous"),
                [
                    .command(JobsList.self), .command(JobsShow.self), .command(JobsWhy.self), .command(JobsCancel.self),
                    .command(JobsRetry.self), .command(JobsMove.self), .command(JobsWait.self),
                    .command(JobsExport.self), .command(JobsQuarantine.self), .command(JobsRelease.self),
                ]),
            .group(
                "assets",
                Message("assets.summary", en: "Look after everybody's files", fr: "S’occupe des fichiers de tous"),
                [
                    .command(AssetsList.self), .command(AssetsGet.self), .command(AssetsRetain.self),
                    .command(AssetsGC.self), .command(AssetsVerify.self),
                ]),
            .command(UsageCommand.self),
            .group(
                "audit", Message("audit.summary", en: "Look at who changed what", fr: "Examine qui a changé quoi"),
                [.command(AuditVerify.self), .command(AuditTail.self)]),
            .group(
                "secrets",
                Message(
                    "secrets.summary", en: "Keep the workers' credentials equal everywhere",
                    fr: "Garde partout les mêmes secrets des workers"),
                [
                    .command(SecretsAudit.self), .command(SecretsDiscover.self), .command(SecretsSync.self),
                    .command(SecretsUnify.self),
                    .command(SecretsValidate.self), .command(SecretsList.self), .command(SecretsSet.self),
                    .command(SecretsGet.self), .command(SecretsRotate.self), .command(SecretsWatch.self),
                    .command(SecretsSeal.self), .command(SecretsUnseal.self), .command(SecretsBackup.self),
                    .command(SecretsHistory.self), .command(SecretsRestore.self),
                ]),
            .group(
                "env",
                Message("env.summary", en: "Look after one dotenv file", fr: "Prend soin d’un fichier .env"),
                [
                    .command(EnvCheckCommand.self), .command(EnvRebuildCommand.self), .command(EnvBackupCommand.self),
                    .command(EnvRestoreCommand.self),
                ]),
            .group(
                "login",
                Message("login.summary", en: "Come over from ComfyUI-Login", fr: "Passe de ComfyUI-Login au portail"),
                [.command(LoginImport.self)]),
            .command(Simulate.self),
            .command(CompletionsCommand.self),
            .command(VersionCommand.self),
        ])

    static func main() {
        // Before anything else: it is to have nothing of the program.
        PictureChild.runIfAsked()
        // Servers hold many connections, and a change of many locations a descriptor for each folder.
        _ = gate_raise_descriptor_limit()
        MainThread.run {
            await program.main { path in if ["secrets", "env"].contains(path.first) { hideSecrets() } }
        }
    }

    /// What a command about secrets reads stays with it: no dump of its memory, and no program that it starts inherits
    /// a token or a passphrase by the environment, which has been read by now.
    private static func hideSecrets() {
        _ = gate_forbid_memory_dumps()
        for name in ["COMFYGATE_RAW_TOKEN", "COMFYGATE_SEAL_PASSPHRASE"] { unsafe unsetenv(name) }
    }
}
