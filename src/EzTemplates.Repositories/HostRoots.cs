using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// Which of the host's archive roots may serve a suite, best first, judged by the host's files alone, so that a root of another
/// vendor is not asked: a suite's name says nothing of the archive, as vendors call theirs <c>bookworm</c> too. A Debian 12 host names only bookworm, yet its roots serve trixie too.
/// </summary>
internal static class HostRoots
{
    /// <summary>Groups of equal roots (mirrors of one another, same keys), in the order to try; empty if none is likely.</summary>
    public static List<List<HostAptSource>> For(RepositorySpec spec, string suite, MirrorSources sources)
    {
        var fitting = sources.Host.Sources.Where(s => s.Components.Intersect(spec.Components).Any() && Serves(s, sources.Architecture)).ToList();
        var named = fitting.Where(s => IsNamed(s.Root, spec.Id)).ToList();
        if (named.Count > 0)
        {
            // Who signs with other keys than the root of that very name is somebody else.
            fitting = fitting.Where(s => named.Exists(n => n.Keys == s.Keys)).ToList();
        }

        var exact = fitting.Where(s => s.Suite == suite).ToList();
        if (exact.Count > 0)
        {
            return Group(exact, spec.Id);
        }

        // The same pocket (`-security`, `-updates`, none) of another release of the same archive.
        var pocket = fitting.Where(s => Pocket(s.Suite) == Pocket(suite)).ToList();
        var family = pocket.Where(s => named.Contains(s) || spec.Suites.Contains(s.Suite)).ToList();
        if (family.Count == 0)
        {
            // A pocket that this host does not use (`trixie-backports`) lies at the root that carries the archive's name.
            family = named;
        }

        if (family.Count == 0 && pocket.Select(s => s.Keys).Distinct().Count() == 1)
        {
            // All of one vendor: nobody else can be asked by mistake.
            family = pocket;
        }

        return Group(family, spec.Id);
    }

    private static List<List<HostAptSource>> Group(List<HostAptSource> sources, string id)
    {
        var groups = new List<List<HostAptSource>>();
        foreach (var source in sources)
        {
            var alike = groups.Find(g => g[0].DefinedIn == source.DefinedIn && g[0].Keys == source.Keys);
            if (alike is null)
            {
                groups.Add([source]);
            }
            else if (!alike.Exists(s => s.Root == source.Root))
            {
                alike.Add(source);
            }
        }

        return groups
            .DistinctBy(g => string.Join(' ', g.Select(s => s.Root)))
            .OrderBy(g => g.Exists(s => IsNamed(s.Root, id)) ? 0 : 1)
            .ToList();
    }

    /// <summary><c>-security</c> of <c>bookworm-security</c>, <c>/updates</c> of <c>buster/updates</c>, empty for <c>bookworm</c>.</summary>
    private static string Pocket(string suite)
    {
        var at = suite.IndexOfAny(['-', '/']);
        return at < 0 ? "" : suite[at..];
    }

    private static bool Serves(HostAptSource source, string architecture) =>
        architecture == "" || source.Architectures.IsEmpty || source.Architectures.Contains(architecture);

    private static bool IsNamed(Uri root, string id) =>
        root.AbsolutePath.TrimEnd('/').Split('/')[^1].Equals(id, StringComparison.OrdinalIgnoreCase);
}
