using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>Mirrors of one archive with the keys that may sign it: one way to get a suite.</summary>
/// <param name="Roots">Each ends with a slash; any of them will do.</param>
public sealed record MirrorChoice(ImmutableArray<Uri> Roots, TrustedKeys Keys)
{
    /// <summary>The Valid-Until of the Release is not looked at.</summary>
    public bool IgnoreValidUntil { get; init; }

    /// <summary>The Date of the Release may be in the future, and Valid-Until is not looked at.</summary>
    public bool IgnoreDate { get; init; }
}

/// <summary>A suite and the ways to get it, in the order to try; the first whose Release is signed and carries the suite's name serves it.</summary>
public sealed record ResolvedSuite(string Suite, ImmutableArray<MirrorChoice> Choices);

/// <summary>A recipe's repository with its archive roots and keys found.</summary>
public sealed record ResolvedRepository
{
    public required string Id { get; init; }

    public required ImmutableArray<ResolvedSuite> Suites { get; init; }

    public required ImmutableArray<string> Components { get; init; }

    public int Priority { get; init; } = 500;

    public bool TrustUnsigned { get; init; }
}

/// <summary>Where mirrors come from besides the recipe.</summary>
public sealed record MirrorSources
{
    public required HostAptConfiguration Host { get; init; }

    /// <summary>What rpm-md repositories take from the host.</summary>
    public HostDnfConfiguration Dnf { get; init; } = HostDnfConfiguration.Empty;

    /// <summary>The recipe's: a source of the host that is limited to others (<c>[arch=i386]</c>) is not asked. Empty: all are.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>By repository id, from the machine's configuration; take the place of <c>host</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Configured { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>By repository id, from <c>--mirror ID=URL</c>; take the place of every other mirror.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> CommandLine { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>Turns a recipe's repository into archive roots and keys. Pure: asks no mirror; the fetcher tries the choices in order.</summary>
public static class RepositoryResolver
{
    /// <exception cref="EzException">No root or no key is to be had; says what to configure.</exception>
    public static ResolvedRepository Resolve(RepositorySpec spec, MirrorSources sources) => new()
    {
        Id = spec.Id,
        Components = spec.Components,
        Priority = spec.Priority,
        TrustUnsigned = spec.TrustUnsigned,
        Suites = [.. spec.Suites.Select(suite => new ResolvedSuite(suite, Choices(spec, suite, sources)))],
    };

    /// <summary>Whether roots or keys of this repository come from <see cref="MirrorSources.Host"/>.</summary>
    public static bool AsksHost(RepositorySpec spec, MirrorSources sources) =>
        (spec.Keys is KeySource.Fingerprints some && NamedKeys.AskHost(some))
        || (spec.Keys is KeySource.Host && !spec.TrustUnsigned)
        || (spec.Mirrors.Contains("host") && sources.CommandLine.GetValueOrDefault(spec.Id, []).Count == 0 && sources.Configured.GetValueOrDefault(spec.Id, []).Count == 0);

    private static ImmutableArray<MirrorChoice> Choices(RepositorySpec spec, string suite, MirrorSources sources)
    {
        var named = sources.CommandLine.GetValueOrDefault(spec.Id, []);
        ImmutableArray<string> mirrors = named.Count == 0 ? spec.Mirrors : [.. named];
        if (named.Count == 0 && mirrors.Contains("host") && sources.Configured.GetValueOrDefault(spec.Id, []) is { Count: > 0 } configured)
        {
            mirrors = [.. mirrors.SelectMany(m => m == "host" ? configured : [m]).Distinct()];
        }

        var choices = ImmutableArray.CreateBuilder<MirrorChoice>();
        var roots = mirrors.Where(m => m != "host").Select(text => ParseRoot(spec, text)).ToImmutableArray();
        if (!roots.IsEmpty)
        {
            choices.AddRange(Explicit(spec, suite, roots, sources));
        }

        if (mirrors.Contains("host"))
        {
            choices.AddRange(HostRoots.For(spec, suite, sources).Select(group => FromHost(spec, group, sources.Host)));
        }

        return choices.Count > 0 ? choices.ToImmutable() : throw new EzException(
            FailureKind.Usage,
            $"repository `{spec.Id}`: nothing in this host's APT configuration looks like the archive of suite `{suite}`",
            $"name a mirror: `--mirror {spec.Id}=URL`, or `mirrors: {{{spec.Id}: [URL]}}` in /etc/ez/config.yaml");
    }

    private static IEnumerable<MirrorChoice> Explicit(RepositorySpec spec, string suite, ImmutableArray<Uri> roots, MirrorSources sources)
    {
        var host = sources.Host;
        if (spec.TrustUnsigned || spec.Keys is not KeySource.Host)
        {
            return [new MirrorChoice(roots, SpecKeys(spec, host))];
        }

        // `keys: host` for roots that the host names itself: each its own Signed-By.
        var own = host.Sources.Where(s => roots.Contains(s.Root)).ToList();
        if (own.Count > 0 && roots.All(r => own.Exists(s => s.Root == r)))
        {
            return own.DistinctBy(s => (s.Root, s.Keys)).GroupBy(s => s.Keys).Select(g => FromHost(spec, g.ToList(), host));
        }

        // Another mirror of an archive that the host knows: the keys of the roots it stands in for.
        var stoodFor = HostRoots.For(spec, suite, sources);
        return stoodFor.Count == 0
            ? throw new EzException(
                FailureKind.Usage,
                $"repository `{spec.Id}` says `keys: host`, but this host's APT configuration has no source for suite `{suite}` whose key could be used",
                "give `keys:` a key file beside the recipe, or a list of fingerprints")
            : [new MirrorChoice(roots, stoodFor[0][0].Keys) { IgnoreValidUntil = host.IgnoreValidUntil, IgnoreDate = host.IgnoreDate }];
    }

    private static MirrorChoice FromHost(RepositorySpec spec, List<HostAptSource> group, HostAptConfiguration host) =>
        new([.. group.Select(s => s.Root).Distinct()], spec.Keys is KeySource.Host ? group[0].Keys : SpecKeys(spec, host))
        {
            IgnoreValidUntil = host.IgnoreValidUntil || group.All(s => s.IgnoreValidUntil),
            IgnoreDate = host.IgnoreDate,
        };

    private static TrustedKeys SpecKeys(RepositorySpec spec, HostAptConfiguration host) => spec.Keys switch
    {
        KeySource.KeyFile file => NamedKeys.InFile(spec.Id, file),
        KeySource.Inline key => new TrustedKeys([], [key.Armored], []),
        KeySource.Fingerprints some => NamedKeys.Find(spec.Id, some, host.Keys),
        _ => TrustedKeys.None,
    };

    internal static Uri ParseRoot(RepositorySpec spec, string text) => HostAptSources.Root(text) ?? throw new EzException(
        FailureKind.Usage, $"repository `{spec.Id}`: `{text}` is not the address of a mirror", "write it as https://HOST/PATH, http://HOST/PATH or file:///PATH");
}
