using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <param name="Text">The whole file; its comments say where it goes and how it is used.</param>
public sealed record RuntimeReport(string Environment, string Runtime, string Text) : Report("ez.runtime/1");

/// <summary>
/// <c>ez env show ENV --as RUNTIME</c>: what makes another runtime use the environment's view. Each text has the view mounted first,
/// itself where the runtime lets it.
/// </summary>
public static class OtherRuntimes
{
    public static readonly IReadOnlyList<string> Names = ["nspawn", "lxc", "podman", "schroot"];

    /// <param name="program">How this program is started.</param>
    public static RuntimeReport Show(Workspace workspace, string name, string runtime, IReadOnlyList<string> program)
    {
        var environment = EnvironmentName.Parse(name);
        _ = workspace.Environments.Current(environment);
        RequireIds.ToMountForOthers(workspace.Store, name);
        var root = workspace.Environments.RootOf(environment);
        var mount = $"{string.Join(' ', program.Select(Quoted))} --store {Quoted(workspace.Store.Layout.Root)} env mount {name}";
        var text = runtime switch
        {
            "nspawn" => Nspawn(name, root, mount),
            "lxc" => Lxc(name, root, mount),
            "podman" => Podman(name, root, mount),
            "schroot" => Schroot(name, root, mount),
            _ => throw new EzException(FailureKind.Usage, $"`{runtime}` is no runtime that ez knows", $"--as {string.Join(", ", Names)}"),
        };
        return new RuntimeReport(name, runtime, text);
    }

    /// <summary>systemd-nspawn(1). Neither a scope nor machined is asked for, so it works without systemd as process 1 too.</summary>
    private static string Nspawn(string name, string root, string mount) =>
        $"""
        #!/bin/sh
        # Runs a command (default: a shell) in the environment `{name}` by systemd-nspawn, as root:
        #   ez env show {name} --as nspawn > {name}.sh && sh {name}.sh COMMAND...
        set -e
        {mount} >/dev/null
        [ $# -gt 0 ] || set -- /bin/sh
        exec systemd-nspawn --quiet --register=no --keep-unit --console=autopipe --as-pid2 --machine={MachineName(name)} --hostname={MachineName(name)} \
          --resolv-conf=bind-host --timezone=off --link-journal=no --directory={Quoted(root)} -- "$@"

        """;

    /// <summary>podman-run(1) on the view as it is: no image, no copy.</summary>
    private static string Podman(string name, string root, string mount) =>
        $"""
        #!/bin/sh
        # Runs a command (default: a shell) in the environment `{name}` by podman, as root:
        #   ez env show {name} --as podman > {name}.sh && sh {name}.sh COMMAND...
        set -e
        {mount} >/dev/null
        [ $# -gt 0 ] || set -- /bin/sh
        exec podman run --rm --interactive --hostname {MachineName(name)} --no-hosts --network host --rootfs {Quoted(root)} "$@"

        """;

    /// <summary>lxc.container.conf(5). The hook mounts the view before the container is set up; LXC adds words of its own to the line.</summary>
    private static string Lxc(string name, string root, string mount) =>
        $"""
        # The environment `{name}` for LXC, as root:
        #   mkdir -p /var/lib/lxc/{name} && ez env show {name} --as lxc > /var/lib/lxc/{name}/config
        #   lxc-execute -n {name} -- COMMAND...      or lxc-start -n {name}, where the environment has an init
        lxc.hook.pre-start = /bin/sh -c {Quoted(mount)}
        lxc.rootfs.path = dir:{root}
        lxc.uts.name = {MachineName(name)}
        lxc.net.0.type = none
        lxc.mount.auto = proc:mixed sys:ro
        lxc.autodev = 1

        """;

    /// <summary>schroot.conf(5). The profile `minimal` copies nothing of the host over the environment's own files.</summary>
    private static string Schroot(string name, string root, string mount) =>
        $"""
        # The environment `{name}` for schroot, as root:
        #   ez env show {name} --as schroot > /etc/schroot/chroot.d/{name}.conf
        # The view must be mounted before a session begins:
        #   {mount}
        #   schroot -c {name} -d / -- COMMAND...
        [{name}]
        type=directory
        description=environment {name} of ez
        directory={root}
        users=root
        root-users=root
        profile=minimal

        """;

    /// <summary>A host's name has no underscore (hostname(7)).</summary>
    private static string MachineName(string name) => name.Replace('_', '-');

    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
