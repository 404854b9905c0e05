using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>What of an rpm-md repository must be signed.</summary>
public enum RpmTrust
{
    /// <summary>repomd.xml, and every package.</summary>
    Signed,

    /// <summary>Every package; of the metadata only what its packages' signatures prove is known.</summary>
    Packages,

    Unsigned,
}

/// <summary>A recipe's rpm-md repository with its roots and keys found.</summary>
public sealed record ResolvedRpmRepository
{
    public required string Id { get; init; }

    /// <summary>Each ends with a slash; asked beside those of the lists.</summary>
    public required ImmutableArray<Uri> Roots { get; init; }

    public Uri? MirrorList { get; init; }

    public Uri? Metalink { get; init; }

    /// <summary>Of the metadata and of the packages.</summary>
    public required TrustedKeys Keys { get; init; }

    public RpmTrust Trust { get; init; }

    /// <summary>What the recipe writes of where it lies: while that stays, time does not go back, whichever mirror serves it.</summary>
    public required string Place { get; init; }

    /// <summary>dnf's: the lower number wins; a negative one forbids.</summary>
    public int Priority { get; init; } = RepositorySpec.DefaultRpmPriority;

    public ImmutableArray<string> Only { get; init; } = [];

    public ImmutableArray<string> Except { get; init; } = [];
}

/// <summary>Turns a recipe's rpm-md repository into roots, lists and keys. Pure: asks no mirror.</summary>
public static class RpmRepositoryResolver
{
    /// <summary>Whether something of this repository comes from <see cref="MirrorSources.Dnf"/>.</summary>
    public static bool AsksHost(RepositorySpec spec, MirrorSources sources) =>
        (spec.Keys is KeySource.Fingerprints some && NamedKeys.AskHost(some)) || (spec.Keys is KeySource.Host && !spec.TrustUnsigned) || Mirrors(spec, sources).Contains("host");

    /// <exception cref="EzException">No root or no key is to be had; says what to configure.</exception>
    public static ResolvedRpmRepository Resolve(RepositorySpec spec, MirrorSources sources)
    {
        var mirrors = Mirrors(spec, sources);
        var host = mirrors.Contains("host") ? HostSource(spec, sources) : null;
        var isOverridden = sources.CommandLine.GetValueOrDefault(spec.Id, []).Count > 0;
        return new ResolvedRpmRepository
        {
            Id = spec.Id,
            Roots = [.. mirrors.SelectMany(mirror => mirror == "host" ? host!.Roots : [RepositoryResolver.ParseRoot(spec, mirror)]).Distinct()],
            MirrorList = isOverridden ? null : spec.MirrorList is { } list ? new Uri(list) : host?.MirrorList,
            Metalink = isOverridden ? null : spec.Metalink is { } metalink ? new Uri(metalink) : host?.Metalink,
            Keys = KeysOf(spec, sources),
            Trust = spec.TrustUnsigned ? RpmTrust.Unsigned : spec.TrustPackages ? RpmTrust.Packages : RpmTrust.Signed,
            Place = string.Join(' ', new[] { spec.Metalink, spec.MirrorList }.OfType<string>().Concat(spec.Mirrors)),
            Priority = spec.Priority,
            Only = spec.Only,
            Except = spec.Except,
        };
    }

    /// <summary><c>--mirror</c> takes the place of all; the machine's configuration that of <c>host</c>.</summary>
    private static ImmutableArray<string> Mirrors(RepositorySpec spec, MirrorSources sources)
    {
        if (sources.CommandLine.GetValueOrDefault(spec.Id, []) is { Count: > 0 } named)
        {
            return [.. named];
        }

        return sources.Configured.GetValueOrDefault(spec.Id, []) is { Count: > 0 } configured
            ? [.. spec.Mirrors.SelectMany(mirror => mirror == "host" ? configured : [mirror]).Distinct()]
            : spec.Mirrors;
    }

    private static TrustedKeys KeysOf(RepositorySpec spec, MirrorSources sources) => spec.Keys switch
    {
        KeySource.KeyFile file => NamedKeys.InFile(spec.Id, file),
        KeySource.Inline key => new TrustedKeys([], [key.Armored], []),
        KeySource.Fingerprints some => NamedKeys.Find(spec.Id, some, sources.Dnf.Keys),
        _ when spec.TrustUnsigned => TrustedKeys.None,
        _ => HostKeys(spec, HostSource(spec, sources)),
    };

    /// <summary>zypper's repositories often name none, since it asks for a key's fingerprint and keeps the key in rpm's database.</summary>
    private static TrustedKeys HostKeys(RepositorySpec spec, HostDnfSource source)
    {
        const string name = "name the distribution's key in the recipe by its fingerprint, `keys: [FINGERPRINT]`, if a file of this host has it (/etc/pki/rpm-gpg, /usr/lib/rpm/gnupg/keys), or ";
        return (source.Keys, source.KeyAddresses) switch
        {
            ({ IsEmpty: false } keys, _) => keys,
            (_, [var first, ..] all) => throw new EzException(
                FailureKind.Untrusted,
                $"repository `{spec.Id}`: of its keys `{source.DefinedIn}` says only where to fetch them, `{string.Join("`, `", all)}`, and ez fetches no key",
                $"{name}fetch it once from `{first}`, compare its fingerprint with what the distribution publishes, and name the file: gpgkey=file:///etc/pki/rpm-gpg/{spec.Id}"),
            _ => throw new EzException(
                FailureKind.Untrusted,
                $"repository `{spec.Id}`: `{source.DefinedIn}` names no key (`gpgkey=`)",
                $"{name}put it into a file beside the recipe and name that: `keys: FILE`"),
        };
    }

    private static HostDnfSource HostSource(RepositorySpec spec, MirrorSources sources)
    {
        var found = sources.Dnf.Sources.FirstOrDefault(source => source.Id == spec.Id);
        var others = sources.Dnf.Sources.Select(source => $"`{source.Id}`").ToList();
        return found ?? throw new EzException(
            FailureKind.Usage,
            $"repository `{spec.Id}`: this host's DNF configuration has no repository of that id{(others.Count == 0 ? "" : $"; it has {string.Join(", ", others)}")}",
            $"name a mirror and a key: `--mirror {spec.Id}=URL`, or `mirrors: {{{spec.Id}: [URL]}}` in /etc/ez/config.yaml, and `keys:` in the recipe");
    }
}
