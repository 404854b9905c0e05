using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>A recipe as its author wrote it, checked. <see cref="OsRecipe"/> or <see cref="AppRecipe"/>.</summary>
public abstract record Recipe
{
    public required string Name { get; init; }

    /// <summary>The author's major.minor, about the recipe: <c>1.0</c>.</summary>
    public required RecipeVersion Version { get; init; }

    /// <summary>The recipe's own; an application adds them to its base's.</summary>
    public ImmutableArray<RepositorySpec> Repositories { get; init; } = [];

    /// <summary>In the author's order.</summary>
    public required ImmutableArray<PackageRequest> Packages { get; init; }

    public bool Recommends { get; init; }

    public AlternativePreference Prefer { get; init; } = AlternativePreference.Maintainers;

    public ImmutableArray<string> Exclude { get; init; } = [];

    public ImmutableArray<PackageHold> Hold { get; init; } = [];

    /// <summary>Groups of rpm-md repositories, by their ids; asked for after <see cref="Packages"/>.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Module streams to enable (<c>nodejs:20</c>), beside those that the repositories enable themselves.</summary>
    public ImmutableArray<string> Modules { get; init; } = [];

    /// <summary>In the author's order, of which the first that speaks of a version counts; an application adds its base's after its own.</summary>
    public ImmutableArray<PackagePin> Pins { get; init; } = [];

    public UpdateClass Update { get; init; } = UpdateClass.All;

    /// <summary>Null: an application does as its OS; an OS always says.</summary>
    public ConfigureMode? Configure { get; init; }

    /// <summary>Whether packages may bring device nodes; refused otherwise.</summary>
    public bool AllowDevices => Settings.AllowDevices;

    /// <summary>What it says beyond packages.</summary>
    public TemplateSettings Settings { get; init; } = TemplateSettings.Default;

    /// <summary>How many versions gc keeps.</summary>
    public int KeepVersions { get; init; } = 5;

    /// <summary>SHA-256 over the recipe's meaning (its parsed form), so comments and layout do not change it.</summary>
    public required Sha256Digest Digest { get; init; }
}

public sealed record OsRecipe : Recipe
{
    public required PackageFamily Family { get; init; }

    public required string Architecture { get; init; }

    public bool IncludeEssential { get; init; } = true;
}

public sealed record AppRecipe : Recipe
{
    public required BaseRange Base { get; init; }
}

/// <summary>The author's <c>major.minor</c>.</summary>
public readonly record struct RecipeVersion(int Major, int Minor)
{
    public override string ToString() => $"{Major}.{Minor}";
}

/// <summary>An OS template and the versions of it that an application accepts: <c>debian-12@[1.0,2.0)</c>.</summary>
public sealed record BaseRange(string Template, NuGet.Versioning.VersionRange Range)
{
    public override string ToString() => $"{Template}@{Range.OriginalString ?? Range.ToNormalizedString()}";
}

/// <summary>Whether a template's maintainer scripts run.</summary>
public enum ConfigureMode
{
    /// <summary>Once, when a version is built, in a sandbox.</summary>
    Sandbox,

    None,
}

/// <summary>Which updates a recipe takes.</summary>
public enum UpdateClass
{
    All,

    /// <summary>What security sources have, and what that needs.</summary>
    Security,

    None,
}

public enum AlternativePreference
{
    /// <summary>The first named alternative.</summary>
    Maintainers,

    /// <summary>Whatever makes the set smallest.</summary>
    Smallest,
}

/// <summary>Keeps a package within a version pattern (<c>3.0.*</c>) until a day.</summary>
public sealed record PackageHold(string Package, string VersionPattern, string Reason, DateOnly? Expires);

/// <summary>An APT suite set or an rpm-md repository as a recipe names it. The latter has no suites and no components.</summary>
public sealed record RepositorySpec
{
    public required string Id { get; init; }

    /// <summary>Archive roots (<c>https://...</c>), or the word <c>host</c>. An rpm-md repository may name lists of them instead.</summary>
    public required ImmutableArray<string> Mirrors { get; init; }

    public required ImmutableArray<string> Suites { get; init; }

    public required ImmutableArray<string> Components { get; init; }

    public required KeySource Keys { get; init; }

    /// <summary>In the family's sense: for APT the higher number wins, for rpm-md the lower one, which hides what others have of a name.</summary>
    public int Priority { get; init; } = DefaultPriority;

    public const int DefaultPriority = 500;

    /// <summary>dnf's.</summary>
    public const int DefaultRpmPriority = 99;

    /// <summary><c>trust: unsigned</c>, in so many words.</summary>
    public bool TrustUnsigned { get; init; }

    /// <summary><c>trust: packages</c>: the metadata of an rpm-md repository has no signature, and its packages have theirs.</summary>
    public bool TrustPackages { get; init; }

    /// <summary>The address of a plain list of an rpm-md repository's mirrors.</summary>
    public string? MirrorList { get; init; }

    /// <summary>The address of a metalink (RFC 5854's forerunner) of an rpm-md repository's mirrors, with digests of its repomd.xml.</summary>
    public string? Metalink { get; init; }

    /// <summary>Names of the only packages that are taken from an rpm-md repository; <c>*</c> stands for anything. Empty: all.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Names of packages that are never taken from an rpm-md repository.</summary>
    public ImmutableArray<string> Except { get; init; } = [];
}

/// <summary>Where a repository's keys come from.</summary>
public abstract record KeySource
{
    private KeySource()
    {
    }

    /// <summary>The Signed-By, or gpgkey, of the host's source that serves this very root.</summary>
    public sealed record Host : KeySource;

    /// <summary>A key file beside the recipe; the path is absolute.</summary>
    public sealed record KeyFile(string FullPath) : KeySource
    {
        /// <summary>As the recipe has it: what the recipe's digest is over, so that it does not depend on where the recipe lies.</summary>
        public string Written { get; init; } = FullPath;
    }

    /// <summary>The armored text of the keys, where the file that they were in is not at hand.</summary>
    public sealed record Inline(string Armored) : KeySource;

    /// <summary>
    /// Primary fingerprints (40 or 64 hexadecimal digits, upper case), whose keys alone count. Those that are in none of <see cref="Files"/>
    /// and not in <see cref="Armored"/> are looked up in the host's keyrings.
    /// </summary>
    public sealed record Fingerprints(ImmutableArray<string> Allowed) : KeySource
    {
        public ImmutableArray<NamedKeyFile> Files { get; init; } = [];

        /// <summary>The armored text of keys whose files are not at hand; empty: none.</summary>
        public string Armored { get; init; } = "";
    }
}

/// <summary>A key file beside the recipe that must have the key of a fingerprint; what else is in it does not count.</summary>
/// <param name="FullPath">Absolute.</param>
/// <param name="Written">As the recipe has it.</param>
public sealed record NamedKeyFile(string FullPath, string Written, string Fingerprint);
