using System.Collections.Immutable;
using NuGet.Versioning;

namespace EzTemplates.Domain;

/// <summary>
/// The solver's answer for one recipe, kept beside it in git: every package that the template adds, and why.
/// <c>EzTemplates.Formats.Locks.LockText</c> writes and reads it.
/// </summary>
public sealed record TemplateLock
{
    public required string Template { get; init; }

    public required PackageFamily Family { get; init; }

    public required string Architecture { get; init; }

    /// <summary><c>1.0.7</c>: the recipe's major.minor, and a third number that counts changes.</summary>
    public required NuGetVersion Version { get; init; }

    public required Sha256Digest Recipe { get; init; }

    /// <summary>Null for an OS.</summary>
    public LockedBase? Base { get; init; }

    /// <summary>Sorted by repository, then suite.</summary>
    public required ImmutableArray<LockedSnapshot> Snapshots { get; init; }

    /// <summary>Seconds since 1970: the newest Date among the snapshots when the lock last changed.</summary>
    public required long Epoch { get; init; }

    /// <summary>The number of the configure rules; 0 = not configured.</summary>
    public required int Rules { get; init; }

    /// <summary>User and group ids that this lock's own packages' scripts create, sorted.</summary>
    public ImmutableArray<LockedId> Ids { get; init; } = [];

    /// <summary>Sorted by name, then architecture.</summary>
    public required ImmutableArray<LockedPackage> Packages { get; init; }

    /// <summary>Whether a row is of the lock's own architecture, or of none.</summary>
    public bool IsNative(LockedPackage row) => row.Architecture == Architecture || row.Architecture == (Family == PackageFamily.Rpm ? "noarch" : "all");
}

/// <summary>The OS version that an application was locked against.</summary>
public sealed record LockedBase(string Template, NuGetVersion Version, Sha256Digest LockDigest);

/// <summary>A repository's suite and the digest of its signed Release text; of an rpm-md repository no suite (empty), and that of its repomd.xml.</summary>
public sealed record LockedSnapshot(string Repository, string Suite, Sha256Digest Name);

/// <summary>A user (<see cref="User"/>) or group (<see cref="Group"/>) with its number.</summary>
public sealed record LockedId(string Kind, string Name, uint Number)
{
    public const string User = "user";

    public const string Group = "group";

    public override string ToString() => $"{Kind} {Name} {Number}";
}

/// <summary>One package of a lock.</summary>
/// <param name="Source"><c>repository/suite</c>, or <c>repository</c> of an rpm-md repository.</param>
/// <param name="Path">Below the repository's archive root: <c>pool/main/n/nginx/nginx_1.22.1-9_amd64.deb</c>.</param>
/// <param name="Reason"><c>root</c>, <c>essential</c>, or the name of the package that first required it.</param>
public sealed record LockedPackage(
    string Name,
    string Version,
    string Architecture,
    string Source,
    string Path,
    long Size,
    Sha256Digest Sha256,
    string Reason)
{
    /// <summary>What the repository states of the file where that is no SHA-256; the row's own is then of the file that came with it.</summary>
    public StatedDigest? Stated { get; init; }

    public override string ToString() => $"{Name} {Version} ({Architecture})";
}

/// <summary>A version of a template: <c>debian-12@1.0.7</c>.</summary>
public sealed record TemplateReference(string Template, NuGetVersion Version)
{
    public override string ToString() => $"{Template}@{Version.ToNormalizedString()}";
}
