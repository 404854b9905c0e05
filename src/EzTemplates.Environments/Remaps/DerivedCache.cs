using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>A file that a command makes from the rest of the tree, and is not merged: where it is private and the versions differ in it, it is made anew.</summary>
/// <param name="Beside">Another file that the command writes; null: none.</param>
/// <param name="Links">A folder whose links the command makes, too; null: none.</param>
internal sealed record DerivedCache(TreePath Path, ImmutableArray<string> Command, TreePath? Beside = null, TreePath? Links = null)
{
    /// <summary>A cache that is made in a minute is none.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    public static ImmutableArray<DerivedCache> All { get; } =
    [
        // ldconfig(8), without its own cache of inode numbers.
        new(TreePath.Parse("/etc/ld.so.cache"), ["ldconfig", "-i"], TreePath.Parse("/var/cache/ldconfig/aux-cache")),

        // update-ca-certificates(8): the bundle, and the links by hash beside it.
        new(TreePath.Parse("/etc/ssl/certs/ca-certificates.crt"), ["update-ca-certificates", "--fresh"], Links: TreePath.Parse("/etc/ssl/certs")),
    ];

    public static bool Is(TreePath path) => All.Any(cache => cache.Path == path);

    /// <summary>Whether it lies where a command makes links, or takes them away.</summary>
    public static bool IsBeside(TreePath path) => All.Any(cache => cache.Links == path.Parent);

    /// <summary>The files, and what is private of the links.</summary>
    public IEnumerable<TreePath> MadeIn(string area)
    {
        IEnumerable<TreePath> files = Beside is { } beside ? [Path, beside] : [Path];
        return Links is { } links ? files.Concat(PrivateLinks(area, links)) : files;
    }

    private static ImmutableArray<TreePath> PrivateLinks(string area, TreePath links)
    {
        using var folder = PrivateArea.TryOpenFolder(area, links);
        return folder is null ? [] :
        [
            .. Libc.ReadFolder(folder)
                .Where(member => !member.IsFolder && Libc.TryStatus(folder, NativePath.FromLatin1(member.Name)) is { } status && (status.Kind == FileKind.Symlink || PrivateArea.IsWhiteout(status)))
                .Select(member => links.Append(member.Name)).Order(),
        ];
    }

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
