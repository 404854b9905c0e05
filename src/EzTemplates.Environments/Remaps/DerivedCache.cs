using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>A file that a command makes from the rest of the tree, and is not merged: where it is private and the versions differ in it, it is made anew.</summary>
/// <param name="Beside">Another file that the command writes; null: none.</param>
internal sealed record DerivedCache(TreePath Path, ImmutableArray<string> Command, TreePath? Beside = null)
{
    /// <summary>A cache that is made in a minute is none.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    public static ImmutableArray<DerivedCache> All { get; } =
    [
        // ldconfig(8), without its own cache of inode numbers.
        new(TreePath.Parse("/etc/ld.so.cache"), ["ldconfig", "-i"], TreePath.Parse("/var/cache/ldconfig/aux-cache")),

        // update-ca-certificates(8): the bundle, and the links by hash beside it.
        new(TreePath.Parse("/etc/ssl/certs/ca-certificates.crt"), ["update-ca-certificates", "--fresh"]),
    ];

    /// <summary>Both files.</summary>
    public ImmutableArray<TreePath> Made => Beside is { } beside ? [Path, beside] : [Path];

    /// <summary>In the environment's view, without a network; the caller has its lock.</summary>
    /// <returns>Why it could not be made; null where it was.</returns>
    public string? Rebuild(EnvironmentStore environments, EnvironmentName name, CancellationToken cancellation)
    {
        try
        {
            environments.EnsureMounted(name);
            using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
            var silent = (int)nothing.DangerousGetHandle();
            var request = new ExecRequest { Environment = name, Command = Command, Network = SandboxNetwork.None, Streams = new SandboxStreams(silent, silent, silent) };
            var status = new SandboxExec(environments).RunBounded(request, Most, cancellation);
            return status == 0 ? null : Failed(name, status is { } code ? string.Create(CultureInfo.InvariantCulture, $"failed with status {code}") : "did not end in time");
        }
        catch (EzException failure)
        {
            return Failed(name, $"could not run: {failure.Message}");
        }
    }

    private string Failed(EnvironmentName name, string how) =>
        $"`{Path}` of environment `{name}` is still made for its old version: `{Command[0]}` {how}; ez env exec {name} -- {string.Join(' ', Command)}";
}
